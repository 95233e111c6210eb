"""A plan as a script: it says what it does, holds no secret, and does the same calls."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.plans import (
    ErrorMatch,
    Estimate,
    Json,
    Once,
    Plan,
    Read,
    Ref,
    Repeat,
    Secret,
    Step,
    Text,
    Until,
    Upload,
    to_boto3,
)

ROOT = Path(__file__).parents[3]
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}


def naming() -> tuple[Step, Step]:
    environment = {"HF_TOKEN": "hf_literal_secret", "OTHER": Secret("my key"), "MAX_TOTAL_TOKENS": "2048"}
    role = Step(
        id="role",
        service="iam",
        operation="create_role",
        reason="Let SageMaker act.",
        parameters={"RoleName": "demo", "AssumeRolePolicyDocument": Json(TRUST)},
    )
    model = Step(
        id="model",
        service="sagemaker",
        operation="create_model",
        reason='Name the """model""".',
        after=("role",),
        parameters={
            "ModelName": "demo",
            "ExecutionRoleArn": Ref("role", "Role.Arn"),
            "PrimaryContainer": {"Image": "an-image", "Environment": environment},
        },
        manner=Once((ErrorMatch("ValidationException", "cannot be assumed"),), 120),
    )
    return role, model


def looping(file: Path, digest: str) -> tuple[Step, Step, Step]:
    listing = Read("s3", "list_objects_v2", {"Bucket": "a-bucket"})
    wait = Step(
        id="wait-endpoint",
        service="sagemaker",
        operation="describe_endpoint",
        reason="Wait until it is in service.",
        after=("model",),
        parameters={"EndpointName": "demo"},
        manner=Until(path="EndpointStatus", done=("InService",), failed=("Failed",), explanation="FailureReason"),
    )
    send = Step(
        id="send",
        service="s3",
        operation="put_object",
        reason="Send the data.",
        parameters={"Bucket": "a-bucket", "Key": Text(("of/", Ref("role", "Role.RoleName")))},
        after=("role",),
        manner=Upload(str(file), digest, 5),
    )
    empty = Step(
        id="empty",
        service="s3",
        operation="delete_objects",
        reason="Empty the bucket.",
        after=("send",),
        parameters={"Bucket": "a-bucket"},
        manner=Repeat(listing, "Contents[].{Key: Key}", "Delete.Objects"),
    )
    return wait, send, empty


def a_plan(file: Path, digest: str) -> Plan:
    collection = Step(
        id="collection",
        service="astra",
        operation="create_collection",
        reason="A place for passages.",
        parameters={"name": "x", "token": Secret("ASTRA")},
    )
    steps = (*naming(), *looping(file, digest), collection)
    return Plan('Deploy "demo"', steps, ("Careful.",), Estimate(1.5))


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "data.csv"
    file.write_bytes(b"12345")
    return to_boto3(a_plan(file, hashlib.sha256(b"12345").hexdigest()), region="eu-west-1")


def test_the_script_compiles_and_is_ruff_clean(script: str, tmp_path: Path) -> None:
    compile(script, "script.py", "exec")
    file = tmp_path / "script.py"
    file.write_text(script, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_secrets_come_from_the_environment_and_are_nowhere_in_the_script(script: str) -> None:
    assert "hf_literal_secret" not in script
    assert '"HF_TOKEN": os.environ["HF_TOKEN"]' in script
    assert '"OTHER": os.environ["MY_KEY"]' in script
    assert "It reads these environment variables: HF_TOKEN, MY_KEY, ASTRA." in script
    assert '"MAX_TOTAL_TOKENS": "2048"' in script


def test_reasons_are_comments_and_what_is_not_aws_is_said(script: str) -> None:
    assert "# Let SageMaker act." in script
    assert "Left to you: astra.create_collection" in script
    assert '"eu-west-1"' in script


class FakeSession:
    """boto3's session with three services that write down their calls."""

    def __init__(self, calls: list[tuple[str, dict[str, Any]]], refusals: list[Exception]) -> None:
        self.calls, self.refusals = calls, refusals
        self.statuses = iter(["Creating", "InService"])
        self.objects = [[{"Key": "a", "ETag": "x"}, {"Key": "b"}], []]

    def client(self, service: str) -> Any:
        session = self

        class Client:
            def __getattr__(self, operation: str) -> Any:
                return lambda **sent: session.answer(operation, sent)

        return Client()

    def answer(self, operation: str, sent: dict[str, Any]) -> dict[str, Any]:
        if "Body" in sent:
            sent = sent | {"Body": sent["Body"].read()}
        self.calls.append((operation, sent))
        if operation == "create_role":
            return {"Role": {"Arn": "arn:aws:iam::123456789012:role/demo", "RoleName": "demo"}}
        if operation == "create_model" and self.refusals:
            raise self.refusals.pop()
        if operation == "describe_endpoint":
            return {"EndpointStatus": next(self.statuses)}
        if operation == "list_objects_v2":
            return {"Contents": self.objects.pop(0)}
        return {}


def test_the_script_makes_the_calls_of_the_plan(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3
    from botocore.exceptions import ClientError

    calls: list[tuple[str, dict[str, Any]]] = []
    refusal = ClientError(
        {"Error": {"Code": "ValidationException", "Message": "The role cannot be assumed yet"}}, "CreateModel"
    )
    monkeypatch.setattr(boto3, "Session", lambda **_: FakeSession(calls, [refusal]))
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name in ("HF_TOKEN", "MY_KEY", "ASTRA"):
        monkeypatch.setenv(name, f"value-of-{name}")
    exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    names = [name for name, _ in calls]
    assert names.count("create_model") == 2
    assert names.count("describe_endpoint") == 2
    sent = dict(calls)
    assert sent["create_model"]["ExecutionRoleArn"] == "arn:aws:iam::123456789012:role/demo"
    assert sent["create_model"]["PrimaryContainer"]["Environment"]["HF_TOKEN"] == "value-of-HF_TOKEN"
    assert sent["put_object"]["Body"] == b"12345"
    assert sent["put_object"]["Key"] == "of/demo"
    assert sent["delete_objects"]["Delete"]["Objects"] == [{"Key": "a"}, {"Key": "b"}]


def test_step_names_never_clash_with_python_or_with_each_other() -> None:
    ids = ("class", "json", "a-b", "a_b", "1st", "wait_until", "page")
    steps = tuple(Step(id=name, service="sagemaker", operation="list_endpoints", reason="Look.") for name in ids)
    script = to_boto3(Plan("Names", (*steps, Step(
        id="last", service="sagemaker", operation="describe_endpoint", reason="Look at it.", after=("1st",),
        parameters={"EndpointName": Ref("1st", "Endpoints[0].EndpointName")},
    ))))  # fmt: skip
    compile(script, "script.py", "exec")
    assert "step_1st = sagemaker.list_endpoints()" in script
    assert 'EndpointName=step_1st["Endpoints"][0]["EndpointName"]' in script
    assert "a_b_2 = " in script


def test_two_models_with_different_secrets_of_one_name_read_two_variables() -> None:
    def model(name: str, token: str) -> Step:
        environment = {"Environment": {"HF_TOKEN": token}}
        return Step(
            id=name,
            service="sagemaker",
            operation="create_model",
            reason="Name it.",
            parameters={"ModelName": name, "PrimaryContainer": environment},
        )

    script = to_boto3(Plan("Two", (model("a", "first-token"), model("b", "second-token"))))
    assert 'os.environ["HF_TOKEN"]' in script
    assert 'os.environ["HF_TOKEN_2"]' in script
    assert "first-token" not in script


def test_the_heading_says_what_runs_costs_and_what_is_taken_down_saves() -> None:
    step = Step(id="a", service="sagemaker", operation="delete_endpoint", reason="", parameters={"EndpointName": "a"})
    assert "What it leaves running costs about $1.50 an hour." in to_boto3(Plan("a", (step,), (), Estimate(1.5)))
    saving = to_boto3(Plan("a", (step,), (), Estimate(-0.05)))
    assert "It saves about $0.05 an hour." in saving
    assert "costs" not in saving
    assert "an hour" not in to_boto3(Plan("a", (step,), (), Estimate(None)))
