"""How far a question's cosines can be trusted: an embedding model that does not know its language ranks at random.

Two signs say that the model reads the language, and either is enough. The passages that hold the question's words are
nearer to it than passages are on the whole; or the nearest passage stands out from all others by more than the nearest
of as many random ones would. Measured with all-MiniLM-L6-v2, which knows English, on thirteen languages
(docs/benchmarks.md): the first sign is 2.5 to 6 standard deviations in English and -0.5 to 0.9 in Arabic, the second
0.6 to 4.6 above chance in English and below chance in Arabic, Russian, Turkish and Vietnamese.
"""

from __future__ import annotations

import math
from typing import Any

WORDED = 3  # of the passages that hold most of the question's words
FEW = 30  # with fewer passages only the best by words is looked at
AGREES = (1.0, 2.0)  # standard deviations at which trust begins and is full
LEAST = 0.1
STANDS_OUT = (0.3, 1.5)  # standard deviations beyond the greatest expected of as many random numbers


def trust_of(cosines: Any, shares: Any, at: Any, total: int) -> float:
    """LEAST (the cosines say nothing, and only order what words do not) to 1 (they count in full).

    cosines   of all passages, or of the nearest ones of a remote store; -inf: not to be counted
    shares    the keyword scores that are above 0
    at        where among `cosines` each of these is
    total     0 for the nearest ones alone, which cannot show whether one of them stands out; else len(cosines)
    """
    import numpy as np

    known = cosines if len(cosines) and float(cosines.min()) > -np.inf else cosines[cosines > -np.inf]
    spread = float(known.std()) if len(known) > 2 else 0.0
    if spread < 1e-6:
        return 1.0
    mean = float(known.mean(dtype=np.float64))
    chance = math.sqrt(2 * math.log(total)) if total else math.inf
    outstanding = _ramp((float(known.max()) - mean) / spread - chance, STANDS_OUT)
    if outstanding >= 1.0:
        return 1.0
    agreeing = _agreement(cosines, shares, at, mean, spread)
    if agreeing is None:  # no word of the question occurs: meaning is all there is
        return max(outstanding, LEAST) if total else 1.0
    return max(outstanding, _ramp(agreeing, AGREES), LEAST)


def _agreement(cosines: Any, shares: Any, at: Any, mean: float, spread: float) -> float | None:
    import numpy as np

    best = np.argsort(-shares, kind="stable")[: WORDED if len(cosines) >= FEW else 1]
    weights = shares[best]
    if not float(weights.sum()) > 0:
        return None
    return (float(np.average(cosines[at[best]], weights=weights)) - mean) / spread


def _ramp(value: float, between: tuple[float, float]) -> float:
    low, high = between
    return min(max((value - low) / (high - low), 0.0), 1.0)
