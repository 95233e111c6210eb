"""The arithmetic of scaling, and when schedules fire."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.autoscaling.decisions import HIGH, LOW, Readings, stepped, tracked_in, tracked_out, within
from sandbox.autoscaling.schedules import BadSchedule, next_after, zone


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_capacity_grows_in_proportion_to_the_metric() -> None:
    assert tracked_out(2, 100, 50) == 4
    assert tracked_out(3, 51, 50) == 4
    assert tracked_out(0, 10, 5) == 2


def test_capacity_shrinks_by_a_quarter_at_most_and_never_above_the_target() -> None:
    assert tracked_in(8, 0, 50) == 6
    assert tracked_in(1, 0, 50) == 0
    assert tracked_in(8, 44, 50) == 8
    assert tracked_in(8, 40, 50) == 7


@given(st.integers(1, 500), st.floats(0, 1e6), st.floats(0.01, 1e5))
def test_out_never_shrinks_and_in_never_grows(capacity: int, value: float, target: float) -> None:
    assert tracked_out(capacity, value, target) >= capacity
    smaller = tracked_in(capacity, value, target)
    assert 0 <= smaller <= capacity
    if value <= target:
        assert smaller * target >= capacity * value * (1 - 1e-9) or smaller == capacity


@given(st.integers(-10, 1000), st.integers(0, 50), st.integers(0, 50))
def test_bounds_hold_whatever_is_wanted(wanted: int, one: int, other: int) -> None:
    least, most = sorted((one, other))
    assert least <= within(wanted, least, most) <= most


def test_three_readings_above_and_fifteen_below_are_needed_in_a_row() -> None:
    readings = Readings()
    for value in (60.0, 60.0, 40.0, 60.0, 60.0, 60.0):
        readings = readings.with_reading(value, 50)
    assert readings == Readings(HIGH, 0)
    for _ in range(LOW):
        readings = readings.with_reading(10.0, 50)
    assert readings == Readings(0, LOW)
    assert readings.with_reading(47.0, 50) == Readings()
    assert readings.with_reading(None, 50) == Readings()


@pytest.mark.parametrize(
    ("capacity", "breach", "configuration", "wanted"),
    [
        (0, 0.5, {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"ScalingAdjustment": 1}]}, 1),
        (7, 0, {"AdjustmentType": "ExactCapacity", "StepAdjustments": [{"ScalingAdjustment": 2}]}, 2),
        (10, 0, {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": [{"ScalingAdjustment": 25}]}, 12),
        (2, 0, {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": [{"ScalingAdjustment": 10}]}, 3),
        (9, 0, {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": [{"ScalingAdjustment": -5}]}, 8),
        (
            4,
            0,
            {
                "AdjustmentType": "PercentChangeInCapacity",
                "StepAdjustments": [{"ScalingAdjustment": 25}],
                "MinAdjustmentMagnitude": 3,
            },
            7,
        ),
    ],
)
def test_steps_change_capacity_as_their_kind_says(
    capacity: int, breach: float, configuration: dict[str, object], wanted: int
) -> None:
    assert stepped(capacity, breach, configuration) == wanted


def test_the_step_is_the_one_whose_interval_the_breach_lies_in() -> None:
    steps = [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 10, "ScalingAdjustment": 3},
    ]
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps}
    assert [stepped(5, breach, configuration) for breach in (0, 9.9, 10, 99, -1)] == [6, 6, 8, 8, 5]


@pytest.mark.parametrize(
    ("expression", "after", "fires"),
    [
        ("cron(0 8 ? * MON-FRI *)", "2026-11-20T09:00:00", "2026-11-23T08:00:00"),
        ("cron(0/15 * * * ? *)", "2026-11-20T09:16:00", "2026-11-20T09:30:00"),
        ("cron(0 0 L * ? *)", "2026-02-01T00:00:00", "2026-02-28T00:00:00"),
        ("cron(30 6 ? * 6L *)", "2026-11-20T00:00:00", "2026-11-27T06:30:00"),
        ("cron(0 12 ? * TUE#2 2027)", "2026-11-20T00:00:00", "2027-01-12T12:00:00"),
        ("cron(0 9 1W * ? *)", "2026-07-31T12:00:00", "2026-08-03T09:00:00"),
        ("at(2026-12-01T10:00:00)", "2026-11-20T00:00:00", "2026-12-01T10:00:00"),
        ("rate(2 hours)", "2026-11-20T03:00:00", "2026-11-20T04:00:00"),
    ],
)
def test_a_schedule_fires_next_when_it_says(expression: str, after: str, fires: str) -> None:
    assert next_after(expression, _at(after), begun=_at("2026-11-20T00:00:00")) == _at(fires)


def test_a_time_zone_moves_a_schedule_with_its_summer_time() -> None:
    summer = next_after("cron(0 8 * * ? *)", _at("2026-07-01T00:00:00"), begun=0, where=zone("Europe/Vienna"))
    winter = next_after("cron(0 8 * * ? *)", _at("2026-12-01T00:00:00"), begun=0, where=zone("Europe/Vienna"))
    assert (summer, winter) == (_at("2026-07-01T06:00:00"), _at("2026-12-01T07:00:00"))


def test_what_lies_in_the_past_never_fires() -> None:
    assert next_after("at(2020-01-01T00:00:00)", _at("2026-11-20T00:00:00"), begun=0) is None
    assert next_after("cron(0 0 1 1 ? 2020)", _at("2026-11-20T00:00:00"), begun=0) is None


@pytest.mark.parametrize(
    "expression",
    ["", "rate(0 minutes)", "rate(5 parsecs)", "cron(0 8 * * * *)", "cron(61 8 * * ? *)", "at(2026-13-01T00:00:00)"],
)
def test_a_schedule_that_says_nothing_is_refused(expression: str) -> None:
    with pytest.raises(BadSchedule):
        next_after(expression, 0.0, begun=0.0)
    with pytest.raises(BadSchedule):
        zone("Middle/Earth")
