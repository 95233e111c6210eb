"""Faults as a caller of an endpoint meets them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError, HTTPClientError
from urllib3.exceptions import ProtocolError

from sandbox.faults import Kind
from tests.sandbox.runtime.whole import Whole, variant

BODY = json.dumps({"inputs": "one two three four", "stream": True})


@pytest.fixture
def deployed(whole: Whole) -> Whole:
    whole.model("m", SANDBOX_TOKEN_DELAY="0")
    whole.endpoint("e", variant("m"))
    return whole


def invoke(whole: Whole) -> Any:
    runtime = whole.client("sagemaker-runtime")
    return runtime.invoke_endpoint(EndpointName="e", Body='{"inputs": "a"}', ContentType="application/json")


def stream(whole: Whole, got: list[bytes]) -> None:
    runtime = whole.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint_with_response_stream(EndpointName="e", Body=BODY, ContentType="application/json")
    try:
        got.extend(event["PayloadPart"]["Bytes"] for event in answer["Body"])
    finally:
        answer["Body"].close()


@pytest.mark.parametrize(
    ("kind", "value", "code", "status"),
    [
        (Kind.THROTTLING, 0, "ThrottlingException", 400),
        (Kind.EXPIRED_TOKEN, 0, "ExpiredTokenException", 403),
        (Kind.DENIED_ACTION, 0, "AccessDeniedException", 403),
        (Kind.SERVER_ERROR, 0, "InternalFailure", 500),
        (Kind.SERVER_ERROR, 503, "ServiceUnavailable", 503),
        (Kind.SERVER_ERROR, 424, "ModelError", 424),
    ],
)
def test_each_refusal_has_awss_code_and_status(
    deployed: Whole, kind: Kind, value: float, code: str, status: int
) -> None:
    deployed.fault(kind, service="sagemaker-runtime", value=float(value))
    with pytest.raises(ClientError) as caught:
        invoke(deployed)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_denied_action_is_named(deployed: Whole) -> None:
    deployed.fault(Kind.DENIED_ACTION, resource="sagemaker:InvokeEndpoint")
    with pytest.raises(
        ClientError, match=r"not authorized to perform: sagemaker:InvokeEndpoint on resource: .*endpoint/e"
    ):
        invoke(deployed)


def test_a_fault_strikes_the_endpoint_it_names_and_so_often(deployed: Whole) -> None:
    deployed.fault(Kind.THROTTLING, resource="other")
    deployed.fault(Kind.SERVER_ERROR, resource="e", left=1)
    with pytest.raises(ClientError, match="InternalFailure"):
        invoke(deployed)
    assert invoke(deployed)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_failing_container_is_a_model_error_that_is_counted(deployed: Whole) -> None:
    deployed.fault(Kind.SERVER_ERROR, value=424.0, resource="e")
    with pytest.raises(ClientError) as caught:
        invoke(deployed)
    assert caught.value.response["OriginalStatusCode"] == 500
    assert "Received server error (500) from primary" in caught.value.response["Error"]["Message"]


def test_a_reset_cuts_the_connection_without_an_answer(deployed: Whole) -> None:
    deployed.fault(Kind.CONNECTION_RESET, service="sagemaker-runtime", left=1)
    with pytest.raises(HTTPClientError):
        invoke(deployed)
    assert invoke(deployed)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_cut_stream_ends_in_an_event_after_what_was_said(deployed: Whole) -> None:
    deployed.fault(Kind.CUT_STREAM)
    got: list[bytes] = []
    with pytest.raises(EventStreamError, match="ModelStreamError"):
        stream(deployed, got)
    assert b"echo" in b"".join(got)
    assert b'generated_text":"' not in b"".join(got)


def test_a_dead_stream_ends_without_a_word(deployed: Whole) -> None:
    deployed.fault(Kind.CUT_STREAM, value=1.0)
    got: list[bytes] = []
    with pytest.raises(ProtocolError, match="Connection broken"):
        stream(deployed, got)


def test_a_slow_stream_comes_to_its_end(deployed: Whole) -> None:
    deployed.fault(Kind.SLOW_STREAM, value=0.001)
    got: list[bytes] = []
    stream(deployed, got)
    assert b"echo: one two three four" in b"".join(got)
