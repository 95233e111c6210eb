"""A threshold that the last week suggests: above what is usual, so that an alarm means something."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from services.alarms.models import Kind

Figures = Mapping[str, Sequence[float | None]]  # by "requests", "failed", "p95" (ms), "backlog"; one for each hour
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)
_BEGINNING = {Kind.ERRORS: 5.0, Kind.LATENCY: 10_000.0, Kind.IDLE: 24.0, Kind.BACKLOG: 100.0}
_LEAST_MS = 50.0
_A_WEEK = 168


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A threshold and why, in a sentence. `measured`: the last week had figures to go by."""

    threshold: float
    words: str
    measured: bool


def suggest(kind: Kind, figures: Figures, *, share: bool = True) -> Suggestion:
    """A threshold of the kind, in the unit of AlarmRequest.threshold."""
    match kind:
        case Kind.LATENCY:
            found = _latency(figures)
        case Kind.IDLE:
            found = _idle(figures)
        case Kind.BACKLOG:
            found = _backlog(figures)
        case _:
            found = _errors(figures, share)
    if found is not None:
        return found
    usual = _BEGINNING.get(kind, 0.0)
    return Suggestion(usual, "Nothing was measured in the last week: this is a common beginning.", False)


def _latency(figures: Figures) -> Suggestion | None:
    measured = _known(figures, "p95")
    if not measured:
        return None
    usual, slow = median(measured), sorted(measured)[int(0.95 * (len(measured) - 1))]
    threshold = rounded(max(2 * usual, 1.2 * slow, _LEAST_MS))
    return Suggestion(threshold, f"Usual p95 is {_amount(usual)} ms; suggested {_amount(threshold)} ms.", True)


def _idle(figures: Figures) -> Suggestion | None:
    requests = [value or 0.0 for value in figures.get("requests", ())]
    if not any(requests):
        return None
    longest = _longest_gap(requests)
    threshold = float(min(_A_WEEK, max(2, math.ceil(1.5 * longest))))
    quiet = f"The longest time without a request was {longest} h" if longest else "Not an hour was without a request"
    return Suggestion(threshold, f"{quiet}; suggested {threshold:g} h.", True)


def _errors(figures: Figures, share: bool) -> Suggestion | None:
    requests, failed = sum(_known(figures, "requests")), sum(_known(figures, "failed"))
    if not requests:
        return None
    usual = min(100.0, 100 * failed / requests)
    if share:
        threshold = min(50.0, max(1.0, rounded(2 * usual)))
        return Suggestion(threshold, f"{_amount(usual)} % failed in the last week; suggested {threshold:g} %.", True)
    hours = [value for value in _known(figures, "failed") if value]
    threshold = rounded(max(1.0, 2 * (median(hours) if hours else 0.0) / 12))
    return Suggestion(threshold, f"{_amount(failed)} requests failed in the last week; suggested {threshold:g}.", True)


def _backlog(figures: Figures) -> Suggestion | None:
    measured = _known(figures, "backlog")
    if not any(measured):
        return None
    threshold = rounded(2 * max(measured))
    return Suggestion(threshold, f"At most {_amount(max(measured))} waited; suggested {threshold:g}.", True)


def rounded(value: float) -> float:
    """The next rounder number that is not smaller: 480 becomes 500."""
    if value <= 0:
        return 0.0
    size = 10.0 ** math.floor(math.log10(value))
    return round(next(step for step in _STEPS if value <= step * size * (1 + 1e-9)) * size, 6)


def _known(figures: Figures, name: str) -> list[float]:
    return [value for value in figures.get(name, ()) if value is not None]


def _longest_gap(requests: Sequence[float]) -> int:
    """Hours without a request between two with one: before the first it may not have been there."""
    called = [hour for hour, count in enumerate(requests) if count]
    return max((after - before - 1 for before, after in pairwise(called)), default=0)


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"
