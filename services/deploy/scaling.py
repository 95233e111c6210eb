"""Plans what scales an endpoint: its scalable target, target tracking, and what wakes it up from zero.

Metrics, alarms and steps are those of AWS's guides ("Autoscale an asynchronous endpoint", "Scale an endpoint to zero
instances"): target tracking cannot leave zero, as it divides by what runs, so an alarm on a request that finds nothing
running adds the first instance or copy.
"""

from __future__ import annotations

from typing import Any

from services.catalog import instance
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Asynchronous, Components, Metric, Scaling, Serverless
from services.plans.models import Step
from services.plans.scaling import (
    STEPS,
    TRACKING,
    Scaled,
    alarm_step,
    delete_alarms_step,
    delete_policy_step,
    deregister_step,
    policy_step,
    register_step,
)

MINUTE = 60
_PREDEFINED = {
    Metric.INVOCATIONS: ("SageMakerVariantInvocationsPerInstance", "SageMakerInferenceComponentInvocationsPerCopy"),
    Metric.CONCURRENCY: (
        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    ),
}
_WORDS = {
    Metric.INVOCATIONS: "requests a minute",
    Metric.CONCURRENCY: "requests at a time",
    Metric.BACKLOG: "waiting requests",
}


def scaled(request: DeployRequest) -> Scaled:
    """What auto scaling moves: the component's copies, or the variant's instances."""
    component = request.component_name
    return Scaled.component(component) if component else Scaled.variant(request.endpoint_name)


def most_instances(request: DeployRequest) -> int:
    """How many instances may run at once: what the price ceiling is reckoned with; 0 has none of its own."""
    mode, scaling = request.mode, request.scaling
    if isinstance(mode, Serverless) or (isinstance(mode, Components) and mode.onto):
        return 0
    if scaling is None:
        return request.count
    if isinstance(mode, Components):
        return max(request.count, -(-scaling.maximum // _copies_of_an_instance(request, mode)))
    return max(request.count, scaling.maximum)


def managed_scaling(request: DeployRequest) -> dict[str, Any]:
    """ManagedInstanceScaling of the variant: the instances follow the copies; {} where the copies do not move."""
    scaling = request.scaling
    if scaling is None or not isinstance(request.mode, Components):
        return {}
    least = min(1, scaling.minimum)
    return {"Status": "ENABLED", "MinInstanceCount": least, "MaxInstanceCount": most_instances(request)}


def _copies_of_an_instance(request: DeployRequest, mode: Components) -> int:
    """How many copies surely fit on an instance; 1 where the type is not known or takes none by the list."""
    spec = instance(request.instance_type)
    if spec is None or not mode.accelerators:
        return 1
    fit = [(spec.gpu_count or spec.accelerators) // mode.accelerators, int(spec.memory_gib * 1024) // mode.memory_mb]
    if mode.cpus:
        fit.append(int(spec.vcpu / mode.cpus))
    return max(1, min(fit))


def scaling_steps(request: DeployRequest, state: DeployState, after: tuple[str, ...]) -> tuple[Step, ...]:
    """What makes the endpoint scale, once it (or its component) is in service; () if it is not to."""
    if request.scaling is None or isinstance(request.mode, Serverless):
        return ()
    near = state.arn("endpoint", request.endpoint_name)
    target = _target(request, request.scaling, near, after)
    steps = [target, _tracking(request, request.scaling, near, target.id)]
    if request.scaling.minimum == 0:
        policy = _wake_policy(request, near, target.id)
        steps += [policy, _wake_alarm(request, near, policy.id)]
    return tuple(steps)


def _target(request: DeployRequest, scaling: Scaling, near: str, after: tuple[str, ...]) -> Step:
    what = scaled(request)
    kind = "copies" if request.component_name else "instances"
    reason = f"{what.name} may move between {scaling.minimum} and {scaling.maximum} {kind} by itself."
    undo = deregister_step(what, near, f"{what.name} no longer moves by itself.", step_id="deregister")
    bounds = (scaling.minimum, scaling.maximum)
    return register_step(what, near, bounds, reason, step_id=f"scale-{what.name}", after=after, undo=(undo,))


def _policy(
    request: DeployRequest, near: str, name: str, after: str, reason: str, kind: str, config: dict[str, Any]
) -> Step:
    what = scaled(request)
    undo = delete_policy_step(what, name, near, f"The scaling policy {name} goes.", step_id="delete-policy")
    return policy_step(what, near, name, kind, config, reason, step_id=name, after=(after,), undo=(undo,))


def _tracking(request: DeployRequest, scaling: Scaling, near: str, after: str) -> Step:
    component = request.component_name
    config: dict[str, Any] = {
        "TargetValue": float(scaling.target),
        "ScaleInCooldown": scaling.scale_in_cooldown,
        "ScaleOutCooldown": scaling.scale_out_cooldown,
    }
    if scaling.metric is Metric.BACKLOG:
        config["CustomizedMetricSpecification"] = {
            "MetricName": "ApproximateBacklogSizePerInstance",
            "Namespace": "AWS/SageMaker",
            "Dimensions": [{"Name": "EndpointName", "Value": request.endpoint_name}],
            "Statistic": "Average",
        }
    else:
        metric = _PREDEFINED[scaling.metric][1 if component else 0]
        config["PredefinedMetricSpecification"] = {"PredefinedMetricType": metric}
    unit = "copy" if component else "instance"
    reason = f"As many run as keep it at about {scaling.target:g} {_WORDS[scaling.metric]} for each {unit}."
    name = f"track-{scaled(request).name}"
    return _policy(request, near, name, after, reason, TRACKING, config)


def _wake_policy(request: DeployRequest, near: str, after: str) -> Step:
    asynchronous = isinstance(request.mode, Asynchronous)
    unit = "instance" if asynchronous else "copy"
    config = {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Average" if asynchronous else "Maximum",
        "Cooldown": 5 * MINUTE if asynchronous else MINUTE,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    }
    reason = f"Adds the first {unit} when the alarm below finds a request that nothing is there to answer."
    name = f"wake-{scaled(request).name}"
    return _policy(request, near, name, after, reason, STEPS, config)


def _wake_alarm(request: DeployRequest, near: str, policy: str) -> Step:
    name, what = alarm_name(request), scaled(request).name
    about = {"AlarmDescription": f"Wakes {what} up from zero when a request waits or was turned away."}
    reason = "From zero nothing else wakes it up: this alarm does, some minutes after the first request."
    undo = delete_alarms_step((name,), near, f"The alarm {name} goes.", step_id="delete-alarm")
    config = {**about, **_wake_metric(request)}
    return alarm_step(name, near, config, policy, reason, step_id=f"alarm-{what}", undo=(undo,))


def alarm_name(request: DeployRequest) -> str:
    """What the wake-up alarm of a request is called."""
    return f"sagedeck-wake-{scaled(request).name}"


def _wake_metric(request: DeployRequest) -> dict[str, Any]:
    if isinstance(request.mode, Asynchronous):
        metric, statistic, minutes = "HasBacklogWithoutCapacity", "Average", 2
        dimension = {"Name": "EndpointName", "Value": request.endpoint_name}
    else:
        metric, statistic, minutes = "NoCapacityInvocationFailures", "Sum", 1
        dimension = {"Name": "InferenceComponentName", "Value": request.component_name}
    return {
        "Namespace": "AWS/SageMaker",
        "MetricName": metric,
        "Dimensions": [dimension],
        "Statistic": statistic,
        "Period": MINUTE,
        "EvaluationPeriods": minutes,
        "DatapointsToAlarm": minutes,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
    }
