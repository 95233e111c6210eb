"""Cost Explorer through boto3, over usage that was written into the past."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Running

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/"
DAY = 86400.0
SAGEMAKER = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon SageMaker"]}}


def _day(sandbox: Running, ago: int) -> str:
    today = datetime.fromtimestamp(sandbox.app.world.clock.now(), UTC)
    return (today - timedelta(days=ago)).strftime("%Y-%m-%d")


def _midnight(sandbox: Running, ago: int) -> float:
    return datetime.fromisoformat(_day(sandbox, ago)).replace(tzinfo=UTC).timestamp()


def _wrote(sandbox: Running, name: str, instance_type: str, count: int, first: int, last: int, **tags: str) -> None:
    """Usage of whole days, from some days ago to some days ago."""
    start, end = _midnight(sandbox, first), _midnight(sandbox, last)
    ledger = sandbox.app.world.ledger
    ledger.wrote("us-east-1", ARN + name, "Hosting", instance_type, count, start, end, tags)


def _asked(sandbox: Running, first: int, last: int, **more: Any) -> dict[str, Any]:
    period = {"Start": _day(sandbox, first), "End": _day(sandbox, last)}
    request = {"TimePeriod": period, "Granularity": "DAILY", "Metrics": ["UnblendedCost", "UsageQuantity"], **more}
    found: dict[str, Any] = sandbox.client("ce").get_cost_and_usage(**request)
    return found


def test_days_are_summed_by_usage_type(sandbox: Running) -> None:
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 6, 3)
    _wrote(sandbox, "b", "ml.m5.xlarge", 2, 5, 4)
    _wrote(sandbox, "c", "ml.g5.xlarge", 1, 5, 4)
    by_type = [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    answer = _asked(sandbox, 6, 3, Filter=SAGEMAKER, GroupBy=by_type)
    days = [{g["Keys"][0]: g["Metrics"] for g in day["Groups"]} for day in answer["ResultsByTime"]]
    assert [sorted(day) for day in days] == [
        ["USE1-Host:ml.m5.xlarge"],
        ["USE1-Host:ml.g5.xlarge", "USE1-Host:ml.m5.xlarge"],
        ["USE1-Host:ml.m5.xlarge"],
    ]
    busy = days[1]["USE1-Host:ml.m5.xlarge"]
    assert busy["UsageQuantity"] == {"Amount": "72", "Unit": "Hrs"}
    assert float(busy["UnblendedCost"]["Amount"]) == pytest.approx(72 * 0.23)
    assert answer["GroupDefinitions"] == by_type
    assert answer["ResultsByTime"][0]["Total"] == {}


def test_without_groups_there_is_a_total_for_every_day_also_an_empty_one(sandbox: Running) -> None:
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 5, 4)
    answer = _asked(sandbox, 6, 3)
    assert [day["Total"]["UnblendedCost"]["Amount"] for day in answer["ResultsByTime"]] == ["0", "5.52", "0"]
    assert all(day["Groups"] == [] for day in answer["ResultsByTime"])


def test_tags_and_services_group_and_filter(sandbox: Running) -> None:
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 5, 4, project="demo", owner="ann")
    _wrote(sandbox, "b", "ml.m5.xlarge", 1, 5, 4, project="other")
    _wrote(sandbox, "c", "ml.m5.xlarge", 1, 5, 4)
    by_tag = _asked(sandbox, 5, 4, GroupBy=[{"Type": "TAG", "Key": "project"}])
    assert [group["Keys"] for group in by_tag["ResultsByTime"][0]["Groups"]] == [
        ["project$"], ["project$demo"], ["project$other"]
    ]  # fmt: skip

    def hours(expression: dict[str, Any]) -> float:
        (day,) = _asked(sandbox, 5, 4, Filter=expression)["ResultsByTime"]
        return float(day["Total"]["UsageQuantity"]["Amount"])

    demo = {"Tags": {"Key": "project", "Values": ["demo"]}}
    ann = {"Tags": {"Key": "owner", "Values": ["A"], "MatchOptions": ["STARTS_WITH", "CASE_INSENSITIVE"]}}
    none = {"Tags": {"Key": "project", "MatchOptions": ["ABSENT"]}}
    assert hours(demo) == hours(ann) == hours(none) == hours({"And": [demo, ann]}) == 24
    assert hours({"Or": [demo, none]}) == hours({"Not": demo}) == 48
    assert hours({"And": [demo, {"Not": SAGEMAKER}]}) == 0


def test_the_last_day_is_not_known_yet(sandbox: Running) -> None:
    world = sandbox.app.world
    now = world.clock.now()
    world.ledger.wrote("us-east-1", ARN + "a", "Hosting", "ml.m5.xlarge", 1, now - 30 * 3600, now, {})
    days = _asked(sandbox, 3, -1)["ResultsByTime"]
    known = sum(float(day["Total"]["UsageQuantity"]["Amount"]) for day in days)
    assert known == pytest.approx(6, abs=0.01)
    assert days[-1]["Estimated"] is True
    world.advance(DAY)
    again = _asked(sandbox, 4, -1, Filter=SAGEMAKER)["ResultsByTime"]
    assert sum(float(day["Total"]["UsageQuantity"]["Amount"]) for day in again) == pytest.approx(30, abs=0.01)


def test_a_real_endpoint_shows_up_a_day_later_with_its_tags(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("chat", Tags=[{"Key": "owner", "Value": "ann"}])
    world = sandbox.app.world
    world.advance(3 * DAY)
    tags = sandbox.client("ce").get_tags(TimePeriod={"Start": _day(sandbox, 4), "End": _day(sandbox, 0)})
    assert tags["Tags"] == ["owner"]
    answer = _asked(sandbox, 4, 0, Granularity="MONTHLY", GroupBy=[{"Type": "TAG", "Key": "owner"}], Filter=SAGEMAKER)
    groups = [group for month in answer["ResultsByTime"] for group in month["Groups"]]
    assert {group["Keys"][0] for group in groups} == {"owner$ann"}
    hours = sum(float(group["Metrics"]["UsageQuantity"]["Amount"]) for group in groups)
    assert 40 <= hours <= 49


def test_every_request_to_cost_explorer_is_charged(sandbox: Running) -> None:
    _asked(sandbox, 3, 1)
    _asked(sandbox, 3, 1)
    sandbox.app.world.advance(2 * DAY)
    by_service = [{"Type": "DIMENSION", "Key": "SERVICE"}]
    days = _asked(sandbox, 3, -1, GroupBy=by_service)["ResultsByTime"]
    costs = {g["Keys"][0]: g["Metrics"]["UnblendedCost"]["Amount"] for day in days for g in day["Groups"]}
    assert costs == {"AWS Cost Explorer": "0.02"}


def test_values_of_a_dimension_are_listed(sandbox: Running) -> None:
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 5, 4)
    _wrote(sandbox, "b", "ml.g5.xlarge", 1, 5, 4)
    period = {"Start": _day(sandbox, 6), "End": _day(sandbox, 1)}
    client = sandbox.client("ce")
    found = client.get_dimension_values(TimePeriod=period, Dimension="USAGE_TYPE", SearchString="g5")
    assert [each["Value"] for each in found["DimensionValues"]] == ["USE1-Host:ml.g5.xlarge"]
    assert (found["ReturnSize"], found["TotalSize"]) == (1, 1)


def test_a_forecast_goes_on_as_the_last_days_were(sandbox: Running) -> None:
    client = sandbox.client("ce")
    period = {"Start": _day(sandbox, 0), "End": _day(sandbox, -10)}
    request = {"TimePeriod": period, "Metric": "UNBLENDED_COST", "Granularity": "DAILY", "PredictionIntervalLevel": 80}
    with pytest.raises(ClientError) as refused:
        client.get_cost_forecast(**request)
    assert refused.value.response["Error"]["Code"] == "DataUnavailableException"
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 10, 2)
    forecast = client.get_cost_forecast(**request)
    assert float(forecast["Total"]["Amount"]) == pytest.approx(10 * 24 * 0.23)
    first = forecast["ForecastResultsByTime"][0]
    assert float(first["MeanValue"]) == pytest.approx(5.52)
    assert first["PredictionIntervalLowerBound"] == first["PredictionIntervalUpperBound"]


@pytest.mark.parametrize(
    ("start", "end", "change", "words"),
    [
        (0, -10, {"Granularity": "HOURLY"}, "Hourly timePeriod is not supported"),
        (0, -10, {"Metric": "USAGE_QUANTITY"}, "is not supported by GetCostForecast"),
        (1, -10, {}, "cannot be in the past"),
        (0, -150, {}, "at most 3 months ahead"),
        (0, -700, {"Granularity": "MONTHLY"}, "at most 18 months ahead"),
    ],
)
def test_a_forecast_that_aws_does_not_make_is_refused(
    sandbox: Running, start: int, end: int, change: dict[str, Any], words: str
) -> None:
    period = {"Start": _day(sandbox, start), "End": _day(sandbox, end)}
    asked = {"TimePeriod": period, "Metric": "UNBLENDED_COST", "Granularity": "DAILY", **change}
    with pytest.raises(ClientError) as refused:
        sandbox.client("ce").get_cost_forecast(**asked)
    assert words in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"TimePeriod": {"Start": "2026-11-02", "End": "2026-11-01"}}, "should be before end date"),
        ({"TimePeriod": {"Start": "2020-01-01", "End": "2020-02-01"}}, "historical data beyond 14 months"),
        ({"Granularity": "HOURLY"}, "Hourly timePeriod is not supported"),
        ({"Metrics": ["Costs"]}, "Metric Costs is invalid"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": "RESOURCE_ID"}]}, "is not supported"),
        ({"GroupBy": [{"Type": "TAG", "Key": each} for each in "abc"]}, "Up to 2 group by"),
        ({"Filter": {"And": [SAGEMAKER]}}, "at least 2 operands"),
        ({"Filter": {**SAGEMAKER, "Not": SAGEMAKER}}, "more than one roots"),
    ],
)
def test_what_cannot_be_asked_is_refused(sandbox: Running, change: dict[str, Any], words: str) -> None:
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 3, 2)
    with pytest.raises(ClientError) as refused:
        _asked(sandbox, 5, 1, **change)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert words in error["Message"]


def test_long_answers_come_in_pages(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.costexplorer.service.ROWS", 3)
    _wrote(sandbox, "a", "ml.m5.xlarge", 1, 9, 2)
    first = _asked(sandbox, 9, 2)
    assert len(first["ResultsByTime"]) == 3
    second = _asked(sandbox, 9, 2, NextPageToken=first["NextPageToken"])
    third = _asked(sandbox, 9, 2, NextPageToken=second["NextPageToken"])
    assert len(third["ResultsByTime"]) == 1
    assert "NextPageToken" not in third
