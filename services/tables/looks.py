"""What the doctor and the statistics say of a kept table, worked out in the background and found again after a refresh.

A look is one question about one table of one owner. Its answers stay in memory, the newest of them, under the owner and
the table's content; after a restart the question is simply asked again. Its progress is a job of the journal.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from services.jobs import JobHandle, Jobs, JobStatus, JobView
from services.tables.kept import ending

if TYPE_CHECKING:
    from services.tables.doctor import Examination
    from services.tables.kept import KeptTable, KeptTables
    from services.tables.models import Repair, Statistics, Verdict

JOB_KIND = "table"
MOST_LOOKS = 48  # of all owners: some hundred kB each
REPORT_CHUNKS = 8  # MiB between two words about how far a fetch is


class Doctor(Protocol):
    """The functions of this room that a look asks, so that a test can put others in their place."""

    def examined(self, path: Path, target: str, **more: Any) -> Examination: ...
    def repaired(self, path: Path, verdict: Verdict, into: Path, repairs: Sequence[Repair], **more: Any) -> Path: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a table: which column is to be predicted, which one weighs, as what kind of problem."""

    sha256: str
    target: str
    weight: str = ""
    problem: str = ""

    @property
    def key(self) -> str:
        """A name for the journal that holds nothing of the table."""
        told = json.dumps([self.sha256, self.target, self.weight, self.problem])
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Look:
    """How far a question is answered: both from one reading of the table; `job` tells how that goes."""

    verdict: Verdict | None = None
    statistics: Statistics | None = None
    job: JobView | None = None

    @property
    def examination(self) -> Examination | None:
        """Both answers as the doctor gives them; None until they are there."""
        if self.verdict is None or self.statistics is None:
            return None
        from services.tables.doctor import Examination

        return Examination(self.verdict, self.statistics)

    @property
    def working(self) -> bool:
        """Whether more comes by itself."""
        return self.job is not None and self.job.status is JobStatus.RUNNING


@dataclass(slots=True)
class _Answers:
    told: threading.Event  # the answers are there, or none will come
    job: str = ""
    found: Examination | None = None


class TableLooks:
    """Questions about kept tables and their answers; every one carries its owner. Safe for threads."""

    def __init__(self, jobs: Jobs, kept: KeptTables, doctor: Doctor | None = None, *, most: int = MOST_LOOKS) -> None:
        self._jobs, self._kept, self._given, self._most = jobs, kept, doctor, most
        self._answers: OrderedDict[tuple[str, str], _Answers] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def _doctor(self) -> Doctor:
        if self._given is not None:
            return self._given
        from services import tables

        return cast(Doctor, tables)  # a module is as good as an object with these functions

    def ask(self, owner: str, question: Question, *, again: bool = False, patience: float = 0.0) -> Look:
        """How far the question is answered; it is worked at from now on unless it was, or failed.

        again     begin anew what failed or was cancelled
        patience  seconds to wait for the verdict: a small table's comes before a page is drawn
        Raises NotFound where the owner keeps no such table.
        """
        table = self._kept.open(owner, question.sha256)
        with self._lock:
            answers = self._of(owner, question)
            view = self._jobs.view(answers.job, owner) if answers.job else None
            ended_badly = view is not None and view.status not in (JobStatus.RUNNING, JobStatus.DONE)
            if view is None or (again and ended_badly):
                answers.told.clear()
                answers.job = self._jobs.start(
                    JOB_KIND, owner, f"Looking at {table.name}", lambda handle: self._work(handle, table, question,
                    answers), payload={"table": question.sha256},
                )  # fmt: skip
        answers.told.wait(patience)
        found, view = answers.found, self._jobs.view(answers.job, owner)
        return Look(found.verdict, found.statistics, view) if found else Look(job=view)

    def fetch(self, owner: str, name: str, chunks: Callable[[], Iterable[bytes]], size: int, origin: str) -> str:
        """Copy a table from S3 to this machine in the background; the job's id. Its result holds `sha256`."""

        def counted(handle: JobHandle) -> Iterator[bytes]:
            done = 0
            for number, chunk in enumerate(chunks()):
                done += len(chunk)
                if number % REPORT_CHUNKS == 0:
                    handle.checkpoint()
                    handle.report(min(1.0, done / max(1, size)), f"{done >> 20:,} of {size >> 20:,} MB read from S3")
                yield chunk

        def work(handle: JobHandle) -> dict[str, Any]:
            return {"sha256": self._kept.put(owner, name, counted(handle), origin=origin).sha256}

        title = f"Reading {self._named(name)} from S3"
        return self._jobs.start(JOB_KIND, owner, title, work, key=f"fetch {origin}", payload={"origin": origin})

    def repair(self, owner: str, question: Question, verdict: Verdict, codes: Sequence[str]) -> str:
        """Make a copy of the table with these repairs applied, in the background; the job's id.

        Its result holds the copy's `sha256`; the table itself stays as it is. Raises NotFound.
        """
        table = self._kept.open(owner, question.sha256)
        chosen = tuple(each for each in verdict.repairs if each.code in codes)

        def work(handle: JobHandle) -> dict[str, Any]:
            handle.report(None, "A copy is being written")
            into = self._kept.scratch(owner, "copy.parquet" if verdict.layout.kind == "parquet" else "copy.csv")
            made = into
            try:
                made = self._doctor.repaired(table.path, verdict, into, chosen, cancelled=lambda: handle.cancelled)
                handle.checkpoint()
                copy = self._kept.take(
                    owner, made, _named_after(table.name, made), made_from=table.made_from or table.sha256,
                    changes=(*table.changes, *(each.words for each in chosen)),
                )  # fmt: skip
            finally:
                for path in {into, made}:
                    path.unlink(missing_ok=True)
            return {"sha256": copy.sha256}

        key = f"repair {question.key} {' '.join(codes)}"
        return self._jobs.start(JOB_KIND, owner, f"Repairing {table.name}", work, key=key)

    def _work(self, handle: JobHandle, table: KeptTable, question: Question, answers: _Answers) -> None:
        handle.report(0.0, "The doctor reads the table")
        try:
            answers.found = self._doctor.examined(
                table.path, question.target, weight=question.weight, problem=question.problem,
                progress=lambda done, of: self._far(handle, done, of), cancelled=lambda: handle.cancelled,
            )  # fmt: skip
        finally:
            answers.told.set()

    @staticmethod
    def _far(handle: JobHandle, done: int, of: int) -> None:
        handle.report(min(1.0, done / max(1, of)), f"{done >> 20:,} of {of >> 20:,} MB read")

    def _of(self, owner: str, question: Question) -> _Answers:
        place = (owner, question.key)
        answers = self._answers.setdefault(place, _Answers(threading.Event()))
        self._answers.move_to_end(place)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return answers

    @staticmethod
    def _named(name: str) -> str:
        return name if len(name) <= 60 else f"{name[:59]}…"


def _named_after(name: str, made: Path) -> str:
    """The name of a copy: of a table that was packed, or parted by tabs, it is another kind of file."""
    last = ending(name)
    return f"{name[: len(name) - len(last)] if last else name}{made.suffix}"
