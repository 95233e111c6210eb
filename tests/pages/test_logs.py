"""The tab Logs of an endpoint's page: what it shows, what it says where there is nothing, and how it is held still."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.errors import PermissionDenied, ServiceFailure, Throttled
from services.logs import LogLine, LogsService
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.services.logs.held import HeldLogs
from ui import log_table
from ui.log_view import SPANS

NAME = "speaker"
TRACE = ("Traceback (most recent call last):", "  File x", "ValueError: no")
HOSTILE = "![x](http://evil.example/p.png) <script>alert(1)</script> :red[x] HF_TOKEN=hf_notarealtoken1234"


@pytest.fixture
def held() -> HeldLogs:
    return HeldLogs()


def console_with(held: HeldLogs, **changes: Any) -> FakeConsole:
    detail = replace(endpoint(NAME, "text-generation"), **changes)
    console = FakeConsole(detail)
    console.history.detail = lambda _: detail
    gateway: Any = held
    console.logs = LogsService(gateway, console.connection.now)  # type: ignore[attr-defined]
    return console


def written(held: HeldLogs, console: FakeConsole) -> None:
    now = console.connection.now()
    held.write("AllTraffic/i-0000000001", "INFO started", "WARNING slow", *TRACE, at=now - 60)
    held.write("AllTraffic/i-0000000002", HOSTILE, at=now - 30)


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in (*at.markdown, *at.warning, *at.info)).replace("\\", "")


def lines(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["Line"]) if at.dataframe else []


def open_logs(open_page: Open, console: FakeConsole) -> AppTest:
    return open_page("endpoint", console, NAME, endpoint=NAME, tab="Logs")


def test_lines_stand_newest_above_a_trace_in_its_order_and_markup_as_text(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held)
    written(held, console)
    at = open_logs(open_page, console)
    shown = lines(at)
    assert shown[0].startswith("![x](http://evil.example/p.png) <script>")
    assert shown[0].endswith("HF_TOKEN=***")
    assert [each.strip() for each in shown[1:4]] == [each.strip() for each in TRACE]
    assert shown[-1] == "INFO started"
    assert not any("evil.example" in str(each.value) for each in at.markdown)
    assert "6 lines" in said(at)
    assert "newest written" in said(at)
    assert [list(each) for each in at.dataframe[0].value["Level"]][1:5] == [["Error"], [], [], ["Warning"]]


def test_levels_text_expression_and_instance_narrow_what_is_shown(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held)
    written(held, console)
    at = open_logs(open_page, console)
    at.button_group(key=f"logs.{NAME}.levels").set_value(["Errors"]).run()
    assert len(lines(at)) == 3
    assert "3 of 6 lines" in said(at)
    at.button_group(key=f"logs.{NAME}.levels").set_value([]).run()
    at.text_input(key=f"logs.{NAME}.text").set_value("SLOW").run()
    assert lines(at) == ["WARNING slow"]
    at.toggle(key=f"logs.{NAME}.regex").set_value(True).run()
    at.text_input(key=f"logs.{NAME}.text").set_value("st.rt|sl.w").run()
    assert lines(at) == ["WARNING slow", "INFO started"]
    at.text_input(key=f"logs.{NAME}.text").set_value("").run()
    at.selectbox(key=f"logs.{NAME}.stream").set_value("AllTraffic/i-0000000002").run()
    assert len(lines(at)) == 1
    assert not at.exception


def test_a_bad_expression_is_told_at_its_field_and_reads_nothing(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held)
    written(held, console)
    at = open_logs(open_page, console)
    at.toggle(key=f"logs.{NAME}.regex").set_value(True)
    at.text_input(key=f"logs.{NAME}.text").set_value("(").run()
    assert "no expression that can be searched for" in said(at)
    assert not at.dataframe
    assert not at.error


def test_a_paused_tail_asks_for_nothing_until_it_goes_on(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held)
    written(held, console)
    at = open_logs(open_page, console)
    at.toggle(key=f"logs.{NAME}.paused").set_value(True).run()
    assert "paused" in said(at)
    held.asked.clear()
    at.run()
    assert held.asked == []
    at.button(key=f"logs.{NAME}.newest").click().run()
    assert at.toggle(key=f"logs.{NAME}.paused").value is False


def test_a_time_is_searched_and_says_how_much_was_looked_at(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held)
    written(held, console)
    at = open_logs(open_page, console)
    at.selectbox(key=f"logs.{NAME}.span").set_value("1 hour").run()
    assert len(lines(at)) == 6
    assert "6 looked at" in said(at)
    at.text_input(key=f"logs.{NAME}.text").set_value("nowhere").run()
    assert "No line fits" in said(at)
    assert set(SPANS.values()) >= {0, 3600}


@pytest.mark.parametrize(
    ("status", "words"),
    [("Creating", "normal while it starts"), ("Failed", "tab Overview"), ("InService", "tab Test")],
)
def test_without_a_log_it_is_said_whether_that_is_normal_and_what_to_do(
    open_page: Open, held: HeldLogs, status: str, words: str
) -> None:
    at = open_logs(open_page, console_with(held, status=status))
    assert "Nothing has been written yet" in said(at)
    assert words in said(at)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (PermissionDenied("No.", action="logs:DescribeLogStreams"), "logs:DescribeLogStreams"),
        (Throttled("Slow down."), "asks to slow down"),
        (ServiceFailure("AWS had a fault."), "AWS had a fault"),
    ],
)
def test_what_stands_in_the_way_is_said_and_the_page_stays(
    open_page: Open, held: HeldLogs, trouble: Exception, words: str
) -> None:
    held.trouble = trouble
    at = open_logs(open_page, console_with(held))
    assert words in said(at)
    assert not at.error
    assert at.selectbox(key=f"logs.{NAME}.span").value == "Live"


def test_components_have_logs_of_their_own(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held, components=("part", "other"))
    written(held, console)
    at = open_logs(open_page, console)
    assert at.selectbox(key=f"logs.{NAME}.of").options == ["part", "other", NAME]
    at.selectbox(key=f"logs.{NAME}.of").set_value(NAME).run()
    assert len(lines(at)) == 6


def test_the_line_that_is_chosen_is_shown_whole_with_what_belongs_to_it() -> None:
    def page() -> None:
        from services.logs import Level, LogLine
        from ui import log_table

        rows = [
            LogLine(1.0, "before", "s"),
            LogLine(2.0, "Traceback", "s", Level.ERROR),
            LogLine(3.0, "x" * 5_000, "s", Level.ERROR, continues=True, cut=7),
        ]
        log_table.whole(rows[2], rows, wrap=False)

    at = AppTest.from_function(page).run()
    assert at.code[0].value == "Traceback\n" + "x" * 5_000
    assert "7 more characters" in said(at)
    assert at.code[1].value.startswith("00:00:01  before\n")


def test_five_thousand_lines_are_one_table(open_page: Open, held: HeldLogs) -> None:
    console = console_with(held)
    held.write("A/i-1", *(f"INFO {number}" for number in range(5_000)), at=1.0)
    at = open_logs(open_page, console)
    assert lines(at)[0] == "INFO 4999"
    found = [LogLine(float(number), str(number)) for number in range(3)]
    assert [each.text for each in log_table.newest_first(found)] == ["2", "1", "0"]
