"""The table of endpoints: what is known and what not yet, filters in the address, several at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas
import pytest
from streamlit.testing.v1 import AppTest

from services.errors import PermissionDenied, Throttled
from services.metrics import Traffic, Window
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.pages.test_every_page import texts
from ui.endpoint_several import Several


def plain(at: AppTest) -> str:
    return texts(at).replace("\\", "")


def rows(at: AppTest) -> Any:
    return at.dataframe[0].value.set_index("Name")


@pytest.fixture
def console() -> FakeConsole:
    return FakeConsole(
        endpoint("speaker", "text-generation"),
        endpoint("embedder", "text-embedding", usd=0.2),
        endpoint("broken", "text-generation", status="Failed", usd=0.0),
    )


def test_names_and_states_are_there_before_the_rest_is_read(open_page: Open, console: FakeConsole) -> None:
    console.inventory.unread = {"speaker", "embedder"}
    at = open_page("endpoints", console, "Endpoints")
    assert list(rows(at).index) == ["speaker", "embedder", "broken"]
    assert pandas.isna(rows(at).loc["speaker", "Instance"])
    assert rows(at).loc["broken", "Instance"] == "1 × ml.g5.xlarge"
    assert "Of 3 endpoints 2 are still being read" in plain(at)
    assert "2 not read yet" in plain(at)
    at.run()
    assert console.inventory.on_screen == ["speaker", "embedder", "broken"], "what is shown is read first"


def test_a_reading_that_was_told_to_slow_down_says_so(open_page: Open, console: FakeConsole) -> None:
    console.inventory.unread, console.inventory.more = {"speaker"}, {"slowed": True}
    said = plain(open_page("endpoints", console, "Endpoints"))
    assert "slower than usual: AWS asked for it" in said


def test_what_may_not_be_read_is_named_and_the_table_stays(open_page: Open, console: FakeConsole) -> None:
    denied = PermissionDenied("You may not describe endpoints.", "sagemaker:DescribeEndpoint is missing.")
    console.inventory.unread, console.inventory.more = {"speaker", "embedder", "broken"}, {"problem": denied}
    at = open_page("endpoints", console, "Endpoints")
    assert len(rows(at)) == 3
    assert any("sagemaker:DescribeEndpoint is missing" in each.value.replace("\\", "") for each in at.error)
    assert "still being read" not in plain(at)


def test_states_of_before_are_said_to_be_so(open_page: Open, console: FakeConsole) -> None:
    console.inventory.more = {"outdated": Throttled("AWS asks to go slower.")}
    assert "States are those of before: AWS asks to go slower." in plain(open_page("endpoints", console, "Endpoints"))


def test_requests_and_errors_of_the_rows_that_are_shown(open_page: Open, console: FakeConsole) -> None:
    window = Window(0, 86_400, 300)
    console.traffic.seen["speaker"] = Traffic(window=window, invocations=(0.0,) * 287 + (10.0,), errors5xx=1.0)
    console.traffic.seen["embedder"] = Traffic(window=window, invocations=(0.0,) * 288)
    found = rows(open_page("endpoints", console, "Endpoints"))
    assert list(found.loc["speaker", "Requests"]) == [0.0] * 23 + [10.0]
    assert found.loc["speaker", "Errors"] == pytest.approx(0.1)
    assert found["Errors"].isna().tolist() == [False, True, True], "nobody called: no share of nothing"
    assert console.traffic.asked == ["speaker", "embedder", "broken"]


def test_requests_that_may_not_be_read_leave_the_rest(open_page: Open, console: FakeConsole) -> None:
    console.traffic.more = {"problem": PermissionDenied("cloudwatch:GetMetricData is missing.")}
    at = open_page("endpoints", console, "Endpoints")
    assert "Requests are not shown: cloudwatch:GetMetricData is missing." in plain(at)
    assert len(rows(at)) == 3


def test_a_link_opens_what_it_was_made_of(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints", status="InService", sort="price", q="e")
    assert list(rows(at).index) == ["speaker", "embedder"]
    assert {each.label: each.value for each in at.selectbox}["Any status"] == "InService"
    next(each for each in at.selectbox if each.label == "Any task").set_value("text-embedding").run()
    assert list(rows(at).index) == ["embedder"]
    assert at.query_params["task"] == "text-embedding"
    next(each for each in at.button if each.label == "Clear").click().run()
    assert len(rows(at)) == 3
    assert "task" not in at.query_params


def test_what_nobody_has_any_more_is_shown_as_what_excludes_all(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints", owner="nobody", sort="sideways")
    assert not at.dataframe
    assert "No endpoint matches" in plain(at)
    assert {each.label: each.value for each in at.selectbox}["Any owner"] == "nobody"


def test_responses_that_lack_members_are_rows_like_others(open_page: Open) -> None:
    bare = replace(endpoint("bare", "", status="SomethingNew"), variants=(), tags=(), usd_per_hour=None)
    at = open_page("endpoints", FakeConsole(bare), "Endpoints")
    row = rows(at).loc["bare"]
    assert list(row["Status"]) == ["SomethingNew"]
    assert pandas.isna(row["Instance"])
    assert "price unknown" in plain(at)


@pytest.mark.parametrize(
    ("page", "title", "missing"),
    [
        ("playground/chat", "Chat", "No language model yet"),
        ("playground/ask", "Ask", "No pair of models yet"),
        ("playground/documents", "Documents", "No embedding model yet"),
    ],
)
def test_no_model_is_said_to_be_missing_that_is_only_not_read_yet(
    open_page: Open, console: FakeConsole, page: str, title: str, missing: str
) -> None:
    console.inventory.unread = {"speaker", "embedder"}
    said = plain(open_page(page, console, title))
    assert "Of 3 endpoints 2 are still being read" in said
    assert missing not in said
    console.inventory.unread = set()
    assert "still being read" not in plain(open_page(page, console, title))


def test_several_are_deleted_by_one_plan_that_has_to_be_typed(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints")
    at.session_state["several.asked"] = Several("Delete", ("speaker", "broken"))  # as the ticks and the button do
    at.run()
    confirm = next(each for each in at.button if each.label.startswith("Delete ·"))
    assert confirm.disabled
    next(each for each in at.text_input if "to confirm" in each.label).set_value("delete 2 endpoints").run()
    next(each for each in at.button if each.label.startswith("Delete ·")).click().run()
    assert not at.exception
    assert [plan.title for plan in console.runs.started] == ["Delete 2 endpoints"]


def test_several_are_paused_without_typing_or_left_as_they_are(open_page: Open, console: FakeConsole) -> None:
    at = open_page("endpoints", console, "Endpoints")
    at.session_state["several.asked"] = Several("Pause", ("speaker", "embedder"), "2026-11-20T00:00:00+00:00")
    at.run()
    assert any(each.label.startswith("Pause ·") and not each.disabled for each in at.button)
    next(each for each in at.button if each.label == "Leave them as they are").click().run()
    assert not any(each.label.startswith("Pause ·") for each in at.button)
    assert console.runs.started == []
