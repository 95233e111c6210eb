"""What is to be said of the target and of the sample weights."""

from __future__ import annotations

import re

from services.tables.column_kinds import WORDS_IN_A_TEXT, mean_words
from services.tables.file_findings import FEWEST_ROWS, headers_within
from services.tables.inference import TargetFacts, as_number, classes_of, numeric, problem_of
from services.tables.models import BINARY, MULTICLASS, REGRESSION, Column, ColumnKind, Finding, Level, Repair
from services.tables.numerals import NO, PERHAPS, plain
from services.tables.reading import Table

FULL_CLASS = 10  # rows a class needs for AutoGluon to keep it
RARE_SHARE = 0.05
_IDENTIFIER = re.compile(r"(?:^|[\W_])(?:id|uuid|guid|key|index|no|nr|rownum|row)$", re.IGNORECASE)
_WEIGHT = re.compile(r"[a-zA-Z0-9_-]{1,256}")


def facts_of(table: Table, named: tuple[str, ...]) -> TargetFacts:
    """The target's values as the inference wants them; a second header and its kind left out."""
    assert table.target is not None
    counts = table.counts[table.target]
    values = counts.values
    if values is not None and counts.style:
        merged: dict[str, int] = {}
        for value, count in values.items():
            key = plain(value, counts.style)
            merged[key] = merged.get(key, 0) + count
        values = merged
    head = table.laid.heading
    if values is not None and head and head.second and head.records:
        said = head.records[0][table.target].strip()
        values = {value: count for value, count in values.items() if value != said or count > 1}
    spare = headers_within(table)
    if values is not None and spare:
        values = {value: count for value, count in values.items() if value != table.names[table.target].strip()}
    there = counts.rows - counts.missing - spare
    return TargetFacts(
        named[table.target], there, counts.distinct, counts.numbers, counts.fractions, values, counts.rising,
        counts.low, counts.high,
    )  # fmt: skip


def target_findings(table: Table, columns: tuple[Column, ...], problem: str) -> list[Finding]:
    """Whether there is something to predict, and enough of it."""
    assert table.target is not None
    target = columns[table.target]
    facts = facts_of(table, tuple(each.name for each in columns))
    found = _found_as(table, target)
    if not facts.there:
        return [*found, Finding(Level.STOP, "target_empty", f"“{target.name}” has no values at all.", (target.name,))]
    kind, _ = problem_of(facts)
    if not kind:
        words = f"“{target.name}” has the same value in every row: there is nothing to tell apart."
        return [*found, Finding(Level.STOP, "target_constant", words, (target.name,))]
    found += [*_missing(table, target, facts), *_texts(table, target, facts)]
    found += _identifies(table, target, facts, kind)
    found += _classes(target, facts, problem or kind)
    if facts.counts is not None and PERHAPS in facts.counts and table.counts[table.target].keeps_none:
        words = f"“{target.name}” has a class “None”, which Autopilot may read as no value and leave out."
        mend = Repair("rename_none", f"Call the class “None” “{NO}” in the copy.", (target.name,))
        found.append(Finding(Level.WARNING, "class_none", words, (target.name,), mend))
    if target.kind is ColumnKind.DATETIME:
        words = f"“{target.name}” holds dates. Autopilot predicts numbers and classes: each date would be a class."
        found.append(Finding(Level.WARNING, "target_dates", words, (target.name,)))
    found += _asked(target, facts, problem, kind)
    if target.style:
        words = f"The numbers of “{target.name}” are not written plainly (such as {target.examples[0]})."
        mend = Repair("plain_numbers", "Write numbers plainly, with a decimal point.", (target.name,))
        found.append(Finding(Level.WARNING, "target_style", words, (target.name,), mend))
    return found


def _found_as(table: Table, target: Column) -> list[Finding]:
    if table.found == "case":
        words = f"The target is called “{target.name}”, written as it is in the file."
        return [Finding(Level.WARNING, "target_case", words, (target.name,))]
    if table.found == "index" and table.layout.header:
        words = f"The table has a header; the index was taken for the column “{target.name}”."
        return [Finding(Level.NOTE, "target_index", words, (target.name,))]
    if table.names.count(table.names[table.target or 0]) > 1 and table.layout.header:
        words = f"Several columns are called “{target.name}”; which of them is the target cannot be told."
        return [Finding(Level.STOP, "target_doubled", words, (target.name,))]
    return []


def _missing(table: Table, target: Column, facts: TargetFacts) -> list[Finding]:
    if not target.missing:
        return []
    words = f"“{target.name}” is missing in {target.missing:,} of {target.rows:,} rows"
    if facts.there < FEWEST_ROWS <= table.rows:
        words = f"{words}; only {facts.there:,} are left to learn from, and Autopilot needs {FEWEST_ROWS}."
        return [Finding(Level.STOP, "target_missing", words, (target.name,))]
    mend = Repair("drop_rows", f"Leave out the {target.missing:,} rows without a target.", (target.name,))
    return [Finding(Level.WARNING, "target_missing", f"{words}; these cannot be learned from.", (target.name,), mend)]


def _texts(table: Table, target: Column, facts: TargetFacts) -> list[Finding]:
    """Words in a target of numbers: Autopilot would take all of it for texts."""
    odd = facts.there - facts.numbers
    if not odd or not numeric(facts) or not facts.numbers:
        return []
    few = ", ".join(f"“{value[:40]}”" for value in list(table.counts[table.target or 0].values or ()) if _word(value))
    words = f"“{target.name}” is no number in {odd:,} rows ({few[:120] or 'texts'})"
    if facts.numbers < FEWEST_ROWS <= table.rows:
        words = f"{words}; only {facts.numbers:,} are left to learn from, and Autopilot needs {FEWEST_ROWS}."
        return [Finding(Level.STOP, "target_texts", words, (target.name,))]
    mend = Repair("drop_texts", f"Leave out the {odd:,} rows whose target is no number.", (target.name,))
    return [Finding(Level.WARNING, "target_texts", f"{words}, which makes texts of all.", (target.name,), mend)]


def _word(value: str) -> bool:
    return as_number(value) is None


def _identifies(table: Table, target: Column, facts: TargetFacts, kind: str) -> list[Finding]:
    """A target that is different in (nearly) every row and no quantity names rows rather than telling of them."""
    share = facts.distinct / facts.there
    text = not numeric(facts)
    if text and share > 0.5:
        words = f"“{target.name}” is a text that differs from row to row: it names the rows, no model can predict it."
        return [Finding(Level.STOP, "target_unique", words, (target.name,))]
    if text and kind == MULTICLASS and target.kind is ColumnKind.TEXT and share > 0.2 and _wordy(table):
        words = f"“{target.name}” is free text, not a class."
        return [Finding(Level.STOP, "target_text", words, (target.name,))]
    if text or share < 0.999 or facts.fractions:
        return []
    running = facts.rising and facts.high - facts.low == facts.there - 1
    if running or _IDENTIFIER.search(target.name):
        words = f"“{target.name}” numbers the rows: it is an identifier, no model can predict it."
        return [Finding(Level.STOP, "target_unique", words, (target.name,))]
    words = (
        f"“{target.name}” is different in every row. For a quantity that is fine; an identifier cannot be predicted."
    )
    return [Finding(Level.WARNING, "target_distinct", words, (target.name,))]


def _wordy(table: Table) -> bool:
    return table.sample is not None and mean_words(table.sample.column(table.target or 0)) > WORDS_IN_A_TEXT


def _classes(target: Column, facts: TargetFacts, kind: str) -> list[Finding]:
    if kind == REGRESSION or facts.counts is None:
        return []
    counts, name = classes_of(facts), (target.name,)
    full = sum(count >= FULL_CLASS for count in counts.values())
    if kind == MULTICLASS and full < 2:
        words = (
            f"At most one of the {len(counts):,} classes of “{target.name}” has {FULL_CLASS} rows: too few to learn."
        )
        return [Finding(Level.STOP, "classes", words, name)]
    least, rows = min(counts.items(), key=lambda item: item[1])
    if kind == BINARY and rows < 2:
        words = f"Only one row of “{target.name}” is “{least[:40]}”: it cannot be both learned from and checked with."
        return [Finding(Level.STOP, "class_single", words, name)]
    if rows < FULL_CLASS:
        few = sum(count < FULL_CLASS for count in counts.values())
        words = f"{few:,} of {len(counts):,} classes have fewer than {FULL_CLASS} rows and may be left out of training"
        return [Finding(Level.WARNING, "class_rare", f"{words}, such as “{least[:40]}” with {rows}.", name)]
    if rows < RARE_SHARE * facts.there and len(counts) < 20:
        words = (
            f"The classes are unbalanced: “{least[:40]}” has {rows / facts.there:.1%} of the rows. Accuracy misleads."
        )
        return [Finding(Level.WARNING, "balance", words, name)]
    return []


def _asked(target: Column, facts: TargetFacts, problem: str, kind: str) -> list[Finding]:
    if not problem or problem == kind:
        return []
    name = (target.name,)
    distinct = len(classes_of(facts)) if facts.counts is not None else facts.distinct
    if problem == REGRESSION and not numeric(facts):
        words = f"Regression needs numbers; “{target.name}” holds texts."
    elif problem == BINARY and distinct != 2:
        words = f"Binary classification needs two values; “{target.name}” has {distinct:,}."
    elif problem == MULTICLASS and distinct < 3:
        words = f"Multiclass classification needs three values or more; “{target.name}” has {distinct:,}."
    else:
        words = f"{problem} was asked for; from its values “{target.name}” looks like {kind}."
        return [Finding(Level.NOTE, "problem_other", words, name)]
    return [Finding(Level.STOP, "problem", words, name)]


def weight_findings(table: Table, columns: tuple[Column, ...], weight: str) -> list[Finding]:
    """Whether the sample weights can be used."""
    if not weight:
        return []
    if table.weight is None:
        return [Finding(Level.STOP, "weight_absent", f"There is no column “{weight}” for the sample weights.")]
    column = columns[table.weight]
    name = (column.name,)
    if table.weight == table.target:
        return [Finding(Level.STOP, "weight_target", "The target cannot be the sample weight too.", name)]
    if column.kind is not ColumnKind.NUMERIC or (column.low is not None and column.low < 0):
        return [Finding(Level.STOP, "weight_numbers", "Sample weights must be numbers of 0 or more.", name)]
    found = []
    if not _WEIGHT.fullmatch(column.name):
        words = f"The name of the weights may only hold letters, digits, _ and -; “{column.name}” holds others."
        found.append(Finding(Level.STOP, "weight_name", words, name))
    if column.missing:
        words = f"{column.missing:,} rows have no weight and are left out of training."
        found.append(Finding(Level.WARNING, "weight_missing", words, name))
    return found
