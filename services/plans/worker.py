"""The worker of one run: forward through its plan, and back through its undo plan when it is cancelled or undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.errors import Problem, SagedeckError, problem_of
from services.plans import looking
from services.plans.entries import Phase, StepEntry
from services.plans.execute import Execution, Signals
from services.plans.graph import SATISFIED
from services.plans.journal import Journal
from services.plans.looking import Finding
from services.plans.operators import Operator, placed
from services.plans.undoing import undo_of
from services.plans.values import Values, look, paths_wanted
from services.plans.views import RunStatus, StepStatus


@dataclass(slots=True)
class Worker:
    """Carries one run that this process holds. `secret_results` fill while it runs."""

    journal: Journal
    operators: Callable[[str], Operator]
    secrets: Mapping[str, str] = field(repr=False)
    signals: Signals
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    secret_results: dict[str, str] = field(default_factory=dict, repr=False)

    def carry(self, run_id: str, token: str, goal: RunStatus | None) -> None:
        """Carry the run to its end: forward, or with a `goal` (cancelled, undone) back. Raises LeaseLost."""
        run = self.journal.run(run_id)
        if run.phase is Phase.UNDO:
            self._back(run_id, token, RunStatus(goal or run.goal))
        elif goal is not None:
            self._turn_back(run_id, token, goal)
        elif not self._forward(run_id, token) and not self.signals.lost.is_set():
            self._turn_back(run_id, token, RunStatus.CANCELLED)

    def give_up(self, run_id: str, token: str, error: Exception) -> None:
        """End a run that broke for a reason of our own."""
        self.journal.end(run_id, token, RunStatus.FAILED, problem_of(error), self.clock())

    def _forward(self, run_id: str, token: str) -> bool:
        """Carry out the plan; False when the run is to be taken back because somebody cancelled it."""
        execution = self._execute(run_id, token, Phase.PLAN)
        if self.signals.lost.is_set() or self.signals.cancel.is_set():
            return False
        outcome = RunStatus.DONE if execution.complete else RunStatus.FAILED
        problem = _first_problem(self._entries(run_id, Phase.PLAN))
        return self.journal.end(run_id, token, outcome, problem, self.clock())

    def _turn_back(self, run_id: str, token: str, goal: RunStatus) -> None:
        before = self.journal.steps(run_id)
        ledger = self.journal.ledger(run_id, token, Phase.PLAN)
        after = self.settled(before)
        for old, new in zip(before, after, strict=True):
            if new is not old:
                ledger.finish(new.id, new.status, self.clock(), intent=new.intent, values=new.values or None)
        undo = undo_of(self.journal.run(run_id).plan, after, self.journal.used_by_others(run_id))
        steps = [(step, undo.undoes[step.id]) for step in undo.plan.steps]
        self.journal.begin_undo(run_id, token, goal, steps)
        self._back(run_id, token, goal)

    def _back(self, run_id: str, token: str, goal: RunStatus) -> None:
        execution = self._execute(run_id, token, Phase.UNDO)
        if self.signals.lost.is_set():
            return
        problem = _first_problem(self._entries(run_id, Phase.UNDO))
        unsure = undo_of(self.journal.run(run_id).plan, self.journal.steps(run_id)).unsure
        if problem is None and unsure:
            problem = Problem("Not all could be taken back for certain.", " ".join(unsure), "Look there yourself.")
        outcome = goal if execution.complete else RunStatus.FAILED
        self.journal.end(run_id, token, outcome, problem, self.clock())

    def _execute(self, run_id: str, token: str, phase: Phase) -> Execution:
        entries = self._entries(run_id, phase)
        execution = Execution(
            entries,
            self.journal.ledger(run_id, token, phase),
            self.operators,
            self._known(entries),
            paths_wanted(tuple(entry.step for entry in entries)),
            self.signals,
            clock=self.clock,
            sleep=self.sleep,
            close=self.journal.close,
        )
        execution.run()
        self.secret_results.update(execution.secret_results)
        return execution

    def _entries(self, run_id: str, phase: Phase) -> tuple[StepEntry, ...]:
        return tuple(entry for entry in self.journal.steps(run_id) if entry.phase is phase)

    def _known(self, entries: Iterable[StepEntry]) -> Values:
        return Values({entry.id: entry.values for entry in entries if entry.status in SATISFIED}, self.secrets)

    def settled(self, entries: Sequence[StepEntry]) -> tuple[StepEntry, ...]:
        """The entries of the plan as a look at the things themselves settles them; nothing is written or changed."""
        plan = [entry for entry in entries if entry.phase is Phase.PLAN]
        known = self._known(plan)
        wanted = paths_wanted(tuple(entry.step for entry in plan))
        return tuple(self._settle(entry, known, wanted.get(entry.id, ())) for entry in entries)

    def _settle(self, entry: StepEntry, known: Values, wanted: Sequence[str]) -> StepEntry:
        if entry.phase is not Phase.PLAN or entry.status in SATISFIED:
            return entry
        if entry.intent:
            found = self._look(entry, known)
            if found.there:
                values = {path: look(path, found.answer) for path in wanted}
                values = {path: value for path, value in values.items() if isinstance(value, str | int | float)}
                return replace(entry, status=StepStatus.DONE, intent=False, values=values)
            unknown = not found.missing
            return replace(entry, status=StepStatus.UNKNOWN if unknown else StepStatus.SKIPPED, intent=unknown)
        if entry.status in (StepStatus.WAITING, StepStatus.RUNNING):
            return replace(entry, status=StepStatus.SKIPPED)
        return entry

    def _look(self, entry: StepEntry, known: Values) -> Finding:
        proof = entry.step.proof
        if proof is None:
            return Finding()
        try:
            return looking.look_for(
                proof,
                known,
                lambda service, operation, sent: self.operators(placed(service, entry.step.region)).call(
                    service, operation, sent
                ),
            )
        except SagedeckError:
            return Finding()


def _first_problem(entries: Iterable[StepEntry]) -> Problem | None:
    stopped = (StepStatus.FAILED, StepStatus.UNKNOWN)
    return next((entry.problem for entry in entries if entry.status in stopped and entry.problem), None)
