"""How much capacity a policy wants: arithmetic only.

Target tracking as AWS describes it: out by proportion at once, after `HIGH` readings above the target in a row; in
after `LOW` readings below 90 % of it, at most a quarter of what there is at a time (AWS says only that it is slower).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TRACKING, STEPS = "TargetTrackingScaling", "StepScaling"  # types of policies
HIGH, LOW = 3, 15  # readings, a minute apart
SLACK = 0.9  # of the target, below which capacity may be taken away


@dataclass(frozen=True, slots=True)
class Readings:
    """How many readings in a row were above the target, and how many below 90 % of it."""

    above: int = 0
    below: int = 0

    def with_reading(self, value: float | None, target: float) -> "Readings":
        """A missing value interrupts both."""
        if value is None:
            return Readings()
        above = self.above + 1 if value > target else 0
        return Readings(above, self.below + 1 if value < target * SLACK else 0)


def tracked_out(capacity: int, value: float, target: float) -> int:
    """Return the capacity at which the metric would be at its target; never less than there is."""
    return max(capacity, math.ceil(max(capacity, 1) * value / target))


def tracked_in(capacity: int, value: float, target: float) -> int:
    """Return the capacity after one step down; never so little that the metric would be above its target."""
    needed = math.ceil(capacity * value / target)
    return min(capacity, max(needed, capacity - max(1, capacity // 4)))


def stepped(capacity: int, breach: float, configuration: Mapping[str, Any]) -> int:
    """Return what a step scaling policy wants at a breach (the metric minus the alarm's threshold)."""
    step = step_for(breach, configuration.get("StepAdjustments", ()))
    if step is None:
        return capacity
    kind, amount = configuration["AdjustmentType"], int(step["ScalingAdjustment"])
    if kind == "ExactCapacity":
        return amount
    if kind == "ChangeInCapacity":
        return capacity + amount
    rounded = _whole(capacity * amount / 100)
    least = int(configuration.get("MinAdjustmentMagnitude", 0))
    if amount and abs(rounded) < least:
        rounded = least if amount > 0 else -least
    return capacity + rounded


def step_for(breach: float, steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the adjustment whose interval the breach lies in, or None."""
    for step in steps:
        lower = step.get("MetricIntervalLowerBound", -math.inf)
        upper = step.get("MetricIntervalUpperBound", math.inf)
        inside = lower <= breach < upper if breach >= 0 else lower < breach <= upper
        if inside:
            return step
    return None


def _whole(change: float) -> int:
    """Round a change in percent: toward zero, but what is not zero is at least one."""
    if 0 < abs(change) < 1:
        return 1 if change > 0 else -1
    return math.trunc(change)


def within(capacity: int, least: int, most: int) -> int:
    return max(least, min(most, capacity))
