"""The journal of runs: the intent of a step before its call, its result after. It never holds a secret.

A run is held by one worker at a time. The holder's token is written in the run's row and beats there; every entry the
holder makes names the token, so a worker that lost the run (a laptop that slept) can no longer write, and stops.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from sqlite3 import Connection
from typing import Any

from services.errors import NotFound, Problem
from services.plans import codec
from services.plans.entries import Phase, RunEntry, StepEntry, run_entry, step_entry
from services.plans.models import Plan, Step
from services.plans.undoing import Call, call_of
from services.plans.views import Pulse, Receipt, RunStatus, StepStatus
from services.state import State

BEAT_SECONDS = 2.0
STALE_SECONDS = 15.0  # seven missed beats: long enough for a busy machine, short enough to wait for

_SCHEMA = """
create table if not exists plan_runs(
    id text primary key, owner text not null, title text not null, plan text not null,
    phase text not null default 'plan', goal text not null default '', outcome text not null default '',
    cancel integer not null default 0, worker text not null default '', beat real not null default 0,
    problem text, started real not null, ended real);
create index if not exists plan_runs_by_owner on plan_runs(owner, started);
create table if not exists plan_steps(
    run text not null, owner text not null, phase text not null, id text not null, ordinal integer not null,
    step text not null, undoes text not null default '', status text not null, intent integer not null default 0,
    started real, ended real, detail text not null default '', problem text, receipt text, result text,
    primary key(run, phase, id));
"""
_HELD = " and exists(select 1 from plan_runs where id=? and owner=? and worker=?)"


class LeaseLost(Exception):
    """Another worker holds the run now; this one must not go on."""


class Journal:
    """The runs of one owner in the state database; every query names the owner."""

    def __init__(self, state: State, owner: str) -> None:
        self._state, self._owner = state, owner
        state.ensure("plans", _SCHEMA)

    def create(self, run_id: str, plan: Plan, token: str, now: float) -> None:
        """Write a new run down, held by `token`."""
        with self._state.transaction() as transaction:
            transaction.execute(
                "insert into plan_runs(id,owner,title,plan,worker,beat,started) values(?,?,?,?,?,?,?)",
                (run_id, self._owner, plan.title, codec.write(plan), token, now, now),
            )
            for ordinal, step in enumerate(plan.steps):
                transaction.execute(*self._insert(run_id, Phase.PLAN, step, ordinal))

    def _insert(
        self, run_id: str, phase: Phase, step: Step, ordinal: int, undoes: str = ""
    ) -> tuple[str, tuple[object, ...]]:
        sql = (
            "insert into plan_steps(run,owner,phase,id,ordinal,step,undoes,status) values(?,?,?,?,?,?,?,?)"
            " on conflict(run,phase,id) do update set ordinal=excluded.ordinal, step=excluded.step"
        )
        return sql, (run_id, self._owner, phase, step.id, ordinal, codec.write(step), undoes, StepStatus.WAITING)

    def run(self, run_id: str) -> RunEntry:
        """The run's row; raises NotFound for a run that is not there or is another owner's."""
        rows = self._state.read("select * from plan_runs where id=? and owner=?", run_id, self._owner)
        if not rows:
            raise NotFound("There is no such run.", "", "Choose one from the list of runs.")
        return run_entry(rows[0])

    def newest(self, limit: int) -> tuple[RunEntry, ...]:
        """The newest runs first."""
        sql = "select * from plan_runs where owner=? order by started desc, rowid desc limit ?"
        return tuple(run_entry(row) for row in self._state.read(sql, self._owner, limit))

    def pulses(self, limit: int, now: float) -> tuple[Pulse, ...]:
        """The newest runs, their plans unread."""
        sql = (
            "select id,title,outcome,worker,beat from plan_runs where owner=? order by started desc, rowid desc limit ?"
        )
        return tuple(
            Pulse(row["id"], row["title"], RunStatus(row["outcome"] or _unended(row["worker"], row["beat"], now)))
            for row in self._state.read(sql, self._owner, limit)
        )

    def steps(self, run_id: str) -> tuple[StepEntry, ...]:
        """All step rows of a run, in the order of their plan."""
        sql = "select * from plan_steps where run=? and owner=? order by phase, ordinal"
        return tuple(step_entry(row) for row in self._state.read(sql, run_id, self._owner))

    def used_by_others(self, run_id: str) -> dict[Call, str]:
        """What other runs found already there and have not been taken back from, each with such a run's title."""
        sql = (
            "select plan_steps.step, plan_runs.title from plan_steps join plan_runs on plan_runs.id=plan_steps.run"
            " where plan_steps.owner=? and plan_runs.owner=? and plan_steps.run<>? and plan_steps.phase=?"
            " and plan_steps.status=? and plan_runs.outcome not in (?,?)"
        )
        ended = (RunStatus.UNDONE, RunStatus.CANCELLED)
        asked = (self._owner, self._owner, run_id, Phase.PLAN, StepStatus.ALREADY_THERE, *ended)
        found = {call_of(codec.read_step(row["step"])): row["title"] for row in self._state.read(sql, *asked)}
        return self._taken_on(run_id) | found

    def _taken_on(self, run_id: str) -> dict[Call, str]:
        """What made a role of this run that another run has since given to what it made in SageMaker, by its ARN."""
        sql = (
            "select plan_steps.step, plan_runs.title from plan_steps join plan_runs on plan_runs.id=plan_steps.run"
            " where plan_steps.owner=? and plan_runs.owner=? and plan_steps.run<>? and plan_steps.phase=?"
            " and plan_steps.status=? and plan_runs.outcome not in (?,?) and plan_steps.ended>=?"
            " and instr(plan_steps.step, ?)>0"
        )
        own = [each for each in self.steps(run_id) if each.phase is not Phase.UNDO and each.step.service == "iam"]
        found: dict[Call, str] = {}
        for made in (each for each in own if each.step.operation == "create_role"):
            name = made.step.parameters.get("RoleName")
            ended = (RunStatus.UNDONE, RunStatus.CANCELLED, made.started or 0.0)
            asked = (self._owner, self._owner, run_id, Phase.PLAN, StepStatus.DONE, *ended, f':role/{name}"')
            for row in self._state.read(sql, *asked):
                step = codec.read_step(row["step"])
                if step.service == "sagemaker" and step.operation.startswith("create_"):
                    same = (each.step for each in own if each.step.parameters.get("RoleName") == name)
                    found |= {call_of(each): row["title"] for each in same}
        return found

    def take(self, run_id: str, token: str, now: float) -> bool:
        """Hold the run unless another worker does and is alive."""
        sql = "update plan_runs set worker=?, beat=? where id=? and owner=? and (worker='' or beat<?)"
        return self._state.write(sql, token, now, run_id, self._owner, now - STALE_SECONDS) > 0

    def beat(self, run_id: str, token: str, now: float) -> bool:
        """Say that the holder lives; raises LeaseLost. Whether somebody asked to cancel."""
        sql = "update plan_runs set beat=? where id=? and owner=? and worker=?"
        if not self._state.write(sql, now, run_id, self._owner, token):
            raise LeaseLost(run_id)
        return self.run(run_id).cancel

    def ask_cancel(self, run_id: str) -> None:
        """Ask whoever holds the run to stop and take back what it made."""
        self._state.write("update plan_runs set cancel=1 where id=? and owner=?", run_id, self._owner)

    def reopen(self, run_id: str, token: str, phase: Phase) -> None:
        """Make the failed, skipped and interrupted steps of a phase wait again; an open intent stays open."""
        with self._state.transaction() as transaction:
            transaction.execute(
                "update plan_runs set outcome='', ended=null, problem=null where id=? and owner=? and worker=?",
                (run_id, self._owner, token),
            )
            transaction.execute(
                "update plan_steps set status='waiting', problem=null, detail='', ended=null where run=? and owner=?"
                " and phase=? and status in ('failed','skipped','running','unknown')" + _HELD,
                (run_id, self._owner, phase, run_id, self._owner, token),
            )

    def replan(self, run_id: str, token: str, plan: Plan, former: Iterable[Step]) -> None:
        """Put `plan` in place of the run's plan: what stands of the old one becomes `former`, unless it is the same.

        `former` are steps made earlier that the new plan does not hold, their undo steps complete in themselves.
        """
        held = (run_id, self._owner, token)
        marks = ",".join("?" * len(plan.steps))
        with self._state.transaction() as transaction:
            transaction.execute(
                "update plan_runs set plan=?, title=? where id=? and owner=? and worker=?",
                (codec.write(plan), plan.title, *held),
            )
            for step in former:
                self._set_aside(transaction, run_id, token, step)
            transaction.execute(
                f"delete from plan_steps where run=? and owner=? and phase='plan' and id not in ({marks})" + _HELD,
                (run_id, self._owner, *(step.id for step in plan.steps), *held),
            )
            for ordinal, step in enumerate(plan.steps):
                transaction.execute(*self._insert(run_id, Phase.PLAN, step, ordinal))

    def _set_aside(self, transaction: Connection, run_id: str, token: str, step: Step) -> None:
        held = (run_id, self._owner, token)
        sql = "select count(*) as n from plan_steps where run=? and owner=? and phase='earlier'"
        number = transaction.execute(sql, (run_id, self._owner)).fetchone()["n"] + 1
        transaction.execute(
            "update plan_steps set phase='earlier', id=?, ordinal=?, step=? where run=? and owner=?"
            " and phase='plan' and id=?" + _HELD,
            (f"{number}.{step.id}", number, codec.write(step), run_id, self._owner, step.id, *held),
        )

    def begin_undo(self, run_id: str, token: str, goal: RunStatus, steps: Iterable[tuple[Step, str]]) -> None:
        """Turn to undoing: `steps` with the id of the entry each takes back; those already there keep their state."""
        with self._state.transaction() as transaction:
            changed = transaction.execute(
                "update plan_runs set phase='undo', goal=?, outcome='', ended=null, problem=null"
                " where id=? and owner=? and worker=?",
                (goal, run_id, self._owner, token),
            ).rowcount
            if not changed:
                raise LeaseLost(run_id)
            for ordinal, (step, undoes) in enumerate(steps):
                transaction.execute(*self._insert(run_id, Phase.UNDO, step, ordinal, undoes))

    def end(self, run_id: str, token: str, outcome: RunStatus, problem: Problem | None, now: float) -> bool:
        """Let go of a run that has ended. A forward run is not ended but left held (False) when a cancel came in."""
        sql = (
            "update plan_runs set outcome=?, problem=?, ended=?, worker='', cancel=0"
            " where id=? and owner=? and worker=? and (phase='undo' or cancel=0)"
        )
        written = json.dumps(problem.as_dict()) if problem else None
        return self._state.write(sql, outcome, written, now, run_id, self._owner, token) > 0

    def ledger(self, run_id: str, token: str, phase: Phase) -> Ledger:
        """Where the holder writes what becomes of the steps of one phase."""
        return Ledger(self._state, self._owner, run_id, token, phase)

    def close(self) -> None:
        """Close this thread's connection."""
        self._state.close()


def _unended(worker: str, beat: float, now: float) -> RunStatus:
    return RunStatus.INTERRUPTED if not worker or beat < now - STALE_SECONDS else RunStatus.RUNNING


class Ledger:
    """The holder's pen for the steps of one run and phase; every entry raises LeaseLost once the run is lost."""

    def __init__(self, state: State, owner: str, run_id: str, token: str, phase: Phase) -> None:
        self._state, self._owner, self._run, self._token, self.phase = state, owner, run_id, token, phase

    def _set(self, step_id: str, assignments: str, *values: object) -> None:
        sql = f"update plan_steps set {assignments} where run=? and owner=? and phase=? and id=?" + _HELD
        key = (self._run, self._owner, self.phase, step_id, self._run, self._owner, self._token)
        if not self._state.write(sql, *values, *key):
            raise LeaseLost(self._run)

    def begin(self, step_id: str, now: float) -> None:
        """The step has begun; nothing is asked for yet."""
        self._set(step_id, "status='running', started=?, ended=null, problem=null", now)

    def intend(self, step_id: str, intent: bool) -> None:
        """A call that changes something is about to be made, or was answered with a refusal."""
        self._set(step_id, "intent=?", int(intent))

    def say(self, step_id: str, detail: str) -> None:
        """What the step last heard."""
        self._set(step_id, "detail=?", detail)

    def finish(
        self,
        step_id: str,
        status: StepStatus,
        now: float,
        *,
        intent: bool = False,
        problem: Problem | None = None,
        receipt: Receipt | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """What became of the step; `values` must hold no secret. `intent` stays true while the outcome is unknown."""
        self._set(
            step_id,
            "status=?, intent=?, ended=?, problem=?, receipt=coalesce(?, receipt), result=coalesce(?, result)",
            status,
            int(intent),
            now,
            json.dumps(problem.as_dict()) if problem else None,
            json.dumps([receipt.request_id, receipt.arn, receipt.at, receipt.gone]) if receipt else None,
            codec.write(values) if values is not None else None,
        )
