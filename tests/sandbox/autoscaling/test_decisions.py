"""The arithmetic of scaling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.autoscaling.decisions import HIGH, LOW, Readings, stepped, tracked_in, tracked_out, within


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
