"""Hours tell what their minutes add up to, whenever these were written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.cloudwatch.statistics import Periods, statistic
from sandbox.telemetry import Shape
from sandbox.telemetry.hours import HOUR
from sandbox.telemetry.metrics import Metric
from sandbox.world import World
from tests.sandbox.telemetry.conftest import NOW, REGION, a_world, hosted

START = int(NOW) // HOUR * HOUR - 5 * HOUR
PLAIN = ("Sum", "SampleCount", "Minimum", "Maximum", "Average")
CHAT = (("EndpointName", "chat"), ("VariantName", "AllTraffic"))
OWN = Metric("own", "m", ())


def told(world: World, metric: Metric, stat: str, *, until: float, by_hours: bool) -> tuple[list[float], list[float]]:
    points = world.meters.points(REGION, metric, START, until, "", HOUR if by_hours else 60)
    at, values = Periods(points, HOUR).reckoned(statistic(stat))
    return at.tolist(), values.tolist()


def check(world: World, metric: Metric, *stats: str, until: float = NOW + 60, about: float = 1e-9) -> None:
    """By hours and by minutes the same is told."""
    for stat in stats:
        by_hours, by_minutes = (told(world, metric, stat, until=until, by_hours=by) for by in (True, False))
        assert by_hours[0] == by_minutes[0] != [], (metric.name, stat)
        assert by_hours[1] == pytest.approx(by_minutes[1], rel=about), (metric.name, stat)


@pytest.fixture
def busy(world: World) -> World:
    """Four hours of an endpoint, and minutes of a fifth that goes on."""
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.g5.xlarge", 2, START - 60, kind="variant")
    for minute in range(4 * 60 + 20):
        if minute % 7:
            shape = Shape(model_microseconds=50_000.0 + 300 * minute, failed=minute % 3, refused=minute % 2)
            count = 3 + minute * 37 % 90
            world.meters.traffic(REGION, "chat", "AllTraffic", START + minute * 60, count, shape)
    return world


@pytest.mark.parametrize("until", [NOW + 60, START + 2 * HOUR, START + 2 * HOUR + 600, START + HOUR + 60])
def test_counts_and_latencies_by_hours_are_those_of_the_minutes(busy: World, until: float) -> None:
    for name in ("Invocations", "Invocation5XXErrors", "Invocation4XXErrors", "InvocationModelErrors"):
        check(busy, Metric("AWS/SageMaker", name, CHAT), *PLAIN, until=until)
    for name in ("ModelLatency", "OverheadLatency"):
        metric = Metric("AWS/SageMaker", name, CHAT)
        check(busy, metric, *PLAIN, until=until)
        check(busy, metric, "p50", "p75", "p90", "p95", "p99", "p100", until=until, about=0.02)
        check(busy, metric, "tm90", until=until, about=0.05)


def test_machines_and_shares_by_hours_are_those_of_the_minutes(busy: World) -> None:
    for name in ("CPUUtilization", "GPUUtilization", "MemoryUtilization"):
        check(busy, Metric("/aws/sagemaker/Endpoints", name, CHAT), *PLAIN, about=1e-6)
    each = [Metric("AWS/SageMaker", name, CHAT) for name in ("InvocationsPerInstance", "ConcurrentRequestsPerModel")]
    for metric in each:
        check(busy, metric, *PLAIN)
    busy.meters.serving(REGION, "chat", "AllTraffic", "ml.g5.xlarge", 5, START + 90 * 60, kind="variant")
    for metric in each:
        check(busy, metric, *PLAIN)


def test_an_hour_that_changes_later_is_told_as_it_is(busy: World) -> None:
    calls = Metric("AWS/SageMaker", "Invocations", CHAT)
    before = told(busy, calls, "Sum", until=NOW, by_hours=True)[1]
    busy.meters.traffic(REGION, "chat", "AllTraffic", START + 60, 10_000)
    after = told(busy, calls, "Sum", until=NOW, by_hours=True)[1]
    assert after[0] > before[0] + 9_000
    assert after[1:] == before[1:]
    check(busy, calls, *PLAIN)


def test_hours_outlive_a_restart_and_go_on(tmp_path: Path) -> None:
    first = a_world(path=tmp_path / "state")
    calls = Metric("AWS/SageMaker", "Invocations", CHAT)
    for minute in range(90):
        first.meters.traffic(REGION, "chat", "AllTraffic", START + minute * 60, 2)
    first.close()
    again = a_world(path=tmp_path / "state")
    for minute in range(90, 150):
        again.meters.traffic(REGION, "chat", "AllTraffic", START + minute * 60, 2)
    assert told(again, calls, "Sum", until=NOW, by_hours=True)[1] == [120.0, 120.0, 60.0]
    check(again, calls, *PLAIN)
    again.close()


def test_the_running_hour_follows_every_invocation(world: World, invoke: Callable[..., None]) -> None:
    calls = Metric("AWS/SageMaker", "Invocations", CHAT)
    for number in (1, 2, 3):
        invoke()
        assert told(world, calls, "Sum", until=NOW + 60, by_hours=True)[1] == [float(number)]
    world.advance(HOUR)
    invoke(times=2)
    assert told(world, calls, "Sum", until=NOW + 2 * HOUR, by_hours=True)[1] == [3.0, 2.0]


def test_what_is_too_old_is_forgotten_by_hours_and_by_minutes(world: World) -> None:
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 1, START, kind="variant")
    world.meters.invoked(hosted(), status=200, model_microseconds=1.0, overhead_microseconds=1.0, log_line="")
    world.meters.put(REGION, "own", "m", {}, 1.0, "Count", NOW)
    world.meters.gone(REGION, "chat", NOW + 60)
    world.advance(70 * 86_400)
    world.meters.flush()
    world.meters.put(REGION, "own", "m", {}, 2.0, "Bytes", world.clock.now())
    assert world.meters.listed(REGION, 0.0) == [OWN]
    assert world.meters.units(REGION, OWN) == "Bytes"
    for period in (60, HOUR):
        points = world.meters.points(REGION, OWN, START, world.clock.now() + 60, "", period)
        assert points.total.tolist() == [2.0]


VALUE = st.floats(-1e6, 1e6, width=32)
STEP = st.tuples(st.integers(0, 4 * 60), st.lists(VALUE, min_size=1, max_size=40), st.booleans())


@given(st.lists(STEP, min_size=1, max_size=12))
@settings(deadline=None, max_examples=60)
def test_in_whatever_order_values_come_hours_are_those_of_minutes(
    steps: list[tuple[int, list[float], bool]],
) -> None:
    world = a_world()
    for minute, values, flushed in steps:
        for value in values:
            world.meters.put(REGION, "own", "m", {}, value, "None", START + minute * 60)
        if flushed:
            world.meters.flush()
            told(world, OWN, "Sum", until=NOW, by_hours=True)
    for stat in ("SampleCount", "Minimum", "Maximum"):
        check(world, OWN, stat)
    by_hours, by_minutes = (told(world, OWN, "Sum", until=NOW, by_hours=by)[1] for by in (True, False))
    np.testing.assert_allclose(by_hours, by_minutes, rtol=1e-9, atol=1e-3)
    world.close()
