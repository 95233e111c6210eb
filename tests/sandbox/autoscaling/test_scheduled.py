"""Scheduled actions set a target's bounds when they fire."""

from typing import Any

from tests.sandbox.autoscaling.conftest import VARIANT, Scene


def test_a_scheduled_action_sets_the_bounds_when_it_fires(scene: Scene) -> None:
    scene.register(1, 2)
    now = scene.world.clock.now()
    scene.ask(
        "PutScheduledAction",
        **VARIANT,
        ScheduledActionName="morning",
        Schedule="rate(1 hour)",
        StartTime=now + 600,
        ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 6},
    )
    scene.world.advance(599)
    assert scene.sagemaker.count == 1
    scene.world.advance(2)
    assert scene.sagemaker.count == 3
    (target,) = scene.ask("DescribeScalableTargets", ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 6)
    causes = [each["Cause"] for each in scene.activities()]
    assert causes == ["minimum capacity was set to 3", "scheduled action name morning was triggered"]
    scene.register(1, 2)
    scene.world.advance(3600)
    assert scene.sagemaker.count == 3, "and every hour again"


def test_a_recurring_action_fires_at_its_start_and_not_after_its_end(scene: Scene) -> None:
    scene.register(1, 2)
    now = scene.world.clock.now()
    bounds = {"MinCapacity": 3, "MaxCapacity": 6}
    asked: dict[str, Any] = {**VARIANT, "ScheduledActionName": "nightly", "ScalableTargetAction": bounds}
    in_half_a_minute: dict[str, Any] = {"StartTime": now + 30, "EndTime": now + 120}
    scene.ask("PutScheduledAction", **asked, Schedule="cron(0 0 * * ? *)", **in_half_a_minute)
    scene.world.advance(31)
    assert scene.sagemaker.count == 3
    scene.register(1, 2)
    scene.world.advance(2 * 86400)
    assert scene.sagemaker.count == 2, "it ended before midnight came"
    scene.ask("PutScheduledAction", **asked, Schedule="cron(0 0 * * ? *)")
    (action,) = scene.ask("DescribeScheduledActions", ServiceNamespace="sagemaker")["ScheduledActions"]
    assert not {"StartTime", "EndTime"} & set(action), "a change that names neither has neither"
    scene.world.advance(86400)
    assert scene.sagemaker.count == 3
