"""The doctor held against tables like public ones, written otherwise and broken (benchmarks/tables)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.doctor import cases, judged
from benchmarks.tables.breaking import REFUSED, TAKEN, broken
from benchmarks.tables.making import Case, number, pick, table
from benchmarks.tables.small import small
from services.tables import Level, check

PLAIN = table(
    "plain", 640, "Churn?", "BinaryClassification",
    {"Int'l Plan": pick("yes no"), "Minutes": number(100, 20, 1), "Churn?": pick("True. False.", (1, 3))},
)  # fmt: skip
CHANGED = broken(PLAIN)
SMALL = small()


def _judged(case: Case, folder: Path) -> tuple[bool, str, str]:
    path = folder / f"table{case.suffix}"
    path.write_bytes(case.data)
    verdict = check(path, case.target)
    return verdict.accepted, verdict.problem_type, "; ".join(each.words for each in verdict.findings)


@pytest.mark.parametrize("case", CHANGED, ids=[each.name for each in CHANGED])
def test_a_table_written_otherwise_is_taken_and_a_broken_one_is_not(case: Case, tmp_path: Path) -> None:
    accepted, problem, words = _judged(case, tmp_path)
    assert accepted == case.accepted, words
    if case.accepted:
        assert problem == case.problem
    else:
        assert words


@pytest.mark.parametrize("case", SMALL, ids=[each.name for each in SMALL])
def test_odd_files_are_judged_rightly(case: Case, tmp_path: Path) -> None:
    accepted, problem, words = _judged(case, tmp_path)
    assert accepted == case.accepted, words
    assert not (case.accepted and case.problem) or problem == case.problem


def test_every_refusal_says_why_in_a_stop(tmp_path: Path) -> None:
    for case in CHANGED[len(TAKEN) :]:
        path = tmp_path / f"table{case.suffix}"
        path.write_bytes(case.data)
        verdict = check(path, case.target)
        assert verdict.at(Level.STOP), case.name
        assert verdict.at(Level.STOP)[0] == verdict.findings[0]
    assert len(CHANGED) == len(TAKEN) + len(REFUSED)


@pytest.mark.slow
@pytest.mark.parametrize("half", ["develop", "held"])
def test_the_doctor_is_right_as_often_as_the_issue_asks(half: str) -> None:
    right, types, told = judged(cases(half)[::3], wrong=True)
    assert told > 60
    assert right >= 95
    assert types >= 90
