"""Which plan of the journal each endpoint was last made or changed by."""

from __future__ import annotations

from collections.abc import Iterable

from services.endpoints.watchdog import CHANGES
from services.plans import Plan, RunView, StepStatus

_DONE = frozenset({StepStatus.DONE, StepStatus.ALREADY_THERE})


def confirmed_plans(views: Iterable[RunView]) -> dict[str, Plan]:
    """Endpoint name -> the plan of the newest run whose step on it was carried out and not taken back.

    `views` are newest first.
    """
    found: dict[str, Plan] = {}
    for view in views:
        done = {step.id for step in view.steps if step.status in _DONE}
        for step in view.plan:
            if step.id in done and step.operation in CHANGES and isinstance(step.parameters.get("EndpointName"), str):
                found.setdefault(step.parameters["EndpointName"], view.plan)
    return found
