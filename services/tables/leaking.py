"""Columns that give the target away: copies, functions of it, and those that tell it all but alone. Never a stop."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

from services.tables.association import Sides, Told
from services.tables.column_kinds import numbers_of
from services.tables.models import REGRESSION, Association, Column, ColumnKind, Finding, Level, Repair
from services.tables.reading import Table

TELLS = 0.975  # of what guessing leaves open is settled by one column alone
RANKED = 0.999
PAIRED = 80  # columns of numbers whose sums are tried


def associated(table: Table, columns: Sequence[Column], problem: str) -> tuple[tuple[Association, ...], list[Finding]]:
    """How the columns go with the target, strongest first, and a warning about those that go too well with it."""
    if table.target is None or table.sample is None or not problem:
        return (), []
    target = columns[table.target]
    sides = Sides(table.sample, table.target, target, problem)
    told: list[tuple[int, Told]] = []
    for at, column in enumerate(columns):
        if at not in (table.target, table.weight) and (found := sides.told(table.sample.column(at), column)):
            told.append((at, found))
    strongest = sorted((each.association for _, each in told), key=lambda each: -each.strength)
    return tuple(strongest), _warnings(table, columns, told, problem)


def _warnings(table: Table, columns: Sequence[Column], told: Sequence[tuple[int, Told]], problem: str) -> list[Finding]:
    assert table.target is not None
    target, found = columns[table.target], []
    digest = table.counts[table.target].content.digest()
    copies = {at for at, _ in told if table.counts[at].content.digest() == digest}
    if copies:
        words = f"These columns are “{target.name}” once more: a model would be perfect here and useless elsewhere."
        found.append(_finding("leak_copy", words, [columns[at].name for at in copies]))
    perfect = [columns[at].name for at, each in told if at not in copies and _perfect(each, problem)]
    if perfect:
        words = f"Each of these columns tells “{target.name}” almost alone. Is it known before the target is?"
        found.append(_finding("leak", words, perfect))
    if problem == REGRESSION and (pair := _sum(table, columns, copies)):
        words = f"“{target.name}” is {pair[0]}. Are these known before the target is?"
        found.append(_finding("leak_sum", words, pair[1]))
    return found


def _finding(code: str, words: str, names: Sequence[str]) -> Finding:
    mend = Repair("drop_leaks", "Leave out the columns that give the target away.", tuple(names), safe=False)
    return Finding(Level.WARNING, code, words, tuple(names), mend)


def _perfect(told: Told, problem: str) -> bool:
    if problem != REGRESSION:
        return told.gain > TELLS
    return told.association.strength > RANKED or told.rank > RANKED


def _sum(table: Table, columns: Sequence[Column], copies: set[int]) -> tuple[str, list[str]] | None:
    """Two columns whose sum or difference is the target in every row of the sample."""
    import numpy

    numeric = [
        at
        for at, each in enumerate(columns)
        if each.kind is ColumnKind.NUMERIC and at != table.target and at not in copies and not each.constant
    ][:PAIRED]
    assert table.target is not None
    values = {at: numbers_of(table.sample.column(at), columns[at].style) for at in (*numeric, table.target)}
    target = values[table.target]
    rows = numpy.flatnonzero(~numpy.isnan(target))
    some = rows[:200]
    for first, second in permutations(numeric, 2):
        for sign, word in ((1.0, "sum"), (-1.0, "difference")):
            if (sign < 0 or first < second) and all(
                _is_sum(values[first], values[second], target, sign, at) for at in (some, rows)
            ):
                names = [columns[first].name, columns[second].name]
                return f"the {word} of “{names[0]}” and “{names[1]}”", names
    return None


def _is_sum(first: Any, second: Any, target: Any, sign: float, rows: Any) -> bool:
    import numpy

    a, b, wanted = first[rows], second[rows], target[rows]
    made = a + sign * b
    scale = max(1.0, float(numpy.nanmax(numpy.abs(wanted))) if len(wanted) else 1.0)
    if len(wanted) < 30 or not numpy.any(a) or not numpy.any(b):
        return False
    return bool(numpy.all(numpy.abs(made - wanted) <= 1e-9 * scale))
