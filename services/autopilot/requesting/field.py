"""One field of a request: what it is called, what it may hold, and which part of CreateAutoMLJobV2 it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.autopilot.models import ProblemKind

ALL = tuple(ProblemKind)
TABULAR, TEXT, IMAGE, FORECAST, LANGUAGE = ALL
SPLIT = (TABULAR, TEXT, IMAGE, LANGUAGE)  # Autopilot splits series by itself
LARGE = (TABULAR, FORECAST)  # the kinds that can move to EMR Serverless


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field, and its limits.

    name         in the request, dotted: "limits.candidates"
    label        for a form
    api          members of CreateAutoMLJobV2 it becomes, dotted, [] for each entry; {} is the problem's configuration
    kinds        problem kinds that have it; others must leave it empty
    least, most  of a number; of a text the characters; inclusive but for `open_ends`
    entries      how many a list may have at most; 0 is no list
    choices      the words it may be; () is any
    default      what AWS takes when it is left out, in words; "" nothing
    suggested    what a form begins with; None: the request's own default
    unit         of a number
    words        what it is for, a sentence
    example      of what it looks like, where a pattern decides
    advanced     folded away at first
    """

    name: str
    label: str
    api: tuple[str, ...] = ()
    kinds: tuple[ProblemKind, ...] = ALL
    required: bool = False
    least: float | None = None
    most: float | None = None
    open_ends: bool = False
    entries: int = 0
    pattern: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    suggested: Any = None
    unit: str = ""
    words: str = ""
    example: str = ""
    advanced: bool = False
