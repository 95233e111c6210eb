"""Leases of notebook instances: planned from plain state, and their whole life against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services import sandbox_child
from services.console import Console
from services.errors import InvalidRequest, NotFound
from services.leases import KeptBy, Lease, Leased, LeaseKind, LeaseRequest, LeaseState, plan_lease
from services.leases.leased import ending_of_leased
from services.leases.reading import by_key, due, of_detail
from services.notebooks import NotebookRequest
from services.plans import check
from services.plans.leasing import is_of, key_of, kind_of, schedule_name, written
from services.plans.permissions import undeclared
from services.resources import Kind
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client
from tests.services.endpoints.flows import deployed, done

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENDS = NOW + timedelta(hours=8)
HOUR = 3600.0
NOTEBOOK = LeaseKind.NOTEBOOK
ARN = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/Papers"
TAGS = (("sagedeck:made-by", "sagedeck"), ("sagedeck:owner", "ada"))
PAPERS = Leased(kind=NOTEBOOK, name="Papers", arn=ARN, status="InService", tags=TAGS, usd_per_hour=0.05,
                created=NOW - timedelta(days=2), changed=NOW - timedelta(hours=1))  # fmt: skip
LEASED = replace(PAPERS, tags=(*TAGS, ("sagedeck:lease-ends", written(ENDS)), ("sagedeck:lease-then", "stop")))
REQUEST = LeaseRequest(name="Papers", ends=ENDS, reason="A trial", then="stop", kind=NOTEBOOK)


def test_its_schedule_stops_it_and_its_role_may_do_that_alone_while_the_tag_tells_this_end() -> None:
    plan = plan_lease(REQUEST, LeaseState(detail=PAPERS, now=NOW, ending=ending_of_leased(PAPERS, 1.0), asking="ada"))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    (schedule,) = [step for step in plan if step.operation == "create_schedule"]
    assert schedule.parameters["Name"] == "lease-notebook_Papers"
    target = schedule.parameters["Target"]
    assert target["Arn"] == "arn:aws:scheduler:::aws-sdk:sagemaker:stopNotebookInstance"
    assert target["Input"] == '{"NotebookInstanceName":"Papers"}'
    (allowed,) = plan.step("lease-policy-notebook_Papers").parameters["PolicyDocument"].value["Statement"]
    assert allowed["Action"] == ("sagemaker:StopNotebookInstance",)
    assert set(allowed["Resource"]) == {ARN, ARN.replace("Papers", "papers")}
    assert allowed["Condition"]["StringEquals"] == {"aws:ResourceTag/sagedeck:lease-ends": "2026-11-20T20:00:00Z"}
    assert "memory" in plan.warnings[-1]


@pytest.mark.parametrize("then", ["delete", "pause"])
def test_it_ends_with_a_stop_only(then: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot end with"):
        plan_lease(replace(REQUEST, then=then), LeaseState(detail=PAPERS, now=NOW))


def test_an_endpoint_and_a_notebook_of_one_name_have_leases_of_their_own() -> None:
    long = "n" * 63
    keys = [key_of(kind, name) for kind in LeaseKind for name in ("chat", "notebook", long, long[:-1] + "m")]
    names = [schedule_name(each) for each in keys]
    assert len(set(names)) == len(names)
    assert all(len(f"{name}.remember-12") <= 64 for name in names)
    assert [kind_of(each) for each in keys] == [LeaseKind.ENDPOINT] * 4 + [NOTEBOOK] * 4
    assert not is_of(schedule_name(key_of(NOTEBOOK, "chat")), "notebook")
    assert not is_of("lease-notebook", key_of(NOTEBOOK, "chat"))


def test_what_stands_still_at_its_end_or_was_started_since_has_no_lease_any_more() -> None:
    late = ENDS + timedelta(hours=2)
    running = of_detail(LEASED, {}, late)
    assert running is not None
    assert (running.kind, running.then, "still runs" in running.problem) == (NOTEBOOK, "stop", True)
    assert of_detail(replace(LEASED, status="Stopped"), {}, late) is None
    assert of_detail(replace(LEASED, changed=ENDS + timedelta(hours=1)), {}, late) is None, "started again since"
    still = of_detail(replace(LEASED, status="Stopped", usd_per_hour=0.0), {}, NOW)
    assert still is not None, "its end is still to come, and holds once it is started"
    assert still.usd_left(NOW) == 0.0
    (found,) = due([running], late)
    assert found.why_not == ""
    pending = replace(running, status="Pending")
    assert [each.why_not for each in due([pending], late)] == ["It is Pending now."]


def _request(console: Console, name: str, hours: float = 0.0) -> NotebookRequest:
    return NotebookRequest(
        name=name, instance_type="ml.t3.medium", role=console.notebooks.usual_role(), owner="ada",
        lease_ends=console.notebooks.ends(hours), lease_reason="A trial" if hours else "",
    )  # fmt: skip


def _lease(console: Console, name: str) -> Lease | None:
    return console.leases.of(console.leases.find(name, NOTEBOOK), console.leases.schedules())


def _status(console: Console, name: str) -> str:
    return console.notebooks.describe_notebook(name).status


def _schedules(url: str, name: str) -> list[str]:
    rows = client(url, "scheduler").list_schedules(NamePrefix=schedule_name(key_of(NOTEBOOK, name)))["Schedules"]
    return sorted(row["Name"] for row in rows)


def _pass(control: SandboxControl, seconds: float) -> None:
    sandbox_child.advance(control.url, seconds)


def test_one_that_is_made_with_an_end_stops_then_and_keeps_its_volume(
    console: Console, url: str, control: SandboxControl
) -> None:
    request = _request(console, "papers", 8)
    done(console, console.notebooks.plan_create(request))
    found = _lease(console, "papers")
    assert found is not None
    assert (written(found.ends), found.reason, found.enforced_by) == (request.lease_ends, "A trial", KeptBy.SCHEDULER)
    assert found.owner == "ada"
    stake = found.usd_left(console.leases.now())
    assert stake == pytest.approx((found.usd_per_hour or 0.0) * 8, rel=0.05)
    _pass(control, 7 * HOUR)
    assert _status(console, "papers") == "InService"
    _pass(control, 1.5 * HOUR)
    assert _status(console, "papers") == "Stopped"
    assert _schedules(url, "papers") == []
    assert _lease(console, "papers") is None
    plan = console.notebooks.plan_start("papers")
    assert "no agreed end" in plan.warnings[0]
    done(console, plan)
    tags = dict(console.leases.find("papers", NOTEBOOK).tags)
    assert "sagedeck:lease-ends" not in tags, "what is started again has no end of before"
    done(console, console.notebooks.plan_delete("papers"))


def test_it_is_given_extended_and_taken_away_as_an_endpoints_is(
    console: Console, url: str, control: SandboxControl
) -> None:
    done(console, console.notebooks.plan_create(_request(console, "longer")))
    assert _lease(console, "longer") is None
    done(console, console.leases.plan(console.leases.request("longer", hours=2, kind=NOTEBOOK)))
    first = _lease(console, "longer")
    assert first is not None
    done(console, console.leases.plan(console.leases.extended(first, 8 * HOUR)))
    _pass(control, 3 * HOUR)
    assert _status(console, "longer") == "InService"
    run = done(console, console.leases.plan(LeaseRequest(name="longer", kind=NOTEBOOK)))
    assert _lease(console, "longer") is None
    assert _schedules(url, "longer") == []
    console.runs.undo(run.id)
    console.runs.wait(run.id, 60)
    again = _lease(console, "longer")
    assert again is not None
    assert again.ends == first.ends + timedelta(hours=8)
    deployed(console, "longer")  # an endpoint of the same name
    done(console, console.leases.plan(console.leases.request("longer", hours=1)))
    policies = client(url, "iam").list_role_policies(RoleName="sagedeck-leases-us-east-1")["PolicyNames"]
    assert {"lease-longer", "lease-notebook_longer"} <= set(policies)
    _pass(control, 2 * HOUR)
    assert "longer" not in [each.name for each in console.endpoints.list_endpoints()]
    assert _status(console, "longer") == "InService"
    done(console, console.notebooks.plan_delete("longer"))
    assert _schedules(url, "longer") == []


def test_stopping_it_by_hand_ends_its_lease_and_starting_it_may_give_another(
    console: Console, url: str, control: SandboxControl
) -> None:
    done(console, console.notebooks.plan_create(_request(console, "by-hand", 8)))
    done(console, console.notebooks.plan_stop("by-hand"))
    assert _schedules(url, "by-hand") == []
    assert _lease(console, "by-hand") is None
    ends = console.notebooks.ends(4)
    plan = console.notebooks.plan_start("by-hand", lease_ends=ends, lease_reason="More")
    assert not any("no agreed end" in each for each in plan.warnings)
    done(console, plan)
    found = _lease(console, "by-hand")
    assert found is not None
    assert (written(found.ends), found.reason, found.enforced_by) == (ends, "More", KeptBy.SCHEDULER)
    client(url, "sagemaker").stop_notebook_instance(NotebookInstanceName="by-hand")  # by somebody else
    _pass(control, 600)
    again = console.notebooks.plan_start("by-hand")
    assert [step.operation for step in again] == ["start_notebook_instance", "describe_notebook_instance"]
    assert again.warnings == (), "the end that was agreed still stands"
    _pass(control, 5 * HOUR)
    assert _status(console, "by-hand") == "Stopped"
    assert _lease(console, "by-hand") is None, "it stood still already, which is no error"
    done(console, console.notebooks.plan_delete("by-hand"))
    with pytest.raises(NotFound):
        console.leases.find("by-hand", NOTEBOOK)


def test_without_the_scheduler_reap_stops_it(console: Console, control: SandboxControl) -> None:
    done(console, console.notebooks.plan_create(_request(console, "reaped")))
    request = console.leases.request("reaped", hours=2, kind=NOTEBOOK)
    plan = console.leases.plan(request, why_not="You may not scheduler:CreateSchedule.")
    assert [step.operation for step in plan] == ["add_tags"]
    assert "sagedeck reap" in plan.warnings[0]
    done(console, plan)
    _pass(control, 3 * HOUR)
    held = console.resources.settled(30.0, until=lambda now: not now.listing and _read(now))
    leases = [console.leases.of(each) for each in console.leases.notebooks(held)]
    (found,) = [each for each in leases if each is not None]
    assert (found.name, found.enforced_by, found.problem) == ("reaped", KeptBy.REAP, "It has ended and still runs.")
    (concern,) = console.leases.concerns()
    assert (concern.what, concern.endpoint) == ("The lease of reaped has ended, and it still runs.", "")
    reaping = console.leases.plan_reap(found)
    assert reaping.title == "Stop reaped, whose lease has ended"
    done(console, reaping)
    assert _status(console, "reaped") == "Stopped"
    with pytest.raises(InvalidRequest, match="changed meanwhile"):
        console.leases.plan_reap(found)
    assert console.leases.concerns() == ()
    assert by_key(console.leases.schedules()) == {}


def _read(held: object) -> bool:
    return all(each.tags is not None for each in held.of(Kind.NOTEBOOK))  # type: ignore[attr-defined]
