"""What the planner of an AutoML job has to know of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.access import RoleState
from services.autopilot.launching.ceiling import Ceiling
from services.autopilot.launching.seen import Seen
from services.autopilot.models import Job
from services.deploy import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchState:
    """The data as they were seen, and what stands in the way.

    seen      by channel what was seen of its data
    missing   buckets the request writes to that are not there
    job       the job that has the name already, None: there is none
    running   how many jobs run now; None where that may not be asked
    endpoint  the endpoint that has the name already which the best candidate is to have
    pace      how many times as fast as AWS the other side works (the sandbox: 60)
    """

    role: RoleState
    seen: Mapping[str, Seen]
    ceiling: Ceiling
    missing: tuple[str, ...] = ()
    job: Job | None = None
    running: int | None = None
    endpoint: str = ""
    pace: float = 1.0

    @property
    def place(self) -> Place:
        """Where it runs."""
        return Place(self.role.region, self.role.account, self.role.partition)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a SageMaker resource here; SageMaker writes names small in it."""
        return f"arn:{self.role.partition}:sagemaker:{self.role.region}:{self.role.account}:{kind}/{name.lower()}"
