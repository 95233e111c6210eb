"""What would be predicted if one value were another: the rows of a sweep over one feature, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.autopilot.using.answers import Answer
from services.autopilot.using.schema import NUMERIC, Feature, Schema

POINTS = 25
MOST_VALUES = 30


@dataclass(frozen=True, slots=True)
class Moved:
    """One value of the feature that was changed, and the answer to the row with it."""

    value: str
    answer: Answer


def values_of(feature: Feature, points: int = POINTS) -> tuple[str, ...]:
    """Values to try: evenly over what nine of ten rows had, or each that was seen; () where there is nothing to try."""
    low, high = feature.at(0.05), feature.at(0.95)
    if feature.kind != NUMERIC:
        return feature.choices[:MOST_VALUES]
    if low is None or high is None:
        return ()
    if high <= low:
        low, high = feature.at(0.0) or 0.0, feature.at(1.0) or 0.0
    return between(low, high, points, whole=feature.whole)


def between(low: float, high: float, points: int = POINTS, *, whole: bool = False) -> tuple[str, ...]:
    """Numbers from `low` to `high`, both included, each once."""
    steps = max(1, points - 1)
    numbers = [low + (high - low) * step / steps for step in range(steps + 1)]
    texts = [f"{round(each)}" if whole else f"{each:.6g}" for each in numbers]
    return tuple(dict.fromkeys(texts))


def swept(schema: Schema, row: Sequence[str], name: str, values: Sequence[str]) -> list[list[str]]:
    """The row with each of these values in that feature."""
    place = schema.names.index(name)
    return [[*row[:place], value, *row[place + 1 :]] for value in values]


def moved(values: Sequence[str], answers: Sequence[Answer]) -> tuple[Moved, ...]:
    """Values with what came of them."""
    return tuple(Moved(value, answer) for value, answer in zip(values, answers, strict=True))


def lines_of(found: Sequence[Moved], *, regression: bool) -> dict[str, list[float | None]]:
    """What a chart draws: the prediction by value, or a line a label with its probability.

    Where an endpoint tells no probabilities there is no line, only labels.
    """
    if regression:
        return {"prediction": [each.answer.number for each in found]}
    labels = list(dict.fromkeys(label for each in found for label, _ in each.answer.scores))
    return {label: [dict(each.answer.scores).get(label) for each in found] for label in labels}
