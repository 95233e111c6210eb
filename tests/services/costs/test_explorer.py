"""Cost Explorer's answers, understood."""

from datetime import UTC, date, datetime

import pytest

from services.costs.explorer import NOTHING, days_asked, forecast_asked, forecast_of, spent_of
from services.costs.reckoning import month_of

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def row(day: str, **groups: float) -> dict[str, object]:
    found = [
        {"Keys": [key], "Metrics": {"UnblendedCost": {"Amount": str(usd), "Unit": "USD"}}}
        for key, usd in groups.items()
    ]
    return {"TimePeriod": {"Start": day, "End": "later"}, "Groups": found}


def test_the_last_days_are_asked_for_with_today_and_for_sagemaker_alone() -> None:
    asked = days_asked(NOW, 7, "tag:team")
    assert asked["TimePeriod"] == {"Start": "2026-12-25", "End": "2027-01-01"}
    assert asked["GroupBy"] == [{"Type": "TAG", "Key": "team"}]
    assert asked["Filter"] == {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon SageMaker"]}}


def test_a_forecast_is_asked_until_the_month_ends_even_on_its_last_day() -> None:
    assert forecast_asked(NOW, month_of(NOW)[1])["TimePeriod"] == {"Start": "2026-12-31", "End": "2027-01-01"}


def test_days_that_may_still_grow_are_not_called_whole() -> None:
    found = spent_of([row("2026-12-30", a=1.0), row("2026-12-28", a=2.0, b=3.0), row("2026-12-31")], "usage", NOW, 0.0)
    assert [(each.day, each.usd, each.whole) for each in found.days] == [
        (date(2026, 12, 28), 5.0, True), (date(2026, 12, 30), 1.0, False), (date(2026, 12, 31), 0.0, False),
    ]  # fmt: skip
    assert found.groups == (("a", 3.0), ("b", 3.0))
    assert found.usd == 6.0


def test_a_tag_that_nothing_carries_is_noticed() -> None:
    found = spent_of([row("2026-12-28", **{"team$": 4.0})], "tag:team", NOW, 0.0)
    assert found.groups == ((NOTHING, 4.0),)
    assert found.untagged
    some = spent_of([row("2026-12-28", **{"team$legal": 4.0, "team$": 1.0})], "tag:team", NOW, 0.0)
    assert not some.untagged
    assert some.groups[0] == ("legal", 4.0)


def test_a_forecast_without_bounds_has_none() -> None:
    answer = {"Total": {"Amount": "12.5", "Unit": "USD"}, "ForecastResultsByTime": [{"MeanValue": "12.5"}]}
    found = forecast_of(answer, month_of(NOW)[1], 1.0)
    assert (found.usd, found.low, found.high) == (12.5, None, None)


@pytest.mark.parametrize("by", ["", "tag:", "owner"])
def test_what_it_cannot_group_by_is_refused(by: str) -> None:
    with pytest.raises(ValueError, match="not usage"):
        days_asked(NOW, 7, by)
