"""Runs: plans carried out in the background, written down step by step, found again after a refresh or a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from services.plans.models import Plan
from services.plans.operators import Operator
from services.plans.views import RunView


class Runs:
    """The runs of one owner. `operators(service)` gives who carries out the calls of a service."""

    def __init__(
        self,
        state: Any,
        operators: Callable[[str], Operator],
        *,
        owner: str,
        worker: str,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        read_only: bool = False,
    ) -> None:
        raise NotImplementedError

    def start(self, plan: Plan, *, secrets: Mapping[str, str] | None = None, confirmed: Plan | None = None) -> str:
        """Begin a plan in the background and give the run's id.

        Raises PlanInvalid, ReadOnly, PlanChanged (when `confirmed` is not the same work), InvalidRequest (secrets lacking).
        """
        raise NotImplementedError

    def resume(self, run_id: str, *, secrets: Mapping[str, str] | None = None, plan: Plan | None = None) -> None:
        """Go on with a failed or interrupted run; with `plan`, go on under the same id with what planning again gave."""
        raise NotImplementedError

    def cancel(self, run_id: str, *, secrets: Mapping[str, str] | None = None) -> None:
        """Stop further steps, then take back what the run made."""
        raise NotImplementedError

    def undo_plan(self, run_id: str) -> Plan:
        """The plan that takes back what the run made, to be shown before `undo`."""
        raise NotImplementedError

    def undo(self, run_id: str, *, secrets: Mapping[str, str] | None = None, confirmed: Plan | None = None) -> None:
        """Take back what a finished, failed or interrupted run made, under the same run id."""
        raise NotImplementedError

    def view(self, run_id: str) -> RunView:
        """The run as it stands; raises NotFound."""
        raise NotImplementedError

    def list(self, limit: int = 50) -> tuple[RunView, ...]:
        """The newest runs first."""
        raise NotImplementedError

    def wait(self, run_id: str, timeout: float) -> RunView:
        """The run as it stands once it has ended, or after `timeout` real seconds."""
        raise NotImplementedError

    def take_secrets(self, run_id: str) -> dict[str, str]:
        """The secret results of a run, once: {"step id": {...}} flattened as "step-id.path" -> value."""
        raise NotImplementedError
