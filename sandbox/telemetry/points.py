"""A metric's data as CloudWatch looks at it: one entry a minute (or second) that has any, oldest first."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sandbox.telemetry.samples import Floats, Rows


@dataclass(frozen=True, slots=True)
class Points:
    """`at`: seconds since the epoch. `sample`: sixteen values of each entry (`cells`), or None where there are none."""

    at: Floats
    count: Floats
    total: Floats
    least: Floats
    most: Floats
    sample: Floats | None = None

    def __len__(self) -> int:
        return len(self.at)


EMPTY = Points(*(np.empty(0) for _ in range(5)))


def of_spread(rows: Rows, name: str) -> Points:
    """Return the points of one spread of rows."""
    some = rows if rows[f"{name}_count"].all() else rows[rows[f"{name}_count"] > 0]
    count, total, least, most = (some[f"{name}_{each}"] for each in ("count", "total", "least", "most"))
    return Points(some["at"].astype(float), count, total, least, most, some[f"{name}_points"])


def of_flags(rows: Rows, name: str) -> Points:
    """Return the points of something that is 0 or 1 at each invocation, of which `name` counts the ones."""
    some = rows if rows["n"].all() else rows[rows["n"] > 0]
    n, total = some["n"].astype(float), some[name].astype(float)
    return Points(some["at"].astype(float), n, total, (total >= n).astype(float), (total > 0).astype(float))


def of_level(at: Floats, level: Floats, count: Any = 1.0, least: Any = None, most: Any = None) -> Points:
    """Return the points of something that has one level at a time (an average of `count` values)."""
    counts = np.broadcast_to(np.asarray(count, dtype=float), at.shape)
    low, high = level if least is None else least, level if most is None else most
    return Points(at, counts, level * counts, low, high)


def joined(several: list[Points]) -> Points:
    """Return the points of several sources of one metric as if they were one."""
    some = [points for points in several if len(points)]
    if len(some) <= 1:
        return some[0] if some else EMPTY
    order = np.argsort(np.concatenate([points.at for points in some]), kind="stable")
    at, count, total, least, most = (
        np.concatenate([getattr(points, name) for points in some])[order]
        for name in ("at", "count", "total", "least", "most")
    )
    samples = [points.sample for points in some if points.sample is not None]
    sample = np.concatenate(samples)[order] if len(samples) == len(some) else None
    return Points(at, count, total, least, most, sample)
