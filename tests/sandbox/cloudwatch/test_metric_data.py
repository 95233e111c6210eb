"""Metrics are published, listed and read as on AWS."""

import math
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world import World
from tests.sandbox.cloudwatch.asking import ask, dimensions, expression, metric, put, values
from tests.sandbox.telemetry.conftest import NOW, REGION

OWN: dict[str, Any] = {"namespace": "own", "of": {}}


def publish(world: World, *data: dict[str, Any]) -> None:
    world.call("cloudwatch", "PutMetricData", {"Namespace": "own", "MetricData": list(data)}, REGION)


def test_single_values_counted_values_and_sets_add_up(world: World) -> None:
    publish(
        world,
        {"MetricName": "m", "Value": 5.0},
        {"MetricName": "m", "Values": [1.0, 2.0], "Counts": [3.0, 1.0]},
        {"MetricName": "m", "StatisticValues": {"SampleCount": 2.0, "Sum": 20.0, "Minimum": 9.0, "Maximum": 11.0}},
    )
    stats = ("Sum", "SampleCount", "Minimum", "Maximum", "Average")
    queries = [metric("m", stat, id=f"m{n}", **OWN) for n, stat in enumerate(stats)]
    assert values(world, *queries) == [[30.0], [7.0], [1.0], [11.0], [30 / 7]]


def test_a_percentile_of_sets_alone_has_no_data(world: World) -> None:
    told = {"SampleCount": 2.0, "Sum": 20.0, "Minimum": 9.0, "Maximum": 11.0}
    publish(world, {"MetricName": "m", "StatisticValues": told})
    assert values(world, metric("m", "p50", **OWN)) == [[]]


def test_values_come_in_the_period_they_lie_in(world: World) -> None:
    for minutes in (1, 2, 6):
        put(world, "m", float(minutes), at=NOW - minutes * 60)
    (result,) = ask(world, metric("m", period=300, **OWN))
    assert [at % 300 for at in result["Timestamps"]] == [0, 0]
    assert sum(result["Values"]) == 9.0
    latest_first = ask(world, metric("m", **OWN), ScanBy="TimestampDescending")[0]["Values"]
    assert latest_first == [1.0, 2.0, 6.0]


def test_seconds_are_kept_apart_where_that_was_asked_for(world: World) -> None:
    for second in (1, 2, 3):
        datum = {"MetricName": "m", "Value": 1.0, "Timestamp": NOW - second, "StorageResolution": 1}
        publish(world, datum)
    assert values(world, metric("m", period=1, **OWN)) == [[1.0, 1.0, 1.0]]
    assert values(world, metric("m", period=60, **OWN)) == [[3.0]]


def test_dimensions_must_be_exactly_those_and_units_too(world: World) -> None:
    put(world, "m", 1.0, unit="Seconds", side="left")
    left: dict[str, Any] = {"namespace": "own", "of": {"side": "left"}}
    assert values(world, metric("m", **OWN)) == [[]]
    assert values(world, metric("m", unit="Seconds", **left), metric("m", id="m2", unit="Bytes", **left)) == [[1.0], []]


def test_data_comes_in_pages_of_as_many_points_as_asked_for(world: World) -> None:
    for minute in range(10):
        put(world, "a", float(minute), at=NOW - minute * 60)
        put(world, "b", float(minute), at=NOW - minute * 60)
    queries = [metric("a", **OWN), metric("b", id="m2", **OWN)]
    request = {"MetricDataQueries": queries, "StartTime": NOW - 3600, "EndTime": NOW + 60, "MaxDatapoints": 7}
    got: dict[str, list[float]] = {"m1": [], "m2": []}
    pages, answers = 0, []
    token: dict[str, str] = {}
    while True:
        answer = world.call("cloudwatch", "GetMetricData", {**request, **token}, REGION)
        pages += 1
        answers.append(answer)
        for result in answer["MetricDataResults"]:
            got[result["Id"]] += result["Values"]
            assert result["StatusCode"] in ("Complete", "PartialData")
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert pages == 3
    assert [len(answer["MetricDataResults"]) for answer in answers] == [1, 2, 1]
    assert got == {"m1": [float(n) for n in range(10)], "m2": [float(n) for n in range(10)]}


def test_queries_that_return_no_data_may_serve_others(world: World) -> None:
    put(world, "m", 4.0)
    results = ask(world, {**metric("m", **OWN), "ReturnData": False}, expression("m1 * 2", Label="twice"))
    assert [(result["Id"], result["Label"], result["Values"]) for result in results] == [("e1", "twice", [8.0])]


def test_labels_tell_queries_apart_and_fill_in_what_they_ask_for(world: World) -> None:
    for side in ("left", "right"):
        put(world, "m", 3.0, side=side)
    queries = [metric("m", id=f"m{n}", namespace="own", of={"side": side}) for n, side in enumerate(("left", "right"))]

    def labels(*queries: dict[str, Any]) -> list[str]:
        return [result["Label"] for result in ask(world, *queries)]

    assert labels(*queries) == ["m left", "m right"]
    assert labels(queries[0]) == ["m"]
    assert labels(metric("m", **OWN), metric("m", "p90", id="m2", **OWN)) == ["m Sum", "m p90"]
    assert labels(metric("m", **OWN), metric("n", id="m2", period=300, **OWN)) == ["m 60", "n 300"]
    dynamic = {**queries[0], "Label": "${PROP('Dim.side')} ${LAST} of ${DATAPOINT_COUNT}"}
    assert ask(world, dynamic)[0]["Label"] == "left 3 of 1"


def test_statistics_give_a_row_a_period(world: World) -> None:
    for number in range(1, 11):
        put(world, "m", float(number), unit="Seconds")
    request = {
        "Namespace": "own",
        "MetricName": "m",
        "StartTime": NOW - 60,
        "EndTime": NOW + 60,
        "Period": 60,
        "Statistics": ["Sum", "Maximum"],
    }
    answer = world.call("cloudwatch", "GetMetricStatistics", request, REGION)
    assert answer == {
        "Label": "m",
        "Datapoints": [{"Timestamp": NOW, "Unit": "Seconds", "Sum": 55.0, "Maximum": 10.0}],
    }
    extended = {key: value for key, value in request.items() if key != "Statistics"} | {"ExtendedStatistics": ["p90"]}
    (row,) = world.call("cloudwatch", "GetMetricStatistics", extended, REGION)["Datapoints"]
    assert row["ExtendedStatistics"] == {"p90": 9.0}


def test_metrics_without_data_for_two_weeks_are_listed_no_more(world: World) -> None:
    put(world, "m", 1.0, side="left")

    def listed(**asked: Any) -> Any:
        return world.call("cloudwatch", "ListMetrics", asked, REGION)["Metrics"]

    here = [{"Namespace": "own", "MetricName": "m", "Dimensions": dimensions({"side": "left"})}]
    assert listed(RecentlyActive="PT3H") == here
    assert listed(Dimensions=[{"Name": "side", "Value": "left"}]) == listed(Dimensions=[{"Name": "side"}]) == here
    assert listed(Dimensions=[{"Name": "side", "Value": "right"}]) == []
    world.advance(4 * 3600)
    assert listed(RecentlyActive="PT3H") == []
    assert listed() == here
    world.advance(14 * 86_400)
    assert listed() == []


@pytest.mark.parametrize(
    ("datum", "code", "said"),
    [
        (
            {"Value": math.nan},
            "InvalidParameterValue",
            "The value NaN for parameter MetricData.member.1.Value is invalid.",
        ),
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterValue", "mutually exclusive"),
        ({"Values": [1.0], "Counts": [1.0, 2.0]}, "InvalidParameterValue", "must be of the same size"),
        ({"Value": 1.0, "Timestamp": NOW - 20 * 86_400}, "InvalidParameterValue", "no more than two weeks in the past"),
        ({"Value": 1.0, "Timestamp": NOW + 3 * 3600}, "InvalidParameterValue", "no more than two hours in the future"),
        ({"Value": 1.0, "StorageResolution": 7}, "InvalidParameterValue", "StorageResolution"),
        ({}, "InvalidParameterCombination", "At least one of the parameters must be specified."),
        (
            {"Value": -math.inf},
            "InvalidParameterValue",
            "The value -∞ for parameter MetricData.member.1.Value is invalid.",
        ),
        (
            {"Values": [1.0, math.nan]},
            "InvalidParameterValue",
            "The value NaN for parameter MetricData.member.1.Values is",
        ),
        ({"Value": 2.0**361}, "InvalidParameterValue", "The value 4,697,085,165,547,66"),
        (
            {"Value": 2.0**-361},
            "InvalidParameterValue",
            "The value 0 for parameter MetricData.member.1.Value is invalid.",
        ),
    ],
)
def test_data_that_aws_does_not_take_is_refused(world: World, datum: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(AwsError) as caught:
        publish(world, {"MetricName": "m", **datum})
    assert said in caught.value.message
    assert caught.value.code == code


def test_the_greatest_and_the_smallest_numbers_are_taken(world: World) -> None:
    put(world, "m", 2.0**360, -(2.0**360), 2.0**-360, 0.0)
    assert values(world, metric("m", "SampleCount", **OWN), metric("m", "Maximum", id="m2", **OWN)) == [
        [4.0],
        [2.0**360],
    ]


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ([{"Id": "m1"}], "The parameter MetricDataQueries.member.1.MetricStat is required."),
        ([metric("m", id="M1")], "is not matching the expected pattern"),
        ([metric("m"), metric("m")], "are not unique"),
        (
            [metric("m", "p101")],
            "The value p101 for parameter MetricDataQueries.member.1.MetricStat.Stat is",
        ),
        ([metric("m", period=45)], "multiple of 60"),
        ([metric("m", id=f"m{n}") for n in range(501)], "must not have a size greater than 500"),
        ([expression("nothing + 1")], "Undefined variable 'nothing'"),
        ([expression("e2", id="e1"), expression("e1", id="e2")], "circular"),
        ([expression("1 + 1")], "must be a time series"),
        ([expression("ANOMALY_DETECTION_BAND(m1)"), metric("m")], "does not simulate anomaly detection"),
    ],
)
def test_queries_that_make_no_sense_are_refused(world: World, queries: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(AwsError) as caught:
        ask(world, *queries)
    assert said in caught.value.message
    assert caught.value.code in ("ValidationError", "InvalidParameterValue")
