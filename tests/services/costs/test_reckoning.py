"""Bills worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from services.costs.reckoning import Stretch, changed, hours_until, month_of, storage_per_hour, usd

START = datetime(2026, 11, 1, tzinfo=UTC)


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def test_a_part_of_an_hour_costs_its_part() -> None:
    assert usd([Stretch(hours(1), 0.24, hours(1.25))], START, hours(10)) == pytest.approx(0.06)


def test_what_lies_before_the_month_is_not_in_it() -> None:
    assert usd([Stretch(hours(-5), 1.0)], START, hours(3)) == pytest.approx(3.0)


def test_scaling_and_a_pause_part_the_time() -> None:
    # one machine at 1.5 an hour for two hours, three of them for four, nothing for ten, one again for half an hour
    held = changed([Stretch(hours(0), 1.5)], hours(2), 4.5)
    held = changed(held, hours(6), 0.0)
    held = changed(held, hours(16), 1.5)
    assert usd(held, START, hours(16.5)) == pytest.approx(3.0 + 18.0 + 0.0 + 0.75)


def test_an_unknown_price_makes_the_sum_unknown_only_where_it_falls() -> None:
    held = changed([Stretch(hours(0), None)], hours(2), 1.0)
    assert usd(held, START, hours(4)) is None
    assert usd(held, hours(2), hours(4)) == pytest.approx(2.0)


def test_storage_is_counted_in_months_of_730_hours() -> None:
    assert storage_per_hour(50, 0.14) == pytest.approx(50 * 0.14 / 730)
    assert storage_per_hour(0, None) == 0.0
    assert storage_per_hour(5, None) is None


def test_the_time_until_an_amount_follows_from_the_rate() -> None:
    assert hours_until(100, 40, 1.5) == pytest.approx(40.0)
    assert hours_until(100, 100, 1.5) == 0.0
    assert hours_until(100, 40, 0.0) is None


def test_a_month_ends_where_the_next_begins() -> None:
    assert month_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
