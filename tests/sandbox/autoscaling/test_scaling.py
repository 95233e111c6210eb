"""The count follows the load, as far as its bounds, its quota and its cooldowns let it."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox.autoscaling.conftest import COMPONENT, VARIANT, Scene, scene_of


def test_an_hour_of_load_raises_the_count_and_quiet_lowers_it_again(scene: Scene) -> None:
    scene.register(1, 8)
    scene.track(target=100)
    counts = []
    for minute in range(120):
        scene.load.invocations = 550 if minute < 60 else 40
        scene.minutes(1)
        counts.append(scene.sagemaker.count)
    assert counts[1] == 1, "one minute above the target is no alarm"
    assert counts[3] == 6, "in proportion, after three minutes"
    assert counts[59] == 6, "and there it stays while the load does"
    assert counts[-1] == 1
    steps = [after - before for before, after in itertools.pairwise(counts) if after != before]
    assert steps[0] == 5
    assert all(-2 <= step < 0 for step in steps[1:]), "in more slowly than out"
    shrunk = [minute for minute, (a, b) in enumerate(itertools.pairwise(counts)) if b < a]
    assert shrunk[0] >= 60 + 13
    assert all(later - earlier >= 5 for earlier, later in itertools.pairwise(shrunk)), "a cooldown between"


def test_more_than_the_maximum_is_never_asked_for_and_that_is_said(scene: Scene) -> None:
    scene.register(1, 3)
    scene.track(target=10)
    scene.load.invocations = 100_000
    scene.minutes(30)
    assert scene.sagemaker.count == 3
    assert max(scene.sagemaker.counts) == 3
    assert [each["StatusCode"] for each in scene.activities()] == ["Successful"]
    newest = scene.activities(IncludeNotScaledActivities=True)[0]
    reason = {"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 3, "CurrentCapacity": 3}
    assert newest["NotScaledReasons"] == [reason]
    assert newest["Description"] == "Attempting to scale due to alarm triggered"


def test_a_quota_that_forbids_it_is_told_in_sagemakers_words(scene: Scene) -> None:
    scene.sagemaker.limit = 2
    scene.register(1, 5)
    scene.track(target=10)
    scene.load.invocations = 50
    scene.minutes(4)
    assert scene.sagemaker.count == 1
    (activity,) = scene.activities()
    assert activity["StatusCode"] == "Failed"
    assert activity["StatusMessage"].startswith(
        "Failed to set desired instance count to 5. Reason: The account-level service limit "
        "'ml.m5.large for endpoint usage' is 2 Instances"
    )
    scene.minutes(3)
    assert len(scene.activities()) == 1, "it is not asked for again before the cooldown is over"


def test_an_activity_says_what_caused_it_and_how_it_ended(scene: Scene) -> None:
    scene.register(1, 4)
    alarms = scene.track(target=100)["Alarms"]
    scene.load.invocations = 200
    scene.minutes(5)
    (activity,) = scene.activities(ResourceId=VARIANT["ResourceId"])
    assert alarms[0]["AlarmName"].startswith("TargetTracking-endpoint/chat/variant/AllTraffic-AlarmHigh-")
    assert activity["Cause"] == f"monitor alarm {alarms[0]['AlarmName']} in state ALARM triggered policy track"
    assert activity["Description"] == "Setting desired instance count to 2."
    assert activity["StatusMessage"] == (
        "Successfully set desired instance count to 2. Change successfully fulfilled by sagemaker."
    )
    assert activity["EndTime"] >= activity["StartTime"]


def test_scaling_waits_until_an_update_is_over(scene: Scene) -> None:
    scene.register(1, 4)
    scene.track(target=100)
    scene.load.invocations = 300
    scene.sagemaker.status = "Updating"
    scene.minutes(10)
    assert scene.sagemaker.count == 1
    newest = scene.activities(IncludeNotScaledActivities=True)[0]
    assert newest["NotScaledReasons"] == [{"Code": "TargetServicePutResourceAsUnscalable"}]
    scene.sagemaker.status = "InService"
    scene.minutes(1)
    assert scene.sagemaker.count == 3


def test_an_asynchronous_endpoint_goes_to_zero_when_its_queue_is_empty(scene: Scene) -> None:
    scene.sagemaker.asynchronous = True
    scene.register(0, 5)
    backlog = {
        "MetricName": "ApproximateBacklogSizePerInstance",
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": "chat"}],
        "Statistic": "Average",
    }
    scene.ask(
        "PutScalingPolicy",
        **VARIANT,
        PolicyName="backlog",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 5, "CustomizedMetricSpecification": backlog},
    )
    scene.load.backlog = 20
    scene.minutes(4)
    assert scene.sagemaker.count == 4
    scene.load.backlog = 0
    scene.minutes(90)
    assert scene.sagemaker.count == 0
    scene.load.backlog = 20
    scene.minutes(30)
    assert scene.sagemaker.count == 0, "without an instance the metric has no data: an alarm must wake it"


def test_copies_of_a_component_follow_its_invocations(scene: Scene) -> None:
    scene.ask("RegisterScalableTarget", **COMPONENT, MinCapacity=0, MaxCapacity=4)
    kind = {"PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"}
    scene.ask(
        "PutScalingPolicy",
        **COMPONENT,
        PolicyName="copies",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 10, "PredefinedMetricSpecification": kind},
    )
    scene.load.invocations = 35
    scene.minutes(4)
    assert scene.sagemaker.copies == 4
    assert scene.activities()[0]["Description"] == "Setting desired copy count to 4."


def test_scale_in_that_is_disabled_or_suspended_does_not_happen(scene: Scene) -> None:
    scene.sagemaker.count = 5
    scene.register(1, 8)
    scene.track(DisableScaleIn=True)
    scene.minutes(60)
    assert scene.sagemaker.count == 5
    scene.track()
    scene.register(1, 8, SuspendedState={"DynamicScalingInSuspended": True})
    scene.minutes(60)
    assert scene.sagemaker.count == 5
    scene.register(1, 8, SuspendedState={"DynamicScalingInSuspended": False})
    scene.minutes(60)
    assert scene.sagemaker.count < 5


def _with_two_policies(scene: Scene) -> None:
    """Policies on 100 invocations a minute and on 2 concurrent requests, of each instance."""
    scene.register(1, 20)
    scene.track(target=100)
    kind = {"PredefinedMetricType": "SageMakerVariantConcurrentRequestsPerModelHighResolution"}
    scene.ask(
        "PutScalingPolicy",
        **VARIANT,
        PolicyName="concurrency",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 2, "PredefinedMetricSpecification": kind},
    )


def test_the_greatest_of_several_policies_wins_and_all_must_agree_to_shrink(scene: Scene) -> None:
    _with_two_policies(scene)
    scene.load.invocations, scene.load.concurrency = 300, 14.0
    scene.minutes(4)
    assert scene.sagemaker.count == 7
    grown = list(scene.sagemaker.counts)
    scene.load.invocations = 0
    scene.minutes(60)
    assert scene.sagemaker.counts == grown, "the other policy still needs them"


def test_of_policies_that_agree_to_shrink_the_one_that_leaves_the_most_wins(scene: Scene) -> None:
    _with_two_policies(scene)
    scene.sagemaker.count = 8
    scene.load.invocations, scene.load.concurrency = 0, 12.5
    scene.minutes(16)
    assert scene.sagemaker.counts == [7]


def test_a_schedule_that_allows_none_does_not_empty_what_cannot_be_empty(scene: Scene) -> None:
    scene.register(1, 4)
    scene.track(target=100)
    scene.sagemaker.count = 3
    scene.ask(
        "PutScheduledAction",
        **VARIANT,
        ScheduledActionName="night",
        Schedule="rate(1 minute)",
        ScalableTargetAction={"MinCapacity": 0},
    )
    scene.world.advance(3600)
    assert min(scene.sagemaker.counts) == 1


def test_bounds_take_effect_at_once(scene: Scene) -> None:
    scene.register(2, 4)
    assert scene.sagemaker.count == 2
    assert scene.activities()[0]["Cause"] == "minimum capacity was set to 2"
    scene.sagemaker.count = 4
    scene.register(1, 1)
    assert scene.sagemaker.count == 1
    assert scene.activities()[0]["Cause"] == "maximum capacity was set to 1"


def test_nothing_happens_to_a_target_whose_endpoint_is_gone_and_it_stays(scene: Scene) -> None:
    scene.register(1, 3)
    scene.track()
    scene.sagemaker.gone = True
    scene.load.invocations = 10_000
    scene.minutes(10)
    assert scene.sagemaker.counts == []
    assert len(scene.ask("DescribeScalableTargets", ServiceNamespace="sagemaker")["ScalableTargets"]) == 1
    scene.ask("DeregisterScalableTarget", **VARIANT)
    assert not scene.ask("DescribeScalingPolicies", ServiceNamespace="sagemaker")["ScalingPolicies"]


def test_scaling_goes_on_where_it_was_after_a_restart(stand_in: None, tmp_path: Any) -> None:
    first = scene_of(World(Clock(speed=0), tmp_path / "state.db"))
    first.register(1, 8)
    first.track(target=100)
    first.load.invocations = 400
    first.minutes(2)
    first.world.close()
    again = scene_of(World(Clock(speed=0), tmp_path / "state.db"))
    again.load.invocations = 400
    again.minutes(1)
    assert again.sagemaker.count == 4
    again.world.close()


loads = st.lists(st.tuples(st.integers(0, 2000), st.floats(0, 50), st.integers(1, 12)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=loads, least=st.integers(0, 5), room=st.integers(0, 8), start=st.integers(0, 12))
def test_capacity_never_leaves_its_bounds(
    stand_in: None, loads: list[tuple[int, float, int]], least: int, room: int, start: int
) -> None:
    scene = scene_of(World(Clock(speed=0)))
    scene.sagemaker.asynchronous = True
    scene.sagemaker.count = start
    scene.register(least, least + room)
    scene.track(target=50, ScaleInCooldown=60, ScaleOutCooldown=0)
    assert least <= scene.sagemaker.count <= least + room
    for invocations, concurrency, minutes in loads:
        scene.load.invocations, scene.load.concurrency = invocations, concurrency
        scene.minutes(minutes)
        assert least <= scene.sagemaker.count <= least + room
    assert all(least <= count <= least + room for count in scene.sagemaker.counts)
    scene.world.close()


@pytest.mark.parametrize("name", ["never", "always"])
def test_a_step_policy_follows_its_alarm(scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.sagemaker.asynchronous = True
    scene.sagemaker.count = 0
    scene.register(0, 3)
    arn = scene.ask(
        "PutScalingPolicy",
        **VARIANT,
        PolicyName="wake",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "MetricAggregationType": "Average",
            "Cooldown": 300,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )["PolicyARN"]
    alarm = {"AlarmName": "wake-up", "AlarmActions": [arn], "Threshold": 1.0, "StateReasonData": "{}"}
    shown = {"MetricAlarms": [alarm] if name == "always" else []}
    plain = scene.world.call
    monkeypatch.setattr(
        scene.world,
        "call",
        lambda service, *rest: shown if service == "cloudwatch" else plain(service, *rest),
    )
    scene.minutes(2)
    assert scene.sagemaker.count == (1 if name == "always" else 0)
    scene.minutes(2)
    assert scene.sagemaker.count == (1 if name == "always" else 0), "the cooldown is not over"
    scene.minutes(20)
    assert scene.sagemaker.count == (3 if name == "always" else 0)
