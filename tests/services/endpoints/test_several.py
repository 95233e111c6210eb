"""Several endpoints in one plan: deleted with what only they share, paused as far as each can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.sandbox_scale import Account
from services.console import Console
from services.endpoints import DeleteState, EndpointDetail, Sharing
from services.endpoints.pausing import pause_together
from services.endpoints.planner import plan_delete_several
from services.errors import InUse, InvalidRequest
from services.plans import Estimate, Plan, RunStatus, Step, check
from tests.services.endpoints.flows import ran
from tests.services.endpoints.test_planner import DETAIL, MODEL

MANY = 100


def going(name: str, config: str = "", model: str = "", **sharing: object) -> DeleteState:
    config, model = config or name, model or name
    detail: EndpointDetail = replace(
        DETAIL, name=name, arn=f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}", config_name=config,
        models=(replace(MODEL, name=model),),
    )  # fmt: skip
    return DeleteState(detail=detail, sharing=Sharing(**sharing))  # type: ignore[arg-type]


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan]


def test_what_only_they_share_goes_once_and_after_all_of_them() -> None:
    shared = {"config_used_by": ("b",)}
    plan = plan_delete_several(
        [
            going("a", "both", "model", **shared),
            going("b", "both", "model", config_used_by=("a",), models_used_by=(("model", ("other",)),)),
            going("c", "other", "model", models_used_by=(("model", ("both",)),)),
        ]
    )
    assert ids(plan).count("delete-endpoint-config-both") == 1
    assert ids(plan).count("delete-model-model") == 1
    assert plan.step("delete-endpoint-config-both").after == ("gone-endpoint-a", "gone-endpoint-b")
    assert set(plan.step("delete-model-model").after) == {
        "delete-endpoint-config-both", "delete-endpoint-config-other",
    }  # fmt: skip
    assert check(plan) == ()
    assert plan.estimate.usd_per_hour == pytest.approx(-3 * 3.03)
    assert plan.title == "Delete 3 endpoints"


def test_what_others_use_is_kept_and_said_once() -> None:
    plan = plan_delete_several(
        [
            going("a", models_used_by=(("a", ("elsewhere",)),)),
            going("b", config_used_by=("x",)),
            going("c", config_used_by=("nap (paused)",)),
        ]
    )
    assert "delete-endpoint-config-a" in ids(plan)
    assert not {"delete-model-a", "delete-endpoint-config-b", "delete-model-b", "delete-endpoint-config-c"} & {
        *ids(plan)
    }
    assert "The model a is kept: elsewhere uses it." in plan.warnings


def test_those_that_go_already_are_left_out_and_those_of_others_named_together() -> None:
    leaving = going("gone")
    leaving = replace(leaving, detail=replace(leaving.detail, status="Deleting"))
    plan = plan_delete_several([leaving, *(replace(going(name), asking="bob") for name in ("a", "b"))])
    assert plan.warnings == (
        "Left out, as they are being deleted already: gone.",
        "a, b were deployed by ada, not by you: ask before you delete them.",
    )
    with pytest.raises(InUse):
        plan_delete_several([leaving])


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    unknown = going("a")
    unknown = replace(unknown, detail=replace(unknown.detail, usd_per_hour=None))
    assert plan_delete_several([unknown, going("b")]).estimate.usd_per_hour is None


def pause(name: str, config: str) -> Plan:
    step = Step(id=f"remember-{name}", service="sagemaker", operation="add_tags", reason="",
                parameters={"ResourceArn": config})  # fmt: skip
    return Plan(title=f"Pause {name}", steps=(step,), estimate=Estimate(-1.0))


def test_what_cannot_be_paused_is_left_out_with_the_reason() -> None:
    failed = InvalidRequest("c failed: it costs nothing.")
    plan = pause_together([("a", pause("a", "one")), ("b", pause("b", "one")), ("c", failed), ("d", pause("d", "two"))])
    assert ids(plan) == ["remember-a", "remember-d"]
    assert plan.title == "Pause 2 endpoints"
    assert [warning.split(":")[0] for warning in plan.warnings] == ["b is left out", "c is left out"]
    with pytest.raises(InvalidRequest):
        pause_together([("c", failed)])


def made(url: str, names: list[str]) -> None:
    """Deploy with the calls a deployment makes, as bytes."""
    account = Account(url, names)
    account.begin()
    for name in names:
        account.deploy(name)
    account.close()


def test_a_hundred_are_deleted_by_one_plan_with_all_that_was_theirs(console: Console, url: str) -> None:
    names = [f"bulk-{number}" for number in range(MANY)]
    made(url, [*names, "stays"])
    plan = console.endpoints.plan_delete_several(names)
    assert len(plan.steps) == 4 * MANY
    view = ran(console, plan)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps if step.problem]
    assert [each.name for each in console.endpoints.list_endpoints()] == ["stays"]
    later = console.changes.plan_pause_several(["stays", "bulk-1"], "2026-11-20T00:00:00+00:00")
    assert later.title == "Pause stays"
    assert any("bulk-1 is left out" in warning for warning in later.warnings)
