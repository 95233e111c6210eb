"""The tail, what follows it, searches and downloads, over streams held in memory."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import InvalidRequest, PermissionDenied, ServiceFailure, Throttled
from services.logs import BadPattern, Filter, Level, LogGroup, LogsService, endpoint, training_job
from services.logs.live import MOST_LINES, MOST_SECONDS, SECONDS, Live
from services.logs.models import LogLine, Page
from services.logs.service import LIST_SECONDS, MOST_STREAMS
from tests.services.logs.held import HeldLogs

GROUP = endpoint("demo")
NOW = 100_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def held() -> HeldLogs:
    return HeldLogs()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logs(held: HeldLogs, clock: Clock) -> LogsService:
    gateway: Any = held
    return LogsService(gateway, clock, secrets=lambda: ["swordfish-2026"])


def texts(lines: tuple[LogLine, ...]) -> list[str]:
    return [line.text for line in lines]


def test_the_end_of_all_streams_is_read_by_time_and_what_belongs_together_stays_so(
    logs: LogsService, held: HeldLogs
) -> None:
    held.write("A/i-1", "one", "Traceback (most recent call last):", "  File", "ValueError: x", at=10)
    held.write("A/i-2", "between", at=12.5)
    page = logs.tail(GROUP)
    assert texts(page.lines) == ["one", "Traceback (most recent call last):", "  File", "ValueError: x", "between"]
    assert (page.there, page.known, page.more_streams) == (True, True, 0)


def test_with_a_cursor_only_what_came_since_is_read_and_a_trace_goes_on(
    logs: LogsService, held: HeldLogs, clock: Clock
) -> None:
    held.write("A/i-1", "Traceback (most recent call last):", at=10)
    first = logs.tail(GROUP)
    held.asked.clear()
    assert logs.tail(GROUP, cursor=first.cursor).lines == ()
    held.write("A/i-1", "  File x", at=11)
    second = logs.tail(GROUP, cursor=first.cursor)
    assert [(line.text, line.continues, line.level) for line in second.lines] == [("  File x", True, Level.ERROR)]
    assert "streams" not in held.asked
    held.write("A/i-2", "a new instance", at=12)
    clock.now += LIST_SECONDS
    assert texts(logs.tail(GROUP, cursor=second.cursor).lines) == ["a new instance"]


def test_more_came_than_one_page_holds(logs: LogsService, held: HeldLogs) -> None:
    held.write("A/i-1", "first", at=1)
    cursor = logs.tail(GROUP).cursor
    held.write("A/i-1", *(f"line {number}" for number in range(250)), at=2)
    assert len(logs.tail(GROUP, cursor=cursor).lines) == 250


def test_of_many_streams_the_newest_are_read_and_one_that_comes_back_is_not_told_twice(
    logs: LogsService, held: HeldLogs, clock: Clock
) -> None:
    for number in range(MOST_STREAMS + 2):
        held.write(f"A/i-{number}", f"of {number}", at=float(number + 1))
    page = logs.tail(GROUP)
    assert (len(page.lines), page.more_streams) == (MOST_STREAMS, 2)
    clock.now += LIST_SECONDS
    held.write("A/i-0", "anew", at=50)
    page = logs.tail(GROUP, cursor=page.cursor)
    assert texts(page.lines) == ["of 0", "anew"]
    held.write("A/i-2", "again", at=60)  # it had fallen out of the newest
    clock.now += LIST_SECONDS
    assert texts(logs.tail(GROUP, cursor=page.cursor).lines) == ["again"]


def test_a_job_has_its_streams_among_those_of_all(logs: LogsService, held: HeldLogs) -> None:
    held.write("churn/algo-1", "mine", at=1)
    held.write("churn-2/algo-1", "another's", at=2)
    assert training_job("churn") == LogGroup("/aws/sagemaker/TrainingJobs", "churn/")
    assert texts(logs.tail(training_job("churn")).lines) == ["mine"]
    assert texts(logs.search(training_job("churn"), since=0).lines) == ["mine"]


def test_no_group_is_none_and_said_and_what_aws_refuses_is_named(logs: LogsService, held: HeldLogs) -> None:
    assert logs.tail(GROUP).there is False
    assert logs.search(GROUP, since=0).there is False
    held.trouble = PermissionDenied("No.", action="logs:FilterLogEvents")
    assert logs.tail(GROUP).denied == logs.search(GROUP, since=0).denied == "logs:FilterLogEvents"
    held.trouble = Throttled("Slow down.")
    assert logs.tail(GROUP).slowed
    assert logs.search(GROUP, since=0).slowed
    held.trouble = ServiceFailure("AWS had a fault.")
    assert "fault" in logs.tail(GROUP).problem


def test_a_token_that_is_no_longer_good_begins_the_stream_anew_without_repeating_it(
    logs: LogsService, held: HeldLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.write("A/i-1", "old", at=1)
    cursor = logs.tail(GROUP).cursor

    def refused(group: str, stream: str, token: str) -> Any:
        raise InvalidRequest("The specified nextToken is invalid.")

    with monkeypatch.context() as patch:
        patch.setattr(held, "after", refused)
        page = logs.tail(GROUP, cursor=cursor)
    assert (page.lines, page.known) == ((), True)
    held.write("A/i-1", "new", at=2)
    assert texts(logs.tail(GROUP, cursor=page.cursor).lines) == ["new"]


def test_secrets_of_runs_are_in_no_line(logs: LogsService, held: HeldLogs) -> None:
    held.write("A/i-1", "it is swordfish-2026", at=1)
    assert texts(logs.tail(GROUP).lines) == ["it is ***"]
    assert texts(logs.search(GROUP, since=0).lines) == ["it is ***"]
    assert "swordfish" not in "".join(logs.download(GROUP, since=0))


def written(held: HeldLogs) -> None:
    held.write("A/i-1", "INFO started", "ERROR Broken pipe", "  with more", at=NOW - 5000)
    held.write("B/i-2", "WARNING slow", "INFO request 17 in 3 ms", at=NOW - 100)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["INFO started", "ERROR Broken pipe", "  with more", "WARNING slow", "INFO request 17 in 3 ms"]),
        ({"text": "broken PIPE"}, ["ERROR Broken pipe", "  with more"]),
        ({"text": "with more"}, ["ERROR Broken pipe", "  with more"]),
        ({"regex": r"request \d+ in"}, ["INFO request 17 in 3 ms"]),
        ({"level": Level.WARNING}, ["ERROR Broken pipe", "  with more", "WARNING slow"]),
        ({"level": Level.ERROR, "begins": "B/"}, []),
        ({"begins": "B/"}, ["WARNING slow", "INFO request 17 in 3 ms"]),
        ({"since": NOW - 99.5}, ["INFO request 17 in 3 ms"]),
        ({"until": NOW - 100}, ["INFO started", "ERROR Broken pipe", "  with more"]),
        ({"limit": 1}, ["INFO request 17 in 3 ms"]),
    ],
)
def test_a_search_finds_what_fits_with_what_belongs_to_it_newest_last(
    logs: LogsService, held: HeldLogs, wanted: dict[str, Any], found: list[str]
) -> None:
    written(held)
    assert texts(logs.search(GROUP, **{"since": 0, **wanted}).lines) == found


def test_a_search_looks_no_further_back_than_it_must_and_says_so(logs: LogsService, held: HeldLogs) -> None:
    for hour in range(24):
        held.write("A/i-1", *(f"hour {hour} line {number}" for number in range(50)), at=NOW - hour * 3600 - 60)
    found = logs.search(GROUP, since=NOW - 86_400, limit=20)
    assert len(found.lines) == 20
    assert found.lines[-1].text == "hour 0 line 49"
    assert not found.complete
    assert found.since > NOW - 86_400
    assert len(held.asked) < 8
    assert logs.search(GROUP, since=NOW - 90_000, limit=10_000).complete


def test_a_stretch_with_too_much_in_it_is_taken_in_smaller_ones(logs: LogsService, held: HeldLogs) -> None:
    held.write("A/i-1", *(f"line {number}" for number in range(5000)), at=NOW - 5000)
    found = logs.search(GROUP, since=NOW - 6 * 3600, limit=1500)
    assert [found.lines[0].text, found.lines[-1].text] == ["line 3500", "line 4999"]


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=x)", "a{1001}", "x" * 501, "\ud800("])
def test_an_expression_that_cannot_be_searched_for_is_refused_before_anything_is_read(
    logs: LogsService, held: HeldLogs, pattern: str
) -> None:
    with pytest.raises(BadPattern):
        logs.search(GROUP, regex=pattern, since=0)
    assert held.asked == []


def test_an_expression_that_others_never_finish_is_done_at_once(logs: LogsService, held: HeldLogs) -> None:
    held.write("A/i-1", "a" * 50_000 + "b", "ünï\ud800 çödé", at=NOW - 10)
    assert logs.search(GROUP, regex="(a+)+$", since=0).lines == ()
    assert len(logs.search(GROUP, regex="ÇÖD.$", since=0).lines) == 1


def test_a_download_is_text_oldest_first_and_says_what_it_leaves_out(logs: LogsService, held: HeldLogs) -> None:
    written(held)
    text = "".join(logs.download(GROUP, since=0))
    assert text.startswith("1970-01-02T02:23:20.000Z INFO    A/i-1  INFO started\n")
    assert text.count("\n") == 5
    only = "".join(logs.download(GROUP, since=0, wanted=Filter(levels=frozenset({Level.ERROR}))))
    assert only.count("\n") == 2
    held.write("A/i-1", *(f"{number} {'x' * 100}" for number in range(500)), at=NOW - 90)
    short = "".join(logs.download(GROUP, since=0, most=10_000))
    assert len(short) < 10_200
    assert short.splitlines()[-1].startswith("[left out: everything from 1970-01-02")
    held.trouble = Throttled("AWS asked to slow down.")
    assert "".join(logs.download(GROUP, since=0)).startswith("[left out: the rest. AWS asked to slow down.")


def test_everybody_who_looks_at_a_log_shares_one_tail_which_asks_no_oftener_than_is_polite() -> None:
    clock, asked = Clock(), []

    def read(cursor: Any) -> Page:
        asked.append(cursor)
        return Page(lines=(LogLine(float(len(asked)), f"line {len(asked)}"),))

    live = Live(read, clock)
    for _ in range(10):
        live.look()
    assert len(asked) == 1
    clock.now += SECONDS
    assert texts(live.look().lines) == ["line 1", "line 2"]
    assert live.held().lines == live.look().lines


def test_a_tail_holds_the_newest_lines_only() -> None:
    clock = Clock()
    live = Live(lambda _: Page(lines=tuple(LogLine(1.0, str(number)) for number in range(MOST_LINES + 10))), clock)
    assert (len(live.look().lines), live.look().lines[0].text) == (MOST_LINES, "10")
    heavy = Live(lambda _: Page(lines=tuple(LogLine(1.0, "x" * 100_000) for _ in range(200))), clock)
    assert len(heavy.look().lines) == 160


def test_a_tail_that_is_asked_to_slow_down_does_and_recovers() -> None:
    clock, pages = Clock(), [Page(lines=(LogLine(1.0, "x"),)), *[Page(slowed=True)] * 8, *[Page()] * 8]
    live = Live(lambda _: pages.pop(0), clock)
    every = [live.look().every]
    while pages:
        clock.now += live.held().every
        every.append(live.look().every)
    assert every[1:3] == [2 * SECONDS, 4 * SECONDS]
    assert max(every) == MOST_SECONDS
    assert every[-1] == SECONDS
    assert texts(live.held().lines) == ["x"]


def test_the_service_gives_the_same_tail_for_the_same_group(logs: LogsService) -> None:
    assert logs.live(GROUP) is logs.live(endpoint("demo"))
    assert logs.live(GROUP) is not logs.live(endpoint("other"))
