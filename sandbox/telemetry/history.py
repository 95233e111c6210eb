"""Minutes that are made up: what an endpoint would have measured, for the demonstration's past week."""

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np

from sandbox.telemetry.cells import POINTS, TRAFFIC
from sandbox.telemetry.samples import MINUTE_RANKS, Floats

_NONE = np.full(POINTS, np.nan)
_Z = np.array([NormalDist().inv_cdf(min(rank, 0.9995)) for rank in MINUTE_RANKS])


@dataclass(frozen=True, slots=True)
class Shape:
    """What the minute's invocations were like: latencies in microseconds (of the model the median, with log-normal
    `scatter`), and how many of them were refused (4xx) or failed (5xx, of the model)."""

    model_microseconds: float = 120_000.0
    scatter: float = 0.35
    overhead_microseconds: float = 9_000.0
    refused: int = 0
    failed: int = 0
    concurrency: int = 1


def minute_of(at: int, count: int, shape: Shape) -> Any:
    """Return the row of a minute in which `count` invocations came."""
    spreads = (
        _spread(count, shape.model_microseconds, shape.scatter),
        _spread(count, shape.overhead_microseconds, shape.scatter / 2),
    )
    counts = (count, min(shape.refused, count), min(shape.failed, count), min(shape.failed, count), shape.concurrency)
    return np.array((at, *counts, *spreads[0], *spreads[1]), dtype=TRAFFIC)


def _spread(count: int, median: float, scatter: float) -> tuple[Any, ...]:
    if not count:
        return (0, 0.0, math.inf, -math.inf, _NONE)
    if count <= POINTS:
        points = _NONE.copy()
        points[:count] = median * np.exp(scatter * _few(count))
        total = float(points[:count].sum())
    else:
        points = median * np.exp(scatter * _Z)
        total = count * median * math.exp(scatter**2 / 2)
    return (count, total, float(points[0]), float(points[min(count, POINTS) - 1]), points)


@cache
def _few(count: int) -> Floats:
    return np.array([NormalDist().inv_cdf((n + 0.5) / count) for n in range(count)])
