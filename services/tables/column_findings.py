"""What is to be said of the columns that are not the target."""

from __future__ import annotations

from services.tables.models import Column, ColumnKind, Finding, Level, Repair
from services.tables.reading import Table

MANY_MISSING = 0.5


def column_findings(table: Table, columns: tuple[Column, ...]) -> list[Finding]:
    """Empty, doubled and constant columns, identifiers, missing values, mixed types, numbers not written plainly."""
    features = [(at, each) for at, each in enumerate(columns) if at not in (table.target, table.weight)]
    if not table.rows:
        return []
    found = [*_empty(features), *_doubled(table, features), *_plainly(features)]
    left = [each for _, each in features if each.kind is not ColumnKind.EMPTY]
    if features and not any(not each.constant for each in left):
        words = "Every column beside the target is empty or the same in every row: nothing can be learned."
        found.append(Finding(Level.STOP, "no_features", words))
    return found


def _empty(features: list[tuple[int, Column]]) -> list[Finding]:
    found = []
    if empty := tuple(each.name for _, each in features if each.kind is ColumnKind.EMPTY):
        mend = Repair("drop_empty", "Leave out the columns without values.", empty)
        found.append(Finding(Level.WARNING, "empty_columns", "Columns that have no value in any row.", empty, mend))
    if same := tuple(each.name for _, each in features if each.constant and not each.missing):
        mend = Repair("drop_constant", "Leave out the columns that never change.", same, safe=False)
        found.append(Finding(Level.WARNING, "constant_columns", "Columns with one value in all rows.", same, mend))
    if names := tuple(each.name for _, each in features if each.kind is ColumnKind.IDENTIFIER):
        mend = Repair("drop_identifiers", "Leave out the identifiers.", names, safe=False)
        words = "Columns that differ in every row look like identifiers; a model would learn them by heart."
        found.append(Finding(Level.WARNING, "identifiers", words, names, mend))
    sparse = tuple(each.name for _, each in features if each.rows > each.missing > MANY_MISSING * each.rows)
    if sparse:
        found.append(Finding(Level.WARNING, "sparse", "Columns missing in more than half of the rows.", sparse))
    elif any(each.missing for _, each in features):
        some = tuple(each.name for _, each in features if each.missing and each.kind is not ColumnKind.EMPTY)
        if some:
            found.append(Finding(Level.NOTE, "missing", "Columns with missing values, which Autopilot fills in.", some))
    return found


def _doubled(table: Table, features: list[tuple[int, Column]]) -> list[Finding]:
    seen: dict[bytes, str] = {}
    double = []
    for at, column in features:
        if column.kind is ColumnKind.EMPTY or column.constant:
            continue
        digest = table.counts[at].content.digest()
        if digest in seen:
            double.append(column.name)
        seen.setdefault(digest, column.name)
    if not double:
        return []
    mend = Repair("drop_doubles", "Leave out the columns that repeat another one.", tuple(double))
    words = "Columns that hold in every row what another column holds."
    return [Finding(Level.WARNING, "doubled_columns", words, tuple(double), mend)]


def _plainly(features: list[tuple[int, Column]]) -> list[Finding]:
    found = []
    if odd := tuple(each.name for _, each in features if each.style):
        mend = Repair("plain_numbers", "Write numbers plainly, with a decimal point.", odd)
        words = "Numbers with decimal commas, thousands signs, currencies or per cent would be read as texts."
        found.append(Finding(Level.WARNING, "number_style", words, odd, mend))
    if mixed := tuple(each.name for _, each in features if each.bad and not each.style):
        example = next(each.bad[0] for _, each in features if each.bad and not each.style)
        words = f"Columns of numbers with a few texts among them, such as “{example}”."
        found.append(Finding(Level.WARNING, "mixed_types", words, mixed))
    return found
