"""Steps that are not one call: uploads and repeats; and the operator that speaks to AWS."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from services.plans import (
    AwsOperator,
    ErrorMatch,
    Once,
    Plan,
    Proof,
    Read,
    Repeat,
    Runs,
    RunStatus,
    Step,
    StepStatus,
    Upload,
    operators,
)
from tests.services.plans.world import SECONDS, Refused, World, plan, runs_on


def sending(file: Path, content: bytes, service: str = "s3") -> Step:
    manner = Upload(str(file), hashlib.sha256(content).hexdigest(), len(content))
    parameters = {"Bucket": "a-bucket", "Key": "data.csv"}
    return Step(
        id="send", service=service, operation="put_object", reason="Send.", parameters=parameters, manner=manner
    )


def test_a_file_is_sent_with_the_checksum_s3_verifies(runs: Runs, world: World, tmp_path: Path) -> None:
    sent: dict[str, Any] = {}

    def put(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        sent.update(parameters, Body=parameters["Body"].read())
        return {"ETag": "x"}

    world.special["put_object"] = put
    file = tmp_path / "data.csv"
    file.write_bytes(b"a,b\n1,2\n")
    assert runs.wait(runs.start(plan(sending(file, b"a,b\n1,2\n"))), SECONDS).status is RunStatus.DONE
    checksum = base64.b64encode(hashlib.sha256(b"a,b\n1,2\n").digest()).decode()
    assert sent == {"Bucket": "a-bucket", "Key": "data.csv", "Body": b"a,b\n1,2\n", "ChecksumSHA256": checksum}


def test_a_file_is_sent_whole_after_being_told_to_slow_down(runs: Runs, world: World, tmp_path: Path) -> None:
    bodies: list[bytes] = []

    def put(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        bodies.append(parameters["Body"].read())
        if len(bodies) == 1:
            raise Refused("SlowDown", "Please reduce your request rate.", 503)
        return {}

    world.special["put_object"] = put
    file = tmp_path / "data.csv"
    file.write_bytes(b"12345")
    assert runs.wait(runs.start(plan(sending(file, b"12345"))), SECONDS).status is RunStatus.DONE
    assert bodies == [b"12345", b"12345"]


def test_a_file_that_changed_or_went_away_is_not_sent(runs: Runs, world: World, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_bytes(b"changed")
    changed = runs.wait(runs.start(plan(sending(file, b"as shown"))), SECONDS).steps[0]
    file.unlink()
    gone = runs.wait(runs.start(plan(sending(file, b"as shown"))), SECONDS).steps[0]
    assert (changed.status, gone.status) == (StepStatus.FAILED, StepStatus.FAILED)
    assert changed.problem is not None
    assert "not the one that was shown" in changed.problem.what
    assert gone.problem is not None
    assert "cannot be read" in gone.problem.what
    assert world.calls == []


class Bucket:
    """Objects that are listed three at a time and deleted by batches."""

    def __init__(self, world: World, count: int) -> None:
        self.keys = [f"object-{number}" for number in range(count)]
        self.batches: list[int] = []
        world.special["list_objects_v2"] = lambda _: {"Contents": [{"Key": key, "Size": 1} for key in self.keys[:3]]}
        world.special["delete_objects"] = self.delete

    def delete(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = [each["Key"] for each in parameters["Delete"]["Objects"]]
        assert parameters["Delete"]["Quiet"] is True
        self.batches.append(len(wanted))
        self.keys = [key for key in self.keys if key not in wanted]
        return {}


def emptying(cap: int = 100_000, **more: Any) -> Step:
    source = Read("s3", "list_objects_v2", {"Bucket": "a-bucket"})
    return Step(
        id="empty",
        service="s3",
        operation="delete_objects",
        reason="Empty the bucket.",
        parameters={"Bucket": "a-bucket", "Delete": {"Quiet": True}},
        manner=Repeat(source, "Contents[].{Key: Key}", "Delete.Objects", cap),
        **more,
    )


def test_a_repeat_goes_on_until_nothing_is_left(runs: Runs, world: World) -> None:
    bucket = Bucket(world, 8)
    view = runs.wait(runs.start(plan(emptying())), SECONDS)
    assert view.status is RunStatus.DONE
    assert bucket.batches == [3, 3, 2]
    assert view.steps[0].detail == "8 treated"


def test_a_repeat_stops_at_its_cap_and_resuming_goes_on(runs: Runs, world: World) -> None:
    bucket = Bucket(world, 8)
    run_id = runs.start(plan(emptying(cap=4)))
    problem = runs.wait(run_id, SECONDS).steps[0].problem
    assert problem is not None
    assert "Stopped after 4 items; more are left." in problem.what
    assert len(bucket.keys) == 4
    runs.resume(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.DONE


def test_a_repeat_that_changes_nothing_ends(runs: Runs, world: World) -> None:
    Bucket(world, 2)
    world.special["delete_objects"] = lambda _: {}
    problem = runs.wait(runs.start(plan(emptying())), SECONDS).steps[0].problem
    assert problem is not None
    assert "changes nothing" in problem.what


def test_items_refused_inside_a_successful_answer_fail_the_step(runs: Runs, world: World) -> None:
    Bucket(world, 2)
    world.special["delete_objects"] = lambda _: {"Errors": [{"Key": "object-0", "Message": "Access Denied"}]}
    problem = runs.wait(runs.start(plan(emptying())), SECONDS).steps[0].problem
    assert problem is not None
    assert "Access Denied" in problem.why


def test_emptying_a_bucket_that_is_gone_is_done(runs: Runs, world: World) -> None:
    missing = Refused("NoSuchBucket", "The specified bucket does not exist", 404)
    world.errors["head_bucket "] = [missing]
    world.special["head_bucket"] = lambda _: {}
    absent = (ErrorMatch("NoSuchBucket"),)
    proof = Proof(Read("s3", "head_bucket", {"Bucket": "a-bucket"}), absent, gone=True)
    step = runs.wait(runs.start(plan(emptying(proof=proof))), SECONDS).steps[0]
    assert step.status is StepStatus.ALREADY_THERE


class OneClient:
    """The `Clients` of a connection with one stubbed client."""

    def __init__(self, service: str) -> None:
        self.client = boto3.client(
            service, region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        self.service = service

    def get(self, service: str) -> Any:
        assert service == self.service
        return self.client


ABSENT = (ErrorMatch("ValidationException", "Could not find"),)


def endpoint_plan() -> Plan:
    proof = Proof(Read("sagemaker", "describe_endpoint", {"EndpointName": "demo"}), ABSENT)
    busy = ErrorMatch("ValidationException", "not ready")
    step = Step(
        id="endpoint",
        service="sagemaker",
        operation="create_endpoint",
        reason="Start it.",
        parameters={"EndpointName": "demo", "EndpointConfigName": "demo"},
        manner=Once((busy,), 60),
        proof=proof,
    )
    return Plan("Start", (step,))


def test_aws_is_called_as_the_plan_says_and_told_apart_by_code_and_message(tmp_path: Path) -> None:
    clients = OneClient("sagemaker")
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/demo"
    sent = {"EndpointName": "demo", "EndpointConfigName": "demo"}
    with Stubber(clients.client) as stub:
        stub.add_client_error("describe_endpoint", "ValidationException", 'Could not find endpoint "demo".', 400)
        stub.add_client_error("create_endpoint", "ValidationException", "The role is not ready", 400)
        answer = {"EndpointArn": arn, "ResponseMetadata": {"RequestId": "r-1"}}
        stub.add_response("create_endpoint", answer, sent)
        with runs_on(tmp_path, AwsOperator(clients)) as runs:
            view = runs.wait(runs.start(endpoint_plan()), SECONDS)
        stub.assert_no_pending_responses()
    assert view.status is RunStatus.DONE
    assert str(view.steps[0].receipt) == f"{arn}, request r-1"


def test_a_refused_permission_is_explained(tmp_path: Path) -> None:
    clients = OneClient("sagemaker")
    told = (
        "User: arn:aws:iam::123456789012:user/x is not authorized to perform: sagemaker:CreateEndpoint on resource: y"
    )
    with Stubber(clients.client) as stub:
        stub.add_client_error("describe_endpoint", "ValidationException", "Could not find endpoint", 400)
        stub.add_client_error("create_endpoint", "AccessDeniedException", told, 403)
        stub.add_client_error("describe_endpoint", "ValidationException", "Could not find endpoint", 400)
        with runs_on(tmp_path, AwsOperator(clients)) as runs:
            problem = runs.wait(runs.start(endpoint_plan()), SECONDS).steps[0].problem
        stub.assert_no_pending_responses()
    assert problem is not None
    assert problem.kind == "PermissionDenied"
    assert "sagemaker:CreateEndpoint" in problem.why


def test_an_object_is_put_by_one_call(tmp_path: Path) -> None:
    clients = OneClient("s3")
    file = tmp_path / "data.csv"
    file.write_bytes(b"12345")
    checksum = base64.b64encode(hashlib.sha256(b"12345").digest()).decode()
    expected = {"Bucket": "a-bucket", "Key": "data.csv", "Body": ANY, "ChecksumSHA256": checksum}
    with Stubber(clients.client) as stub:
        stub.add_response("put_object", {"ETag": "x"}, expected)
        with runs_on(tmp_path, AwsOperator(clients)) as runs:
            assert runs.wait(runs.start(plan(sending(file, b"12345"))), SECONDS).status is RunStatus.DONE
        stub.assert_no_pending_responses()


def test_an_object_too_large_for_one_call_is_sent_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "SINGLE_UPLOAD_LIMIT", 4)
    calls: list[tuple[Any, ...]] = []

    class Client:
        def upload_fileobj(self, body: Any, bucket: str, key: str, ExtraArgs: Any) -> None:
            calls.append((body.read(), bucket, key, ExtraArgs))

    class Source:
        def get(self, service: str) -> Any:
            return Client()

    sent = {"Bucket": "b", "Key": "k", "Body": io.BytesIO(b"12345"), "ChecksumSHA256": "x", "ContentType": "text/csv"}
    assert AwsOperator(Source()).call("s3", "put_object", sent) == {}
    assert calls == [(b"12345", "b", "k", {"ContentType": "text/csv"})]


def test_errors_are_told_apart_by_what_they_leave_behind() -> None:
    refused = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "CreateEndpoint")
    cut = ReadTimeoutError(endpoint_url="https://example.invalid")
    unreached = ConnectTimeoutError(endpoint_url="https://example.invalid")
    assert operators.answer_of(refused) == ("ThrottlingException", "Rate exceeded")
    assert operators.answer_of(cut) is None
    assert [operators.passes_by_itself(error) for error in (refused, cut, unreached, KeyError())] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [operators.never_left(error) for error in (refused, cut, unreached)] == [False, False, True]
    assert operators.is_throttle(refused)
