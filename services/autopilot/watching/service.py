"""Following jobs: their candidates, how far they are, what is told of each candidate, and the plan that stops one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.autopilot.models import Candidate, Job
from services.autopilot.watching import following
from services.autopilot.watching.report_models import Left, ReportFile, Reports
from services.autopilot.watching.reports import download, job_files, left, reports
from services.errors import InvalidRequest
from services.plans.models import Estimate, Plan
from services.plans.stopping import stop_steps

if TYPE_CHECKING:
    from services.autopilot.gateway import AutopilotGateway
    from services.catalog import CatalogService
    from services.objects import ObjectsService


class Watching:
    """What of an AutopilotService follows jobs. Everything it reads is read now; who polls keeps it for a while."""

    _gateway: AutopilotGateway
    _catalog: CatalogService
    _now: Callable[[], float]
    objects: Callable[[], ObjectsService]

    def moment(self) -> datetime:
        """The other side's time."""
        return datetime.fromtimestamp(self._now(), UTC)

    def candidates(self, name: str) -> tuple[Candidate, ...]:
        """The candidates of a job as far as there are any, the first one begun at first. Raises NotFound."""
        return self._gateway.candidates(name)

    def progress(self, job: Job, candidates: Sequence[Candidate]) -> following.Progress:
        """How far a job is, as of now."""
        return following.progress(job, candidates, self.moment(), pace=self._catalog.pace)

    def reports(self, job: Job, candidate: Candidate) -> Reports:
        """What the job wrote about a candidate. Never raises: what cannot be read is among its problems."""
        return reports(self.objects(), job, candidate)

    def files(self, job: Job) -> tuple[ReportFile, ...]:
        """The notebooks and reports of the whole job."""
        return job_files(job)

    def download(self, file: ReportFile) -> bytes:
        """The bytes of a report or notebook. Raises LimitExceeded above 25 MiB, PermissionDenied and the like."""
        return download(self.objects(), file)

    def left(self, job: Job) -> Left | None:
        """What a job has left in S3, with what keeping it costs a month; None where it names no output."""
        return left(self.objects(), job, self._catalog.storage())

    def plan_stop(self, name: str) -> Plan:
        """The plan that stops a job and waits for it. Raises NotFound, and InvalidRequest where it has ended."""
        job = self._gateway.describe(name)
        if not job.status.moving:
            raise InvalidRequest(
                f"{name[:64]} is not running.",
                f"It is {job.status.value}.",
                "Nothing has to be stopped, or is paid for.",
            )
        steps = stop_steps("AutoML job", job.name, job.arn or "*", pace=self._catalog.pace)
        words = "the machines it works on are Autopilot's choice: what stopping saves is not known beforehand"
        return Plan(
            title=f"Stop {job.name}",
            steps=steps,
            warnings=("It cannot go on afterwards. Candidates that are finished stay, and can be deployed.",),
            estimate=Estimate(usd_per_hour=0.0, source=words),
        )
