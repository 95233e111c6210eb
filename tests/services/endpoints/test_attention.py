"""What wants a person beside what the watchdog sees, and what the month has cost so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.endpoints import EndpointDetail, Worry, failed, idle, may_be_idle, month_to_date
from tests.services.endpoints.samples import DETAIL

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = 604_800.0


def made(days: float, usd: float | None = 2.0, name: str = "Demo", status: str = "InService") -> EndpointDetail:
    return replace(DETAIL, name=name, created=NOW - timedelta(days=days), usd_per_hour=usd, status=status)


def test_the_month_counts_from_its_first_day_or_from_when_something_was_made() -> None:
    found = month_to_date([made(100), made(1), made(3, None)], NOW.timestamp())
    assert found.usd == pytest.approx(2.0 * (19.5 * 24 + 24))
    assert found.unknown == 1


def test_what_will_be_made_by_a_clock_that_differs_costs_nothing_yet() -> None:
    assert month_to_date([made(-1)], NOW.timestamp()).usd == 0.0


def test_what_failed_is_told_with_its_reason() -> None:
    broken = replace(made(1, status="Failed"), failure="It did not pass the ping.")
    (concern,) = failed([broken, made(1)])
    assert (concern.kind, concern.why) == (Worry.FAILED, "It did not pass the ping.")


def test_only_what_costs_and_is_old_enough_may_be_idle() -> None:
    every = [made(5), made(1), made(5, 0.0), made(5, None), made(5, status="Failed")]
    assert may_be_idle(every, NOW.timestamp()) == (every[0], every[3])


def test_idle_is_what_nobody_called_for_days_the_dearest_first() -> None:
    now = NOW.timestamp()
    every = [made(30, 1.0, "cheap"), made(30, 5.0, "dear"), made(30, 9.0, "used"), made(30, 3.0, "unseen"),
             made(4, 0.5, "young")]  # fmt: skip
    seen = {"cheap": now - 3 * 86_400, "dear": None, "used": now - 3600, "young": None}
    found = idle(every, seen, now, WEEK)
    assert [each.what for each in found] == [
        "Nobody has called dear for more than 7 days.",
        "Nobody has called cheap for 3 days.",
        "Nobody has called young for 4 days.",
    ]
    assert "$3,650 a month" in found[0].why


def test_an_idle_endpoint_of_unknown_price_comes_first_and_says_so() -> None:
    every = [made(30, 5.0, "dear"), made(30, None, "odd")]
    first, _ = idle(every, {"dear": None, "odd": None}, NOW.timestamp(), WEEK)
    assert first.endpoint == "odd"
    assert "unknown price" in first.why
