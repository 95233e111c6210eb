"""One call of the sagemaker-runtime client, and each way it can go wrong, through a real boto3 client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from botocore.stub import Stubber, UnStubbedResponseError

from services import errors
from services.inference import MAX_BODY_BYTES, Contract, Family, Runtime
from services.inference.runtime import TIMED_OUT, request_for
from tests.services.inference.doubles import FakeClient, RawBody, answer_with, frame

TGI = Contract(Family.TGI)
STREAM = "InvokeEndpointWithResponseStream"


@pytest.fixture
def client() -> Iterator[Any]:
    made = boto3.client(
        "sagemaker-runtime",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"mode": "standard", "max_attempts": 1}),
    )
    yield made
    made.close()


def invoke(client: Any, contract: Contract = TGI) -> Any:
    return Runtime(lambda: client).invoke("demo", b"{}", contract)


def test_an_answer_comes_with_its_variant_and_its_milliseconds(client: Any) -> None:
    times = iter([1.0, 1.125, 1.25])
    with Stubber(client) as stubber:
        stubber.add_response(
            "invoke_endpoint",
            {
                "Body": RawBody([b'{"x":1}']),
                "ContentType": "application/json",
                "InvokedProductionVariant": "AllTraffic",
            },
            {"EndpointName": "demo", "Body": b"{}", "ContentType": "application/json", "Accept": "application/json"},
        )
        reply = Runtime(lambda: client, lambda: next(times)).invoke("demo", b"{}", TGI)
        stubber.assert_no_pending_responses()
    assert (reply.body, reply.variant, reply.milliseconds) == (b'{"x":1}', "AllTraffic", 250.0)
    assert reply.first_byte_ms == 125.0


def test_the_contract_adds_the_licence_and_the_component_and_nothing_else() -> None:
    plain = request_for("demo", b"{}", TGI)
    assert not {"CustomAttributes", "InferenceComponentName"} & set(plain)
    full = request_for("demo", b"{}", Contract(Family.TGI, accept_eula=True, inference_component="part"))
    assert full["CustomAttributes"] == "accept_eula=true"
    assert full["InferenceComponentName"] == "part"


def test_a_body_over_the_limit_is_refused_before_it_is_sent() -> None:
    client = FakeClient(lambda _: b"{}")
    with pytest.raises(errors.InvalidRequest, match="6,291,456"):
        Runtime(lambda: client).invoke("demo", b"x" * (MAX_BODY_BYTES + 1), TGI)
    assert client.requests == []
    Runtime(lambda: client).invoke("demo", b"x" * MAX_BODY_BYTES, TGI)
    assert len(client.requests) == 1


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("ValidationError", "Endpoint demo of account 123456789012 not found.", errors.NotFound),
        ("ValidationException", "Could not find endpoint.", errors.NotFound),
        ("ValidationError", "Inference Component Name header is required for endpoints …", errors.InvalidRequest),
        ("ValidationError", "1 validation error detected", errors.InvalidRequest),
        ("ModelNotReadyException", "Model is loading", errors.EndpointNotReady),
        ("ThrottlingException", "Rate exceeded", errors.Throttled),
        ("ServiceUnavailable", "Try later", errors.ServiceFailure),
        ("InternalFailure", "Oops", errors.ServiceFailure),
        ("InternalDependencyException", "Oops", errors.ServiceFailure),
        ("ExpiredTokenException", "The security token included in the request is expired", errors.ExpiredCredentials),
        ("UnrecognizedClientException", "invalid token", errors.InvalidCredentials),
        ("AccessDeniedException", "is not authorized to perform: sagemaker:InvokeEndpoint", errors.PermissionDenied),
    ],
)
def test_each_service_error_has_its_meaning(client: Any, code: str, message: str, kind: type[Exception]) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke_endpoint", code, message)
        with pytest.raises(kind) as caught:
            invoke(client)
    assert type(caught.value) is kind
    assert "demo" in str(caught.value)


def test_a_model_error_carries_the_containers_status_and_words(client: Any) -> None:
    answer = {"Message": "Received server error (500) from primary", "OriginalMessage": "CUDA out of memory"}
    body = RawBody([json.dumps({**answer, "OriginalStatusCode": 500, "LogStreamArn": "arn:x"}).encode()])
    answer_with(client, "InvokeEndpoint", 424, body, {"x-amzn-ErrorType": "ModelError"})
    with pytest.raises(errors.ModelFailed) as caught:
        invoke(client)
    assert (caught.value.status, caught.value.original) == (500, "CUDA out of memory")


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ('Received client error (422) from primary with message "too long". See https://…', 422),
        ("Your invocation timed out while waiting for a response from container primary.", TIMED_OUT),
        ("Something else", 0),
    ],
)
def test_a_model_error_without_fields_is_read_from_its_message(client: Any, message: str, status: int) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke_endpoint", "ModelError", message)
        with pytest.raises(errors.ModelFailed) as caught:
            invoke(client)
    assert (caught.value.status, caught.value.original) == (status, message)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (EndpointConnectionError(endpoint_url="https://x"), errors.Unreachable),
        (ReadTimeoutError(endpoint_url="https://x"), errors.ModelFailed),
        (NoCredentialsError(), errors.MissingCredentials),
    ],
)
def test_each_transport_error_has_its_meaning(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        invoke(FakeClient(lambda _: error))


def test_an_unstubbed_call_is_never_taken_for_an_answer(client: Any) -> None:
    with Stubber(client), pytest.raises(UnStubbedResponseError):
        invoke(client)


def parts_of(client: Any) -> list[bytes]:
    return list(Runtime(lambda: client).open(request_for("demo", b"{}", TGI)))


def test_frames_cut_anywhere_by_the_network_give_the_same_parts(client: Any) -> None:
    raw = frame(b"data: one") + frame("zwö".encode()) + frame(b"")
    for position in range(1, len(raw)):
        body = RawBody([raw[:position], raw[position:]])
        undo = answer_with(client, STREAM, 200, body)
        assert b"".join(parts_of(client)) == "data: onezwö".encode()
        assert body.closed
        undo()


@pytest.mark.parametrize(
    ("payload", "kind", "words"),
    [
        ({"Message": "boom", "ErrorCode": "ModelInvocationTimeExceeded"}, "ModelStreamError", "boom"),
        ({"Message": "inner"}, "InternalStreamFailure", "inner"),
    ],
)
def test_an_error_frame_breaks_the_stream(client: Any, payload: Any, kind: str, words: str) -> None:
    raw = frame(b"one") + frame(json.dumps(payload).encode(), kind, "exception")
    answer_with(client, STREAM, 200, RawBody([raw]))
    parts = Runtime(lambda: client).open(request_for("demo", b"{}", TGI))
    assert next(parts) == b"one"
    with pytest.raises(errors.StreamBroken, match=words):
        next(parts)


def test_an_error_event_as_a_dictionary_breaks_the_stream() -> None:
    client = FakeClient(lambda _: b"", [b"one", {"ModelStreamError": {"Message": "boom", "ErrorCode": "StreamBroken"}}])
    parts = Runtime(lambda: client).open(request_for("demo", b"{}", TGI))
    assert next(parts) == b"one"
    with pytest.raises(errors.StreamBroken, match="boom"):
        next(parts)


@pytest.mark.parametrize(
    "error",
    [
        urllib3.exceptions.ProtocolError("Connection broken"),
        urllib3.exceptions.ReadTimeoutError(None, "/", "Read timed out."),  # type: ignore[arg-type]
        ConnectionResetError(),
    ],
)
def test_a_cut_connection_breaks_the_stream_and_closes_it(client: Any, error: Exception) -> None:
    body = RawBody([frame(b"one"), error])
    answer_with(client, STREAM, 200, body)
    with pytest.raises(errors.StreamBroken, match="cut"):
        parts_of(client)
    assert body.closed


def test_a_stream_that_nobody_reads_on_is_closed(client: Any) -> None:
    body = RawBody([frame(b"one"), frame(b"two")])
    answer_with(client, STREAM, 200, body)
    parts = Runtime(lambda: client).open(request_for("demo", b"{}", TGI))
    assert next(parts) == b"one"
    parts.close()
    assert body.closed


@pytest.mark.parametrize("raw", [frame(b"whole")[:-4] + b"abcd", b"<html>this is no event stream</html>"])
def test_bytes_that_are_no_event_stream_break_the_stream(client: Any, raw: bytes) -> None:
    undo = answer_with(client, "InvokeEndpointWithResponseStream", 200, RawBody([frame(b"begun"), raw]))
    parts = Runtime(lambda: client).open(request_for("e", b"{}", Contract(Family.TGI)))
    assert next(parts) == b"begun"
    with pytest.raises(errors.StreamBroken):
        list(parts)
    undo()


def test_a_stream_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.inference.runtime.MAX_ANSWER_BYTES", 1000)
    endless = Runtime(lambda: FakeClient(lambda _: b"", [b"x" * 90] * 1000))
    parts = endless.open(request_for("e", b"{}", Contract(Family.TGI)))
    assert sum(len(next(parts)) for _ in range(11)) == 990
    with pytest.raises(errors.StreamBroken, match="not ended"):
        next(parts)


def test_an_answer_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.inference.runtime.MAX_ANSWER_BYTES", 1000)
    with pytest.raises(errors.UnknownAnswer, match="too large"):
        Runtime(lambda: FakeClient(lambda _: b"x" * 1001)).invoke("e", b"{}", Contract(Family.TEI))
