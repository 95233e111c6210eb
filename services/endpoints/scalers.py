"""Steps that take the automatic scaling of an endpoint away, and that put it back as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.endpoints.definitions import AutoScaling, Policy, WakeUp
from services.plans.models import Permission, Proof, Ref, Step
from services.plans.scaling import (
    SERVICE,
    alarms_read,
    asking,
    beside,
    delete_alarms_step,
    deregister_step,
    policy_read,
    target_read,
)

_ARN = "PolicyARN || ScalingPolicies[0].PolicyARN"  # what putting a policy answers, or what looking for it finds
_TRACKING = "TargetTrackingScaling"


def taken_away(scalings: Iterable[AutoScaling], near: str, after: tuple[str, ...]) -> tuple[Step, ...]:
    """Deregisters each target, and deletes the alarms that would stay. Its undo puts all of it back."""
    steps: list[Step] = []
    for each in scalings:
        name = each.scaled.name
        reason = f"{name} stops scaling by itself; its policies go with the target."
        step = deregister_step(each.scaled, near, reason, after=after)
        steps.append(replace(step, undo=put_back((each,), near, (), prefix="again-")))
        for alarm in each.alarms:
            reason = f"The alarm {alarm.name} has nothing to wake up any more."
            steps.append(delete_alarms_step((alarm.name,), near, reason, after=(step.id,)))
    return tuple(steps)


def put_back(
    scalings: Iterable[AutoScaling], near: str, after: tuple[str, ...], *, prefix: str = ""
) -> tuple[Step, ...]:
    """Registers each target, its policies and its alarms, as they were. `near` is the endpoint's ARN."""
    steps: list[Step] = []
    for each in scalings:
        target = _target(each, near, after, prefix)
        policies = [_policy(each, policy, near, target.id, prefix) for policy in each.policies]
        ids = {policy.name: step.id for policy, step in zip(each.policies, policies, strict=True)}
        alarms = [_alarm(alarm, near, ids[alarm.policy], prefix) for alarm in each.alarms if alarm.policy in ids]
        steps += [target, *policies, *alarms]
    return tuple(steps)


def _target(scaling: AutoScaling, near: str, after: tuple[str, ...], prefix: str) -> Step:
    what = scaling.scaled
    bounds = {"MinCapacity": scaling.minimum, "MaxCapacity": scaling.maximum}
    own = near if scaling.variant else beside(near, "sagemaker", f"inference-component/{what.name.lower()}")
    verbs = ("DescribeEndpoint", "UpdateEndpointWeightsAndCapacities")
    verbs = verbs if scaling.variant else ("DescribeInferenceComponent", "UpdateInferenceComponentRuntimeConfig")
    return Step(
        id=f"{prefix}scale-{what.name}",
        service=SERVICE,
        operation="register_scalable_target",
        reason=f"{what.name} may move between {scaling.minimum} and {scaling.maximum} by itself, as before.",
        parameters={**what.which, **bounds},
        after=after,
        permissions=(
            *asking(near, "RegisterScalableTarget", "DescribeScalableTargets"),
            *(Permission(f"sagemaker:{verb}", own) for verb in verbs),
        ),
        proof=Proof(
            target_read(what),
            found="ScalableTargets",
            expect={f"ScalableTargets[0].{name}": value for name, value in bounds.items()},
            replaces=True,
        ),
        undo=() if prefix else (deregister_step(what, near, f"{what.name} no longer moves.", step_id="deregister"),),
    )


def _policy(scaling: AutoScaling, policy: Policy, near: str, after: str, prefix: str) -> Step:
    what = scaling.scaled
    config = {f"{policy.kind}PolicyConfiguration": policy.sent}
    alarms = beside(near, "cloudwatch", "alarm:TargetTracking-*")
    verbs = ("PutMetricAlarm", "DeleteAlarms") if policy.kind == _TRACKING else ()
    return Step(
        id=f"{prefix}policy-{what.name}-{policy.name}",
        service=SERVICE,
        operation="put_scaling_policy",
        reason=f"The scaling policy {policy.name} is as it was.",
        parameters={"PolicyName": policy.name, **what.which, "PolicyType": policy.kind, **config},
        after=(after,),
        permissions=(
            *asking(near, "PutScalingPolicy", "DescribeScalingPolicies"),
            *(Permission(f"cloudwatch:{verb}", alarms) for verb in verbs),
        ),
        proof=Proof(
            policy_read(what, policy.name),
            found="ScalingPolicies",
            expect={f"ScalingPolicies[0].{member}": value for member, value in config.items()},
            replaces=True,
        ),
    )


def _alarm(alarm: WakeUp, near: str, policy: str, prefix: str) -> Step:
    config = {**alarm.sent, "AlarmActions": [Ref(policy, _ARN)]}
    own = beside(near, "cloudwatch", f"alarm:{alarm.name}")
    undo = delete_alarms_step((alarm.name,), near, f"The alarm {alarm.name} goes.", step_id="delete-alarm")
    return Step(
        id=f"{prefix}alarm-{alarm.name}",
        service="cloudwatch",
        operation="put_metric_alarm",
        reason=f"The alarm {alarm.name} carries out the policy {alarm.policy}, as before.",
        parameters={"AlarmName": alarm.name, **config},
        after=(policy,),
        permissions=(Permission("cloudwatch:PutMetricAlarm", own), Permission("cloudwatch:DescribeAlarms")),
        proof=Proof(
            alarms_read((alarm.name,)),
            found="MetricAlarms",
            expect={f"MetricAlarms[0].{member}": value for member, value in config.items()},
            replaces=True,
        ),
        undo=() if prefix else (undo,),
    )
