"""The tabs Metrics and Alarms of an endpoint's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.alarms import (
    Alarm,
    AlarmRequest,
    AlarmState,
    Budget,
    Change,
    Kind,
    Measure,
    State,
    Subscription,
    plan_create,
)
from services.alarms import plan_delete as deleting
from services.errors import PermissionDenied, SagedeckError, Throttled
from services.metrics import Chart, Series, Span
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from ui import alarm_view
from ui.metrics_view import as_csv

PAGE, NAME, NOW = "endpoint", "speaker", 1_795_190_400.0
TOPIC = "arn:aws:sns:us-east-1:123456789012:sagedeck-alarms-speaker"
HOSTILE = "![x](http://127.0.0.1:9/x) :red[mine]"


def charts(requests: float = 5.0) -> tuple[Chart, ...]:
    times = [NOW + 300 * number for number in range(20)]
    counted = Series("Requests", tuple((time, requests) for time in times))
    slow = Series("p50", tuple((time, None if number % 2 else 40.0) for number, time in enumerate(times)))
    none = Series("GPU", tuple((time, None) for time in times))
    return (
        Chart("invocations", "Requests", "count", (counted,), "by period"),
        Chart("model", "Model latency", "ms", (slow,)),
        Chart("gpu", "GPU", "percent", (none,)),
    )


class FakeMetrics:
    """Figures that are given, and what was asked for."""

    def __init__(self) -> None:
        self.found: tuple[Chart, ...] = charts()
        self.refuse: SagedeckError | None = None
        self.asked: list[tuple[str, str, str]] = []

    def charts(self, detail: Any, span: Span, *, compare: Any = None) -> tuple[Chart, ...]:
        self.asked.append((detail.name, span.value, compare.name if compare else ""))
        if self.refuse is not None:
            raise self.refuse
        return self.found

    def series(self, queries: Any, span: Span = Span.DAY) -> tuple[Series, ...]:
        return tuple(Series(each.metric, ((NOW, 3.0), (NOW + 300, 4.0))) for each in queries)

    def week(self, detail: Any) -> dict[str, Any]:
        return {"AllTraffic": {"p95": (240.0,) * 24, "requests": (10.0,) * 24, "failed": (0.0,) * 24}}

    def traffic(self, details: Any, span: Any = None) -> dict[str, Any]:
        return {}


class FakeAlarms:
    """Alarms held in memory; plans are the real ones."""

    def __init__(self, detail: Any) -> None:
        self.detail, self.held = detail, list[Alarm]()
        self.refuse: SagedeckError | None = None
        self.asked: list[AlarmRequest] = []

    def list_budgets(self) -> tuple[Budget, ...]:
        return ()

    def list_alarms(self) -> tuple[Alarm, ...]:
        if self.refuse is not None:
            raise self.refuse
        return tuple(self.held)

    def plan_create(self, request: AlarmRequest) -> Any:
        self.asked.append(request)
        return plan_create(request, AlarmState(self.detail, "ana"))

    def plan_delete(self, names: list[str]) -> Any:
        return deleting([each for each in self.held if each.name in names], self.detail.arn)

    def history(self, name: str) -> tuple[Change, ...]:
        return (Change(NOW, HOSTILE, "StateUpdate"),)

    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        return (Subscription("email", "ada@example.com", False),)


def alarm(state: State = State.FIRING, **more: Any) -> Alarm:
    measure = Measure("AWS/SageMaker", "Invocation5XXErrors", "Sum", (("EndpointName", NAME),))
    found = Alarm(
        name="sagedeck-speaker-errors", arn="", kind=Kind.ERRORS, state=state, since=NOW, reason="Threshold Crossed",
        endpoint=NAME, place="AllTraffic", threshold=1.0, says="More than 1 requests fail.", measures=(measure,),
        topics=(TOPIC,), sent={"MetricName": "Invocation5XXErrors"},
    )  # fmt: skip
    return replace(found, **more)


@pytest.fixture
def console() -> FakeConsole:
    made = FakeConsole(endpoint(NAME, "text-generation"), endpoint("other", "text-generation"))
    given: Any = made
    given.metrics, given.alarms = FakeMetrics(), FakeAlarms(made.endpoints.found[NAME])
    return made


def opened(open_page: Open, console: FakeConsole, tab: str, **query: str) -> AppTest:
    return open_page(PAGE, console, NAME, endpoint=NAME, tab=tab, **query)


def texts(at: AppTest) -> str:
    """What is written, as a reader sees it."""
    boxes = [*at.markdown, *at.error, *at.warning]
    return " ".join(str(each.value) for each in boxes).replace("\\", "")


def pressed(at: AppTest, key: str) -> None:
    next(each for each in at.button if each.key == key).click().run()
    assert not at.exception


def test_each_figure_is_a_chart_with_its_newest_value_and_says_what_was_not_measured(
    open_page: Open, console: FakeConsole
) -> None:
    at = opened(open_page, console, "Metrics")
    drawn = at.get("plotly_chart")
    assert len(drawn) == 2
    assert [each.proto.alt for each in drawn][1] == "Model latency over time, newest 40.0 ms"
    words = texts(at)
    assert "**40.0 ms**" in words
    assert "nothing measured: GPU" in words
    assert "$0.01 for 1,000 metrics" in words
    assert console.metrics.asked == [(NAME, "1d", "")]


def test_the_span_and_what_is_compared_stand_in_the_address(open_page: Open, console: FakeConsole) -> None:
    opened(open_page, console, "Metrics", span="7d", compare="other")
    assert console.metrics.asked[-1] == (NAME, "7d", "other")


def test_a_span_nobody_offers_is_the_usual_one(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console, "Metrics", span="2y", compare="nobody")
    assert console.metrics.asked[-1] == (NAME, "1d", "")
    assert len(at.get("plotly_chart")) == 2


def test_an_endpoint_nobody_called_says_so_and_leads_to_a_test(open_page: Open, console: FakeConsole) -> None:
    console.metrics.found = charts(requests=0.0)
    at = opened(open_page, console, "Metrics")
    assert "Nobody called it in the last day." in texts(at)
    assert any(each.proto.label == "Send a request" for each in at.get("page_link"))


def test_without_the_permission_the_tab_names_it_and_the_page_stands(open_page: Open, console: FakeConsole) -> None:
    console.metrics.refuse = PermissionDenied(
        "AWS refused permission.", "The identity lacks it.", "Ask.", action="cloudwatch:GetMetricData"
    )
    at = opened(open_page, console, "Metrics")
    assert "`cloudwatch:GetMetricData`" in texts(at)
    assert at.get("plotly_chart") == []


def test_while_reading_is_throttled_the_figures_before_stay(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console, "Metrics")
    console.metrics.refuse = Throttled("AWS asked to slow down.", "", "Wait.")
    console.refresh()
    at.run()
    assert not at.exception
    assert len(at.get("plotly_chart")) == 2
    assert "figures read before" in texts(at)


def test_every_measured_figure_is_in_the_file() -> None:
    lines = as_csv(charts()).splitlines()
    assert lines[0] == "time,chart,line,value,unit"
    assert lines[1] == "2026-11-20T17:20:00+00:00,Requests,Requests,5.0,count" or lines[1].endswith(",5.0,count")
    assert len(lines) == 1 + 20 + 10


def test_an_alarm_that_fires_is_told_on_the_head_and_shown_with_who_is_told(
    open_page: Open, console: FakeConsole
) -> None:
    console.alarms.held.append(alarm())
    at = opened(open_page, console, "Alarms")
    assert any("Errors: More than 1 requests fail." in each.value.replace("\\", "") for each in at.error)
    words = texts(at)
    assert "has not confirmed yet" in words
    assert "Threshold Crossed" in words
    (drawn,) = at.get("plotly_chart")
    assert "newest 4" in drawn.proto.alt


def test_one_that_is_well_or_scales_is_no_trouble(open_page: Open, console: FakeConsole) -> None:
    console.alarms.held += [alarm(State.OK), alarm(kind=Kind.SCALING, name="TargetTracking", topics=())]
    at = opened(open_page, console, "Alarms")
    assert list(at.error) == []
    assert any("1 alarm of automatic scaling" in each.label for each in at.expander)


def test_what_an_alarm_says_is_shown_letter_by_letter(open_page: Open, console: FakeConsole) -> None:
    console.alarms.held.append(alarm(says=HOSTILE, reason=HOSTILE, name="x" + HOSTILE))
    at = opened(open_page, console, "Alarms")
    assert not any("![x](" in each.value for each in (*at.markdown, *at.error))


def test_a_new_alarm_begins_with_what_the_last_week_suggests_and_is_a_plan(
    open_page: Open, console: FakeConsole
) -> None:
    at = opened(open_page, console, "Alarms")
    assert "No alarms" in texts(at)
    at.session_state["alarm.form"] = True
    at.run()
    assert "suggested 1 %" in texts(at)
    pressed(at, "alarm.speaker.plan")
    assert "Enter the address that is to be told." in texts(at)
    next(each for each in at.text_input if each.label == "E-mail address").set_value("ada@example.com").run()
    pressed(at, "alarm.speaker.plan")
    assert [(each.kind, each.threshold, each.email) for each in console.alarms.asked] == [
        (Kind.ERRORS, 1.0, "ada@example.com")
    ]
    next(each for each in at.button if each.label.startswith("Create ·")).click().run()
    assert not at.exception
    assert [plan.title for plan in console.runs.started] == ["Create the alarm sagedeck-speaker-errors"]


def test_deleting_one_shows_its_plan_first(open_page: Open, console: FakeConsole) -> None:
    console.alarms.held.append(alarm())
    at = opened(open_page, console, "Alarms")
    pressed(at, "alarm.delete.sagedeck-speaker-errors")
    confirm = next(each for each in at.button if each.label.startswith("Delete ·"))
    confirm.click().run()
    assert not at.exception
    assert [plan.title for plan in console.runs.started] == ["Delete the alarm sagedeck-speaker-errors"]


def test_without_the_permission_alarms_say_which_and_nothing_fires(open_page: Open, console: FakeConsole) -> None:
    console.alarms.refuse = PermissionDenied(
        "AWS refused permission.", "The identity lacks it.", "Ask.", action="cloudwatch:DescribeAlarms"
    )
    at = opened(open_page, console, "Alarms")
    assert "`cloudwatch:DescribeAlarms`" in texts(at)
    given: Any = console
    assert alarm_view.firing(given) == {}


def test_alarms_are_read_once_for_the_head_the_table_and_the_tab(open_page: Open, console: FakeConsole) -> None:
    asked: list[int] = []

    def counted() -> tuple[Alarm, ...]:
        asked.append(1)
        return (alarm(),)

    console.alarms.list_alarms = counted
    kept: dict[Any, Any] = {}
    given: Any = console
    given.cached = lambda name, ttl, load: kept[name] if name in kept else kept.setdefault(name, load())
    alarm_view.firing(given)
    alarm_view.firing(given)
    alarm_view.every(given)
    assert asked == [1]
