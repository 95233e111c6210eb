"""What an endpoint cost while it was scaled: from when which variant had how many instances. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.costs.reckoning import Stretch, changed


@dataclass(frozen=True, slots=True)
class Activity:
    """A variant was given so many instances by auto scaling."""

    at: datetime
    variant: str
    count: int


def scaled(
    began: datetime,
    first: Mapping[str, int],
    each: Mapping[str, float | None],
    activities: Iterable[Activity],
) -> tuple[Stretch, ...]:
    """The stretches of an endpoint from `began`, with `first` instances by variant.

    each    USD an hour of one instance of a variant; None is unknown
    """
    counts = dict(first)
    found: tuple[Stretch, ...] = (Stretch(began, _hourly(counts, each)),)
    for activity in sorted(activities, key=lambda one: one.at):
        if activity.at < began or activity.variant not in counts:
            continue
        counts[activity.variant] = activity.count
        found = changed(found, activity.at, _hourly(counts, each))
    return found


def _hourly(counts: Mapping[str, int], each: Mapping[str, float | None]) -> float | None:
    costs = [0.0 if not count else None if (one := each.get(name)) is None else count * one
             for name, count in counts.items()]  # fmt: skip
    return None if any(cost is None for cost in costs) else sum(cost or 0.0 for cost in costs)
