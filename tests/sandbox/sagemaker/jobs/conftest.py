"""A bucket with tables, and Autopilot jobs on them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.sandbox.conftest import Running
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
