"""Alarms change state by the clock, as CloudWatch reckons, and act."""

import json
import re
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world import World
from tests.sandbox.cloudwatch.alarming import alarm, described, history, state
from tests.sandbox.cloudwatch.asking import VARIANT, dimensions, expression, metric, put
from tests.sandbox.telemetry.conftest import ACCOUNT, REGION


def test_a_new_alarm_has_seen_no_data(world: World) -> None:
    alarm(world)
    found = described(world)
    assert found["StateValue"] == "INSUFFICIENT_DATA"
    assert found["StateReason"] == "Unchecked: Initial alarm creation"
    assert found["AlarmArn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:errors"
    world.advance(600)
    assert state(world) == "INSUFFICIENT_DATA"


def test_an_alarm_goes_off_when_the_threshold_is_crossed_and_comes_back(world: World) -> None:
    alarm(world)
    put(world, "m", 9.0)
    world.advance(60)
    found = described(world)
    assert found["StateValue"] == "ALARM"
    assert re.fullmatch(
        r"Threshold Crossed: 1 out of the last 1 datapoint \[9\.0 \(\d\d/\d\d/\d\d \d\d:\d\d:00\)\] was greater "
        r"than the threshold \(5\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.",
        found["StateReason"],
    )
    assert json.loads(found["StateReasonData"])["recentDatapoints"] == [9.0]
    put(world, "m", 1.0)
    world.advance(60)
    assert state(world) == "OK"
    assert history(world, HistoryItemType="StateUpdate") == [
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        "Alarm updated from ALARM to OK",
    ]


def test_some_of_the_last_periods_are_enough_where_that_was_asked_for(world: World) -> None:
    alarm(world, EvaluationPeriods=3, DatapointsToAlarm=2)
    states = []
    for value in (9.0, 1.0, 9.0, 9.0, 1.0, 1.0):
        put(world, "m", value)
        world.advance(60)
        states.append(state(world))
    assert states[2:] == ["ALARM", "ALARM", "ALARM", "OK"]


@pytest.mark.parametrize(
    ("treat", "without", "after"),
    [
        ("missing", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
        ("breaching", "ALARM", "ALARM"),
        ("notBreaching", "OK", "OK"),
        ("ignore", "INSUFFICIENT_DATA", "ALARM"),
    ],
)
def test_missing_data_is_treated_as_asked_for(world: World, treat: str, without: str, after: str) -> None:
    alarm(world, TreatMissingData=treat)
    world.advance(120)
    assert state(world) == without
    put(world, "m", 9.0)
    world.advance(60)
    assert state(world) == "ALARM"
    world.advance(600)
    assert state(world) == after


def test_an_alarm_may_watch_an_expression(world: World) -> None:
    queries = [
        {**metric("bad", id="m1", namespace="own", of={}), "ReturnData": False},
        {**metric("all", id="m2", namespace="own", of={}), "ReturnData": False},
        {**expression("100 * m1 / m2"), "ReturnData": True},
    ]
    alarm(world, MetricName=None, Namespace=None, Statistic=None, Period=None, Metrics=queries, Threshold=10.0)
    put(world, "bad", 3.0)
    put(world, "all", 20.0)
    world.advance(60)
    found = described(world)
    assert (found["StateValue"], found["Metrics"]) == ("ALARM", queries)


def test_an_alarm_on_an_endpoints_errors_goes_off(world: World, invoke: Any) -> None:
    where: dict[str, Any] = {
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Dimensions": dimensions(VARIANT),
    }
    alarm(world, **where, Threshold=0.0)
    invoke(times=3)
    world.advance(60)
    assert state(world) == "OK"
    invoke(status=500)
    world.advance(60)
    assert state(world) == "ALARM"
    request = {"Namespace": "AWS/SageMaker", "MetricName": "Invocation5XXErrors", "Dimensions": dimensions(VARIANT)}
    found = world.call("cloudwatch", "DescribeAlarmsForMetric", request, REGION)["MetricAlarms"]
    assert [each["AlarmName"] for each in found] == ["errors"]


def test_an_alarm_writes_to_its_topic_when_its_state_changes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str, dict[str, Any]]] = []
    monkeypatch.setattr(
        world.topics, "publish", lambda arn, subject, text: sent.append((arn, subject, json.loads(text)))
    )
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
    alarm(world, AlarmActions=[topic])
    put(world, "m", 9.0)
    world.advance(180)
    ((arn, subject, text),) = sent
    assert (arn, subject) == (topic, 'ALARM: "errors" in US East (N. Virginia)')
    assert (text["OldStateValue"], text["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert text["Trigger"]["Statistic"] == "SUM"
    world.call("cloudwatch", "DisableAlarmActions", {"AlarmNames": ["errors"]}, REGION)
    put(world, "m", 9.0)
    world.advance(60)
    assert len(sent) == 1


def test_a_topic_that_is_gone_is_noted_in_the_history(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def publish(arn: str, subject: str, text: str) -> None:
        raise KeyError(arn)

    monkeypatch.setattr(world.topics, "publish", publish)
    alarm(world, AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:gone"])
    put(world, "m", 9.0)
    world.advance(60)
    assert state(world) == "ALARM"
    assert history(world, HistoryItemType="Action") == [f"Failed to execute action arn:aws:sns:{REGION}:{ACCOUNT}:gone"]


def test_a_state_set_by_hand_lasts_until_the_next_look(world: World) -> None:
    alarm(world, TreatMissingData="notBreaching")
    world.advance(60)
    asked = {"AlarmName": "errors", "StateValue": "ALARM", "StateReason": "a test"}
    world.call("cloudwatch", "SetAlarmState", asked, REGION)
    assert (state(world), described(world)["StateReason"]) == ("ALARM", "a test")
    world.advance(60)
    assert state(world) == "OK"


def test_a_composite_alarm_follows_its_rule(world: World) -> None:
    for name, of in (("one", "m"), ("two", "n")):
        alarm(world, name, MetricName=of, TreatMissingData="notBreaching")
    rule = 'ALARM(one) AND NOT (OK("two") OR INSUFFICIENT_DATA(two))'
    world.call("cloudwatch", "PutCompositeAlarm", {"AlarmName": "both", "AlarmRule": rule}, REGION)
    asked = {"AlarmTypes": ["CompositeAlarm"]}
    states = []
    for names, seconds in ((("m",), 60), (("m", "n"), 60), ((), 300)):
        for name in names:
            put(world, name, 9.0)
        world.advance(seconds)
        (both,) = world.call("cloudwatch", "DescribeAlarms", asked, REGION)["CompositeAlarms"]
        states.append(both["StateValue"])
    assert states == ["OK", "ALARM", "OK"]
    with pytest.raises(AwsError, match="used by the composite alarm both"):
        world.call("cloudwatch", "DeleteAlarms", {"AlarmNames": ["one"]}, REGION)


def test_alarms_are_described_by_what_is_asked_for(world: World) -> None:
    for name in ("a-1", "a-2", "b-1"):
        alarm(world, name, OKActions=[f"arn:x:{name}"])

    def found(**asked: Any) -> list[str]:
        answer = world.call("cloudwatch", "DescribeAlarms", asked, REGION)
        return [row["AlarmName"] for row in answer["MetricAlarms"]]

    assert found(AlarmNamePrefix="a-") == ["a-1", "a-2"]
    assert found(ActionPrefix="arn:x:b") == ["b-1"]
    assert found(StateValue="OK") == []
    first = world.call("cloudwatch", "DescribeAlarms", {"MaxRecords": 2}, REGION)
    assert found(NextToken=first["NextToken"]) == ["b-1"]
    world.call("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a-1", "absent"]}, REGION)
    assert found() == ["a-2", "b-1"]


def test_alarms_have_tags(world: World) -> None:
    alarm(world, Tags=[{"Key": "team", "Value": "a"}])
    arn = {"ResourceARN": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:errors"}
    world.call("cloudwatch", "TagResource", {**arn, "Tags": [{"Key": "owner", "Value": "me"}]}, REGION)
    world.call("cloudwatch", "UntagResource", {**arn, "TagKeys": ["team"]}, REGION)
    tags = world.call("cloudwatch", "ListTagsForResource", arn, REGION)["Tags"]
    assert tags == [{"Key": "owner", "Value": "me"}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Statistic": None}, "Exactly one of Statistic and ExtendedStatistic"),
        (
            {"Statistic": None, "ExtendedStatistic": "90"},
            "The value 90 for parameter ExtendedStatistic is not",
        ),
        ({"Period": 45}, "multiple of 60"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
        ({"EvaluationPeriods": 2000}, "across more than a day"),
        ({"TreatMissingData": "well"}, "Option well is not supported"),
        ({"EvaluateLowSampleCountPercentile": "unknown"}, "Option unknown is not supported. "),
        ({"ThresholdMetricId": "t1"}, "does not simulate anomaly detection"),
        ({"Namespace": None}, "The parameter Namespace is required"),
    ],
)
def test_alarms_that_aws_does_not_take_are_refused(world: World, change: dict[str, Any], said: str) -> None:
    with pytest.raises(AwsError) as caught:
        alarm(world, **change)
    assert said in caught.value.message


def test_alarms_outlive_what_they_watch_and_a_days_advance(world: World) -> None:
    for number in range(5):
        alarm(world, f"a{number}", TreatMissingData="breaching", EvaluationPeriods=5)
    world.advance(86_400)
    assert {state(world, f"a{number}") for number in range(5)} == {"ALARM"}


def test_parents_and_children_of_alarms_are_found(world: World) -> None:
    for name in ("one", "two", "one-more"):
        alarm(world, name)
    rule = 'ALARM(one) AND OK("two")'
    world.call("cloudwatch", "PutCompositeAlarm", {"AlarmName": "both", "AlarmRule": rule}, REGION)
    types = ["CompositeAlarm", "MetricAlarm"]

    def found(kind: str, **asked: Any) -> list[str]:
        answer = world.call("cloudwatch", "DescribeAlarms", {"AlarmTypes": types, **asked}, REGION)
        return [row["AlarmName"] for row in answer[kind]]

    assert found("MetricAlarms", ChildrenOfAlarmName="both") == ["one", "two"]
    assert found("CompositeAlarms", ParentsOfAlarmName="two") == ["both"]
    assert found("CompositeAlarms", ParentsOfAlarmName="one-more") == []


def test_data_that_stops_keeps_an_alarm_up_until_its_last_datum_is_far_back(world: World) -> None:
    alarm(world, EvaluationPeriods=3)
    states = []
    for value in (9.0, 9.0, 9.0, None, None, None, None, None, None):
        if value is not None:
            put(world, "m", value)
        world.advance(60)
        states.append(state(world))
    assert states[2:] == ["ALARM"] * 5 + ["INSUFFICIENT_DATA"] * 2


def test_too_few_breaches_among_missing_data_are_an_alarm_unless_some_datum_is_good(world: World) -> None:
    alarm(world, "bad", EvaluationPeriods=3)
    put(world, "m", 9.0)
    world.advance(60)
    assert state(world, "bad") == "ALARM"
    put(world, "n", 9.0)
    alarm(world, "mixed", MetricName="n", EvaluationPeriods=3)
    world.advance(60)
    put(world, "n", 1.0)
    world.advance(60)
    assert state(world, "mixed") == "OK"


def test_an_alarm_that_stays_up_says_of_which_datum(world: World) -> None:
    alarm(world)
    for value in (9.0, 8.0):
        put(world, "m", value)
        world.advance(60)
        assert f"[{value} (" in described(world)["StateReason"]
    assert history(world, HistoryItemType="StateUpdate") == ["Alarm updated from INSUFFICIENT_DATA to ALARM"]


def test_the_history_forgets_its_oldest_items(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.cloudwatch.alarms.KEPT", 3)
    for name in ("a", "b", "c", "d", "e"):
        alarm(world, name)
    assert history(world) == [f'Alarm "{name}" created' for name in ("c", "d", "e")]
