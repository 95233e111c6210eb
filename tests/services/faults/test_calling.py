"""Faults of calls to AWS and to endpoints, in the console's words."""

import pytest

from sandbox.faults import Kind
from services.console import Console
from services.errors import (
    ExpiredCredentials,
    PermissionDenied,
    SagedeckError,
    ServiceFailure,
    StreamBroken,
    Throttled,
    Unreachable,
)
from services.inference import Message
from services.sandbox_control import SandboxControl
from tests.services.faults.told import (
    fitting,
)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.THROTTLING, 0.0, Throttled),
        (Kind.SERVER_ERROR, 500.0, ServiceFailure),
        (Kind.SERVER_ERROR, 503.0, ServiceFailure),
        (Kind.CONNECTION_RESET, 0.0, Unreachable),
        (Kind.EXPIRED_TOKEN, 0.0, ExpiredCredentials),
        (Kind.DENIED_ACTION, 0.0, PermissionDenied),
    ],
)
def test_a_call_that_fails_is_told_in_our_words(
    console: Console, faults: SandboxControl, kind: Kind, value: float, expected: type[SagedeckError]
) -> None:
    faults.set_fault(kind, service="sagemaker", value=value)
    with pytest.raises(expected) as caught:
        console.endpoints.list_endpoints()
    fitting(caught.value)
    if isinstance(caught.value, PermissionDenied):
        assert caught.value.action == "sagemaker:ListEndpoints"


def test_answers_that_come_late_are_waited_for(console: Console, faults: SandboxControl) -> None:
    faults.set_fault(Kind.SLOW_ANSWER, service="sagemaker", value=0.2)
    assert console.endpoints.list_endpoints() is not None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.THROTTLING, Throttled),
        (Kind.SERVER_ERROR, ServiceFailure),
        (Kind.CONNECTION_RESET, Unreachable),
        (Kind.EXPIRED_TOKEN, ExpiredCredentials),
        (Kind.DENIED_ACTION, PermissionDenied),
    ],
)
def test_an_invocation_that_fails_is_told_in_our_words(
    console: Console, faults: SandboxControl, talker: str, kind: Kind, expected: type[SagedeckError]
) -> None:
    faults.set_fault(kind, service="sagemaker-runtime")
    with pytest.raises(SagedeckError) as caught:
        list(console.stream(talker, [Message("user", "What is a lighthouse?")]))
    assert isinstance(fitting(caught.value), expected)


def test_a_stream_that_breaks_off_keeps_what_had_come(console: Console, faults: SandboxControl, talker: str) -> None:
    faults.set_fault(Kind.CUT_STREAM)
    for value in (0.0, 1.0):
        faults.set_fault(Kind.CUT_STREAM, value=value)
        with pytest.raises(StreamBroken) as caught:
            list(console.stream(talker, [Message("user", "Tell me of lighthouses, at length.")]))
        fitting(caught.value)


def test_a_slow_stream_comes_whole(console: Console, faults: SandboxControl, talker: str) -> None:
    faults.set_fault(Kind.SLOW_STREAM, value=0.01)
    said = "".join(delta.text for delta in console.stream(talker, [Message("user", "hello")]))
    assert said
