"""Which problem a target poses: told from its values, as Autopilot's ensembling mode (AutoGluon) tells it, with what a
person would see added.

AutoGluon's published rule: two values are binary; texts are classes; fractions are a quantity; whole numbers are
classes where they repeat a lot (at most a twentieth as many values as rows). That last one calls the bicycles hired in
an hour classes; here whole numbers of more than ten values are classes only where they look like their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.tables.models import BINARY, MULTICLASS, REGRESSION

FEW = 10  # whole numbers: as many values or fewer are classes, as digits, grades and stars are
MOST_CLASSES = 400  # numbered classes of public tables go this far
NAMED_CLASSES = 60  # where the target's name says that it is a class
FULL = 10  # rows that each of many numbered classes has at least
REPEATED, REPEATED_OF_FEW, FEW_ROWS = 0.05, 0.1, 1_000  # AutoGluon's thresholds
NUMERIC, MOSTLY = 0.95, 0.8
FEW_WORDS = 3  # that may stand for no value among numbers
_QUANTITY = re.compile(
    r"(?:^|[\W_])(?:price|cost|amount|count|cnt|total|sales?|revenue|income|salary|wage|age|year|rings|value|medv|num|number"
    r"|n|qty|quantity|demand|load|temp|temperature|mpg|km|miles|days|hours|minutes|seconds|duration|time|weight|height"
    r"|length|distance|area|size|population|points?|g[123]|votes|shares|views|clicks|likes|comments?|rentals|users|registered"
    r"|humidity|percent|percentage|pct|popularity|score|floor|pressure|speed|power|density|volume|balance|budget"
    r"|profit|loss|casual|charges?|fare|tip|rate|ratio|usr|yield|output|consumption|energy|strength|claims?|deaths|births|cases)(?:$|[\W_])",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"(?:^|[\W_])(?:class|classes|label|labels|category|cat|type|species|cluster|group|segment|digit|letter|genre|kind|fault"
    r"|diagnosis|stage|grade|level|quality|status|outcome|rating|stars|subject|activity|cover|decision|target_class)(?:$|[\W_])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What is known of a target's values. counts: by value, as texts; None where there are too many to be kept."""

    name: str
    there: int
    distinct: int
    numbers: int
    fractions: int
    counts: Mapping[str, int] | None
    rising: bool = False
    low: float = 0.0
    high: float = 0.0


def problem_of(facts: TargetFacts) -> tuple[str, str]:
    """The problem type and why, a sentence; ("", why) where the target has fewer than two values."""
    distinct = len(classes_of(facts)) if facts.counts is not None else facts.distinct
    if distinct < 2:
        return "", "The target has only one value." if distinct else "The target has no values."
    if distinct == 2:
        return BINARY, f"The target has two values: {_shown(classes_of(facts))}."
    if not numeric(facts):
        return MULTICLASS, f"The target holds {distinct:,} different texts."
    if facts.fractions > 0.001 * facts.there:
        return REGRESSION, f"The target holds numbers with fractions, {distinct:,} different ones."
    return _whole(facts, distinct)


def numeric(facts: TargetFacts) -> bool:
    """Whether the target is numbers: nearly all of it, or all but a few words that stand for no value."""
    if facts.numbers >= NUMERIC * facts.there:
        return True
    if facts.counts is None or facts.numbers < MOSTLY * facts.there:
        return False
    words = sum(as_number(value) is None for value in facts.counts)
    return words <= FEW_WORDS and len(facts.counts) - words > 2 * FEW


def classes_of(facts: TargetFacts) -> dict[str, int]:
    """How many rows each value has: 1, 1.0 and 01 taken as one and texts left out, where the target is numbers."""
    counts = facts.counts or {}
    if not numeric(facts):
        return dict(counts)
    merged: dict[str, int] = {}
    for value, count in counts.items():
        number = as_number(value)
        if number is None:
            continue
        key = f"{number:g}" if abs(number) < 1e6 else repr(number)
        merged[key] = merged.get(key, 0) + count
    return merged


def as_number(value: str) -> float | None:
    """The number a text stands for, None where it is none."""
    try:
        return float(value)
    except ValueError:
        return None


def _whole(facts: TargetFacts, distinct: int) -> tuple[str, str]:
    name = _CAMEL.sub("_", facts.name)
    quantity, classes = bool(_QUANTITY.search(name)), bool(_CLASS.search(name))
    values = f"The target holds {distinct:,} different whole numbers"
    if distinct <= FEW and distinct <= max(3, 0.1 * facts.there):
        if quantity and not classes and distinct > 5:
            return REGRESSION, f"{values}, and its name says that they are a quantity."
        return MULTICLASS, f"{values} in {facts.there:,} rows, which are taken for classes."
    repeated = REPEATED_OF_FEW if facts.there <= FEW_ROWS else REPEATED
    if distinct > MOST_CLASSES or distinct > repeated * facts.there:
        return REGRESSION, f"{values} in {facts.there:,} rows, too many to be classes."
    if quantity and not classes:
        return REGRESSION, f"{values}, and its name says that they are a quantity."
    if numbered(classes_of(facts)) or (classes and distinct <= NAMED_CLASSES):
        return MULTICLASS, f"{values}, which are taken for the numbers of classes."
    return REGRESSION, f"{values} whose order and spread are those of a quantity."


def numbered(counts: Mapping[str, int]) -> bool:
    """Whether whole numbers look like the numbers of classes: from 0 or 1 without a gap, each often, in no order of
    frequency. A quantity has seldom values at its ends and its neighbours are about as frequent."""
    pairs = sorted((number, count) for value, count in counts.items() if (number := as_number(value)) is not None)
    if len(pairs) < 3:
        return True
    numbers, often = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if numbers[0] not in (0.0, 1.0) or numbers[-1] - numbers[0] != len(numbers) - 1:
        return False
    mean = sum(often) / len(often)
    if min(often) < max(FULL, 0.02 * mean):
        return False
    spread = (sum((count - mean) ** 2 for count in often) / len(often)) ** 0.5 / mean
    return spread < 0.35 or _alike(often) < 0.6


def _alike(often: Sequence[int]) -> float:
    """How much the counts of neighbouring values go together: their correlation."""
    first, second = often[:-1], often[1:]
    mean_a, mean_b = sum(first) / len(first), sum(second) / len(second)
    both = sum((a - mean_a) * (b - mean_b) for a, b in zip(first, second, strict=True))
    each = sum((a - mean_a) ** 2 for a in first) * sum((b - mean_b) ** 2 for b in second)
    return both / each**0.5 if each else 1.0


def _shown(counts: Mapping[str, int]) -> str:
    return " and ".join(sorted(f"“{value[:40]}”" for value in counts))
