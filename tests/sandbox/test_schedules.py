"""at(), rate() and cron() are due when EventBridge Scheduler and Application Auto Scaling say they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.schedules import BadExpression, BadZone, next_time, parse, zone_of

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp()  # a Friday


def _due(text: str, after: float = NOON, zone: ZoneInfo = UTC, begin: float = NOON) -> str | None:
    due = next_time(parse(text), zone, begin, after)
    return None if due is None else datetime.fromtimestamp(due, zone).strftime("%a %Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("at(2026-11-20T18:00:00)", "Fri 2026-11-20 18:00:00"),
        ("at(2026-11-20T11:59:59)", None),
        ("rate(1 minute)", "Fri 2026-11-20 12:01:00"),
        ("rate(5 hours)", "Fri 2026-11-20 17:00:00"),
        ("rate(2 days)", "Sun 2026-11-22 12:00:00"),
        ("cron(0/15 * * * ? *)", "Fri 2026-11-20 12:15:00"),
        ("cron(0 12 * * ? *)", "Sat 2026-11-21 12:00:00"),
        ("cron(30 8 ? * MON-FRI *)", "Mon 2026-11-23 08:30:00"),
        ("cron(0 10 ? * 1 *)", "Sun 2026-11-22 10:00:00"),
        ("cron(0 10 ? * 6L *)", "Fri 2026-11-27 10:00:00"),
        ("cron(0 10 ? * 3#2 *)", "Tue 2026-12-08 10:00:00"),
        ("cron(0 10 ? * friL *)", "Fri 2026-11-27 10:00:00"),
        ("cron(0 10 ? * L *)", "Sat 2026-11-21 10:00:00"),
        ("cron(0 10 ? * FRI-MON *)", "Sat 2026-11-21 10:00:00"),
        ("cron(0 8 1 * ? *)", "Tue 2026-12-01 08:00:00"),
        ("cron(0 8 L * ? *)", "Mon 2026-11-30 08:00:00"),
        ("cron(0 8 LW FEB ? 2027)", "Fri 2027-02-26 08:00:00"),
        ("cron(0 8 15W AUG ? 2027)", "Mon 2027-08-16 08:00:00"),
        ("cron(0 8 1W MAY ? 2027)", "Mon 2027-05-03 08:00:00"),
        ("cron(0 0 29 2 ? *)", "Tue 2028-02-29 00:00:00"),
        ("cron(0 0 31 2 ? *)", None),
        ("cron(0 0 1 1 ? 2020)", None),
        ("cron(0 12 ? * TUE#2 2027)", "Tue 2027-01-12 12:00:00"),
        ("cron(5,35 14 ? JAN,JUN SUN *)", "Sun 2027-01-03 14:05:00"),
    ],
)
def test_the_next_time(text: str, due: str | None) -> None:
    assert _due(text) == due


@pytest.mark.parametrize(
    "text",
    [
        "at(2026-11-20)",
        "at(2026-13-01T00:00:00)",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "rate(minutes)",
        "cron(0 12 * * * *)",
        "cron(0 12 ? * ? *)",
        "cron(60 12 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 12 32 * ? *)",
        "cron(0 12 * 13 ? *)",
        "cron(0 12 ? * 8 *)",
        "cron(0 12 ? * 2W *)",
        "cron(0 12 0W * ? *)",
        "cron(0 12 ? * 9#2 *)",
        "cron(0 12 * * ?)",
        "cron(0/0 12 * * ? *)",
        "cron(0 L * * ? *)",
        "every day",
        "",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        parse(text)


def test_a_time_zone_that_nobody_has_is_refused() -> None:
    for name in ("Middle/Earth", "", "../etc"):
        with pytest.raises(BadZone):
            zone_of(name)


def test_times_are_those_of_the_zone() -> None:
    assert _due("cron(0 8 * * ? *)", zone=BERLIN) == "Sat 2026-11-21 08:00:00"
    assert _due("at(2026-11-20T13:30:00)", zone=BERLIN) == "Fri 2026-11-20 13:30:00"
    assert _due("at(2026-11-20T13:30:00)", zone=UTC) == "Fri 2026-11-20 13:30:00"
    assert _due("at(2026-11-20T12:30:00)", zone=BERLIN) is None


def test_an_hour_that_summer_time_skips_is_skipped() -> None:
    before = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN).timestamp()
    assert _due("cron(30 2 * * ? *)", after=before, zone=BERLIN) == "Mon 2027-03-29 02:30:00"


def test_an_hour_that_comes_twice_is_due_once() -> None:
    before = datetime(2027, 10, 31, 0, 0, tzinfo=BERLIN).timestamp()
    first = next_time(parse("cron(30 2 * * ? *)"), BERLIN, before, before)
    assert first is not None
    assert _due("cron(30 2 * * ? *)", after=first, zone=BERLIN) == "Mon 2027-11-01 02:30:00"


def test_a_rate_is_due_at_its_start_and_counted_from_there() -> None:
    assert _due("rate(1 hour)", begin=NOON + 600) == "Fri 2026-11-20 12:10:00"
    assert _due("rate(1 hour)", begin=NOON + 600, after=NOON + 600) == "Fri 2026-11-20 13:10:00"


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    step=st.integers(1, 59),
    after=st.floats(0, 4e9, allow_nan=False),
)
def test_the_next_time_is_always_later_and_fits(minute: int, hour: int, step: int, after: float) -> None:
    due = next_time(parse(f"cron({minute}/{step} {hour} * * ? *)"), UTC, 0, after)
    assert due is not None
    assert after < due <= after + 2 * 86400
    told = datetime.fromtimestamp(due, UTC)
    assert (told.hour, (told.minute - minute) % step, told.second) == (hour, 0, 0)
