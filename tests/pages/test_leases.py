"""Leases: their page, the line on an endpoint's own page, and what Home says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.endpoints import EndpointDetail
from services.errors import PermissionDenied
from services.leases import Schedule
from services.plans.leasing import lease_tags, written
from services.resources import Resource
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.pages.fake_workspaces import notebook, workplace
from tests.pages.filling_in import fill, form
from ui import form_source

HOSTILE = "![x](http://evil.example/x.png) <b>now</b>"


def _leased(name: str, hours: float, **more: Any) -> EndpointDetail:
    detail = endpoint(name, "text-generation")
    ends = written(datetime.now(UTC) + timedelta(hours=hours))
    tags = lease_tags(ends, more.get("reason", ""), more.get("then", "delete"), "sandbox/ana")
    return replace(detail, tags=(*detail.tags, *tags))


def _kept(detail: EndpointDetail) -> Schedule:
    ends = datetime.fromisoformat(detail.tag("lease-ends"))
    return Schedule(
        name=f"lease-{detail.name}", expression=f"at({ends:%Y-%m-%dT%H:%M:%S})", input="{}",
        role_arn="arn:aws:iam::123456789012:role/Reaper",
        target="arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", key=detail.name, ends=ends,
    )  # fmt: skip


def _words(at: AppTest) -> str:
    told = " ".join(str(each.value) for each in (*at.markdown, *at.warning, *at.error, *at.code))
    return told.replace("\\", "")


def test_the_table_tells_time_left_owner_reason_cost_and_who_keeps_to_it(open_page: Open) -> None:
    soon, late = _leased("soon", 4, reason="A trial" + HOSTILE), _leased("late", -2)
    console = FakeConsole(late, soon, endpoint("free", "text-generation"))
    console.schedules.found = [_kept(soon)]
    at = open_page("costs/leases", console, "Leases")
    rows = at.dataframe[0].value.to_dict("records")
    assert [row["Name"] for row in rows] == ["late", "soon"]
    assert [row["Kept to by"] for row in rows] == ["sagedeck reap", "AWS"]
    assert rows[1]["Hours left"] == pytest.approx(4, abs=0.1)
    assert rows[1]["Still costs"] == pytest.approx(6, abs=0.1)
    assert rows[0]["Remark"] == "It has ended and still runs."
    assert rows[1]["Owner"] == "sandbox/ana"
    figures = {each.label: each.value for each in at.metric}
    assert (figures["Leases"], figures["Without an end"]) == ("2", "1")
    raw = " ".join(str(each.value) for each in at.markdown)
    assert "![x](" not in raw
    assert "<b>" not in raw


def test_extending_is_a_plan_that_keeps_reason_and_what_then_happens(open_page: Open) -> None:
    detail = _leased("soon", 4, reason="A trial")
    console = FakeConsole(detail)
    console.schedules.found = [_kept(detail)]
    at = open_page("costs/leases", console, "Leases")
    at.button(key="lease.extend.28800").click().run()
    assert not at.exception
    at.button(key="lease-confirm").click().run()
    (plan,) = console.runs.started
    assert [step.operation for step in plan] == ["create_role", "put_role_policy", "update_schedule", "add_tags"]
    tags = {tag["Key"]: tag["Value"] for tag in plan.steps[-1].parameters["Tags"]}
    before = datetime.fromisoformat(detail.tag("lease-ends"))
    assert tags["sagedeck:lease-ends"] == written(before + timedelta(hours=8))
    assert tags["sagedeck:lease-reason"] == "A trial"


def test_an_endpoint_without_an_end_is_given_one_and_the_page_says_who_keeps_to_it(open_page: Open) -> None:
    console = FakeConsole(endpoint("free", "text-generation"))
    console.why_not = "You may not scheduler:CreateSchedule."
    at = open_page("costs/leases", console, "Leases")
    assert "You may not scheduler:CreateSchedule." in _words(at)
    assert "sagedeck --connection sandbox --region us-east-1 reap --yes" in _words(at)
    at.number_input(key="lease.free.hours").set_value(2.0)
    at.button(key="lease.free.review").click().run()
    assert not at.exception
    assert "sagedeck reap" in at.warning[0].value
    at.button(key="lease-confirm").click().run()
    (plan,) = console.runs.started
    assert [step.operation for step in plan] == ["add_tags"]


def test_an_end_that_has_passed_is_refused_where_it_was_asked_for(open_page: Open) -> None:
    console = FakeConsole(endpoint("free", "text-generation"))
    at = open_page("costs/leases", console, "Leases")
    at.datetime_input(key="lease.free.until").set_value(datetime(2020, 1, 1, 12, 0))
    at.button(key="lease.free.review").click().run()
    assert not at.exception
    assert "has passed" in at.error[0].value
    assert console.runs.started == []


def test_schedules_that_may_not_be_read_are_named_and_leases_are_there(open_page: Open) -> None:
    console = FakeConsole(_leased("soon", 4))
    console.schedules.problem = PermissionDenied("You may not list schedules.", "scheduler:ListSchedules", "Ask.")
    at = open_page("costs/leases", console, "Leases")
    assert "You may not list schedules." in _words(at)
    assert list(at.dataframe[0].value["Name"]) == ["soon"]


def test_without_endpoints_the_page_says_so(open_page: Open) -> None:
    at = open_page("costs/leases", FakeConsole(), "Leases")
    assert "No endpoints here" in _words(at)


def test_an_endpoints_own_page_has_its_lease_with_what_extends_it(open_page: Open) -> None:
    detail = _leased("soon", 4, then="pause")
    at = open_page("endpoint", FakeConsole(detail), "soon", endpoint="soon")
    assert "pause it" in _words(at)
    at.button(key="lease.away").click().run()
    assert not at.exception
    assert "without an end" in at.warning[0].value


def test_home_tells_of_leases_that_end_soon_or_have_ended_and_quietly_of_what_has_none(open_page: Open) -> None:
    console = FakeConsole(_leased("soon", 3), _leased("over", -2), _leased("far", 90), endpoint("free", "x", usd=3.0))
    words = _words(open_page("home", console, "Home"))
    assert "The lease of soon ends in" in words
    assert "The lease of over has ended, and it still runs." in words
    assert "lease of far" not in words
    assert "1 endpoint costs" in words


def test_a_deployment_is_asked_for_its_end_and_the_request_holds_it(open_page: Open) -> None:
    at = form(open_page, form_source.CHAT)
    fill(at, {"Ends after hours": 8.0, "Then": "pause", "Reason": "A trial"})
    at.button(key="deploy.review").click().run()
    assert not at.exception
    request: Any = at.session_state["deploy.reviewed"].request
    assert (request.lease_hours, request.lease_then, request.lease_reason) == (8.0, "pause", "A trial")
    ends = datetime.fromisoformat(request.lease_ends)
    assert timedelta(hours=7.9) < ends - datetime.now(UTC) < timedelta(hours=8.1)


def test_the_form_begins_with_the_settings_hours_and_tells_what_cannot_be(open_page: Open) -> None:
    console = FakeConsole()
    console.settings = replace(console.settings, lease_hours=4)
    at = form(open_page, form_source.CHAT, console=console)
    assert next(each.value for each in at.number_input if each.label == "Ends after hours") == 4.0
    fill(at, {"Ends after hours": 10_000.0})
    assert "A lease has 0.25 to 8,784 hours" in _words(at)


def _papers(status: str = "InService", hours: float | None = 4.0) -> Resource:
    tags = {"sagedeck:made-by": "sagedeck", "sagedeck:owner": "ana"}
    if hours is not None:
        tags |= {
            "sagedeck:lease-ends": written(datetime.now(UTC) + timedelta(hours=hours)),
            "sagedeck:lease-then": "stop",
        }
    return notebook(
        "papers", status, tags=tags, arn="arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/papers"
    )


def test_a_notebook_instance_stands_among_the_leases_and_is_extended_and_stopped_there(open_page: Open) -> None:
    console = workplace(_papers())
    at = open_page("costs/leases", console, "Leases")
    (row,) = at.dataframe[0].value.to_dict("records")
    assert (row["Name"], row["Kind"], row["Then"]) == ("papers", "notebook instance", "Stop it")
    assert row["Still costs"] > 0
    assert "its volume stays" in _words(at)
    at.button(key="lease.now").click().run()
    assert not at.exception
    assert "lost" in " ".join(str(each.value) for each in at.warning)
    at.button(key="leases.now.keep").click().run()
    at.button(key="lease.extend.28800").click().run()
    assert not at.exception
    at.button(key="lease-confirm").click().run()
    (plan,) = console.runs.started
    assert [step.operation for step in plan] == ["create_role", "put_role_policy", "create_schedule", "add_tags"]
    tags = {tag["Key"]: tag["Value"] for tag in plan.steps[-1].parameters["Tags"]}
    assert tags["sagedeck:lease-then"] == "stop"


def test_a_notebook_instance_that_runs_without_an_end_is_given_one(open_page: Open) -> None:
    console = workplace(_papers(hours=None))
    at = open_page("costs/leases", console, "Leases")
    assert {each.label: each.value for each in at.metric}["Without an end"] == "1"
    at.number_input(key="lease.notebook_papers.hours").set_value(2.0)
    at.button(key="lease.notebook_papers.review").click().run()
    assert not at.exception
    at.button(key="lease-confirm").click().run()
    (plan,) = console.runs.started
    assert plan.title == "Give the lease of papers"


def test_its_own_page_tells_its_end_and_starts_another_until_one(open_page: Open) -> None:
    at = open_page("workspaces/notebooks", workplace(_papers()), "Notebooks")
    assert "It stops in" in _words(at)
    console = workplace(_papers("Stopped", hours=-2))
    at = open_page("workspaces/notebooks", console, "Notebooks")
    assert "was to stop" not in _words(at), "it stood still at its end"
    next(each for each in at.button if each.label == "Start…").click().run()
    next(each for each in at.number_input if each.label == "Stops after hours").set_value(0.01)
    at.button(key="notebooks.start.go").click().run()
    assert not at.exception
    assert "too soon" in at.error[0].value
    next(each for each in at.number_input if each.label == "Stops after hours").set_value(8.0)
    at.button(key="notebooks.start.go").click().run()
    assert not at.exception
    next(each for each in at.button if each.label.startswith("Start")).click().run()
    plan = console.runs.started[-1]
    assert [step.operation for step in plan if step.service == "scheduler"] == ["create_schedule"]


def test_home_tells_of_notebook_instances_that_end_soon_or_still_run(open_page: Open) -> None:
    words = _words(open_page("home", workplace(_papers(hours=3.0)), "Home"))
    assert "The lease of papers ends in" in words
    assert "It is stopped then, as was agreed." in words
    words = _words(open_page("home", workplace(_papers(hours=-3.0)), "Home"))
    assert "The lease of papers has ended, and it still runs." in words
    assert "papers" not in _words(open_page("home", workplace(_papers("Stopped", hours=-3.0)), "Home"))
    assert "papers" not in _words(open_page("home", workplace(_papers(hours=90.0)), "Home"))
