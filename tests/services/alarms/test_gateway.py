from __future__ import annotations

from typing import Any

import pytest

from services.alarms import Kind, State, firing, of
from services.alarms.gateway import AlarmsGateway
from services.errors import PermissionDenied
from tests.services.alarms.samples import MOMENT, TOPIC, detail, row
from tests.services.catalog.stubbed import StubbedClients

SCALING = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/sagemaker/endpoint/demo/variant/A:p"


def read(*rows: dict[str, Any], components: Any = None) -> Any:
    services = ("cloudwatch", "sagemaker") if components is not None else ("cloudwatch",)
    clients = StubbedClients(*services)
    clients.answer("cloudwatch", "describe_alarms", {"MetricAlarms": list(rows)}, None)
    if components is not None:
        clients.answer("sagemaker", "list_inference_components", {"InferenceComponents": components}, None)
    with clients.active():
        return AlarmsGateway(clients).alarms()


def test_an_alarm_is_understood_in_the_units_people_use() -> None:
    (alarm,) = read(row())
    assert (alarm.endpoint, alarm.place, alarm.kind, alarm.state) == ("demo", "AllTraffic", Kind.LATENCY, State.FIRING)
    assert (alarm.threshold, alarm.unit, alarm.since) == (500.0, "ms", MOMENT.timestamp())
    assert (alarm.topics, alarm.made_here, alarm.firing) == ((TOPIC,), True, True)
    assert alarm.says == "ModelLatency (p95) above 500 ms for 15 minutes."
    assert "StateValue" not in alarm.sent


def test_pages_follow_each_other() -> None:
    clients = StubbedClients("cloudwatch")
    clients.answer("cloudwatch", "describe_alarms", {"MetricAlarms": [row("b")], "NextToken": "more"}, None)
    clients.answer("cloudwatch", "describe_alarms", {"MetricAlarms": [row("a")]}, None)
    with clients.active():
        assert [each.name for each in AlarmsGateway(clients).alarms()] == ["a", "b"]


def test_alarms_about_other_things_are_left_out() -> None:
    queue = row("queue", Namespace="AWS/SQS", MetricName="Age", Dimensions=[{"Name": "QueueName", "Value": "q"}])
    assert read(queue, row("billing", Namespace="AWS/Billing", Dimensions=[])) == ()


def test_what_auto_scaling_tells_itself_is_not_firing() -> None:
    (alarm,) = read(row("TargetTracking", AlarmActions=[SCALING], AlarmDescription="DO NOT EDIT OR DELETE. For …"))
    assert (alarm.kind, alarm.firing) == (Kind.SCALING, False)
    assert "DO NOT EDIT" not in alarm.says


def test_a_share_of_two_metrics_is_one_alarm_on_errors_in_percent() -> None:
    stat: dict[str, Any] = {"Metric": {k: row()[k] for k in ("Namespace", "Dimensions")}, "Period": 300, "Stat": "Sum"}

    def one(name: str, metric: str) -> dict[str, Any]:
        return {"Id": name, "MetricStat": {**stat, "Metric": {**stat["Metric"], "MetricName": metric}}}

    whole = {"Id": "share", "Expression": "100 * FILL(failed, 0) / requests"}
    plain = {k: v for k, v in row("share").items() if k not in ("Namespace", "MetricName", "Dimensions", "Period")}
    metrics = [whole, one("failed", "Invocation5XXErrors"), one("requests", "Invocations")]
    (alarm,) = read({**plain, "Metrics": metrics, "Threshold": 5.0})
    assert (alarm.kind, alarm.threshold, alarm.unit, alarm.period) == (Kind.ERRORS, 5.0, "percent", 300)
    assert [each.id for each in alarm.measures] == ["failed", "requests"]


def test_no_traffic_is_told_in_hours() -> None:
    told: dict[str, Any] = {
        "MetricName": "Invocations",
        "ComparisonOperator": "LessThanThreshold",
        "Period": 3600,
        "Threshold": 1.0,
    }
    (alarm,) = read(row(**told, EvaluationPeriods=6))
    assert (alarm.kind, alarm.threshold, alarm.unit) == (Kind.IDLE, 6.0, "hours")


def test_a_component_alarm_finds_its_endpoint_in_one_more_call() -> None:
    where = [{"Name": "InferenceComponentName", "Value": "part"}]
    component = {
        "InferenceComponentName": "part", "EndpointName": "demo", "EndpointArn": detail().arn, "VariantName": "A",
        "InferenceComponentArn": "arn:aws:sagemaker:us-east-1:123456789012:inference-component/part",
        "CreationTime": MOMENT, "LastModifiedTime": MOMENT,
    }  # fmt: skip
    (alarm,) = read(row(Dimensions=where), components=[component])
    assert (alarm.endpoint, alarm.place) == ("demo", "part")
    (lost,) = read(row(Dimensions=where), components=[])
    assert of(detail(components=("part",)), [lost]) == (lost,)
    assert of(detail("other"), [lost]) == ()


def test_an_alarm_that_tells_little_of_itself_is_shown_all_the_same() -> None:
    bare = {"AlarmName": "bare", "Namespace": "AWS/SageMaker", "MetricName": "Novel", "StateValue": "STRANGE",
            "Dimensions": [{"Name": "EndpointName", "Value": "demo"}]}  # fmt: skip
    (alarm,) = read(bare)
    assert (alarm.kind, alarm.state, alarm.since, alarm.topics) == (Kind.OTHER, State.UNKNOWN, 0.0, ())


def test_those_that_fire_come_by_endpoint_and_others_not() -> None:
    found = read(row("a"), row("b", StateValue="OK"), row("c", StateValue="INSUFFICIENT_DATA"))
    assert {name: [each.name for each in some] for name, some in firing(found).items()} == {"demo": ["a"]}


def test_a_refusal_names_the_action() -> None:
    clients = StubbedClients("cloudwatch")
    message = "User is not authorized to perform: cloudwatch:DescribeAlarms"
    clients.refuse("cloudwatch", "describe_alarms", "AccessDenied", message)
    with clients.active(), pytest.raises(PermissionDenied) as caught:
        AlarmsGateway(clients).alarms()
    assert caught.value.action == "cloudwatch:DescribeAlarms"


def test_a_subscription_waits_for_its_confirmation() -> None:
    clients = StubbedClients("sns")
    rows = [
        {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "Endpoint": "ada@example.com"},
        {"SubscriptionArn": f"{TOPIC}:1", "Protocol": "email", "Endpoint": "bob@example.com"},
    ]
    clients.answer("sns", "list_subscriptions_by_topic", {"Subscriptions": rows}, None)
    with clients.active():
        found = AlarmsGateway(clients).subscriptions(TOPIC)
    assert [(each.to, each.confirmed) for each in found] == [("ada@example.com", False), ("bob@example.com", True)]
