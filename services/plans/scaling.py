"""What scales an endpoint, named, made and taken away alike by every room: its target, policies and wake-up alarm.

A scalable target outlives the endpoint it scales, and goes on with the next of that name; SageMaker changes no variant
that is one. Application Auto Scaling and CloudWatch answer a question for what is not there with an empty list, which
is what `Proof.found` is for (docs/decisions/0008-proof-in-an-empty-list.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.plans.alarms import alarms_read as alarms_read
from services.plans.alarms import delete_alarms_step as delete_alarms_step
from services.plans.alarms import put_alarm_step
from services.plans.models import Permission, Proof, Read, Ref, Step

NAMESPACE = "sagemaker"
VARIANT = "sagemaker:variant:DesiredInstanceCount"
COMPONENT = "sagemaker:inference-component:DesiredCopyCount"
SERVICE = "application-autoscaling"
TRACKING, STEPS = "TargetTrackingScaling", "StepScaling"  # kinds of policies; the first makes its alarms itself
_LINKED = "sagemaker.application-autoscaling.amazonaws.com"
_LINKED_ROLE = f"aws-service-role/{_LINKED}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"


@dataclass(frozen=True, slots=True)
class Scaled:
    """A variant of an endpoint or an inference component, as Application Auto Scaling names it."""

    resource_id: str
    dimension: str

    @classmethod
    def variant(cls, endpoint: str, variant: str = "AllTraffic") -> Scaled:
        """The instances of a production variant."""
        return cls(f"endpoint/{endpoint}/variant/{variant}", VARIANT)

    @classmethod
    def component(cls, name: str) -> Scaled:
        """The copies of an inference component."""
        return cls(f"inference-component/{name}", COMPONENT)

    @property
    def which(self) -> dict[str, str]:
        """The members that every call about it has."""
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": self.resource_id,
            "ScalableDimension": self.dimension,
        }

    @property
    def name(self) -> str:
        """A short name of it: the endpoint's or component's own, and the variant's unless it is AllTraffic."""
        parts = self.resource_id.split("/")
        return "-".join(part for part in parts[1::2] if part != "AllTraffic")


def beside(arn: str, service: str, resource: str) -> str:
    """The ARN of another service's resource in the account and region of `arn`."""
    partition, _, region, account = arn.split(":")[1:5]
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def target_read(scaled: Scaled) -> Read:
    """Finds the target: ScalableTargets, empty where there is none."""
    about = {
        "ServiceNamespace": NAMESPACE,
        "ResourceIds": [scaled.resource_id],
        "ScalableDimension": scaled.dimension,
    }
    return Read(SERVICE, "describe_scalable_targets", about)


def policy_read(scaled: Scaled, name: str) -> Read:
    """Finds one of its policies: ScalingPolicies, empty where there is none."""
    return Read(SERVICE, "describe_scaling_policies", {**scaled.which, "PolicyNames": [name]})


def asking(arn: str, action: str, *reads: str) -> tuple[Permission, ...]:
    """The permissions to change a target or its policies, and to look at them; `arn` is of the same account."""
    own = beside(arn, SERVICE, "scalable-target/*")
    return (Permission(f"{SERVICE}:{action}", own), *(Permission(f"{SERVICE}:{read}") for read in reads))


def register_step(
    scaled: Scaled,
    near: str,
    bounds: tuple[int, int],
    reason: str,
    *,
    step_id: str,
    after: tuple[str, ...] = (),
    undo: tuple[Step, ...] = (),
) -> Step:
    """Lets it move between two capacities, both included; one that may already gets these bounds."""
    capacities = dict(zip(("MinCapacity", "MaxCapacity"), bounds, strict=True))
    return Step(
        id=step_id,
        service=SERVICE,
        operation="register_scalable_target",
        reason=reason,
        parameters={**scaled.which, **capacities},
        after=after,
        permissions=(
            *asking(near, "RegisterScalableTarget", "DescribeScalableTargets"),
            *_moving(scaled, near),
            Permission(
                "iam:CreateServiceLinkedRole",
                f"arn:{near.split(':')[1]}:iam::*:role/{_LINKED_ROLE}",
                {"StringLike": {"iam:AWSServiceName": _LINKED}},
            ),
        ),
        proof=Proof(
            target_read(scaled),
            found="ScalableTargets",
            expect={f"ScalableTargets[0].{name}": value for name, value in capacities.items()},
            replaces=True,
        ),
        undo=undo,
    )  # fmt: skip


def _moving(scaled: Scaled, near: str) -> tuple[Permission, ...]:
    """What whoever registers a target must be allowed in SageMaker, as auto scaling acts with it."""
    kind, name = scaled.resource_id.split("/")[:2]
    own = beside(near, "sagemaker", f"{kind}/{name.lower()}")
    verbs = ("DescribeEndpoint", "UpdateEndpointWeightsAndCapacities")
    if scaled.dimension == COMPONENT:
        verbs = ("DescribeInferenceComponent", "UpdateInferenceComponentRuntimeConfig")
    return tuple(Permission(f"sagemaker:{verb}", own) for verb in verbs)


def policy_step(
    scaled: Scaled,
    near: str,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    reason: str,
    *,
    step_id: str,
    after: tuple[str, ...],
    undo: tuple[Step, ...] = (),
) -> Step:
    """Puts a scaling policy of a target. kind: TargetTrackingScaling or StepScaling; `config` is of that kind."""
    member = f"{kind}PolicyConfiguration"
    alarms = beside(near, "cloudwatch", "alarm:TargetTracking-*")
    verbs = ("PutMetricAlarm", "DeleteAlarms") if kind == TRACKING else ()
    return Step(
        id=step_id,
        service=SERVICE,
        operation="put_scaling_policy",
        reason=reason,
        parameters={"PolicyName": name, **scaled.which, "PolicyType": kind, member: config},
        after=after,
        permissions=(
            *asking(near, "PutScalingPolicy", "DescribeScalingPolicies"),
            *(Permission(f"cloudwatch:{verb}", alarms) for verb in verbs),
            Permission("cloudwatch:DescribeAlarms"),
        ),
        proof=Proof(
            policy_read(scaled, name),
            found="ScalingPolicies",
            expect={f"ScalingPolicies[0].{member}": config},
            replaces=True,
        ),
        undo=undo,
    )  # fmt: skip


def alarm_step(
    name: str,
    near: str,
    config: Mapping[str, Any],
    policy: str,
    reason: str,
    *,
    step_id: str,
    undo: tuple[Step, ...] = (),
) -> Step:
    """Puts an alarm that carries out the policy which the step `policy` puts; `config` is all else of the alarm."""
    # what putting a policy answers, or what looking for it finds
    sent = {**config, "AlarmActions": [Ref(policy, "PolicyARN || ScalingPolicies[0].PolicyARN")]}
    return put_alarm_step(name, near, sent, reason, step_id=step_id, after=(policy,), undo=undo)


def deregister_step(scaled: Scaled, near: str, reason: str, *, step_id: str = "", after: tuple[str, ...] = ()) -> Step:
    """Takes a target away, its policies and their own alarms with it. `near` is any ARN of the account and region."""
    return Step(
        id=step_id or f"deregister-{scaled.name}",
        service=SERVICE,
        operation="deregister_scalable_target",
        reason=reason,
        parameters=scaled.which,
        after=after,
        permissions=(
            *asking(near, "DeregisterScalableTarget", "DescribeScalableTargets"),
            Permission("cloudwatch:DeleteAlarms", beside(near, "cloudwatch", "alarm:TargetTracking-*")),
        ),
        proof=Proof(target_read(scaled), found="ScalableTargets", gone=True),
    )


def delete_policy_step(scaled: Scaled, name: str, near: str, reason: str, *, step_id: str = "") -> Step:
    """Deletes one scaling policy of a target."""
    return Step(
        id=step_id or f"delete-policy-{name}",
        service=SERVICE,
        operation="delete_scaling_policy",
        reason=reason,
        parameters={**scaled.which, "PolicyName": name},
        permissions=(
            *asking(near, "DeleteScalingPolicy", "DescribeScalingPolicies"),
            Permission("cloudwatch:DeleteAlarms", beside(near, "cloudwatch", "alarm:TargetTracking-*")),
        ),
        proof=Proof(policy_read(scaled, name), found="ScalingPolicies", gone=True),
    )
