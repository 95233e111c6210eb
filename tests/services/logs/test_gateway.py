"""What is asked of CloudWatch Logs, and what its answers and refusals become."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.errors import NotFound, PermissionDenied, Throttled
from services.logs import Event, Stream
from services.logs.gateway import LogsGateway
from tests.services.catalog.stubbed import StubbedClients

GROUP = "/aws/sagemaker/Endpoints/demo"


@pytest.fixture
def clients() -> StubbedClients:
    return StubbedClients("logs")


def test_the_newest_streams_are_asked_for_and_one_without_events_has_begun_when_it_was_made(
    clients: StubbedClients,
) -> None:
    rows = [
        {"logStreamName": "A/i-1", "firstEventTimestamp": 1_000, "lastEventTimestamp": 2_000},
        {"logStreamName": "B/i-2", "creationTime": 3_000},
        {"logStreamName": "C"},
    ]
    asked = {"logGroupName": GROUP, "limit": 50, "orderBy": "LastEventTime", "descending": True}
    clients.answer("logs", "describe_log_streams", {"logStreams": rows}, asked)
    with clients.active():
        found = LogsGateway(clients).streams(GROUP)
    assert found == (Stream("A/i-1", 1.0, 2.0), Stream("B/i-2", 3.0, 3.0), Stream("C"))
    assert [each.variant for each in found] == ["A", "B", "C"]


def test_an_empty_last_page_is_turned_back_and_the_way_on_is_that_of_the_first(clients: StubbedClients) -> None:
    asked = {"logGroupName": GROUP, "logStreamName": "s", "limit": 5, "startFromHead": False}
    empty = {"events": [], "nextForwardToken": "f", "nextBackwardToken": "b"}
    clients.answer("logs", "get_log_events", empty, asked)
    full = {"events": [{"timestamp": 1_000, "message": "x"}], "nextForwardToken": "f2", "nextBackwardToken": "b2"}
    clients.answer("logs", "get_log_events", full, asked | {"nextToken": "b"})
    with clients.active():
        piece = LogsGateway(clients).end(GROUP, "s", 5)
    assert (piece.events, piece.token) == ((Event(1.0, "x", "s"),), "f")


def test_what_came_since_is_asked_for_with_the_token(clients: StubbedClients) -> None:
    asked = {"logGroupName": GROUP, "logStreamName": "s", "nextToken": "f", "startFromHead": True}
    clients.answer("logs", "get_log_events", {"events": [{}], "nextForwardToken": "g"}, asked)
    with clients.active():
        piece = LogsGateway(clients).after(GROUP, "s", "f")
    assert (piece.events, piece.token) == ((Event(0.0, "", "s"),), "g")


def test_a_stretch_of_time_is_asked_for_by_the_beginning_of_streams_names_and_without_its_end(
    clients: StubbedClients,
) -> None:
    asked = {"logGroupName": GROUP, "startTime": 1_000, "endTime": 1_999, "logStreamNamePrefix": "A/", "nextToken": "t"}
    row = {"timestamp": 1_500, "message": "x", "logStreamName": "A/i-1"}
    clients.answer("logs", "filter_log_events", {"events": [row]}, asked)
    with clients.active():
        piece = LogsGateway(clients).between(GROUP, 1.0, 2.0, "A/", "t")
    assert (piece.events, piece.token) == ((Event(1.5, "x", "A/i-1"),), "")


CALLS: dict[str, tuple[str, Callable[[LogsGateway], object]]] = {
    "describe_log_streams": ("logs:DescribeLogStreams", lambda gateway: gateway.streams(GROUP)),
    "get_log_events": ("logs:GetLogEvents", lambda gateway: gateway.end(GROUP, "s", 5)),
    "filter_log_events": ("logs:FilterLogEvents", lambda gateway: gateway.between(GROUP, 1.0, 2.0)),
}


@pytest.mark.parametrize("operation", CALLS)
def test_a_refusal_names_the_action_and_other_troubles_are_told_apart(clients: StubbedClients, operation: str) -> None:
    action, call = CALLS[operation]
    for code in ("AccessDeniedException", "ResourceNotFoundException", "ThrottlingException"):
        clients.refuse("logs", operation, code, "No.")
    with clients.active():
        with pytest.raises(PermissionDenied) as caught:
            call(LogsGateway(clients))
        with pytest.raises(NotFound):
            call(LogsGateway(clients))
        with pytest.raises(Throttled):
            call(LogsGateway(clients))
    assert caught.value.action == action
