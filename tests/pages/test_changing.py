"""Pause, resume, scale and update on the endpoints page: what is asked for, what it costs, what is paused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from services.endpoints import Rollout, ScaleRequest, Shift, UpdateRequest, Variant
from services.errors import InUse, PermissionDenied
from services.plans import RunStatus
from tests.pages.conftest import Open
from tests.pages.fake_changes import paused
from tests.pages.fake_console import FakeConsole, endpoint, run_view
from ui.endpoint_changes import Asked


def asked(at: AppTest, verb: str, name: str) -> None:
    """As the buttons of the drawer do, which a page test cannot press."""
    at.session_state["endpoints.asked"] = Asked(verb, name)
    at.run()
    assert not at.exception


def texts(at: AppTest) -> str:
    """What is written, as a reader sees it."""
    return plain(" ".join(str(each.value) for each in at.markdown))


def plain(text: str) -> str:
    return text.replace("\\", "")


def pressed(at: AppTest, label: str) -> None:
    next(each for each in at.button if each.label.startswith(label)).click().run()
    assert not at.exception


@pytest.fixture
def console() -> FakeConsole:
    return FakeConsole(endpoint("speaker", "text-generation"))


def test_a_pause_says_what_it_ends_and_is_one_click_from_its_plan(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints")
    asked(at, "Pause", "speaker")
    assert {each.label: each.value for each in at.metric}["Ends"] == "$1.50/h"
    pressed(at, "Pause · ends")
    assert [plan.title for plan in console.runs.started] == ["Pause speaker"]
    assert not any(each.label.startswith("Pause ·") for each in at.button), "it was asked for once"


def test_what_was_asked_for_can_be_left(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints")
    asked(at, "Pause", "speaker")
    pressed(at, "Leave it as it is")
    assert not any(each.label.startswith("Pause ·") for each in at.button)
    assert console.runs.started == []


def test_paused_endpoints_are_listed_with_what_they_would_cost_and_resumed(open_page: Open) -> None:
    console = FakeConsole()
    console.changes.rows = [paused("sleeper"), paused("riddle", usd=None)]
    at = open_page("endpoints", console, "Endpoints")
    words = texts(at)
    assert "sleeper" in words
    assert "1.50/h when resumed" in words
    assert "price unknown when resumed" in words
    next(each for each in at.button if each.key == "paused.resume.sleeper").click().run()
    assert not at.exception
    pressed(at, "Resume · $1.50/h".replace("$", "\\$"))
    assert [plan.title for plan in console.runs.started] == ["Resume sleeper"]


def test_deleting_a_paused_one_for_good_asks_for_its_name(open_page: Open) -> None:
    console = FakeConsole()
    console.changes.rows = [paused("sleeper")]
    at = open_page("endpoints", console, "Endpoints")
    next(each for each in at.button if each.key == "paused.discard.sleeper").click().run()
    confirm = next(each for each in at.button if each.label.startswith("Delete for good ·"))
    assert confirm.disabled
    next(box for box in at.text_input if "sleeper" in box.label).set_value("sleeper").run()
    pressed(at, "Delete for good ·")
    assert len(console.runs.started) == 1


def test_home_lists_what_is_paused_at_no_cost_with_its_way_back(open_page: Open) -> None:
    console = FakeConsole()
    console.changes.rows = [paused("sleeper")]
    at = open_page("home", console, "Home")
    assert "costs $0/h" in texts(at)
    assert any(each.key == "paused.brief.sleeper" for each in at.button)


def test_without_the_permission_to_look_the_page_stands_and_says_so(open_page: Open, console: FakeConsole) -> None:
    console.changes.refuse = PermissionDenied("You may not look for paused endpoints.", "tag:GetResources", "Ask.")
    at = open_page("endpoints", console, "Endpoints")
    assert any("paused endpoints" in each.value for each in at.error)
    assert len(at.dataframe) == 1


def test_scaling_shows_both_prices_and_plans_the_count_that_was_chosen(open_page: Open, console: FakeConsole) -> None:
    price = console.catalog.price("ml.g5.xlarge").usd_per_hour or 0.0
    one = Variant(
        name="AllTraffic", model_name="m", instance_type="ml.g5.xlarge", count=1, desired=1, usd_per_hour=price
    )
    speaker = replace(endpoint("speaker", "text-generation", usd=price), variants=(one,))
    console.endpoints.found["speaker"] = speaker
    at = open_page("endpoints", console, "Endpoints")
    asked(at, "Scale", "speaker")
    next(box for box in at.number_input if box.label == "Instances").set_value(3).run()
    assert f"{3 * price:.2f}/h" in texts(at)
    pressed(at, "Show the plan")
    assert console.changes.asked == [ScaleRequest(name="speaker", variant="AllTraffic", count=3)]
    pressed(at, "Scale · \\$1.50/h more")
    assert len(console.runs.started) == 1


def test_an_update_sends_only_what_is_different(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints")
    asked(at, "Update", "speaker")
    next(box for box in at.selectbox if box.label == "Model").select("other-model").run()
    next(box for box in at.selectbox if box.label == "Requests move").select(Shift.CANARY).run()
    pressed(at, "Show the plan")
    rollout = Rollout(shift=Shift.CANARY)
    assert console.changes.asked == [
        UpdateRequest(
            name="speaker", config_name="speaker-2", variant="AllTraffic", model="other-model", rollout=rollout
        )
    ]
    pressed(at, "Change what is asked for")
    assert any(each.label == "Show the plan" for each in at.button)


def test_a_change_that_cannot_be_made_is_told_below_its_form(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints")
    asked(at, "Update", "speaker")
    console.changes.refuse = InUse("speaker is Updating and cannot be updated now.", "", "Wait.")
    pressed(at, "Show the plan")
    assert any("speaker is Updating" in each.value for each in at.error)
    assert any(each.label == "Show the plan" for each in at.button), "the form is still there"


def test_a_change_that_is_done_says_what_it_came_to(open_page: Open, console: FakeConsole) -> None:
    view = run_view(RunStatus.DONE, "Pause speaker")
    console.runs.views["run-1"] = replace(
        view, plan=console.changes.plan_pause(console.changes.pause_request("speaker"))
    )
    at = open_page("endpoints", console, "Endpoints", run="run-1")
    assert any("paused and costs $1.50/h less" in plain(each.value) for each in at.success)
