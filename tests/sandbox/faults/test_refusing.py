"""Faults as a client of AWS meets them: the code, the status and the words of the service that was called."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.ailments import AILMENTS, BY_KIND
from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import Running

Calls = Callable[[], Any]


@pytest.fixture(autouse=True)
def _cleared(sandbox: Running) -> Iterator[None]:
    yield
    sandbox.app.world.faults.remove()


def calls(sandbox: Running) -> dict[str, Calls]:
    return {
        "sagemaker": sandbox.client("sagemaker").list_endpoints,
        "iam": sandbox.client("iam").list_roles,
        "sts": sandbox.client("sts").get_caller_identity,
        "s3": sandbox.client("s3").list_buckets,
        "ec2": sandbox.client("ec2").describe_subnets,
        "logs": sandbox.client("logs").describe_log_groups,
        "cloudwatch": sandbox.client("cloudwatch").list_metrics,
        "scheduler": sandbox.client("scheduler").list_schedules,
        "service-quotas": lambda: sandbox.client("service-quotas").list_service_quotas(ServiceCode="sagemaker"),
    }


def refusal(call: Calls) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error, told = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    return error["Code"], told["HTTPStatusCode"], error["Message"]


def set_fault(sandbox: Running, kind: Kind, **more: Any) -> None:
    with sandbox.app.world.lock:
        sandbox.app.world.faults.set(Fault(kind, **more))


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("sagemaker", "ThrottlingException", 400),
        ("iam", "Throttling", 400),
        ("s3", "SlowDown", 503),
        ("ec2", "RequestLimitExceeded", 503),
        ("logs", "ThrottlingException", 400),
        ("cloudwatch", "Throttling", 400),
        ("scheduler", "ThrottlingException", 429),
        ("service-quotas", "TooManyRequestsException", 429),
    ],
)
def test_each_service_throttles_in_its_own_way(sandbox: Running, service: str, code: str, status: int) -> None:
    set_fault(sandbox, Kind.THROTTLING, service=service)
    assert refusal(calls(sandbox)[service])[:2] == (code, status)
    others = [name for name in ("sagemaker", "iam", "s3") if name != service]
    for other in others:
        calls(sandbox)[other]()


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("sagemaker", "ExpiredTokenException", 400),
        ("sts", "ExpiredToken", 403),
        ("s3", "ExpiredToken", 400),
        ("ec2", "RequestExpired", 400),
        ("scheduler", "ExpiredTokenException", 403),
    ],
)
def test_credentials_expire_in_each_services_words(sandbox: Running, service: str, code: str, status: int) -> None:
    set_fault(sandbox, Kind.EXPIRED_TOKEN)
    found = refusal(calls(sandbox)[service])
    assert found[:2] == (code, status)
    assert "expired" in found[2]


@pytest.mark.parametrize(
    ("service", "value", "code", "status"),
    [
        ("sagemaker", 0, "InternalFailure", 500),
        ("sagemaker", 503, "ServiceUnavailable", 503),
        ("s3", 0, "InternalError", 500),
        ("iam", 0, "ServiceFailure", 500),
        ("cloudwatch", 0, "InternalServiceFault", 500),
    ],
)
def test_a_services_own_fault_has_its_code(
    sandbox: Running, service: str, value: float, code: str, status: int
) -> None:
    set_fault(sandbox, Kind.SERVER_ERROR, service=service, value=value)
    assert refusal(calls(sandbox)[service])[:2] == (code, status)


def test_a_denied_action_names_who_what_and_on_what(sandbox: Running) -> None:
    set_fault(sandbox, Kind.DENIED_ACTION, resource="sagemaker:Describe*")
    sagemaker = sandbox.client("sagemaker")
    code, status, message = refusal(lambda: sagemaker.describe_endpoint(EndpointName="chat"))
    assert (code, status) == ("AccessDeniedException", 400)
    assert message.endswith(
        "is not authorized to perform: sagemaker:DescribeEndpoint on resource: "
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat because no identity-based policy allows the "
        "sagemaker:DescribeEndpoint action"
    )
    sagemaker.list_endpoints()


def test_a_denied_action_of_iam_and_s3_names_their_resources(sandbox: Running) -> None:
    set_fault(sandbox, Kind.DENIED_ACTION)
    iam, s3 = sandbox.client("iam"), sandbox.client("s3")
    code, status, message = refusal(lambda: iam.get_role(RoleName="Sage"))
    assert (code, status) == ("AccessDenied", 403)
    assert "iam:GetRole on resource: arn:aws:iam::123456789012:role/Sage because" in message
    _, _, message = refusal(lambda: s3.put_object(Bucket="bucket", Key="a/b", Body=b""))
    assert "s3:PutObject on resource: arn:aws:s3:::bucket/a/b because" in message


def test_a_reset_connection_is_really_cut(sandbox: Running) -> None:
    set_fault(sandbox, Kind.CONNECTION_RESET, operation="ListEndpoints")
    with pytest.raises(ConnectionClosedError):
        sandbox.client("sagemaker").list_endpoints()
    sandbox.client("sagemaker").list_models()


def test_a_fault_strikes_as_often_as_it_was_told_and_at_its_rate(sandbox: Running) -> None:
    sagemaker = sandbox.client("sagemaker")
    set_fault(sandbox, Kind.THROTTLING, left=2)
    assert refusal(sagemaker.list_endpoints)[0] == refusal(sagemaker.list_models)[0] == "ThrottlingException"
    sagemaker.list_endpoints()
    set_fault(sandbox, Kind.THROTTLING, rate=0.5)
    struck = 0
    for _ in range(40):
        try:
            sagemaker.list_endpoints()
        except ClientError:
            struck += 1
    assert 8 <= struck <= 32


def test_a_slow_answer_comes_late_and_whole(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float, result: object = None) -> object:
        """Only the fault's wait is cut short: the name is asyncio's own, so the server's loop sleeps by it too."""
        waited.append(seconds)
        return await sleep(0 if seconds == 7.0 else seconds, result)

    monkeypatch.setattr("sandbox.front.asyncio.sleep", noted)
    set_fault(sandbox, Kind.SLOW_ANSWER, value=7.0)
    assert sandbox.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert 7.0 in waited


def test_a_fault_on_a_name_leaves_other_names_alone(sandbox: Running) -> None:
    set_fault(sandbox, Kind.SERVER_ERROR, resource="chat-*")
    sagemaker = sandbox.client("sagemaker")
    assert refusal(lambda: sagemaker.describe_endpoint(EndpointName="chat-1"))[1] == 500
    assert refusal(lambda: sagemaker.describe_endpoint(EndpointName="other"))[0] == "ValidationException"


def test_every_kind_has_its_sentence_once() -> None:
    assert sorted(each.kind for each in AILMENTS) == sorted(Kind)
    assert all(each.does.endswith(".") and each.title and each.group for each in AILMENTS)
    assert set(BY_KIND) == set(Kind)
