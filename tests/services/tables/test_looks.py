"""Questions about kept tables, answered in the background, for their owner alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.errors import NotFound, SagedeckError
from services.jobs import Jobs, JobStatus
from services.state import State
from services.tables.doctor import Examination
from services.tables.kept import KeptTable, KeptTables
from services.tables.looks import Look, Question, TableLooks
from services.tables.models import Finding, Layout, Level, Repair, Statistics, Verdict

DROP = Repair("drop_empty", "Leave out the columns without values.", ("b",))
LOSES = Repair("drop_rows", "Leave out the rows without a target.", (), safe=False)
FOUND = (Finding(Level.WARNING, "empty", "A column has no values.", ("b",), DROP),)
VERDICT = Verdict(True, "Regression", "Numbers.", 2, ("a",), "a", Layout(), FOUND, (DROP, LOSES))


class FakeDoctor:
    """Waits where it is told to, and writes a copy without looking."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.go = threading.Event()
        self.go.set()
        self.fails = False

    def examined(self, path: Path, target: str, **more: Any) -> Examination:
        self.asked.append((target, more["weight"], more["problem"]))
        more["progress"](1 << 20, 4 << 20)
        assert self.go.wait(30)
        if self.fails:
            raise SagedeckError("The table cannot be read.", "", "")
        return Examination(VERDICT, Statistics(rows=2))

    def repaired(self, path: Path, verdict: Verdict, into: Path, repairs: Sequence[Repair], **_: Any) -> Path:
        into.write_text(f"a\n{len(repairs)}\n")
        return into


@pytest.fixture
def doctor() -> FakeDoctor:
    return FakeDoctor()


@pytest.fixture
def kept(tmp_path: Path) -> KeptTables:
    return KeptTables(tmp_path)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(State(tmp_path / "state.db"))


@pytest.fixture
def looks(jobs: Jobs, kept: KeptTables, doctor: FakeDoctor) -> TableLooks:
    return TableLooks(jobs, kept, doctor)


@pytest.fixture
def table(kept: KeptTables) -> KeptTable:
    return kept.put("ana", "t.tsv", [b"a\tb\n1\t\n2\t\n"])


def settled(looks: TableLooks, owner: str, question: Question) -> Look:
    deadline = time.monotonic() + 30
    while (look := looks.ask(owner, question)).working and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return look


def ended(jobs: Jobs, job: str) -> Any:
    deadline = time.monotonic() + 30
    while (view := jobs.view(job, "ana")) and view.status is JobStatus.RUNNING and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return view


def test_a_question_is_answered_once_with_verdict_and_statistics(
    looks: TableLooks, table: KeptTable, doctor: FakeDoctor
) -> None:
    question = Question(table.sha256, "a", "w", "Regression")
    first = looks.ask("ana", question, patience=30)
    assert first.verdict == VERDICT
    assert first.statistics == Statistics(rows=2)
    assert settled(looks, "ana", question).verdict == VERDICT
    assert doctor.asked == [("a", "w", "Regression")]


def test_another_target_is_another_question(looks: TableLooks, table: KeptTable, doctor: FakeDoctor) -> None:
    looks.ask("ana", Question(table.sha256, "a"), patience=30)
    looks.ask("ana", Question(table.sha256, "b"), patience=30)
    assert [target for target, _, _ in doctor.asked] == ["a", "b"]


def test_meanwhile_its_job_says_how_far_it_is_and_a_second_look_starts_nothing(
    looks: TableLooks, table: KeptTable, doctor: FakeDoctor
) -> None:
    doctor.go.clear()
    question = Question(table.sha256, "a")
    assert looks.ask("ana", question).working
    again = looks.ask("ana", question)
    assert again.verdict is None
    assert again.job is not None
    assert "t.tsv" in again.job.title
    doctor.go.set()
    done = settled(looks, "ana", question)
    assert done.verdict == VERDICT
    assert len(doctor.asked) == 1


def test_nobody_sees_what_was_found_in_the_table_of_another(looks: TableLooks, table: KeptTable) -> None:
    question = Question(table.sha256, "a")
    assert looks.ask("ana", question, patience=30).verdict is not None
    with pytest.raises(NotFound):
        looks.ask("ben", question)
    with pytest.raises(NotFound):
        looks.repair("ben", question, VERDICT, ["drop_empty"])


def test_a_failed_look_says_why_and_begins_anew_only_when_asked(
    looks: TableLooks, table: KeptTable, doctor: FakeDoctor
) -> None:
    doctor.fails = True
    question = Question(table.sha256, "a")
    looks.ask("ana", question, patience=30)
    failed = settled(looks, "ana", question)
    assert failed.job is not None
    assert failed.job.problem is not None
    assert failed.job.problem.what == "The table cannot be read."
    doctor.fails = False
    assert looks.ask("ana", question).job == failed.job
    looks.ask("ana", question, again=True, patience=30)
    assert settled(looks, "ana", question).verdict == VERDICT


def test_a_repair_writes_a_copy_that_knows_its_original(
    looks: TableLooks, table: KeptTable, kept: KeptTables, jobs: Jobs
) -> None:
    question = Question(table.sha256, "a")
    view = ended(jobs, looks.repair("ana", question, VERDICT, ["drop_empty", "made up"]))
    copy = kept.open("ana", view.result["sha256"])
    assert (copy.name, copy.made_from, copy.changes) == ("t.csv", table.sha256, (DROP.words,))
    assert copy.path.read_text() == "a\n1\n"
    assert kept.open("ana", table.sha256).path.read_bytes() == b"a\tb\n1\t\n2\t\n"
    second = ended(jobs, looks.repair("ana", Question(copy.sha256, "a"), VERDICT, ["drop_empty", "drop_rows"]))
    last = kept.open("ana", second.result["sha256"])
    assert last.made_from == table.sha256
    assert last.changes == (DROP.words, DROP.words, LOSES.words)
    assert list(table.path.parent.parent.glob(".part-*")) == []


def test_a_table_of_s3_is_copied_with_its_address(looks: TableLooks, kept: KeptTables, jobs: Jobs) -> None:
    chunks = [b"a,b\n", b"1,2\n"]
    view = ended(jobs, looks.fetch("ana", "train.csv", lambda: chunks, 8, "s3://bucket/train.csv"))
    copy = kept.open("ana", view.result["sha256"])
    assert (copy.origin, copy.path.read_bytes()) == ("s3://bucket/train.csv", b"a,b\n1,2\n")


def test_only_the_newest_answers_are_held(jobs: Jobs, kept: KeptTables, table: KeptTable, doctor: FakeDoctor) -> None:
    looks = TableLooks(jobs, kept, doctor, most=2)
    for target in ("a", "b", "c", "a"):
        looks.ask("ana", Question(table.sha256, target), patience=30)
    assert [target for target, _, _ in doctor.asked] == ["a", "b", "c", "a"]
