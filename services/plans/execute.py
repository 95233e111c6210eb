"""Carries out the steps of one phase of a run: in order, side by side where they may be, each written down.

Steps run in daemon threads, so that a call that hangs cannot keep the console from exiting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from services.errors import Problem, problem_of
from services.plans import codec, graph
from services.plans.entries import Phase, StepEntry
from services.plans.journal import LeaseLost, Ledger
from services.plans.models import OnFailure, Step
from services.plans.operators import Operator, placed
from services.plans.perform import Outcome, Performer
from services.plans.secrecy import holds_secret, scrub, strings
from services.plans.values import Values, look
from services.plans.views import Receipt, StepStatus

CALLS_AT_ONCE = 8  # well below what control planes throttle at; a plan is rarely wider
THREADS_AT_ONCE = 48  # waits sleep most of the time, so more of them than calls may be under way
_SLICE_SECONDS = 0.25  # how soon a sleeping step hears that it should stop

_log = logging.getLogger(__name__)


class Signals:
    """What may happen to a run from outside: somebody cancels it, or another worker takes it."""

    def __init__(self) -> None:
        self.cancel = threading.Event()
        self.lost = threading.Event()


class Execution:
    """One phase of one run. `run` returns when no step is under way and none can start."""

    def __init__(
        self,
        entries: Sequence[StepEntry],
        ledger: Ledger,
        operators: Callable[[str], Operator],
        known: Values,
        wanted: Mapping[str, tuple[str, ...]],
        signals: Signals,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        close: Callable[[], None],
    ) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._steps = tuple(entry.step for entry in entries)
        self._ledger, self._operators, self._wanted = ledger, operators, wanted
        self._signals, self._clock, self._sleep, self._close = signals, clock, sleep, close
        self._results = {step: dict(values) for step, values in known.results.items()}
        self._known = Values(self._results, known.secrets)
        self._secret_values: set[str] = {value for value in known.secrets.values() if value}
        self._calls = threading.Semaphore(CALLS_AT_ONCE)
        self._changed = threading.Condition()
        self._halted = threading.Event()
        self._active = 0
        self.statuses = {entry.id: entry.status for entry in entries}
        self.secret_results: dict[str, str] = {}

    def run(self) -> None:
        """Carry out what can be carried out. Leaves quietly when the run is lost to another worker."""
        try:
            with self._changed:
                while not self._signals.lost.is_set():
                    self._skip_blocked()
                    self._start_ready()
                    if not self._active:
                        break
                    self._changed.wait(1.0)
                self._changed.wait_for(lambda: not self._active)
                self._skip_rest()
        except LeaseLost:
            self._signals.lost.set()

    @property
    def complete(self) -> bool:
        """Whether every step is done or was there already."""
        return all(status in graph.SATISFIED for status in self.statuses.values())

    @property
    def stopping(self) -> bool:
        """Whether no further step may start."""
        cancelled = self._ledger.phase is Phase.PLAN and self._signals.cancel.is_set()
        return cancelled or self._halted.is_set() or self._signals.lost.is_set()

    def _skip_blocked(self) -> None:
        while stopped := graph.blocked(self._steps, self.statuses):
            for step, culprit in stopped:
                self._skip(step, Problem("Not begun.", f"It waits for {culprit}, which was not done."))

    def _skip_rest(self) -> None:
        if self._signals.lost.is_set():
            return
        for step in self._steps:
            if self.statuses[step.id] is StepStatus.WAITING:
                self._skip(step, Problem("Not begun.", "The run was stopped before."))

    def _skip(self, step: Step, problem: Problem) -> None:
        self.statuses[step.id] = StepStatus.SKIPPED
        intent = self._entries[step.id].intent
        self._ledger.finish(step.id, StepStatus.SKIPPED, self._clock(), problem=problem, intent=intent)

    def _start_ready(self) -> None:
        if self.stopping:
            return
        for step in graph.ready(self._steps, self.statuses)[: THREADS_AT_ONCE - self._active]:
            self.statuses[step.id] = StepStatus.RUNNING
            self._active += 1
            threading.Thread(target=self._carry, args=(step,), name=f"step-{step.id}", daemon=True).start()

    def _carry(self, step: Step) -> None:
        outcome = Outcome(StepStatus.UNKNOWN)
        try:
            self._ledger.begin(step.id, self._clock())
            performer = Performer(partial(self._operator, step.region), self, self._clock, self._pause)
            outcome = performer.perform(step, self._known, unsettled=self._entries[step.id].intent)
            self._record(step, outcome)
        except LeaseLost:
            self._signals.lost.set()
        except Exception as error:  # noqa: BLE001 - a step's thread is where its errors end
            _log.error("step %s broke: %s", step.id, type(error).__name__)
            outcome = Outcome(StepStatus.UNKNOWN, problem_of(error), intent=True)
            with suppress(Exception):
                self._record(step, outcome)
        finally:
            self._close()
            with self._changed:
                self.statuses[step.id] = outcome.status
                self._active -= 1
                if outcome.status in graph.STOPPED and step.on_failure is OnFailure.EVERYTHING:
                    self._halted.set()
                self._changed.notify_all()

    def intend(self, step_id: str, intent: bool) -> None:
        """Write down that a call of this step is about to be made, or was refused."""
        self._ledger.intend(step_id, intent)

    def say(self, step_id: str, detail: str) -> None:
        """Write down what the step last heard."""
        self._ledger.say(step_id, self._scrub(detail))

    def _operator(self, region: str, service: str) -> Operator:
        return _Bounded(self._operators(placed(service, region)), self._calls)

    def _pause(self, seconds: float) -> bool:
        if self._sleep is not time.sleep:  # a sleep of the caller's own (a test's) is short by itself
            self._sleep(seconds)
            return not self.stopping
        while seconds > 0 and not self.stopping:
            self._sleep(min(seconds, _SLICE_SECONDS))
            seconds -= _SLICE_SECONDS
        return not self.stopping

    def _record(self, step: Step, outcome: Outcome) -> None:
        """Keep what later steps need, hand out what is secret, and write down what is left."""
        values: dict[str, Any] | None = None
        if outcome.answer is not None:
            secret = self._take_secrets(step, outcome.answer)
            values = {path: look(path, outcome.answer) for path in self._wanted.get(step.id, ())}
            values = {path: value for path, value in values.items() if value is not None}
            self._results[step.id] = values
            known = tuple(self._secret_values)
            values = {
                path: value
                for path, value in values.items()
                if path not in secret and not holds_secret(value, known) and _writable(value)
            }
        self._ledger.finish(
            step.id,
            outcome.status,
            self._clock(),
            intent=outcome.intent,
            problem=self._clean(outcome.problem),
            receipt=self._receipt(outcome),
            values=values,
        )

    def _take_secrets(self, step: Step, answer: Mapping[str, Any]) -> set[str]:
        for path in step.secret_results:
            value = look(path, answer)
            if value is not None:
                self._secret_values.update(text for text in strings(value) if text)
                self.secret_results[f"{step.id}.{path}"] = value if isinstance(value, str) else codec.write(value)
        return set(step.secret_results)

    def _clean(self, problem: Problem | None) -> Problem | None:
        if problem is None:
            return None
        what, why, then = (
            scrub(text, tuple(self._secret_values)) for text in (problem.what, problem.why, problem.next)
        )
        return Problem(what, why, then, problem.kind)

    def _scrub(self, text: str) -> str:
        return scrub(text, tuple(self._secret_values))

    def _receipt(self, outcome: Outcome) -> Receipt | None:
        if outcome.answer is None:
            return None
        request = str((outcome.answer.get("ResponseMetadata") or {}).get("RequestId", ""))
        return Receipt(request, self._scrub(_arn_in(outcome.answer)), self._clock(), outcome.gone)


class _Bounded:
    """An operator with only so many calls at once."""

    def __init__(self, operator: Operator, calls: threading.Semaphore) -> None:
        self._operator, self._calls = operator, calls

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._calls:
            return self._operator.call(service, operation, parameters)


def _arn_in(answer: Mapping[str, Any]) -> str:
    """The first ARN the answer names, at its top or one level below (IAM: Role.Arn)."""
    for key, value in answer.items():
        if key.lower().endswith("arn") and isinstance(value, str):
            return value
        if isinstance(value, Mapping) and key != "ResponseMetadata" and isinstance(value.get("Arn"), str):
            return str(value["Arn"])
    return ""


def _writable(value: Any) -> bool:
    try:
        codec.write(value)
    except TypeError:
        return False
    return True
