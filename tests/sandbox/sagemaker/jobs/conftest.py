"""A bucket with tables, and Autopilot jobs on them."""

import json
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sandbox.sagemaker.jobs import automl_work
from sandbox.sagemaker.jobs.automl_work import Event, Told
from sandbox.tabular import __main__ as worker
from sandbox.tabular import serving
from sandbox.tabular.predictor import Predictor
from tests.sandbox.conftest import Running
from tests.sandbox.sagemaker.jobs.events import of_candidates
from tests.sandbox.tabular import tables

Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def bucket(sandbox: Running) -> str:
    """A bucket `lab` with one table a problem."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="lab")
    for name, made in (
        ("churn", tables.churn()),
        ("prices", tables.prices()),
        ("reviews", tables.reviews()),
        ("short", tables.churn(499)),
    ):
        s3.put_object(Bucket="lab", Key=f"{name}/train.csv", Body=tables.as_csv(*made))
    return "lab"


@pytest.fixture
def told(sandbox: Running, bucket: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Let no worker train: every job is told of three candidates, whose names these are."""
    names = ("one-t1", "two-t2", "three-t3")
    runs = sandbox.app.world.service("sagemaker").parts["sandbox.sagemaker.jobs.service:Jobs"].automl.runs
    monkeypatch.setattr(runs, "_begin", lambda region, job: Told(of_candidates(*names)))
    for name in names:
        sandbox.app.world.objects.write(bucket, name, b"made up")
    return names


class _Nearby:
    """A run whose worker is this process, when somebody looks."""

    over = True

    def __init__(self, collect: Callable[[Path], Event], deliver: Callable[[Event], Event], _: object) -> None:
        self._collect, self._deliver = collect, deliver

    @cached_property
    def events(self) -> list[Event]:
        with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):  # threads of OpenMP wait by spinning
            told = worker._events(self._collect(Path(folder)))
            return [each if each["event"] == "failed" else self._deliver(each) for each in told]

    def wait(self, found: Callable[[], bool], seconds: float) -> bool:
        return found()

    def stop(self) -> None:
        return


@pytest.fixture
def nearby(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process do what workers do: starting one takes longer than what it has to do in most tests."""

    def asked(predictor: Predictor, request: bytes) -> tuple[int, bytes, str]:
        head, _, body = request.partition(b"\n")
        return serving._answered(OrderedDict(), json.loads(head), body)

    monkeypatch.setattr(automl_work, "Run", _Nearby)
    monkeypatch.setattr(Predictor, "_asked", asked)


@pytest.fixture
def asked(bucket: str, role: str) -> Asked:
    """Return the request for a job named `job` on a table of the bucket."""

    def made(table: str = "churn", config: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{table}/"}}
        tabular = {"TargetAttributeName": "Churn?", "Mode": "ENSEMBLING", "CompletionCriteria": {"MaxCandidates": 3}}
        return {
            "AutoMLJobName": "job",
            "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": source}],
            "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out"},
            "AutoMLProblemTypeConfig": dict(config or {"TabularJobConfig": tabular}),
            "RoleArn": role,
        } | more

    return made
