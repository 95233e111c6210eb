"""Endpoints of the sandbox that are changed, and how a plan is run to its end."""

from __future__ import annotations

from typing import Any

from services.console import Console
from services.deploy import CatalogSource, DeployRequest
from services.endpoints import UpdateRequest
from services.plans import Plan, RunStatus, RunView
from tests.sandbox.server import client

WAIT = 60.0
EMBEDDING, SMALL, OTHER = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "ml.c6i.xlarge", "ml.m5.xlarge"
POLICY = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}


def ran(console: Console, plan: Plan, **secrets: str) -> RunView:
    return console.runs.wait(console.runs.start(plan, confirmed=plan, secrets=secrets), WAIT)


def done(console: Console, plan: Plan) -> RunView:
    view = ran(console, plan)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps if step.problem]
    return view


def deployed(console: Console, name: str, kind: str = SMALL) -> None:
    request = DeployRequest(
        source=CatalogSource(model_id=EMBEDDING), endpoint_name=name, instance_type=kind,
        role=console.access.request(), owner=console.owner,
    )  # fmt: skip
    done(console, console.deploy.plan_deploy(request))


def scaled(url: str, name: str) -> dict[str, Any]:
    """Give an endpoint a target, a policy and an alarm of one's own; the target's identity."""
    service = client(url, "application-autoscaling")
    which = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    service.register_scalable_target(**which, MinCapacity=1, MaxCapacity=3)
    service.put_scaling_policy(
        **which, PolicyName="track", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=POLICY
    )
    steps = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    }
    made = service.put_scaling_policy(
        **which, PolicyName="jump", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps
    )
    client(url, "cloudwatch").put_metric_alarm(
        AlarmName=f"jump-{name}", Namespace="AWS/SageMaker", MetricName="Invocations", Statistic="Sum", Period=60,
        Dimensions=[{"Name": "EndpointName", "Value": name}], EvaluationPeriods=1, Threshold=100.0,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[made["PolicyARN"]],
    )  # fmt: skip
    return which


def update(console: Console, name: str, **changes: Any) -> UpdateRequest:
    return UpdateRequest(name=name, config_name=console.changes.suggest_config_name(name), **changes)
