"""A console for the pages of AutoML jobs: the real service over jobs held in memory and an S3 held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from services.autopilot import AutopilotService, Candidate, Job
from services.errors import NotFound, SagedeckError
from services.objects import Listing, ObjectsService, Peek, Uri
from tests.pages.fake_autopilot import FakeS3
from tests.pages.fake_console import FakeConsole

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


class HeldJobs:
    """Stands for SageMaker; `refused` are errors by the name of what is asked, `asked` what was."""

    def __init__(self, jobs: Sequence[Job], candidates: Sequence[Candidate]) -> None:
        self.jobs = {each.name: each for each in jobs}
        self.held = tuple(candidates)
        self.refused: dict[str, SagedeckError] = {}
        self.asked: list[str] = []

    def list_jobs(self) -> tuple[Job, ...]:
        self._ask("list")
        return tuple(
            replace(each, problem="", objective="", target="", output="", best=None) for each in self.jobs.values()
        )

    def describe(self, name: str) -> Job:
        self._ask("describe")
        if name not in self.jobs:
            raise NotFound(f"There is no AutoML job called {name}.")
        return self.jobs[name]

    def candidates(self, name: str) -> tuple[Candidate, ...]:
        self._ask("candidates")
        return self.held

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self.refused:
            raise self.refused[what]


class HeldObjects(FakeS3):
    """Objects by address; all of them `refused` at once."""

    refused: SagedeckError | None = None

    def below(self, prefix: Uri, most: int) -> Listing:
        if self.refused is not None:
            raise self.refused
        return super().below(prefix, most)

    def peek(self, uri: Uri, start: int, length: int) -> Peek:
        if self.refused is not None:
            raise self.refused
        return super().peek(uri, start, length)


class ExperimentsConsole(FakeConsole):
    """Jobs with the same candidates each, and what they wrote."""

    def __init__(self, *jobs: Job, candidates: Sequence[Candidate] = (), files: dict[str, bytes] | None = None) -> None:
        super().__init__()
        self.sagemaker, self.s3 = HeldJobs(jobs, candidates), HeldObjects(files or {})
        self.objects = ObjectsService(self.s3)
        gateway: Any = self.sagemaker
        nothing: Any = SimpleNamespace()
        self.autopilot = AutopilotService(
            gateway, self.catalog, self.access, owner="sandbox/ana", now=NOW.timestamp,
            objects=lambda: self.objects, launching=nothing, tables=lambda: nothing,
        )  # fmt: skip
