from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

import pytest

from services.tables.inference import TargetFacts, numbered, problem_of
from services.tables.models import BINARY, MULTICLASS, REGRESSION


def _facts(values: Iterable[str], name: str = "y") -> TargetFacts:
    counts = Counter(values)
    numbers = sum(count for value, count in counts.items() if value.replace(".", "").replace("-", "").isdigit())
    fractions = sum(count for value, count in counts.items() if "." in value and not value.endswith(".0"))
    return TargetFacts(name, sum(counts.values()), len(counts), numbers, fractions, counts)


def _drawn(kinds: Iterable[int], rows: int = 3000, seed: int = 1) -> list[str]:
    pool = list(kinds)
    return [str(random.Random(seed + at).choice(pool)) for at in range(rows)]


@pytest.mark.parametrize(
    ("values", "name", "problem"),
    [
        (["0", "1"] * 300, "y", BINARY),
        (["1.0", "0.0", "1", "0"] * 200, "y", BINARY),
        (["yes", "no"] * 300, "y", BINARY),
        (["0.5", "1.5"] * 300, "y", BINARY),
        (["a", "b", "c"] * 200, "y", MULTICLASS),
        (_drawn(range(3, 10)), "quality", MULTICLASS),
        (_drawn(range(10)), "digit", MULTICLASS),
        (_drawn(range(1, 27)), "class", MULTICLASS),
        (_drawn(range(1, 27)), "column_0", MULTICLASS),
        ([f"{at % 5}.0" for at in range(700)], "stars", MULTICLASS),
        ([str(at * 7) for at in range(700)], "column_3", REGRESSION),
        ([f"{at / 8:.3f}" for at in range(700)], "y", REGRESSION),
        (_drawn(range(1922, 2012)), "year", REGRESSION),
        (_drawn(range(8)), "room_count", REGRESSION),
    ],
)
def test_the_problem_is_told_from_the_targets_values(values: list[str], name: str, problem: str) -> None:
    kind, reason = problem_of(_facts(values, name))
    assert kind == problem, reason
    assert reason.endswith(".")


def test_a_bell_of_whole_numbers_with_thin_ends_is_a_quantity_even_without_a_name() -> None:
    chance = random.Random(5)
    values = [str(max(1, min(29, round(chance.gauss(10, 3.2))))) for _ in range(4000)]
    assert problem_of(_facts(values, "column_8"))[0] == REGRESSION


def test_one_value_or_none_is_no_problem_at_all() -> None:
    assert problem_of(_facts(["x"] * 600))[0] == ""
    assert problem_of(_facts([]))[0] == ""


def test_a_stray_text_among_numbers_does_not_make_classes_of_them() -> None:
    assert problem_of(_facts([*(["0"] * 900), *(["1"] * 900), "label"]))[0] == BINARY


def test_classes_are_numbered_without_a_gap_from_0_or_1() -> None:
    full = {str(at): 40 + at % 3 for at in range(20)}
    assert numbered(full)
    assert not numbered({**full, "25": 40})
    assert not numbered({str(at + 2): count for at, count in enumerate(full.values())})
    assert not numbered({**full, "20": 1})
