"""Carries out one step: looks where it can be proved, calls, waits, uploads or repeats, says what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.aws_errors import translate
from services.errors import Problem, SagedeckError, problem_of
from services.plans import looking, wording
from services.plans.looking import Finding
from services.plans.models import Once, Repeat, Step, Until, Upload
from services.plans.operators import Operator, answer_of, http_status, is_throttle, never_left, passes_by_itself
from services.plans.sending import opened, rewind
from services.plans.values import Values, look, resolve
from services.plans.views import StepStatus

_SLOW_DOWN_SECONDS = 60.0  # after "slow down" a call was surely not carried out, so it is tried again this long
_ABSENT_AT_FIRST = 3  # a thing just made may not be seen by the next reads
_SAME_PAGE = 5  # asked this often, a source that lists the same items again is not getting empty

_log = logging.getLogger(__name__)


class Pen(Protocol):
    """Where the performer writes while a step runs (`journal.Ledger`)."""

    def intend(self, step_id: str, intent: bool) -> None: ...
    def say(self, step_id: str, detail: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `intent`: a call may have been carried out without our knowing. `gone`: a look afterwards
    proved that what was to go is not there any more.
    """

    status: StepStatus
    problem: Problem | None = None
    answer: Mapping[str, Any] | None = None
    intent: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one question of a wait gave: an end, or what it heard, or that the thing is not seen (yet)."""

    outcome: Outcome | None
    heard: str = ""
    error: Exception | None = None
    unseen: int = 0


@dataclass(frozen=True, slots=True)
class Performer:
    """Carries out steps through one operator at a time. `pause` sleeps and says whether to go on."""

    operators: Callable[[str], Operator]
    pen: Pen
    clock: Callable[[], float]
    pause: Callable[[float], bool]

    def perform(self, step: Step, known: Values, *, unsettled: bool) -> Outcome:
        """Carry out `step`; `unsettled` when a former attempt was not answered. Raises nothing but LeaseLost."""
        try:
            found = self.look(step, known)
            settled = _settled(step, found, unsettled)
            return settled or self._in_the_way(step, known) or self._act(step, known, found)
        except SagedeckError as error:
            return Outcome(StepStatus.FAILED, problem_of(error), intent=unsettled)

    def look(self, step: Step, known: Values) -> Finding | None:
        """What a look at the thing itself says; None when the step has no proof."""
        if step.proof is None:
            return None
        return looking.look_for(step.proof, known, self.call)

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """One call through whoever carries out `service`."""
        return self.operators(service).call(service, operation, parameters)

    def _in_the_way(self, step: Step, known: Values) -> Outcome | None:
        """The step's end where something came about since that it would harm, or nobody can tell; else None."""
        if step.unless is None:
            return None
        read = step.unless.read
        try:
            answer = self.call(read.service, read.operation, resolve(read.parameters, known))
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is done without having looked
            return Outcome(StepStatus.FAILED, wording.unseen(step, _problem(step, error)))
        why = look(step.unless.found, answer)
        return Outcome(StepStatus.FAILED, wording.in_the_way(step, str(why))) if why else None

    def _act(self, step: Step, known: Values, found: Finding | None) -> Outcome:
        manner = step.manner
        if isinstance(manner, Until):
            return self._wait(step, manner, known)
        if isinstance(manner, Repeat):
            return self._repeat(step, manner, known)
        parameters = resolve(step.parameters, known)
        if isinstance(manner, Upload):
            with opened(step, manner) as extra:
                return self._once(step, Once(), parameters | extra, known, found)
        return self._once(step, manner, parameters, known, found)

    def _once(
        self, step: Step, manner: Once, parameters: dict[str, Any], known: Values, found: Finding | None
    ) -> Outcome:
        started, tries = self.clock(), 0
        while True:
            self.pen.intend(step.id, True)
            rewind(parameters)
            try:
                answer = self.call(step.service, step.operation, parameters)
                return Outcome(StepStatus.DONE, answer=answer, gone=self._is_gone(step, known))
            except Exception as error:  # noqa: BLE001 - whatever it is, what it left behind must be settled
                waited = self.clock() - started
                if not _means_later(manner, error, waited):
                    return self._after(step, known, error, found)
                self.pen.intend(step.id, False)
                self.pen.say(step.id, _later(error))
            tries += 1
            if not self.pause(min(2.0 * tries, 15.0)):
                return _stopped()

    def _is_gone(self, step: Step, known: Values) -> bool:
        """Whether a look proves that a thing that was asked to go is gone; one that takes its time is not yet."""
        if step.proof is None or not step.proof.gone:
            return False
        found = self.look(step, known)
        return found is not None and found.there

    def _after(self, step: Step, known: Values, error: Exception, before: Finding | None) -> Outcome:
        """After a call that failed: perhaps it was carried out all the same."""
        _log.info("step %s failed: %s", step.id, type(error).__name__)
        problem = _problem(step, error)
        if never_left(error):
            return Outcome(StepStatus.FAILED, problem)
        found = self.look(step, known)
        unanswered = answer_of(error) is None or http_status(error) >= 500
        if found is not None and found.there:
            ours = unanswered or _was_retried(error) or (step.proof is not None and step.proof.gone)
            ours = ours and before is not None and before.missing
            gone = step.proof is not None and step.proof.gone
            return Outcome(StepStatus.DONE if ours else StepStatus.ALREADY_THERE, answer=found.answer or {}, gone=gone)
        if not unanswered:
            return Outcome(StepStatus.FAILED, problem)
        if looking.repeatable(step) or (found is not None and found.missing):
            return Outcome(StepStatus.FAILED, problem, intent=True)
        return Outcome(StepStatus.UNKNOWN, wording.unknown(step, problem), intent=True)

    def _wait(self, step: Step, manner: Until, known: Values) -> Outcome:
        started, unseen, heard = self.clock(), 0, ""
        while True:
            asked = self._ask(step, manner, known)
            if asked.outcome is not None:
                return asked.outcome
            unseen += asked.unseen
            if unseen > _ABSENT_AT_FIRST and asked.error is not None:
                return Outcome(StepStatus.FAILED, _problem(step, asked.error))
            if asked.heard and asked.heard != heard:
                heard = asked.heard
                self.pen.say(step.id, known.scrub(heard))
            if self.clock() - started >= manner.deadline:
                return Outcome(StepStatus.FAILED, wording.too_late(step, manner, heard))
            if not self.pause(manner.every):
                return _stopped()

    def _ask(self, step: Step, manner: Until, known: Values) -> _Asked:
        try:
            answer = self.call(step.service, step.operation, resolve(step.parameters, known))
        except Exception as error:  # noqa: BLE001 - sorted here: gone, not seen yet, passing, or a failure
            told = answer_of(error)
            if told is not None and any(each.matches(*told) for each in manner.absent):
                gone = Outcome(StepStatus.DONE, answer={}, gone=True) if manner.gone else None
                return _Asked(gone, error=error, unseen=1)
            return _Asked(None if passes_by_itself(error) else Outcome(StepStatus.FAILED, _problem(step, error)))
        return _Asked(_ending(step, manner, answer, known), heard=str(look(manner.path, answer) or ""))

    def _repeat(self, step: Step, manner: Repeat, known: Values) -> Outcome:
        treated, same, last = 0, 0, None
        source = manner.source
        while True:
            try:
                page = self.call(source.service, source.operation, resolve(source.parameters, known))
            except Exception as error:  # noqa: BLE001 - sorted there
                return self._repeat_failed(step, known, error)
            items = look(manner.items, page) or []
            same = same + 1 if items == last else 0
            ended = _repeat_ending(step, manner, items, treated, same)
            if ended is not None:
                return ended
            last, batch = items, items[: manner.cap - treated]
            self.pen.intend(step.id, True)
            try:
                answer = self.call(step.service, step.operation, _with(resolve(step.parameters, known), manner, batch))
            except Exception as error:  # noqa: BLE001 - what is left is seen by listing again
                return self._repeat_failed(step, known, error)
            if answer.get("Errors"):  # S3 refuses single objects inside an answer of success
                return Outcome(StepStatus.FAILED, wording.partly(step, answer["Errors"], treated))
            treated += len(batch)
            self.pen.say(step.id, f"{treated} treated")
            if not self.pause(1.0 if same else 0.0):
                return _stopped()

    def _repeat_failed(self, step: Step, known: Values, error: Exception) -> Outcome:
        found = self.look(step, known)
        if found is not None and found.there:
            return Outcome(StepStatus.DONE, answer=found.answer)
        return Outcome(StepStatus.FAILED, _problem(step, error))


def _settled(step: Step, found: Finding | None, unsettled: bool) -> Outcome | None:
    """The outcome when looking is enough; None when the step is to be carried out."""
    if found is not None and found.there:
        gone = step.proof is not None and step.proof.gone
        return Outcome(StepStatus.DONE if unsettled else StepStatus.ALREADY_THERE, answer=found.answer or {}, gone=gone)
    if found is not None and found.differs:
        return Outcome(StepStatus.FAILED, wording.clash(step, found.differs))
    if unsettled and (found is None or not found.missing) and not looking.repeatable(step):
        return Outcome(StepStatus.UNKNOWN, wording.unknown(step, None), intent=True)
    return None


def _ending(step: Step, manner: Until, answer: Mapping[str, Any], known: Values) -> Outcome | None:
    now = look(manner.path, answer)
    if now in manner.failed:
        why = look(manner.explanation, answer) if manner.explanation else ""
        return Outcome(StepStatus.FAILED, wording.ended_badly(step, str(now), str(why or "")))
    if now not in manner.done:
        return None
    wrong = looking.difference(manner.expect, answer, known)
    if wrong:
        why = look(manner.explanation, answer) if manner.explanation else ""
        return Outcome(StepStatus.FAILED, wording.rolled_back(step, str(now), wrong, str(why or "")))
    # some things stay listed for a day after their end
    return Outcome(StepStatus.DONE, answer=answer, gone=manner.gone and str(now).lower() == "deleted")


def _repeat_ending(step: Step, manner: Repeat, items: Any, treated: int, same: int) -> Outcome | None:
    if not items:
        return Outcome(StepStatus.DONE, answer={"treated": treated})
    if treated >= manner.cap:
        return Outcome(StepStatus.FAILED, wording.capped(manner, treated))
    if same >= _SAME_PAGE:
        return Outcome(StepStatus.FAILED, wording.stuck(step, treated))
    return None


def _means_later(manner: Once, error: Exception, waited: float) -> bool:
    told = answer_of(error)
    if told is None:
        return False
    if any(each.matches(*told) for each in manner.not_yet):
        return waited < manner.deadline
    return is_throttle(error) and waited < _SLOW_DOWN_SECONDS


def _later(error: Exception) -> str:
    code, message = answer_of(error) or ("", "")
    return f"Not yet: {message or code}"


def _was_retried(error: Exception) -> bool:
    meta = getattr(error, "response", {}).get("ResponseMetadata", {})
    return bool(meta.get("RetryAttempts"))


def _with(parameters: dict[str, Any], manner: Repeat, items: Any) -> dict[str, Any]:
    *parents, last = manner.into.split(".")
    here = parameters
    for name in parents:
        here = here.setdefault(name, {})
    here[last] = items
    return parameters


def _stopped() -> Outcome:
    return Outcome(StepStatus.SKIPPED, Problem("Stopped before it was finished.", "The run was stopped."))


def _problem(step: Step, error: Exception) -> Problem:
    try:
        return problem_of(translate(error, wording.doing(step)))
    except Exception as unexpected:  # noqa: BLE001 - translate raises what it does not know
        return problem_of(unexpected)
