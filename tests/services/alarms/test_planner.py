from __future__ import annotations

from typing import Any

import hcl2
import pytest

from services.alarms import AlarmRequest, AlarmState, Kind, alarm_name, alarm_problems, plan_create, plan_delete
from services.alarms.reading import alarm_of
from services.errors import InvalidRequest
from services.plans import Format, check, export, policy
from tests.services.alarms.samples import TOPIC, detail, request, row, state

WHERE = ({"Name": "EndpointName", "Value": "demo"}, {"Name": "VariantName", "Value": "AllTraffic"})


def sent(asked: AlarmRequest, stand: AlarmState | None = None) -> Any:
    return plan_create(asked, stand or state()).steps[-1].parameters


def fields(asked: AlarmRequest, stand: AlarmState | None = None) -> list[str]:
    return [each.field for each in alarm_problems(asked, (stand or state()).detail)]


def test_slow_answers_are_watched_at_their_95th_percentile_in_microseconds() -> None:
    told = sent(request(periods=3))
    assert (told["MetricName"], told["ExtendedStatistic"], told["Threshold"]) == ("ModelLatency", "p95", 500_000.0)
    assert (told["Period"], told["EvaluationPeriods"], told["TreatMissingData"]) == (300, 3, "notBreaching")
    assert told["Dimensions"] == WHERE
    assert "longer than 500 ms for 15 minutes" in told["AlarmDescription"]


def test_errors_are_watched_as_a_share_of_two_metrics_or_as_a_count_of_one() -> None:
    share = sent(request(Kind.ERRORS, 5, share=True))
    assert share["Metrics"][0]["Expression"] == "100 * FILL(failed, 0) / requests"
    assert [each["ReturnData"] for each in share["Metrics"]] == [True, False, False]
    count = sent(request(Kind.ERRORS, 5))
    assert (count["MetricName"], count["Statistic"], count["Threshold"]) == ("Invocation5XXErrors", "Sum", 5.0)
    prices = [plan_create(each, state()).estimate.usd_per_hour or 0 for each in (
        request(Kind.ERRORS, 5, share=True), request(Kind.ERRORS, 5))]  # fmt: skip
    assert [round(each * 730, 3) for each in prices] == [0.2, 0.1]


def test_no_traffic_is_missing_data_for_as_many_hours() -> None:
    told = sent(request(Kind.IDLE, 6))
    assert (told["MetricName"], told["Period"], told["EvaluationPeriods"]) == ("Invocations", 3600, 6)
    assert (told["ComparisonOperator"], told["TreatMissingData"]) == ("LessThanThreshold", "breaching")


def test_an_asynchronous_endpoint_is_watched_by_what_it_publishes() -> None:
    stand = state(detail=detail(asynchronous=True))
    waiting = sent(request(Kind.BACKLOG, 20), stand)
    assert waiting["Dimensions"] == ({"Name": "EndpointName", "Value": "demo"},)
    idle = sent(request(Kind.IDLE, 6), stand)
    assert (idle["MetricName"], idle["Statistic"]) == ("ModelLatency", "SampleCount")
    assert fields(request(Kind.ERRORS, 5, share=True), stand) == ["share"]
    assert fields(request(Kind.BACKLOG, 20)) == ["kind"]


def test_a_component_is_watched_by_its_own_name() -> None:
    stand = state(detail=detail(components=("one", "two")))
    told = sent(request(place="two"), stand)
    assert told["Dimensions"] == ({"Name": "InferenceComponentName", "Value": "two"},)
    assert told["AlarmName"] == "sagedeck-demo-latency-two"
    assert fields(request(), stand) == ["place"]
    assert fields(request(place="three"), stand) == ["place"]


def test_a_mail_makes_a_topic_and_a_subscription_first_and_says_that_it_must_be_confirmed() -> None:
    plan = plan_create(request(email="ada@example.com"), state())
    assert [step.operation for step in plan] == ["create_topic", "subscribe", "put_metric_alarm"]
    topic = "arn:aws:sns:us-east-1:123456789012:sagedeck-alarms-demo"
    told = plan.steps[-1].parameters
    assert (told["AlarmActions"], told["OKActions"]) == ((topic,), (topic,))
    assert plan.steps[-1].after == (plan.steps[0].id,)
    assert "Attributes" not in plan.steps[0].parameters, "CloudWatch cannot write under AWS's own key for SNS"
    assert any("confirm" in each for each in plan.warnings)
    actions = {action for each in policy(plan)["Statement"] for action in [each["Action"]] if isinstance(action, str)}
    actions |= {one for each in policy(plan)["Statement"] if isinstance(each["Action"], list) for one in each["Action"]}
    assert {"cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "sns:Subscribe", "sns:CreateTopic"} <= actions


def test_a_key_of_ones_own_encrypts_the_topic_and_awss_own_is_refused() -> None:
    plan = plan_create(request(email="ada@example.com", kms_key="alias/alarms"), state())
    assert plan.steps[0].parameters["Attributes"] == {"KmsMasterKeyId": "alias/alarms"}
    assert fields(request(email="ada@example.com", kms_key="alias/aws/sns")) == ["kms_key"]


def test_a_topic_that_is_there_is_told_and_none_is_said_to_be_told_when_none_is() -> None:
    plan = plan_create(request(topic=TOPIC), state())
    assert [step.operation for step in plan] == ["put_metric_alarm"]
    assert plan.steps[0].parameters["AlarmActions"] == (TOPIC,)
    assert any("Nobody is told" in each for each in plan_create(request(), state()).warnings)


@pytest.mark.parametrize(("changes", "field"), [
    ({"threshold": -1.0}, "threshold"),
    ({"threshold": float("nan")}, "threshold"),
    ({"threshold": 0.0}, "threshold"),
    ({"kind": Kind.IDLE, "threshold": 169.0}, "threshold"),
    ({"kind": Kind.IDLE, "threshold": 1.5}, "threshold"),
    ({"kind": Kind.IDLE, "threshold": float("inf")}, "threshold"),
    ({"kind": Kind.ERRORS, "share": True, "threshold": 100.0}, "threshold"),
    ({"periods": 0}, "periods"),
    ({"periods": 289}, "periods"),
    ({"email": "nobody"}, "email"),
    ({"topic": "people"}, "topic"),
    ({"topic": TOPIC.replace("us-east-1", "eu-west-1")}, "topic"),
    ({"topic": TOPIC, "email": "ada@example.com"}, "email"),
    ({"kms_key": "a key"}, "kms_key"),
    ({"kind": Kind.OTHER}, "kind"),
])  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(changes: dict[str, Any], field: str) -> None:
    asked = request(**{"kind": Kind.LATENCY, **changes})
    assert field in fields(asked)
    with pytest.raises(InvalidRequest):
        plan_create(asked, state())


def test_one_of_the_same_name_is_changed_and_its_undo_is_what_it_was() -> None:
    held = alarm_of(row(), {})
    assert held is not None
    plan = plan_create(request(threshold=900), state(held=held))
    assert plan.title == "Change the alarm sagedeck-demo-latency"
    assert plan.estimate.usd_per_hour == 0
    (back,) = plan.steps[0].undo
    assert (back.operation, back.parameters["Threshold"]) == ("put_metric_alarm", 500_000.0)
    assert "Tags" not in plan.steps[0].parameters, "CloudWatch keeps the tags of an alarm that is put again"


def test_a_new_one_is_taken_back_by_deleting_it() -> None:
    (back,) = plan_create(request(), state()).steps[0].undo
    assert (back.operation, back.parameters["AlarmNames"]) == ("delete_alarms", ("sagedeck-demo-latency",))


def test_deleting_ends_its_price_names_what_stays_and_can_be_undone() -> None:
    held = alarm_of(row(), {})
    assert held is not None
    plan = plan_delete([held], detail().arn)
    assert round((plan.estimate.usd_per_hour or 0) * 730, 3) == -0.1
    assert any("people" in each for each in plan.warnings)
    assert plan.steps[0].undo[0].parameters["MetricName"] == "ModelLatency"


def test_a_plan_is_sound_the_same_when_made_again_and_can_be_written_in_every_format() -> None:
    asked = request(Kind.ERRORS, 5, share=True, email="ada@example.com")
    plan = plan_create(asked, state())
    assert check(plan) == ()
    assert plan.same_work(plan_create(asked, state()))
    for form in Format:
        written = export(plan, form, region="us-east-1").text
        assert "100 * FILL(failed, 0) / requests" in written
        assert "cannot express" not in written, form


def test_terraform_has_the_metrics_of_a_share_as_its_own_blocks() -> None:
    plan = plan_create(request(Kind.ERRORS, 5, share=True, email="ada@example.com"), state())
    (alarm,) = (
        body
        for row in hcl2.loads(export(plan, Format.TERRAFORM).text)["resource"]
        for kind, named in row.items()
        if "metric_alarm" in kind
        for body in named.values()
    )
    queries = alarm["metric_query"]
    assert len(queries) == 3
    assert "Invocation5XXErrors" in str(queries[1]["metric"])
    assert "VariantName" in str(queries[1]["metric"])


def test_names_say_endpoint_kind_and_place() -> None:
    assert alarm_name(request(Kind.IDLE, 6)) == "sagedeck-demo-idle"
    assert alarm_name(request(place="blue")) == "sagedeck-demo-latency-blue"
