"""The rows of the journal as typed values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from sqlite3 import Row
from typing import Any

from services.errors import Problem
from services.plans import codec
from services.plans.models import Plan, Step
from services.plans.views import Receipt, StepStatus


class Phase(StrEnum):
    """What a step's entry belongs to: the plan, its undoing, or a former plan of the same run."""

    PLAN = "plan"
    UNDO = "undo"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run's row."""

    id: str
    title: str
    plan: Plan
    phase: Phase
    goal: str
    outcome: str
    cancel: bool
    worker: str
    beat: float
    problem: Problem | None
    started: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class StepEntry:
    """A step's row. `values` are the parts of its result that other steps refer to, by path."""

    phase: Phase
    id: str
    step: Step
    undoes: str
    status: StepStatus
    intent: bool
    started: float | None
    ended: float | None
    detail: str
    problem: Problem | None
    receipt: Receipt | None
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How an undo step names what it takes back."""
        return f"{self.phase}:{self.id}"


def run_entry(row: Row) -> RunEntry:
    """A row of plan_runs."""
    return RunEntry(
        id=row["id"],
        title=row["title"],
        plan=codec.read_plan(row["plan"]),
        phase=Phase(row["phase"]),
        goal=row["goal"],
        outcome=row["outcome"],
        cancel=bool(row["cancel"]),
        worker=row["worker"],
        beat=row["beat"],
        problem=Problem(**json.loads(row["problem"])) if row["problem"] else None,
        started=row["started"],
        ended=row["ended"],
    )


def step_entry(row: Row) -> StepEntry:
    """A row of plan_steps."""
    return StepEntry(
        phase=Phase(row["phase"]),
        id=row["id"],
        step=codec.read_step(row["step"]),
        undoes=row["undoes"],
        status=StepStatus(row["status"]),
        intent=bool(row["intent"]),
        started=row["started"],
        ended=row["ended"],
        detail=row["detail"],
        problem=Problem(**json.loads(row["problem"])) if row["problem"] else None,
        receipt=Receipt(*json.loads(row["receipt"])) if row["receipt"] else None,
        values=codec.read(row["result"]) if row["result"] else {},
    )
