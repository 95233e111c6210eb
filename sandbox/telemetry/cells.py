"""Cells: what was measured in one minute (or second), as a row of numbers; and the same while it is being filled.

A row keeps count, sum, extremes and sixteen values for percentiles (`samples`).
"""

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sandbox.telemetry.samples import MINUTE_RANKS, SHARES

POINTS = len(MINUTE_RANKS)
SAMPLES = 256  # values kept of a minute while it is filled; beyond it the latest stand for the rest


def spread_members(name: str, number: str, points: int) -> list[tuple[Any, ...]]:
    """Return a spread's members in a row; `number` is the type of its `points` values."""
    sums = [(f"{name}_{member}", "f8") for member in ("count", "total", "least", "most")]
    return [*sums, (f"{name}_points", number, (points,))]


VALUES = np.dtype([("at", "u4"), *spread_members("value", "f8", POINTS)])
COUNTS = ("n", "refused", "failed", "broken", "concurrency")
TRAFFIC = np.dtype([
    ("at", "u4"), *((name, "u4") for name in COUNTS), *spread_members("model", "f4", POINTS),
    *spread_members("over", "f4", POINTS),
])  # fmt: skip


@dataclass(slots=True)
class Spread:
    """Count, sum, extremes and a sample of values."""

    count: float = 0
    total: float = 0.0
    least: float = float("inf")
    most: float = float("-inf")
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, value: float) -> None:
        kept = self.values
        if len(kept) < SAMPLES:
            kept.append(value)
        else:
            kept[int(self.count) % SAMPLES] = value
        self.count += 1
        self.total += value
        if value < self.least:
            self.least = value
        if value > self.most:
            self.most = value

    def add_many(self, value: float, count: float) -> None:
        """Add a value that came `count` times."""
        room = min(count, SAMPLES - len(self.values))
        self.values.extend([value] * max(int(room), 0))
        self.add_set(count, value * count, value, value)

    def add_set(self, count: float, total: float, least: float, most: float) -> None:
        """Add values of which only the sums are known."""
        self.count += count
        self.total += total
        self.least, self.most = min(self.least, least), max(self.most, most)

    def row(self) -> tuple[Any, ...]:
        points = np.full(POINTS, np.nan)
        kept = np.sort(np.frombuffer(self.values, dtype=np.float64)) if self.values else np.empty(0)
        if 0 < len(kept) <= POINTS and len(kept) == self.count:
            points[: len(kept)] = kept
        elif len(kept):
            points[:] = kept[np.maximum(np.ceil(MINUTE_RANKS * len(kept)).astype(int) - 1, 0)]
        return (self.count, self.total, self.least, self.most, points)


def spread_of(row: Any, name: str) -> Spread:
    """Read a spread back from a row, to go on with it."""
    count, points = float(row[f"{name}_count"]), row[f"{name}_points"]
    if count <= POINTS:
        values = points[~np.isnan(points)][: int(count)]
    else:
        values = np.repeat(points, np.maximum((SHARES[POINTS] * min(count, SAMPLES)).astype(int), 1))
        values = values[~np.isnan(values)]
    total, least, most = (float(row[f"{name}_{each}"]) for each in ("total", "least", "most"))
    return Spread(count, total, least, most, array("d", values.astype(float).tolist()[:SAMPLES]))


@dataclass(slots=True)
class Values:
    """One metric's values of a minute that is being filled."""

    at: int
    spread: Spread = field(default_factory=Spread)

    def row(self) -> Any:
        return np.array((self.at, *self.spread.row()), dtype=VALUES)

    @classmethod
    def of(cls, row: Any) -> "Values":
        return cls(int(row["at"]), spread_of(row, "value"))


@dataclass(slots=True)
class Traffic:
    """A minute of invocations. `refused`: 4xx, `failed`: 5xx, `broken`: by the model; `concurrency`: at most."""

    at: int
    n: int = 0
    refused: int = 0
    failed: int = 0
    broken: int = 0
    concurrency: int = 0
    model: Spread = field(default_factory=Spread)
    over: Spread = field(default_factory=Spread)

    def row(self) -> Any:
        counts = (self.n, self.refused, self.failed, self.broken, self.concurrency)
        return np.array((self.at, *counts, *self.model.row(), *self.over.row()), dtype=TRAFFIC)

    @classmethod
    def of(cls, row: Any) -> "Traffic":
        n, refused, failed, broken, most = (int(row[name]) for name in COUNTS)
        spreads = spread_of(row, "model"), spread_of(row, "over")
        return cls(int(row["at"]), n, refused, failed, broken, most, *spreads)
