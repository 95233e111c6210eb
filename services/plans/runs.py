"""Runs: plans carried out in the background, written down step by step, found again after a refresh or a crash."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from services.errors import InvalidRequest, PlanChanged, PlanInvalid, ReadOnly, RunTaken
from services.plans.entries import Phase, StepEntry
from services.plans.execute import Signals
from services.plans.graph import SATISFIED
from services.plans.journal import BEAT_SECONDS, Journal, LeaseLost
from services.plans.models import Plan, Step
from services.plans.operators import Operator, placed
from services.plans.secrecy import scrub
from services.plans.snapshot import view_of
from services.plans.undoing import Undo, former, undo_of
from services.plans.validate import check
from services.plans.values import conceal, secrets_of
from services.plans.views import Pulse, RunStatus, RunView
from services.plans.worker import Worker
from services.state import State

_POLL_SECONDS = 0.05
_OVER = frozenset({RunStatus.DONE, RunStatus.CANCELLED, RunStatus.UNDONE})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Live:
    """A run this process holds. Its secrets are here and nowhere else, until it ends."""

    token: str
    secrets: Mapping[str, str] = field(repr=False)
    signals: Signals = field(default_factory=Signals)
    done: threading.Event = field(default_factory=threading.Event)


class Runs:
    """The runs of one owner. `operators(service)` gives who carries out the calls of a service.

    `worker` names this process in the journal; `clock` gives seconds since 1970. A `sleep` other than time.sleep is
    called with each whole pause and should be short: only time.sleep is cut into slices in which a cancel is heard.
    """

    def __init__(
        self,
        state: State,
        operators: Callable[[str], Operator],
        *,
        owner: str,
        worker: str,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        read_only: bool = False,
    ) -> None:
        self._journal = Journal(state, owner)
        self._operators, self._clock, self._sleep = operators, clock, sleep
        self._worker, self._read_only = worker, read_only
        self._live: dict[str, _Live] = {}
        self._handed: dict[str, dict[str, str]] = {}

    def start(self, plan: Plan, *, secrets: Mapping[str, str] | None = None, confirmed: Plan | None = None) -> str:
        """Begin a plan in the background and give the run's id.

        `secrets` are by the names the plan's Secret values have. Raises PlanInvalid, ReadOnly, PlanChanged (`plan` is
        not the work that was `confirmed`), InvalidRequest (secrets lacking).
        """
        self._refuse_when_read_only()
        if confirmed is not None and not confirmed.same_work(plan):
            raise _changed()
        plan, found = _checked(plan)
        given = {**found, **(secrets or {})}
        _need(plan.steps, given)
        self._need_operators(plan.steps)
        run_id, live = uuid.uuid4().hex, self._lease(given)
        self._journal.create(run_id, plan, live.token, self._clock())
        self._launch(run_id, live, None)
        return run_id

    def resume(self, run_id: str, *, secrets: Mapping[str, str] | None = None, plan: Plan | None = None) -> None:
        """Go on with a failed or interrupted run.

        With `plan`, go on under the same id with what planning again gave; what the former plan made and the new one
        does not hold is still taken back by cancel and undo. Raises ReadOnly, RunTaken, PlanInvalid, NotFound and
        InvalidRequest (nothing to resume; secrets lacking, by name).
        """
        self._refuse_when_read_only()
        run, view = self._journal.run(run_id), self.view(run_id)
        if view.status in _OVER:
            raise InvalidRequest(f"This run is {view.status.value}.", "Nothing is left to do.", "Start a new one.")
        if not view.status.ended:
            raise _taken()
        given = dict(secrets or {})
        if plan is not None and run.phase is Phase.PLAN:
            plan, found = _checked(plan)
            given = {**found, **given}
        entries = self._journal.steps(run_id)
        _need(_open_steps(entries, run.phase, plan), given)
        live = self._lease(given)
        self._take(run_id, live)
        if plan is not None and run.phase is Phase.PLAN:
            self._journal.replan(run_id, live.token, plan, former(entries, plan))
        self._journal.reopen(run_id, live.token, run.phase)
        self._launch(run_id, live, RunStatus.CANCELLED if run.cancel else None)

    def cancel(self, run_id: str, *, secrets: Mapping[str, str] | None = None) -> None:
        """Stop further steps, then take back what the run made. A run that is over stays as it is."""
        self._refuse_when_read_only()
        if self.view(run_id).status in _OVER:
            return
        self._journal.ask_cancel(run_id)
        live = self._live.get(run_id)
        if live is not None:
            live.signals.cancel.set()
        elif (status := self.view(run_id).status).ended and status not in _OVER:
            self._begin_undo(run_id, RunStatus.CANCELLED, secrets)

    def undo_plan(self, run_id: str) -> Plan:
        """The plan that takes back what the run made and has not taken back yet; to be shown before `undo`."""
        return self._undo_of(run_id, {}).plan

    def undo(self, run_id: str, *, secrets: Mapping[str, str] | None = None, confirmed: Plan | None = None) -> None:
        """Take back what a done, failed or interrupted run made, under the same id.

        Raises ReadOnly, NotFound, RunTaken (it still runs: cancel it), PlanChanged (`confirmed` is not what would be
        done now), InvalidRequest (secrets lacking).
        """
        self._refuse_when_read_only()
        status = self.view(run_id).status
        if not status.ended:
            raise _taken()
        if status in (RunStatus.CANCELLED, RunStatus.UNDONE):
            return
        if confirmed is not None and not confirmed.same_work(self.undo_plan(run_id)):
            raise _changed()
        self._begin_undo(run_id, RunStatus.UNDONE, secrets)

    def needs(self, run_id: str) -> tuple[str, ...]:
        """The names of the secrets that resuming this run needs, to be asked for before."""
        run, entries = self._journal.run(run_id), self._journal.steps(run_id)
        return _secrets_of(_open_steps(entries, run.phase, None))

    def view(self, run_id: str) -> RunView:
        """The run as it stands; raises NotFound."""
        return view_of(self._journal.run(run_id), self._journal.steps(run_id), self._clock())

    def list(self, limit: int = 50) -> tuple[RunView, ...]:
        """The newest runs first."""
        now = self._clock()
        return tuple(view_of(run, self._journal.steps(run.id), now) for run in self._journal.newest(limit))

    def pulses(self, limit: int = 20) -> tuple[Pulse, ...]:
        """The newest runs first, of each only whether it is alive; one small read of this machine's journal."""
        return self._journal.pulses(limit, self._clock())

    def scrub(self, run_id: str, text: str) -> str:
        """`text` without the secrets that this process holds for the run: of a log, before it is shown."""
        live = self._live.get(run_id)
        return scrub(text, live.secrets.values()) if live else text

    def secrets(self) -> tuple[str, ...]:
        """The secrets that this process holds for all runs under way."""
        return tuple(secret for live in list(self._live.values()) for secret in live.secrets.values())

    def wait(self, run_id: str, timeout: float) -> RunView:
        """The run as it stands once it has ended, or after `timeout` seconds of real time."""
        deadline = time.monotonic() + timeout
        while True:
            live = self._live.get(run_id)
            if live is not None:
                live.done.wait(max(deadline - time.monotonic(), 0.0))
            view = self.view(run_id)
            if (view.status.ended and run_id not in self._live) or time.monotonic() >= deadline:
                return view
            time.sleep(_POLL_SECONDS)

    def under_way(self, run_id: str) -> bool:
        """Whether this process carries the run out now; one to be taken back may not have begun with it."""
        return run_id in self._live

    def take_secrets(self, run_id: str) -> dict[str, str]:
        """The secret results of a run started here, once: "step-id.path" -> value. Afterwards they are gone."""
        self._journal.run(run_id)  # another owner's run is not found
        return self._handed.pop(run_id, {})

    def _begin_undo(self, run_id: str, goal: RunStatus, secrets: Mapping[str, str] | None) -> None:
        given = dict(secrets or {})
        _need(self._undo_of(run_id, given).plan.steps, given)
        run, live = self._journal.run(run_id), self._lease(given)
        self._take(run_id, live)
        if run.phase is Phase.UNDO:
            self._journal.reopen(run_id, live.token, Phase.UNDO)
        self._launch(run_id, live, goal)

    def _undo_of(self, run_id: str, secrets: Mapping[str, str]) -> Undo:
        entries = self._worker_of(Signals(), secrets).settled(self._journal.steps(run_id))
        return undo_of(self._journal.run(run_id).plan, entries, self._journal.used_by_others(run_id))

    def _refuse_when_read_only(self) -> None:
        if self._read_only:
            raise ReadOnly(
                "This connection is read-only.", "Every change is refused.", "Turn the switch off in Settings."
            )

    def _need_operators(self, steps: Iterable[Step]) -> None:
        for service in dict.fromkeys(placed(step.service, step.region) for step in steps):
            self._operators(service)

    def _lease(self, secrets: Mapping[str, str]) -> _Live:
        return _Live(token=f"{self._worker}/{uuid.uuid4().hex[:8]}", secrets=secrets)

    def _take(self, run_id: str, live: _Live) -> None:
        if run_id in self._live or not self._journal.take(run_id, live.token, self._clock()):
            raise _taken()

    def _worker_of(self, signals: Signals, secrets: Mapping[str, str]) -> Worker:
        return Worker(self._journal, self._operators, secrets, signals, self._clock, self._sleep)

    def _launch(self, run_id: str, live: _Live, goal: RunStatus | None) -> None:
        self._live[run_id] = live
        for target, name in ((self._beat, "beat"), (self._carry, "run")):
            arguments = (run_id, live) if name == "beat" else (run_id, live, goal)
            threading.Thread(target=target, args=arguments, name=f"{name}-{run_id[:8]}", daemon=True).start()

    def _carry(self, run_id: str, live: _Live, goal: RunStatus | None) -> None:
        worker = self._worker_of(live.signals, live.secrets)
        try:
            worker.carry(run_id, live.token, goal)
        except LeaseLost:
            _log.warning("run %s is held by another worker now", run_id)
        except Exception as error:  # noqa: BLE001 - the run's thread is where its errors end; the run shows as failed
            _log.error("run %s broke: %s", run_id, type(error).__name__)
            worker.give_up(run_id, live.token, error)
        finally:
            if worker.secret_results:
                self._handed.setdefault(run_id, {}).update(worker.secret_results)
            self._live.pop(run_id, None)
            live.done.set()
            self._journal.close()

    def _beat(self, run_id: str, live: _Live) -> None:
        while not live.done.wait(BEAT_SECONDS):
            try:
                if self._journal.beat(run_id, live.token, self._clock()):
                    live.signals.cancel.set()
            except LeaseLost:
                live.signals.lost.set()
                break
            except Exception as error:  # noqa: BLE001 - a missed beat is no reason to stop a run
                _log.warning("run %s missed a beat: %s", run_id, type(error).__name__)
        self._journal.close()


def _checked(plan: Plan) -> tuple[Plan, dict[str, str]]:
    plan, found = conceal(plan)
    if problems := check(plan):
        raise PlanInvalid(problems)
    return plan, found


def _need(steps: Iterable[Step], secrets: Mapping[str, str]) -> None:
    lacking = [name for name in _secrets_of(steps) if name not in secrets]
    if lacking:
        names = ", ".join(lacking)
        raise InvalidRequest(f"These secrets are needed: {names}.", "Secrets are never stored.", "Enter them again.")


def _secrets_of(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for step in steps for name in secrets_of(step)))


def _open_steps(entries: Iterable[StepEntry], phase: Phase, plan: Plan | None) -> list[Step]:
    """The steps still to be done, of the new plan if there is one."""
    done = {entry.id for entry in entries if entry.phase is phase and entry.status in SATISFIED}
    steps = plan.steps if plan is not None else tuple(entry.step for entry in entries if entry.phase is phase)
    return [step for step in steps if step.id not in done]


def _taken() -> RunTaken:
    return RunTaken("This run is under way.", "One worker at a time holds a run.", "Wait for it, or cancel it.")


def _changed() -> PlanChanged:
    return PlanChanged("The plan has changed since you read it.", "Its steps or its price differ.", "Read it again.")
