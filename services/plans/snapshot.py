"""From the journal's rows to what a page is shown."""

from __future__ import annotations

from collections.abc import Sequence

from services.plans.entries import Phase, RunEntry, StepEntry
from services.plans.journal import STALE_SECONDS
from services.plans.models import Step, Until
from services.plans.undoing import standing, taken_back, undo_entries
from services.plans.views import RunStatus, RunView, StepStatus, StepView
from services.plans.wording import ENDED, ROLLED_BACK


def view_of(run: RunEntry, entries: Sequence[StepEntry], now: float) -> RunView:
    """The run as it stands at `now`."""
    undo = undo_entries(entries)
    return RunView(
        id=run.id,
        title=run.title,
        status=status_of(run, entries, now),
        steps=tuple(_step_view(entry, undo) for entry in entries if entry.phase is Phase.PLAN),
        plan=run.plan,
        started=run.started,
        ended=run.ended,
        usd_per_hour=_billing(entries),
        problem=run.problem,
        undo_steps=tuple(_step_view(entry, undo) for entry in undo),
        earlier=tuple(_step_view(entry, undo) for entry in entries if entry.phase is Phase.EARLIER),
        now=now,
    )


def status_of(run: RunEntry, entries: Sequence[StepEntry], now: float) -> RunStatus:
    """How far a run is; one whose worker no longer beats is interrupted."""
    if run.outcome:
        return RunStatus(run.outcome)
    if not run.worker or run.beat < now - STALE_SECONDS:
        return RunStatus.INTERRUPTED
    if run.phase is Phase.UNDO:
        return RunStatus.UNDOING
    if run.cancel:
        return RunStatus.CANCELLING
    begun = any(entry.started is not None for entry in entries)
    return RunStatus.RUNNING if begun else RunStatus.WAITING


def _step_view(entry: StepEntry, undo: Sequence[StepEntry]) -> StepView:
    step = entry.step
    undone = entry.phase is not Phase.UNDO and taken_back(entry, undo)
    return StepView(
        id=entry.id,
        reason=step.reason,
        service=step.service,
        operation=step.operation,
        status=StepStatus.UNDONE if undone else entry.status,
        started=entry.started,
        ended=entry.ended,
        problem=entry.problem,
        receipt=entry.receipt,
        typical=_typical(step),
        detail=entry.detail,
        name=_name_in(step),
        usd_per_hour=step.cost.usd_per_hour if step.cost is not None else 0.0,
    )


def _name_in(step: Step) -> str:
    """What the step is about: the first parameter that names something."""
    named = ("name", "id", "arn", "bucket")
    found = (value for key, value in step.parameters.items() if key.lower().endswith(named))
    return next((value for value in found if isinstance(value, str)), "")


def _typical(step: Step) -> float:
    return step.manner.typical if isinstance(step.manner, Until) else 0.0


def _billing(entries: Sequence[StepEntry]) -> float | None:
    """USD an hour of what stands; steps of unknown outcome count, since they may bill, and what failed does not."""
    ended = [entry.step for entry in entries if entry.problem is not None and entry.problem.kind == ENDED]
    back = [entry.step for entry in entries if entry.problem is not None and entry.problem.kind == ROLLED_BACK]
    unsure = [entry for entry in entries if entry.phase is Phase.PLAN and entry.intent]
    billing = {entry.name: entry for entry in (*standing(entries), *unsure)}
    running = [entry.step for entry in billing.values() if not any(_same(step, entry.step) for step in ended)]
    changes = [step for step in running if step.operation.startswith("update_")]
    running = [step for step in running if step not in changes or not any(_same(wait, step) for wait in back)]
    costs = [step.cost.usd_per_hour for step in running if step.cost is not None]
    if any(cost is None for cost in costs):
        return None
    return max(sum(cost or 0.0 for cost in costs), 0.0)


def _same(wait: Step, step: Step) -> bool:
    """Whether a wait looks at what a step made: all it names is named there too."""
    named = wait.parameters.items()
    return bool(named) and all(step.parameters.get(key) == value for key, value in named)
