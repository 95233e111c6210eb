"""The whole: under one deadline, nothing blocks, and whatever goes wrong is unknown with its reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.access import Verdict as May
from services.preflight import Preflight, Topic, Verdict
from services.preflight.found import HeldByEndpoint
from services.preflight.side_by_side import each
from tests.services.deploy.samples import NEW_ROLE, request_for
from tests.services.preflight.world import World, a_pair, denied, holding


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """Calls hang until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_a_call_that_hangs_leaves_its_line_unknown_and_the_others_told(hanging: threading.Event) -> None:
    found = World(hang=hanging).check(request_for(role=NEW_ROLE), deadline=4.0)
    (quota,) = found.about(Topic.QUOTA)
    assert quota.verdict is Verdict.UNKNOWN
    assert "could not be listed in time" in quota.detail
    assert found.about(Topic.PRICE)[0].verdict is Verdict.OK
    assert found.about(Topic.MEMORY)[0].verdict is Verdict.OK
    assert not found.stops


def test_a_check_that_never_ends_is_left_behind_and_says_so(hanging: threading.Event) -> None:
    world = World(may=lambda permission: May.ALLOWED if hanging.wait(30) else May.UNKNOWN)
    (line,) = world.check(request_for(role=NEW_ROLE), deadline=4.0).about(Topic.PERMISSIONS)
    assert line.verdict is Verdict.UNKNOWN
    assert "within 4 s" in line.words


def test_a_quota_of_zero_stops_also_where_what_is_in_use_cannot_be_seen(hanging: threading.Event) -> None:
    world = World(hang=hanging, quotas={"ml.g5.2xlarge for endpoint usage": 0})
    (line,) = world.check(request_for(role=NEW_ROLE), deadline=4.0).about(Topic.QUOTA)
    assert line.verdict is Verdict.STOP
    assert "1 wanted, 0 allowed" in line.words


def test_a_fault_of_our_own_is_unknown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    found = World(list_error=None, role=RuntimeError("oops")).check(request_for(role=NEW_ROLE))
    (line,) = found.about(Topic.ROLE)
    assert line.verdict is Verdict.UNKNOWN
    assert "RuntimeError" in line.detail
    assert "oops" not in line.detail
    assert "A preflight check broke" in caplog.text


def test_an_account_that_may_look_at_nothing_is_told_what_is_known_and_nothing_stops() -> None:
    no = denied("service:Action")
    world = World(role=no, list_error=no, quota_error=no, image=no, objects=no, buckets={}, key=no, topic=no)
    found = world.check(a_pair())
    assert not found.stops
    assert found.about(Topic.PRICE)[0].verdict is Verdict.OK
    unknown = {line.topic for line in found.of(Verdict.UNKNOWN)}
    assert {Topic.QUOTA, Topic.ROLE, Topic.PERMISSIONS} <= unknown
    assert all("service:Action" in line.words + line.detail for line in found.about(Topic.ROLE))


def test_stops_come_first_and_each_part_of_a_pair_is_named() -> None:
    pair = a_pair()
    found = World().check(replace(pair, language=replace(pair.language, endpoint_name="no good!")))
    order = [Verdict.STOP, Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK]
    places = [order.index(line.verdict) for line in found.lines]
    assert places == sorted(places)
    assert found.lines[0].about == "Language model"
    assert found.took_seconds > 0


def test_a_change_of_one_part_is_a_change_of_the_whole_pair() -> None:
    pair = a_pair()
    capacity = [line for line in World().check(pair).about(Topic.CAPACITY) if line.fix]
    assert capacity[0].fix is not None
    assert capacity[0].fix.change == replace(pair, language=replace(pair.language, fallbacks=("ml.g5.4xlarge",)))


def test_everything_is_read_and_nothing_is_remembered_but_what_cannot_change() -> None:
    world = World({"one": holding("ml.g5.2xlarge", 1)}, quotas={"ml.g5.2xlarge for endpoint usage": 2})
    service = world.service()

    def left() -> str:
        found: Preflight = service.check(request_for(role=NEW_ROLE), deadline=20.0)
        return found.about(Topic.QUOTA)[0].words

    assert "1 left" in left()
    world.endpoints["two"] = HeldByEndpoint(holding("ml.g5.2xlarge", 1).instances, 0, 0)
    assert "0 left" in left()
    assert world.described == ["one", "two"]


def test_what_was_asked_of_many_ends_with_the_first_error_or_the_time() -> None:
    def refuse(item: int) -> int:
        raise ValueError(item)

    with pytest.raises(ValueError, match="1"):
        each(refuse, [1], width=4, seconds=10)
    assert each(lambda item: item * 2, [1, 2, 3], width=2, seconds=10) == {1: 2, 2: 4, 3: 6}
    event = threading.Event()
    try:
        assert each(lambda item: event.wait(30), [1, 2], width=2, seconds=0.05) == {}
    finally:
        event.set()
