"""What the endpoints page says it needs is what its plans ask for."""

from __future__ import annotations

from typing import Any

from services.access import PAGES
from services.endpoints import NewModel, ScaleRequest, ScaleState, UpdateRequest, plan_pause, plan_resume, plan_scale
from services.endpoints import plan_update as planned
from services.plans import policy
from tests.services.endpoints.samples import (
    ADAPTER,
    COMPONENT,
    DETAIL,
    OTHER,
    SCALING,
    memory,
    to_pause,
    to_resume,
    to_update,
)


def test_the_endpoints_page_names_every_action_of_the_plans_that_change_an_endpoint() -> None:
    whole: dict[str, Any] = {"scalings": (SCALING,), "components": (COMPONENT, ADAPTER)}
    update = UpdateRequest(name="Demo", config_name="Demo-2", instance_type=OTHER, model=NewModel(name="x", image="y"))
    plans = (
        plan_pause(to_pause(**whole)),
        plan_resume(to_resume(memory(**whole))),
        planned(update, to_update(scalings=(SCALING,))),
        plan_scale(ScaleRequest(name="Demo", count=2), ScaleState(detail=DETAIL)),
    )
    asked = {action for plan in plans for each in policy(plan)["Statement"] for action in _several(each["Action"])}
    page = PAGES["endpoints"]
    said = {action for group in (*page.looking.values(), *page.doing.values()) for action in group}
    assert asked <= said, asked - said


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
