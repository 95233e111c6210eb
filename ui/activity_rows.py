"""Runs and jobs as rows of one list, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.jobs import JobStatus
from ui import formats, status_chip

if TYPE_CHECKING:
    from services.jobs import JobView
    from services.plans import RunView


LOOKS = ("table", "autopilot-plan")  # kinds of jobs that read a table or plan, and change nothing


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was done. `run` is empty for a job; `started` is Unix seconds."""

    started: float
    title: str
    kind: str
    status: str
    seconds: float
    running_now: str
    run: str = ""

    def shown(self) -> dict[str, object]:
        """The row as the table shows it."""
        return {
            "Started": datetime.fromtimestamp(self.started, UTC),
            "What": self.title,
            "Kind": self.kind,
            "Status": [status_chip.chip(self.status).word],
            "Took": formats.duration(self.seconds),
            "Left running": self.running_now,
        }


def rows(runs: Iterable[RunView], jobs: Iterable[JobView]) -> list[Row]:
    """Both as rows; what a run left running is said, an unknown price as unknown. Looks that ended are no activity."""
    found = [
        Row(
            run.started,
            run.title,
            "Plan",
            run.status,
            (run.ended or run.now) - run.started,
            "—" if run.usd_per_hour == 0 else formats.per_hour(run.usd_per_hour),
            run.id,
        )
        for run in runs
    ]
    found += [
        Row(job.started, job.title, job.kind.capitalize(), job.status, (job.ended or job.started) - job.started, "—")
        for job in jobs
        if job.kind not in LOOKS or job.status is JobStatus.RUNNING
    ]
    return sorted(found, key=lambda row: row.started, reverse=True)
