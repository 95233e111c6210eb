"""Home: what runs and costs, the traffic of a day, what wants a person; also while much is not known yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from services.alarms import Budget
from services.endpoints import EndpointDetail
from services.errors import PermissionDenied
from services.metrics import Traffic, Window
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint

DAY, HOUR = 86_400, 3600
REFUSED = PermissionDenied("You may not read it.", "It is missing.", "Ask.")


def traffic(total: float, *, hours: int = 24, silent_for: int = 0, now: float = 0.0, errors: float = 0.0) -> Traffic:
    """So many requests in each hour, but for the last `silent_for`."""
    end = int(now // HOUR) * HOUR
    counts = tuple(total if hour < hours - silent_for else 0.0 for hour in range(hours))
    latencies = tuple(40.0 if count else None for count in counts)
    window = Window(end - hours * HOUR, end, HOUR)
    return Traffic(window=window, invocations=counts, errors5xx=errors, latency_ms=latencies)


def texts(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def metrics(at: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in at.metric}


def old(name: str, days: float = 9.0, usd: float | None = 2.0) -> EndpointDetail:
    made = datetime.now(UTC) - timedelta(days=days)
    return replace(endpoint(name, "text-generation", usd=usd), created=made, modified=made)


@pytest.fixture
def console() -> FakeConsole:
    return FakeConsole(old("busy"), old("quiet", usd=3.0))


def test_traffic_and_latency_are_those_of_the_last_day(open_page: Open, console: FakeConsole) -> None:
    now = console.connection.now()
    console.traffic.seen = {"busy": traffic(100.0, now=now, errors=48.0), "quiet": traffic(0.0, now=now)}
    at = open_page("home", console, "Home")
    shown = metrics(at)
    assert shown["Requests, last day"] == "2,400"
    assert shown["Typical latency"] == "40 ms"
    assert shown["Costs now"] == "$5.00/h"
    assert any("2.0% errors" in str(each.delta) for each in at.metric)


def test_traffic_of_which_not_all_is_known_is_no_total(open_page: Open, console: FakeConsole) -> None:
    now = console.connection.now()
    console.traffic.seen = {"busy": traffic(100.0, now=now)}
    at = open_page("home", console, "Home")
    assert metrics(at)["Requests, last day"] == "over 2,400"
    console.traffic.seen = {"quiet": traffic(0.0, now=now)}
    assert metrics(open_page("home", console, "Home"))["Requests, last day"] == "—"


def test_this_month_so_far_is_an_estimate_and_says_so(open_page: Open) -> None:
    at = open_page("home", FakeConsole(old("busy", days=0.5, usd=2.0)), "Home")
    (shown,) = [each for each in at.metric if each.label == "This month so far"]
    assert shown.delta == "estimate"
    assert 0.0 <= float(shown.value.removeprefix("$")) <= 24.1


def test_what_is_not_read_yet_is_no_zero(open_page: Open, console: FakeConsole) -> None:
    console.inventory.unread = {"busy"}
    console.traffic.more = {"waiting": 1}
    at = open_page("home", console, "Home")
    shown = metrics(at)
    assert shown["Costs now"] == "over $3.00/h"
    assert shown["This month so far"].startswith("over $")
    assert shown["Requests, last day"] == shown["Typical latency"] == "…"
    assert "1 is still being read" in texts(at)


def test_states_are_counted(open_page: Open) -> None:
    every = (endpoint("a", ""), endpoint("b", ""), endpoint("c", "", "Failed", usd=0.0), endpoint("d", "", "Strange"))
    said = texts(open_page("home", FakeConsole(*every), "Home"))
    for words in ("In service 2", "Failed 1", "Strange 1"):
        assert words in said


def test_what_failed_comes_first_and_leads_to_its_page(open_page: Open) -> None:
    broken = replace(endpoint("broken", "", "Failed", usd=0.0), failure="No [capacity](http://x) left.")
    at = open_page("home", FakeConsole(broken), "Home")
    assert "Needs attention" in [each.value for each in at.subheader]
    assert "broken failed." in texts(at)
    assert not any("[capacity](http" in each.value for each in at.markdown)
    assert any("endpoint=broken" in link.proto.query_string for link in at.page_link)


def test_what_nobody_calls_for_days_is_told_with_what_it_costs(open_page: Open, console: FakeConsole) -> None:
    now = console.connection.now()
    console.traffic.seen = {"busy": traffic(1.0, now=now), "quiet": traffic(0.0, now=now)}
    week = traffic(1.0, hours=168, silent_for=72, now=now)
    asked: list[list[str]] = []

    def read(details: list[EndpointDetail], _span: object) -> dict[str, Traffic]:
        asked.append([each.name for each in details])
        return {"quiet": week}

    console.metrics = SimpleNamespace(traffic=read)
    said = texts(open_page("home", console, "Home"))
    assert "Nobody has called quiet for 3 days." in said
    assert "$2,190 a month" in said
    assert asked[0] == ["quiet"], "a week is looked at only of those without a request today"


def test_an_alarm_that_fires_is_told_and_one_that_does_not_is_not(open_page: Open, console: FakeConsole) -> None:
    def alarm(name: str, firing: bool) -> SimpleNamespace:
        return SimpleNamespace(name=name, endpoint="busy", firing=firing, says="More than 5 errors.", reason="")

    console.alarms.list_alarms = lambda: (alarm("too-many", True), alarm("calm", False))
    said = texts(open_page("home", console, "Home"))
    assert "too-many fires for busy." in said
    assert "calm fires" not in said


def test_a_budget_that_is_exceeded_is_told_as_the_accounts(open_page: Open, console: FakeConsole) -> None:
    held = (Budget(name="lab", limit=100.0, spent=130.0), Budget(name="calm", limit=100.0, spent=1.0))
    console.alarms.list_budgets = lambda: held
    said = texts(open_page("home", console, "Home"))
    assert "SageMaker cost $130.00: the budget of $100.00 a month is exceeded." in said
    assert "It is the account's (lab), and hours behind." in said
    assert "calm" not in said


def test_what_may_not_be_read_leaves_the_rest_of_home(open_page: Open, console: FakeConsole) -> None:
    def refused() -> None:
        raise REFUSED

    console.alarms = SimpleNamespace(list_alarms=refused, list_budgets=refused)
    console.traffic.more = {"problem": REFUSED}
    at = open_page("home", console, "Home")
    said = texts(at)
    assert "Alarms are not known: You may not read it." in said
    assert "Traffic is not known: You may not read it." in said
    assert metrics(at)["Costs now"] == "$5.00/h"
    assert not at.error


def test_nothing_at_all_is_calm_and_leads_on(open_page: Open) -> None:
    at = open_page("home", FakeConsole(), "Home")
    assert metrics(at)["Endpoints in service"] == "0 of 0"
    assert metrics(at)["Requests, last day"] == "—"
    assert "Needs attention" not in [each.value for each in at.subheader]
    assert any(each.label == "Deploy a pair" for each in at.button)
