"""Traffic of many endpoints: shown as far as it is known, read once for everybody, and not too often."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from services.endpoints import EndpointDetail, Variant
from services.errors import PermissionDenied, SagedeckError
from services.metrics import Traffic, TrafficBoard, Window

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
WAIT = 20.0


def endpoint(name: str, variant: str = "A") -> EndpointDetail:
    return EndpointDetail(
        name=name, arn=f"arn:{name}", url="", status="InService", created=MOMENT, modified=MOMENT, config_name=name,
        variants=(Variant(name=variant, model_name="m", instance_type="ml.m5.large", count=1, desired=1),),
    )  # fmt: skip


class Cloud:
    """Answers with one request for each; writes down who was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.problem: SagedeckError | None = None
        self.now = 0.0
        self.go = threading.Event()
        self.go.set()

    def read(self, details: Iterable[EndpointDetail]) -> Mapping[str, Traffic]:
        self.asked.append([each.name for each in details])
        self.go.wait(WAIT)
        if self.problem:
            raise self.problem
        return {name: Traffic(window=Window(0, 60, 60), invocations=(1.0,)) for name in self.asked[-1]}


def board_of(cloud: Cloud) -> TrafficBoard:
    return TrafficBoard(cloud.read, lambda: cloud.now)


def test_nobody_waits_and_what_is_read_is_shown_at_the_next_look() -> None:
    cloud = Cloud()
    cloud.go.clear()
    board = board_of(cloud)
    first = board.look([endpoint("a"), endpoint("b")])
    assert (dict(first.traffic), first.waiting) == ({}, 2)
    board.look([endpoint("a"), endpoint("b")])
    cloud.go.set()
    seen = board.settled(WAIT, [endpoint("a"), endpoint("b")])
    assert (set(seen.traffic), seen.waiting, seen.problem) == ({"a", "b"}, 0, None)
    assert cloud.asked == [["a", "b"]]


def test_only_what_is_missing_or_old_is_asked_for() -> None:
    cloud = Cloud()
    board = board_of(cloud)
    board.settled(WAIT, [endpoint("a")])
    board.settled(WAIT, [endpoint("a"), endpoint("b")])
    cloud.now = 299.0
    board.settled(WAIT, [endpoint("a"), endpoint("b", variant="another")])
    cloud.now = 301.0
    board.settled(WAIT, [endpoint("a")])
    assert cloud.asked == [["a"], ["b"], ["b"], ["a"]]


def test_asking_for_it_does_not_read_what_is_younger_than_a_minute() -> None:
    cloud = Cloud()
    board = board_of(cloud)
    board.settled(WAIT, [endpoint("a")])
    cloud.now = 59.0
    board.forget()
    board.settled(WAIT, [endpoint("a")])
    assert cloud.asked == [["a"]]
    cloud.now = 61.0
    board.forget()
    board.settled(WAIT, [endpoint("a")])
    assert cloud.asked == [["a"], ["a"]]


def test_what_may_not_be_read_is_said_and_tried_again_after_a_minute() -> None:
    cloud = Cloud()
    cloud.problem = PermissionDenied("No.", action="cloudwatch:GetMetricData")
    board = board_of(cloud)
    seen = board.settled(WAIT, [endpoint("a")])
    assert seen.problem is cloud.problem
    assert (dict(seen.traffic), seen.waiting) == ({}, 0)
    board.settled(WAIT, [endpoint("a")])
    assert cloud.asked == [["a"]]
    cloud.problem, cloud.now = None, 61.0
    seen = board.settled(WAIT, [endpoint("a")])
    assert seen.problem is None
    assert set(seen.traffic) == {"a"}
