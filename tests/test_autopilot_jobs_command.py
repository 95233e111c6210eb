"""AutoML jobs followed on the command line, as one who has no account types it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services import sandbox_child
from services.connection import sandbox_at
from services.console import Console
from tests.sandbox.conftest import TRUST
from tests.sandbox.tabular import tables
from tests.test_cli import Shell

pytestmark = pytest.mark.slow
ROLE = "arn:aws:iam::123456789012:role/Lab"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.fixture(scope="module")
def clients(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Clients of the sandbox that the first command starts, with a role and a bucket."""
    import json

    assert "There is no such job" in shell.run("autopilot", "jobs").stdout
    url = sandbox_child.find(shell.home)
    assert url is not None
    made = Console(sandbox_at(url), folder=tmp_path_factory.mktemp("other")).connection.clients
    made.get("iam").create_role(RoleName="Lab", AssumeRolePolicyDocument=json.dumps(TRUST))
    made.get("s3").create_bucket(Bucket="lab")
    made.get("s3").put_object(Bucket="lab", Key="churn/a.csv", Body=tables.as_csv(*tables.churn()))
    return made


def _launch(clients: Any, name: str, target: str) -> None:
    config = {"TargetAttributeName": target, "CompletionCriteria": {"MaxCandidates": 2}}
    clients.get("sagemaker").create_auto_ml_job_v2(
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=[
            {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/churn/"}}}
        ],
        OutputDataConfig={"S3OutputPath": "s3://lab/out"},
        AutoMLProblemTypeConfig={"TabularJobConfig": config},
        RoleArn=ROLE,
    )


def test_a_job_is_followed_to_its_end_and_its_candidates_are_ranked(shell: Shell, clients: Any) -> None:
    _launch(clients, "churn", "Churn?")
    told = shell.json("autopilot", "job", "churn", "--wait")
    assert (told["status"], told["problem"], told["target"]) == ("Completed", "BinaryClassification", "Churn?")
    assert {each["state"] for each in told["stages"]} == {"done"}
    assert [each["rank"] for each in told["candidates"]] == list(range(1, len(told["candidates"]) + 1))
    assert told["best"] in {each["candidate"] for each in told["candidates"]}
    assert told["left"]["objects"] > 3
    assert told["left"]["usd_per_month"] > 0
    assert told["diagnosis"] is None

    ranked = shell.json("autopilot", "candidates", "churn", "--by", "LogLoss")
    losses = [each["metrics"]["Validation"]["LogLoss"] for each in ranked]
    assert losses == sorted(losses)
    refused = shell.run("autopilot", "candidates", "churn", "--by", "Beauty", code=1)
    assert "No candidate has the metric Beauty" in refused.stderr
    assert [each["job"] for each in shell.json("autopilot", "jobs", "--status", "completed")] == ["churn"]
    assert "Nothing has to be stopped" in shell.run("autopilot", "stop", "churn", "--yes", code=1).stderr


def test_a_job_that_failed_is_explained(shell: Shell, clients: Any) -> None:
    _launch(clients, "broken", "Nothing")
    told = shell.json("autopilot", "job", "broken", "--wait")
    assert told["status"] == "Failed"
    assert "was not found in the header" in told["failure"]
    assert told["diagnosis"]["cause"] == "data_invalid"
    assert "Cause: data_invalid" in shell.run("autopilot", "job", "broken").stdout


def test_a_job_is_stopped_by_a_plan(shell: Shell, clients: Any) -> None:
    _launch(clients, "unwanted", "Churn?")
    steps = shell.json("autopilot", "stop", "unwanted", "--plan")["steps"]
    assert [each["call"] for each in steps] == ["sagemaker.stop_auto_ml_job", "sagemaker.describe_auto_ml_job_v2"]
    assert shell.json("autopilot", "stop", "unwanted", "--yes")["status"] == "Stopped"


def test_a_job_that_is_not_there_is_told(shell: Shell, clients: Any) -> None:
    assert "There is no AutoML job called gone" in shell.run("autopilot", "job", "gone", code=1).stderr
