"""Logs as the sandbox's CloudWatch gives them: written, followed, searched, refused, slowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.faults import Kind
from sandbox.world import World
from services.connection import sandbox_at
from services.console import Console
from services.logs import Level, LogGroup, component, endpoint
from services.sandbox_control import SandboxControl
from tests.sandbox.server import served

GROUP = endpoint("demo")
HOSTILE = ("\x1b[31mred\x1b[0m \u202eevil", "null \x00 byte", "![x](http://evil.example)", "y" * 200_000)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Sandbox(World(Clock(speed=0)), lambda _: [], lambda _: [])) as address:
        yield address


@pytest.fixture
def console(url: str, tmp_path: Path) -> Iterator[Console]:
    made = Console(sandbox_at(url, owner="ada"), folder=tmp_path)
    made.connection.clients.get("logs").create_log_group(logGroupName=GROUP.name)
    yield made
    SandboxControl(url).clear_faults()
    made.connection.clients.get("logs").delete_log_group(logGroupName=GROUP.name)


def write(console: Console, stream: str, *texts: str, ago: float = 60.0) -> None:
    logs: Any = console.connection.clients.get("logs")
    if stream not in {row["logStreamName"] for row in logs.describe_log_streams(logGroupName=GROUP.name)["logStreams"]}:
        logs.create_log_stream(logGroupName=GROUP.name, logStreamName=stream)
    start = int((console.connection.now() - ago) * 1000)
    events = [{"timestamp": start + number, "message": text} for number, text in enumerate(texts)]
    logs.put_log_events(logGroupName=GROUP.name, logStreamName=stream, logEvents=events)


def test_a_log_is_followed_from_its_end_on(console: Console) -> None:
    write(console, "AllTraffic/i-1", "INFO one", "ERROR two")
    page = console.logs.tail(GROUP)
    assert [line.text for line in page.lines] == ["INFO one", "ERROR two"]
    assert console.logs.tail(GROUP, cursor=page.cursor).lines == ()
    write(console, "AllTraffic/i-1", "  of two", "INFO three", ago=30)
    more = console.logs.tail(GROUP, cursor=page.cursor)
    assert [(line.text, line.level) for line in more.lines] == [("  of two", Level.ERROR), ("INFO three", Level.INFO)]


def test_a_log_is_searched_over_all_its_streams(console: Console) -> None:
    write(console, "A/i-1", *(f"INFO {number}" for number in range(300)), ago=7000)
    write(console, "B/i-2", "ERROR broken", ago=60)
    now = console.connection.now()
    found = console.logs.search(GROUP, since=now - 86_400, limit=50)
    assert (len(found.lines), found.lines[-1].text, found.complete) == (50, "ERROR broken", False)
    assert [line.text for line in console.logs.search(GROUP, since=now - 3600).lines] == ["ERROR broken"]
    assert console.logs.search(GROUP, since=now - 86_400, begins="A/", regex=" 29[89]$").lines[-1].text == "INFO 299"
    assert "".join(console.logs.download(GROUP, since=now - 86_400)).count("\n") == 301


def test_hostile_lines_come_through_clean(console: Console) -> None:
    write(console, "A/i-1", *HOSTILE)
    lines = console.logs.tail(GROUP).lines
    assert len(lines) == len(HOSTILE)
    assert all(line.text.isprintable() for line in lines)
    assert lines[-1].cut == 100_000


def test_a_group_that_is_not_there_an_empty_one_and_one_that_comes_are_told_apart(console: Console) -> None:
    assert console.logs.tail(component("nobody")).there is False
    empty = console.logs.tail(GROUP)
    assert (empty.there, empty.lines) == (True, ())
    live = console.logs.live(GROUP)
    assert live.look().lines == ()
    write(console, "A/i-1", "INFO here")
    assert [line.text for line in live.look(at_once=True).lines] == ["INFO here"]


def test_refused_and_slowed_readings_are_said_and_the_rest_goes_on(console: Console, url: str) -> None:
    write(console, "A/i-1", "INFO one")
    SandboxControl(url).set_fault(Kind.DENIED_ACTION, service="logs", operation="DescribeLogStreams")
    assert console.logs.tail(GROUP).denied == "logs:DescribeLogStreams"
    assert console.logs.search(GROUP, since=0).lines
    SandboxControl(url).clear_faults()
    SandboxControl(url).set_fault(Kind.THROTTLING, service="logs")
    assert console.logs.tail(GROUP).slowed
    assert console.logs.search(LogGroup(GROUP.name), since=0).slowed
