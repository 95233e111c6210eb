"""Every field of a request, in the order of a form: what it may hold, and what of CreateAutoMLJobV2 it becomes.

A form draws itself from this table and `problems.py` checks with it, so that the two cannot disagree.
"""

from __future__ import annotations

from dataclasses import replace

from services.autopilot.models import ProblemKind
from services.autopilot.requesting.field import FORECAST, TABULAR, Field
from services.autopilot.requesting.job_fields import DATA, LIMITS, NAMED, SAFE
from services.autopilot.requesting.known import ALGORITHMS, CONTENT_TYPES, HELD, TYPES, metrics_of
from services.autopilot.requesting.problem_fields import FORECASTS, LANGUAGES, TABLES
from services.autopilot.requesting.request import Mode

FIELDS: tuple[Field, ...] = (
    NAMED,
    *DATA,
    *TABLES,
    *FORECASTS,
    *LANGUAGES,
    *LIMITS,
    *SAFE,
)


def fields_of(kind: ProblemKind, problem_type: str = "", mode: str = Mode.AUTO) -> tuple[Field, ...]:
    """The fields that a problem kind has, with the words that each may be for this problem type and mode."""
    return tuple(_narrowed(each, kind, problem_type, mode) for each in FIELDS if kind in each.kinds)


def field_of(name: str, kind: ProblemKind) -> Field:
    """One field by its name; KeyError where the kind has none of it."""
    for each in FIELDS:
        if each.name == name and kind in each.kinds:
            return each
    raise KeyError(name)


def _narrowed(field: Field, kind: ProblemKind, problem_type: str, mode: str) -> Field:
    match field.name:
        case "objective":
            return replace(field, choices=metrics_of(kind, problem_type))
        case "settings.algorithms":
            return replace(field, choices=ALGORITHMS.get("TimeSeriesForecasting" if kind is FORECAST else mode, ()))
        case "settings.types" if kind is FORECAST or mode == Mode.ENSEMBLING:
            return replace(field, choices=tuple(each for each in TYPES if each != "sequence"))
        case "training.content_type":
            return replace(field, choices=CONTENT_TYPES[kind])
        case "training.held":
            return replace(field, choices=HELD[kind])
        case "limits.candidates" if kind is not TABULAR:
            return replace(field, most=1)
        case _:
            return field
