"""How far a figure may be chance: bootstrap intervals, and two settings compared on the same questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from services.evaluation.models import Figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 1000  # the ends of a 95 % interval then move by less than a point from one seed to another
SEED = 20261120
FEWEST = 5  # of fewer questions an interval would only pretend to know


@lru_cache(maxsize=4)
def _weights(count: int) -> NDArray[np.float32]:
    """How often each of `count` questions is drawn in each resample, as a share: one row a resample."""
    import numpy as np

    drawn = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    return (drawn / count).astype(np.float32)


def interval(values: Sequence[float]) -> Figure:
    """The mean of `values` with its 95 % interval by percentile bootstrap over the questions, from a fixed seed.

    Without values there is no figure; of fewer than five no interval.
    """
    count = len(values)
    if not count:
        return Figure(None)
    mean = math.fsum(values) / count
    if count < FEWEST:
        return Figure(mean, None, None, count)
    if min(values) == max(values):
        return Figure(mean, mean, mean, count)
    import numpy as np

    low, high = np.percentile(_weights(count) @ np.asarray(values, np.float32), [2.5, 97.5])
    return Figure(mean, min(mean, float(low)), max(mean, float(high)), count)


def paired(first: Sequence[float], second: Sequence[float]) -> Figure:
    """The mean of `first` less `second`, question by question, with its interval: what both find hard cancels out.

    Raises ValueError where they are not of the same questions.
    """
    if len(first) != len(second):
        raise ValueError("both settings must have answered the same questions")
    return interval([one - other for one, other in zip(first, second, strict=True)])
