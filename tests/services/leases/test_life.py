"""The whole life of leases against the sandbox, whose scheduler really fires."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services import sandbox_child
from services.console import Console
from services.deploy import CatalogSource, DeployRequest, Scaling
from services.errors import InvalidRequest
from services.leases import KeptBy, Lease, LeaseRequest
from services.plans.leasing import schedule_name, written
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client
from tests.services.endpoints.flows import EMBEDDING, OTHER, SMALL, deployed, done, scaled

HOUR = 3600.0


def _pass(control: SandboxControl, seconds: float) -> None:
    sandbox_child.advance(control.url, seconds)


def _names(console: Console) -> list[str]:
    return sorted(each.name for each in console.endpoints.list_endpoints())


def _given(console: Console, name: str, hours: float = 8, **more: Any) -> LeaseRequest:
    request = console.leases.request(name, hours=hours, **more)
    done(console, console.leases.plan(request))
    return request


def _lease(console: Console, name: str) -> Lease | None:
    return console.leases.of(console.endpoints.describe_endpoint(name), console.leases.schedules())


def _schedules(url: str, name: str) -> list[str]:
    rows = client(url, "scheduler").list_schedules(NamePrefix=schedule_name(name))["Schedules"]
    return sorted(row["Name"] for row in rows)


def test_an_endpoint_goes_when_its_lease_ends_and_its_schedule_with_it(
    console: Console, url: str, control: SandboxControl
) -> None:
    deployed(console, "short")
    deployed(console, "short-2")
    request = _given(console, "short", reason="A demonstration")
    found = _lease(console, "short")
    assert found is not None
    assert (found.ends, found.reason, found.enforced_by) == (request.ends, "A demonstration", KeptBy.SCHEDULER)
    again = console.leases.plan(request)
    assert {step.operation for step in again} == {"put_role_policy", "update_schedule", "add_tags"}
    _pass(control, 7.5 * HOUR)
    assert "short" in _names(console)
    _pass(control, 1.5 * HOUR)
    assert "short" not in _names(console)
    assert "short-2" in _names(console)
    assert _schedules(url, "short") == []


def test_an_extended_lease_ends_at_its_new_end_only(console: Console, url: str, control: SandboxControl) -> None:
    deployed(console, "longer")
    _given(console, "longer")
    first = _lease(console, "longer")
    assert first is not None
    later = console.leases.extended(first, 8 * HOUR)
    done(console, console.leases.plan(later))
    _pass(control, 10 * HOUR)
    found = _lease(console, "longer")
    assert found is not None
    assert found.ends == first.ends + timedelta(hours=8)
    _pass(control, 8 * HOUR)
    assert "longer" not in _names(console)


def test_a_lease_that_pauses_leaves_an_endpoint_that_is_resumed_without_an_end(
    console: Console, url: str, control: SandboxControl
) -> None:
    deployed(console, "rests")
    scaled(url, "rests")
    _given(console, "rests", then="pause")
    assert len(_schedules(url, "rests")) == 4, "remember, scaling, alarm, and the endpoint itself"
    _pass(control, 9 * HOUR)
    assert "rests" not in _names(console)
    assert _schedules(url, "rests") == []
    (paused,) = [each for each in console.changes.list_paused() if each.name == "rests"]
    assert paused.memory is not None
    done(console, console.changes.plan_resume("rests"))
    assert _lease(console, "rests") is None
    done(console, console.endpoints.plan_delete("rests"))


def test_what_is_made_again_under_the_name_is_not_deleted_by_the_former_lease(
    console: Console, url: str, control: SandboxControl
) -> None:
    deployed(console, "twice")
    _given(console, "twice")
    client(url, "sagemaker").delete_endpoint(EndpointName="twice")
    _pass(control, 600)
    client(url, "sagemaker").create_endpoint(EndpointName="twice", EndpointConfigName="twice")
    _pass(control, 9 * HOUR)
    assert "twice" in _names(console)


def test_deleting_an_endpoint_takes_its_schedules_along(console: Console, url: str) -> None:
    deployed(console, "early")
    _given(console, "early")
    assert _schedules(url, "early") == ["lease-early"]
    done(console, console.endpoints.plan_delete("early"))
    assert _schedules(url, "early") == []
    deployed(console, "heir")
    _given(console, "heir")
    policies = client(url, "iam").list_role_policies(RoleName="sagedeck-leases-us-east-1")["PolicyNames"]
    assert "lease-heir" in policies
    assert "lease-early" not in policies, "the role may do nothing for what is gone"


def test_an_update_keeps_the_lease(console: Console, control: SandboxControl) -> None:
    from services.endpoints import UpdateRequest

    deployed(console, "moved")
    given = _given(console, "moved")
    done(console, console.changes.plan_update(UpdateRequest(name="moved", config_name="moved-2", instance_type=OTHER)))
    found = _lease(console, "moved")
    assert found is not None
    assert (found.ends, found.enforced_by) == (given.ends, KeptBy.SCHEDULER)
    _pass(control, 9 * HOUR)
    assert "moved" not in _names(console)


def test_a_lease_is_taken_away_and_that_is_taken_back(console: Console, url: str, control: SandboxControl) -> None:
    deployed(console, "kept")
    given = _given(console, "kept")
    run = done(console, console.leases.plan(LeaseRequest(name="kept")))
    assert _lease(console, "kept") is None
    assert _schedules(url, "kept") == []
    with pytest.raises(InvalidRequest, match="has no lease"):
        console.leases.plan(LeaseRequest(name="kept"))
    console.runs.undo(run.id)
    console.runs.wait(run.id, 60)
    found = _lease(console, "kept")
    assert found is not None
    assert (found.ends, found.enforced_by) == (given.ends, KeptBy.SCHEDULER)
    run = done(console, console.leases.plan(console.leases.extended(found, HOUR)))
    console.runs.undo(run.id)
    console.runs.wait(run.id, 60)
    _pass(control, 9 * HOUR)
    assert "kept" not in _names(console), "what was taken back ends as agreed before"


def test_without_the_scheduler_reap_ends_what_has_ended(console: Console, control: SandboxControl) -> None:
    for name in ("reaped", "shielded"):
        deployed(console, name)
        request = console.leases.request(name, hours=2)
        plan = console.leases.plan(request, why_not="You may not scheduler:CreateSchedule.")
        assert [step.operation for step in plan] == ["add_tags"]
        assert "sagedeck reap" in plan.warnings[0]
        done(console, plan)
    shielded = console.endpoints.describe_endpoint("shielded")
    console.connection.clients.get("sagemaker").add_tags(
        ResourceArn=shielded.arn, Tags=[{"Key": "sagedeck:protected", "Value": "true"}]
    )
    found = _lease(console, "reaped")
    assert found is not None
    assert found.enforced_by is KeptBy.REAP
    assert console.leases.due((found,)) == ()
    _pass(control, 3 * HOUR)
    due = {each.lease.name: each.why_not for each in console.leases.due(_every(console))}
    assert due["reaped"] == ""
    assert due["shielded"] == "A tag protects it."
    done(console, console.leases.plan_reap(found))
    assert "reaped" not in _names(console)
    assert "shielded" in _names(console)


def _every(console: Console) -> tuple[Lease, ...]:
    return tuple(each for name in _names(console) if (each := _lease(console, name)) is not None)


def test_a_lease_changed_after_reap_planned_keeps_its_endpoint(console: Console, control: SandboxControl) -> None:
    from tests.services.endpoints.flows import ran

    deployed(console, "spared")
    done(console, console.leases.plan(console.leases.request("spared", hours=1), why_not="No."))
    _pass(control, 2 * HOUR)
    found = _lease(console, "spared")
    assert found is not None
    plan = console.leases.plan_reap(found)
    detail = console.endpoints.describe_endpoint("spared")
    later = written(found.ends + timedelta(hours=9))
    console.connection.clients.get("sagemaker").add_tags(
        ResourceArn=detail.arn, Tags=[{"Key": "sagedeck:lease-ends", "Value": later}]
    )
    view = ran(console, plan)
    assert view.status == "failed"
    assert "changed meanwhile" in str([step.problem for step in view.steps])
    assert "spared" in _names(console)
    with pytest.raises(InvalidRequest, match="changed meanwhile"):
        console.leases.plan_reap(found)


def _deployment(console: Console, name: str, **more: Any) -> DeployRequest:
    return console.deploy.dated(
        DeployRequest(
            source=CatalogSource(model_id=EMBEDDING),
            endpoint_name=name,
            instance_type=SMALL,
            role=console.access.request(),
            owner=console.owner,
            lease_hours=8,
            **more,
        )
    )


@pytest.mark.parametrize("then", ["delete", "pause"])
def test_an_endpoint_is_deployed_with_its_end(console: Console, url: str, control: SandboxControl, then: str) -> None:
    name = f"born-{then}"
    request = _deployment(console, name, lease_then=then, lease_reason="A trial")
    plan = console.deploy.plan_deploy(request)
    assert plan.same_work(console.deploy.plan_deploy(request)), "planned again it is the same"
    done(console, plan)
    found = _lease(console, name)
    assert found is not None
    assert (written(found.ends), found.then, found.reason) == (request.lease_ends, then, "A trial")
    assert found.enforced_by is KeptBy.SCHEDULER
    _pass(control, 9 * HOUR)
    assert name not in _names(console)
    assert [each.name for each in console.changes.list_paused() if each.name == name] == (
        [name] if then == "pause" else []
    )


def test_a_deployment_taken_back_leaves_no_schedule(console: Console, url: str) -> None:
    run = done(console, console.deploy.plan_deploy(_deployment(console, "undone")))
    assert _schedules(url, "undone") == ["lease-undone"]
    console.runs.undo(run.id)
    console.runs.wait(run.id, 60)
    assert _schedules(url, "undone") == []


def test_what_scales_is_deployed_with_an_end_that_takes_its_target_first(console: Console, url: str) -> None:
    plan = console.deploy.plan_deploy(_deployment(console, "grows", scaling=Scaling()))
    made = {str(step.parameters["Name"]): step.parameters for step in plan if step.operation == "create_schedule"}
    assert sorted(made) == ["lease-grows", "lease-grows.scaling"]
    assert made["lease-grows.scaling"]["ScheduleExpression"] < made["lease-grows"]["ScheduleExpression"]
    pausing = console.deploy.plan_deploy(_deployment(console, "grows", scaling=Scaling(), lease_then="pause"))
    assert "known once it runs" in pausing.warnings[-1]


def test_a_throttled_end_is_tried_again_and_a_throttled_plan_waits(console: Console, control: SandboxControl) -> None:
    deployed(console, "pressed")
    control.set_fault("throttling", service="scheduler", operation="CreateSchedule", times=2)
    _given(console, "pressed")
    control.clear_faults()
    control.set_fault("throttling", service="sagemaker", operation="DeleteEndpoint", times=2)
    _pass(control, 9 * HOUR)
    assert "pressed" not in _names(console)


def test_an_updated_endpoint_is_not_paused_as_it_was_before(console: Console, url: str) -> None:
    from services.endpoints import UpdateRequest

    deployed(console, "newer")
    given = _given(console, "newer", then="pause")
    plan = console.changes.plan_update(UpdateRequest(name="newer", config_name="newer-2", instance_type=OTHER))
    assert "Extend its lease afterwards" in plan.warnings[-1]
    done(console, plan)
    assert _schedules(url, "newer") == []
    found = _lease(console, "newer")
    assert found is not None
    assert (found.ends, found.enforced_by) == (given.ends, KeptBy.REAP)
    done(console, console.leases.plan(console.leases.extended(found, HOUR)))
    again = _lease(console, "newer")
    assert again is not None
    assert again.enforced_by is KeptBy.SCHEDULER
    assert again.problem == ""
