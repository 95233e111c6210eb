"""Scaling policies: what AWS accepts as one, and how it is shown."""

import uuid
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sandbox.autoscaling.decisions import STEPS, TRACKING
from sandbox.autoscaling.measures import PREDEFINED
from sandbox.autoscaling.resources import NAMESPACE, Identity
from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Request
from sandbox.records import Record, shown
from sandbox.scope import partition_of

MEMBERS = {TRACKING: "TargetTrackingScalingPolicyConfiguration", STEPS: "StepScalingPolicyConfiguration"}
MOST = 50  # of a target
MOST_STEPS = 20


def made(call: Call, request: Request, identity: Identity, others: list[Record], before: Record | None) -> Record:
    """Return the record of a policy as asked for; `before` is the one of that name, if there is one.

    Raises AwsError: ValidationException, LimitExceededException.
    """
    kind = request.get("PolicyType") or (before["PolicyType"] if before else STEPS)
    if kind not in MEMBERS:
        raise invalid(f"The policy type {kind} is not supported for service namespace: {NAMESPACE}")
    if before and before["PolicyType"] != kind:
        raise invalid(f"The policy type of a policy cannot be changed from {before['PolicyType']} to {kind}.")
    if before is None and len(others) >= MOST:
        raise AwsError("LimitExceededException", f"The limit of {MOST} scaling policies per target is reached.")
    configuration = request.get(MEMBERS[kind])
    if configuration is None or any(request.get(member) for other, member in MEMBERS.items() if other != kind):
        raise invalid(f"A {MEMBERS[kind]}, and no other, must be given for the policy type {kind}.")
    (_check_tracking if kind == TRACKING else _check_steps)(configuration, identity, others)
    name, kept = request["PolicyName"], before or {}
    owner = f"{call.region}:{call.account}:scalingPolicy:{uuid.uuid4()}"
    arn = f"arn:{partition_of(call.region)}:autoscaling:{owner}:resource/{NAMESPACE}/{identity.resource_id}"
    return {
        "key": key_of(identity, name),
        "target": identity.key,
        "PolicyARN": kept.get("PolicyARN", f"{arn}:policyName/{name}"),
        "PolicyName": name,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": identity.resource_id,
        "ScalableDimension": identity.dimension,
        "PolicyType": kind,
        "configuration": dict(configuration),
        "Alarms": kept.get("Alarms", []),
        "CreationTime": kept.get("CreationTime", call.now),
    }


def key_of(identity: Identity, name: str) -> str:
    return f"{identity.key} {name}"


def told(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy as DescribeScalingPolicies tells it."""
    return {**shown(policy), MEMBERS[policy["PolicyType"]]: policy["configuration"]}


def _check_tracking(configuration: Mapping[str, Any], identity: Identity, others: list[Record]) -> None:
    predefined, custom = (
        configuration.get("PredefinedMetricSpecification"),
        configuration.get("CustomizedMetricSpecification"),
    )
    if bool(predefined) == bool(custom):
        raise invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be given.")
    if not float(configuration["TargetValue"]) > 0:
        raise invalid("The target value must be greater than 0.")
    _check_cooldowns(configuration)
    if predefined:
        kind = predefined["PredefinedMetricType"]
        if kind not in PREDEFINED or PREDEFINED[kind].dimension != identity.dimension:
            raise invalid(
                f"Predefined metric type {kind} is not supported for scalable dimension: {identity.dimension}"
            )
        if predefined.get("ResourceLabel"):
            raise invalid(f"A resource label cannot be given for the predefined metric type {kind}.")
    elif custom and not custom.get("Metrics") and not {"MetricName", "Namespace", "Statistic"} <= set(custom):
        raise invalid("A customized metric needs MetricName, Namespace and Statistic, or Metrics.")
    for other in others:
        same = other["PolicyType"] == TRACKING and all(
            other["configuration"].get(member) == configuration.get(member)
            for member in ("PredefinedMetricSpecification", "CustomizedMetricSpecification")
        )
        if same:
            raise invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed.")


def _check_steps(configuration: Mapping[str, Any], identity: Identity, others: list[Record]) -> None:
    steps = configuration.get("StepAdjustments") or []
    if not configuration.get("AdjustmentType"):
        raise invalid("An adjustment type must be specified for step scaling policies.")
    if not steps:
        raise invalid("At least one step adjustment must be specified.")
    if len(steps) > MOST_STEPS:
        raise AwsError("LimitExceededException", f"A policy can have at most {MOST_STEPS} step adjustments.")
    _check_cooldowns(configuration)
    spans = sorted(
        (float(s.get("MetricIntervalLowerBound", "-inf")), float(s.get("MetricIntervalUpperBound", "inf")))
        for s in steps
    )
    for lower, upper in spans:
        if lower >= upper:
            raise invalid("The lower bound of a step adjustment must be less than its upper bound.")
    for (_, end), (start, _) in pairwise(spans):
        if start != end:
            what = "overlap" if start < end else "have a gap between them"
            raise invalid(f"Step adjustment intervals cannot {what}.")


def _check_cooldowns(configuration: Mapping[str, Any]) -> None:
    for name in ("Cooldown", "ScaleInCooldown", "ScaleOutCooldown"):
        if float(configuration.get(name, 0)) < 0:
            raise invalid(f"{name} must not be negative.")
