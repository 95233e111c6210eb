"""Autopilot in the sandbox: how long a job takes, how good its best candidate is beside a model made by hand, lists.

    python -m benchmarks.autopilot [--data churn digits …]

Beside the best candidate of a job stands scikit-learn's HistGradientBoosting with its own settings, fitted by hand to
the same rows and measured by the same metric on the same rows. "given": the job is given a channel of validation rows,
which are what is measured on. "unseen": it is given all but a fifth of the rows, cross-validates its candidates itself,
and the best one answers for that fifth, which neither has seen. A job runs as a client starts it: CreateAutoMLJobV2
against a sandbox whose clock goes 60 times as fast as AWS's. Processor time is that of the worker that trains; unlike
the time of day, other work on the machine hardly changes it.
"""

import argparse
import csv
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OrdinalEncoder

from benchmarks.autopilot_tables import DATA, Data, Rows
from sandbox.__main__ import runtime_routes
from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.sagemaker.jobs.automl_work import KIND
from sandbox.tabular import metrics
from sandbox.tabular.models import unpacked
from sandbox.world import World
from services.autopilot.gateway import AutopilotGateway
from services.connection import sandbox_at
from tests.sandbox.server import client, served

SECONDS, SHORT = 60.0, 0.02
JOBS, ROWS, LISTED = 500, 25, 2.0  # of the past; of a page; seconds until their names are known
ROLE = "arn:aws:iam::123456789012:role/Sage"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass(frozen=True, slots=True)
class Result:
    """Times in seconds; values of the metric on the same rows."""

    seconds: float
    processor: float
    best: str
    candidates: int
    value: float
    by_hand: float


def main() -> int:
    """Measure; 1 where a job took too long or its best candidate falls behind."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", nargs="*", choices=list(DATA), default=list(DATA), help="which tables; none: the list")
    names = asked.parse_args().data
    print(f"load average before: {os.getloadavg()[0]:.1f}")
    print(
        f"{'data':14} {'rows':>5} {'':7} {'seconds':>8} {'processor':>9}  {'metric':9} {'best':>9} {'by hand':>9} behind"  # noqa: E501
    )
    missed: list[str] = []
    app = Sandbox(World(Clock(speed=60)), runtime_routes, lambda world: [])
    with served(app) as url:
        client(url, "iam").create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))
        client(url, "s3").create_bucket(Bucket="lab")
        missed += _listed(app, url)
        for name in names:
            data = DATA[name]()
            missed += _line(name, "given", data, _given(url, name, data))
            missed += _line(name, "unseen", data, _unseen(url, name, data))
    print(f"load average after: {os.getloadavg()[0]:.1f}")
    print("reached" if not missed else f"missed: {'; '.join(missed)}")
    return 1 if missed else 0


def _listed(app: Sandbox, url: str) -> list[str]:
    """Time how long it takes until names and states of many jobs are known, and until a page of them is described."""
    shelf = app.world.records.shelf(KIND, "us-east-1")
    request = {
        "AutoMLJobName": "", "AutoMLJobInputDataConfig": [], "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://lab/out"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
    }  # fmt: skip
    for number in range(JOBS):
        name, at = f"past-{number:03d}", time.time() - 3600 * number - 7200
        shelf[name] = {
            "name": name, "arn": f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{name}", "created": at,
            "modified": at + 900, "ended": at + 900, "request": request | {"AutoMLJobName": name}, "first": False,
            "status": "Completed", "secondary": "Completed", "failure": "", "partial": [], "candidates": [],
            "planned": [], "best": "", "notebooks": False, "endpoint": "",
        }  # fmt: skip
    gateway = AutopilotGateway(sandbox_at(url).clients)
    began = time.monotonic()
    found = gateway.list_jobs()
    names = time.monotonic() - began
    began = time.monotonic()
    for each in found[:ROWS]:
        gateway.describe(each.name)
    described = time.monotonic() - began
    print(f"{len(found)} jobs: names and states {names:.2f} s, {ROWS} of them described {described:.2f} s")
    return [] if len(found) == JOBS and names <= LISTED else [f"{JOBS} jobs took {names:.1f} s to list"]


def _line(name: str, how: str, data: Data, result: Result) -> list[str]:
    behind = _behind(data.metric, result.value, result.by_hand)
    print(
        f"{name:14} {len(data.rows):5} {how:7} {result.seconds:8.1f} {result.processor:9.1f}  {data.metric:9} "
        f"{result.value:9.4g} {result.by_hand:9.4g} {behind:+6.1%}  {result.best} of {result.candidates}",
        flush=True,
    )
    found = [f"{name}, {how}, took {result.seconds:.0f} s"] if result.seconds > SECONDS else []
    return found + ([f"{name}, {how}, is {behind:.1%} behind"] if behind > SHORT else [])


def _behind(metric: str, mine: float, other: float) -> float:
    """By how much of the other's value mine is worse; negative where it is better."""
    worse = metrics.objective({metric: other}, metric) - metrics.objective({metric: mine}, metric)
    return worse / abs(other)


def _given(url: str, name: str, data: Data) -> Result:
    chosen, validation = _cut(data.rows)
    best, times, candidates = _job(url, name, data, {"training": chosen, "validation": validation})
    value = best["FinalAutoMLJobObjectiveMetric"]["Value"]
    return Result(*times, best["CandidateName"], candidates, value, _by_hand(data, chosen)(validation))


def _unseen(url: str, name: str, data: Data) -> Result:
    chosen, unseen = _cut(data.rows)
    best, times, candidates = _job(url, f"{name}-alone", data, {"training": chosen})
    bucket, _, key = best["InferenceContainers"][0]["ModelDataUrl"].removeprefix("s3://").partition("/")
    model = unpacked(client(url, "s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    value = _candidate(data, model, unseen)
    return Result(*times, best["CandidateName"], candidates, value, _by_hand(data, chosen)(unseen))


def _cut(rows: Rows) -> tuple[Rows, Rows]:
    fewest = 500  # rows that Autopilot trains on
    chosen, others = train_test_split(rows, train_size=max(fewest, int(0.8 * len(rows))), random_state=1)
    return chosen, others


def _job(url: str, name: str, data: Data, channels: Mapping[str, Rows]) -> tuple[Any, tuple[float, float], int]:
    """Run one job; its best candidate, its seconds and its processor's, and how many candidates it has."""
    sagemaker, s3 = client(url, "sagemaker"), client(url, "s3")
    for which, rows in channels.items():
        s3.put_object(Bucket="lab", Key=f"{name}/{which}/a.csv", Body=_written(data.header, rows))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    _launch(sagemaker, name, data, list(channels))
    told = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    while told["AutoMLJobStatus"] in ("InProgress", "Stopping"):
        time.sleep(0.2)
        told = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if told["AutoMLJobStatus"] != "Completed":
        raise SystemExit(f"{name}: {told.get('FailureReason')}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    candidates = len(sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName=name)["Candidates"])
    return told["BestCandidate"], (seconds, processor), candidates


def _launch(sagemaker: Any, name: str, data: Data, which: Sequence[str]) -> None:
    channels = [
        {
            "ChannelType": each,
            "ContentType": "text/csv;header=present",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://lab/{name}/{each}/"}},
        }
        for each in which
    ]
    config = {"TargetAttributeName": data.header[-1], "ProblemType": data.problem, "Mode": "ENSEMBLING"}
    sagemaker.create_auto_ml_job_v2(
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=channels,
        OutputDataConfig={"S3OutputPath": "s3://lab/out"},
        AutoMLProblemTypeConfig={"TabularJobConfig": config},
        AutoMLJobObjective={"MetricName": data.metric},
        RoleArn=ROLE,
    )


def _written(header: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def _candidate(data: Data, model: Any, rows: Rows) -> float:
    import pandas as pd

    frame = pd.DataFrame([[cell or None for cell in row] for row in rows], columns=data.header, dtype="str")
    truth = _truth(data, rows, list(model.labels))
    return metrics.of(data.problem, model.labels, truth, model.scores(frame.drop(columns=data.header[-1])))[data.metric]


def _truth(data: Data, rows: Rows, labels: Sequence[str]) -> Any:
    if data.problem == "Regression":
        return np.array([float(row[-1]) for row in rows])
    return np.array([list(labels).index(row[-1]) for row in rows])


def _by_hand(data: Data, rows: Rows) -> Callable[[Rows], float]:
    """Fit scikit-learn's HistGradientBoosting as one would by hand; what measures it on rows."""
    words = [n for n in range(len(data.header) - 1) if any(not _is_number(row[n]) for row in rows)]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    labels = sorted({row[-1] for row in rows})
    if words:
        encoder.fit([[row[n] for n in words] for row in rows])

    def features(asked: Rows) -> Any:
        made = np.array([[_value(cell) for cell in row[:-1]] for row in asked])
        if words:
            made[:, words] = encoder.transform([[row[n] for n in words] for row in asked])
        return made

    regression = data.problem == "Regression"
    make = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    model = make(random_state=0, categorical_features=words or None).fit(features(rows), _truth(data, rows, labels))

    def measure(asked: Rows) -> float:
        said = model.predict(features(asked)) if regression else model.predict_proba(features(asked))
        return metrics.of(data.problem, labels, _truth(data, asked, labels), said)[data.metric]

    return measure


def _is_number(cell: str) -> bool:
    return not cell or np.isfinite(_value(cell))


def _value(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


if __name__ == "__main__":
    sys.exit(main())
