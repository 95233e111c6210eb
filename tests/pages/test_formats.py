"""Money, time and size in words."""

from ui import formats


def test_an_unknown_price_is_said_and_never_zero() -> None:
    assert formats.per_hour(None) == formats.per_day(None) == formats.per_month(None) == "price unknown"


def test_a_sum_with_unknown_parts_is_a_lower_bound() -> None:
    assert formats.at_least(1.5, 0) == "$1.50/h"
    assert formats.at_least(1.5, 1) == "over $1.50/h"
    assert formats.at_least(0.0, 1) == "price unknown"


def test_small_prices_keep_the_digits_that_tell_them_apart() -> None:
    assert formats.per_hour(0.0042) == "$0.0042/h"
    assert formats.per_hour(1.408) == "$1.41/h"
    assert formats.per_month(1.408) == "$1,028/month"
    assert formats.per_hour(-0.0) == "$0.00/h"


def test_durations_are_in_the_units_people_use() -> None:
    assert [formats.duration(s) for s in (7.6, 60, 200, 7500, 300_000)] == [
        "8 s",
        "1 min",
        "3 min 20 s",
        "2 h 5 min",
        "3 days",
    ]


def test_ages_and_sizes_are_short() -> None:
    assert formats.ago(100.0, now=101.0) == "just now"
    assert formats.ago(100.0, now=400.0) == "5 min ago"
    assert [formats.size(n) for n in (12, 14_200, 2_310_000)] == ["12 B", "14 kB", "2.3 MB"]
    assert [formats.count(n, "passage") for n in (1, 1200)] == ["1 passage", "1,200 passages"]


def test_a_long_name_keeps_both_its_ends() -> None:
    name = "jumpstart-dft-hf-llm-mistral-7b-instruct-v3-20261120-120620"
    assert formats.short(name) == "jumpstart-dft-hf-llm-mistral-7b-…1120-120620"
    assert formats.short("embedder") == "embedder"


def test_what_keeping_costs_is_said_without_digits_under_a_cent() -> None:
    assert formats.a_month(0.00000004) == "less than $0.01 a month"
    assert [formats.a_month(usd) for usd in (0.0, 0.01, 4.2)] == ["$0.00 a month", "$0.01 a month", "$4.20 a month"]
    assert formats.a_month(None) == formats.UNKNOWN_PRICE
