"""What the columns of a table have to be for a forecast or for texts, held against what was found in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from services.autopilot.requesting.request import Forecast, Settings, TextClasses
from services.deploy import Problem
from services.tables.models import Column, ColumnKind

NUMBERS = 0.95  # of the cells that are there, so that a few slips do not make words of a column


def column_problems(settings: Settings, facts: Iterable[Column], *, whole: bool = True) -> Iterator[Problem]:
    """What does not fit, at its field; nothing of columns that nobody has looked at.

    whole    all rows were looked at; the beginning of a sorted table may well have one class only
    """
    columns = {each.name: each for each in facts}
    match settings:
        case Forecast():
            yield from _series(settings, columns)
        case TextClasses():
            yield from _texts(settings, columns, whole=whole)


def _series(settings: Forecast, columns: Mapping[str, Column]) -> Iterator[Problem]:
    target, time = columns.get(settings.target), columns.get(settings.timestamp)
    if target is not None and target.numbers < NUMBERS * max(1, target.rows - target.missing):
        yield Problem("settings.target", f"{target.name} holds {target.kind} values; only numbers can be forecast.")
    if time is not None and time.kind is not ColumnKind.DATETIME:
        words = f"{time.name} holds {time.kind} values; it should hold dates or times, such as 2026-11-20 10:15:00."
        yield Problem("settings.timestamp", words)
    if time is not None and time.missing:
        yield Problem("settings.timestamp", f"{time.missing:,} rows have no time; leave them out.")


def _texts(settings: TextClasses, columns: Mapping[str, Column], *, whole: bool) -> Iterator[Problem]:
    label, content = columns.get(settings.label), columns.get(settings.content)
    if label is not None and label.distinct < 2 and whole:
        yield Problem("settings.label", f"{label.name} has the same value in every row: there are no classes to tell.")
    if content is not None and content.kind is ColumnKind.NUMERIC:
        yield Problem("settings.content", f"{content.name} holds numbers, no texts.")
