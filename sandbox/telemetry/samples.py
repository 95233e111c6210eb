"""Samples: values that each stand for several, kept in order so that any percentile can be read from them.

A minute keeps sixteen values and an hour thirty-two: all that came where they were so few, else those at set ranks,
closer towards the greatest. A percentile at such a rank (the usual ones) is as exact as what the minute held.
"""

from typing import Any

import numpy as np

Rows = np.ndarray[Any, np.dtype[Any]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

MINUTE_RANKS = np.array([0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999, 1.0])
HOUR_RANKS = np.array([
    0.01, 0.03, *(number / 20 for number in range(1, 20)), 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.998,
    0.999, 1.0,
])  # fmt: skip


def _shares(ranks: Floats) -> Floats:
    """The share of all values that the one at each rank stands for."""
    return np.diff(np.concatenate(([0.0], (ranks[1:] + ranks[:-1]) / 2, [1.0])))


SHARES = {len(ranks): _shares(ranks) for ranks in (MINUTE_RANKS, HOUR_RANKS)}


class Sorted:
    """Samples of several groups, each in the order of its values. `weights`: how many values each stands for.

    `owner` is the group of each, `upto` the weight in its group up to and with it, `whole` that of each group.
    """

    def __init__(self, values: Floats, weights: Floats, owner: Places, groups: int) -> None:
        order = np.argsort(values)
        place = owner[order]  # of 16 bits, as these are sorted without comparing
        order = order[np.argsort(place.astype(np.uint16) if groups < 65_536 else place, kind="stable")]
        self.values, self.weights, self.owner = values[order], weights[order], owner[order]
        self._summed = np.concatenate(([0.0], np.cumsum(self.weights)))
        self.edges = np.searchsorted(self.owner, np.arange(groups + 1))
        self._before = self._summed[self.edges[:-1]]
        self.whole = self._summed[self.edges[1:]] - self._before

    @property
    def upto(self) -> Floats:
        return self._summed[1:] - self._before[self.owner]

    def at(self, shares: Floats) -> Floats:
        """Return the value at each share (0 to 1) of each group, a row for a group; NaN where it has none."""
        if not len(self.values):
            return np.full((len(self.whole), len(shares)), np.nan)
        first, behind = self.edges[:-1, None], self.edges[1:, None]
        wanted = self._before[:, None] + self.whole[:, None] * shares - 1e-9 * np.maximum(self.whole, 1.0)[:, None]
        place = np.clip(np.searchsorted(self._summed[1:], wanted), first, np.maximum(behind - 1, first))
        found = self.values[np.minimum(place, len(self.values) - 1)]
        return np.where(self.whole[:, None] > 0, found, np.nan)


def sampled(points: Rows, count: Floats, group: Places, groups: int) -> Sorted:
    """Sort the samples of minutes or hours, a row of `points` each (NaN: nothing there), by the group each is in."""
    width = points.shape[1]
    has_all = np.isnan(points[:, -1]) | (count == width)  # that came; else they are those at the ranks
    weights = np.where(has_all[:, None], 1.0, np.asarray(count, dtype=float)[:, None] * SHARES[width])
    held = ~np.isnan(points)
    owner = np.broadcast_to(np.asarray(group)[:, None], points.shape)
    return Sorted(np.asarray(points, dtype=float)[held], weights[held], owner[held], groups)
