"""What a page sees of a run: frozen snapshots that pickle, compare by value and hold no secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.errors import Problem
from services.plans.models import Plan


class RunStatus(StrEnum):
    """Where a run stands. `interrupted`: its worker is gone, so it can be resumed, cancelled or undone."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    UNDOING = "undoing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself (an interrupted run waits for a person)."""
        return self in _ENDED


_ENDED = frozenset({RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.UNDONE, RunStatus.INTERRUPTED})


class StepStatus(StrEnum):
    """Where a step stands. `unknown`: it was asked for and no answer is known, so looking must settle it."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    ALREADY_THERE = "already_there"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNDONE = "undone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side gave us to refer to: its request id, the ARN it named, and when (seconds since 1970).

    `gone`: it was asked afterwards and no longer knew what was to go.
    """

    request_id: str = ""
    arn: str = ""
    at: float = 0.0
    gone: bool = False

    def __str__(self) -> str:
        parts = (self.arn, f"request {self.request_id}" if self.request_id else "", "seen gone" if self.gone else "")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a run. Times are seconds since 1970; `typical` is seconds, 0 where a step is one quick call.

    `detail` is what a running step last heard, such as "Creating" or "2000 treated". `name` is what it is about, and
    `usd_per_hour` what it starts or ends costing once it is done (None: not known).
    """

    id: str
    reason: str
    service: str
    operation: str
    status: StepStatus
    started: float | None = None
    ended: float | None = None
    problem: Problem | None = None
    receipt: Receipt | None = None
    typical: float = 0.0
    detail: str = ""
    name: str = ""
    usd_per_hour: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """Of a run only what tells whether it is alive: cheap enough to be asked for every other second."""

    id: str
    title: str
    status: RunStatus


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. `usd_per_hour` is what it left running now, in USD; None when a price is unknown.

    `undo_steps` are the steps that take it back, once cancelling or undoing has begun. `earlier` are steps of a former
    plan of the same run that still stand. `now` is when this view was made.
    """

    id: str
    title: str
    status: RunStatus
    steps: tuple[StepView, ...]
    plan: Plan
    started: float
    ended: float | None
    usd_per_hour: float | None
    problem: Problem | None = None
    undo_steps: tuple[StepView, ...] = ()
    earlier: tuple[StepView, ...] = ()
    now: float = 0.0

    @property
    def progress(self) -> float:
        """How far it is, 0 to 1, steps weighed by how long they typically take."""
        steps = self.undo_steps if self.status is RunStatus.UNDOING else self.steps
        total = sum(_weight(step) for step in steps)
        return sum(_weight(step) * _share(step, self.now) for step in steps) / total if total else 1.0

    @property
    def standing(self) -> tuple[StepView, ...]:
        """The steps whose work stands now and that this run made: what undoing takes back, and what may bill."""
        return tuple(step for step in (*self.steps, *self.earlier) if step.status is StepStatus.DONE)

    @property
    def remaining(self) -> float:
        """Seconds the steps that are not done typically still take, were they run one after the other."""
        return sum(step.typical * (1.0 - _share(step, self.now)) for step in self.steps)


def _weight(step: StepView) -> float:
    return max(step.typical, 2.0)


def _share(step: StepView, now: float) -> float:
    if step.status in (StepStatus.DONE, StepStatus.ALREADY_THERE, StepStatus.UNDONE):
        return 1.0
    if step.status is StepStatus.RUNNING and step.started is not None:
        return min(max(now - step.started, 0.0) / _weight(step), 0.95)
    return 0.0
