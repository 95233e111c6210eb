"""Plans to export: a pair, a single model with a token, roles old and new, and one with everything that is hard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.access import Access
from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    DataCapture,
    Metric,
    NewTopic,
    RagPairRequest,
    Scaling,
    Serverless,
    plan_pair,
)
from services.plans import Json, Plan, Ref, Secret, Step, Text, Until, Upload
from tests.services.deploy.samples import FALCON, LLAMA, MINILM, NEW_ROLE, plan_for, request_for, state_for

TOKEN = "hf_literal_token_of_nobody"


def pair() -> Plan:
    language = request_for(LLAMA, endpoint_name="talk", role=NEW_ROLE, accept_eula=True, secrets=("HF_TOKEN",), count=2)
    embedding = request_for(MINILM, endpoint_name="embed", role=NEW_ROLE)
    return plan_pair(RagPairRequest(embedding=embedding, language=language), state_for(embedding), state_for(language))


def single() -> Plan:
    """A role by its ARN, and a token as a secret."""
    return plan_for(request_for(secrets=("HF_TOKEN",), environment=(("GREETING", 'a "quoted" ${word}: %{x}'),)))


def classic() -> Plan:
    return plan_for(request_for(role=replace(NEW_ROLE, access=Access.CLASSIC)))


def step(name: str, service: str, operation: str, /, *after: str, **parameters: Any) -> Step:
    return Step(id=name, service=service, operation=operation, reason=f"Do {name}.", parameters=parameters, after=after)


def hard() -> Plan:
    """Asynchronous, scaled, with an alarm, a component, and steps that describe nothing."""
    wait = step("wait", "sagemaker", "describe_endpoint", "endpoint", EndpointName="demo")
    wait = replace(wait, manner=Until("EndpointStatus", ("InService",)))
    return Plan('Hard "one"', (*_beside(), *_hosted(), *_scaled(), wait), ("Careful.",))


def _beside() -> tuple[Step, ...]:
    """What no such file describes, and a topic."""
    return (
        step("remove", "sagemaker", "delete_endpoint", EndpointName="demo"),
        replace(step("send", "s3", "put_object", Bucket="b", Key="k"), manner=Upload("/x", "0" * 64, 1)),
        step("collection", "astra", "create_collection", name="x", token=Secret("ASTRA")),
        step("update", "sagemaker", "update_endpoint", EndpointName="o", EndpointConfigName="demo"),
        step("topic", "sns", "create_topic", Name="done"),
        step("orphan", "iam", "attach_role_policy", RoleName="Elsewhere", PolicyArn="arn:aws:iam::aws:policy/X"),
        step("inline", "iam", "put_role_policy", RoleName="Elsewhere", PolicyName="in",
             PolicyDocument=Json({"Version": "2012-10-17", "Statement": []})),
    )  # fmt: skip


def _hosted() -> tuple[Step, ...]:
    environment = {"HF_TOKEN": TOKEN, "NAME": Text(("of ${x} ", Ref("topic", "TopicArn")))}
    pools = [{"InstanceType": f"ml.g{kind}.xlarge", "Priority": kind} for kind in (5, 6)]
    told = {"NotificationConfig": {"SuccessTopic": Ref("topic", "TopicArn")}}
    return (
        step("model", "sagemaker", "create_model", "send", ModelName="demo",
             ExecutionRoleArn="arn:aws:iam::123456789012:role/Mine",
             PrimaryContainer={"Image": Text(("1.dkr/", Ref("collection", "name"))), "Environment": environment}),
        step("config", "sagemaker", "create_endpoint_config", EndpointConfigName="demo",
             ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": "demo", "InitialInstanceCount": 1,
                                  "InstanceType": "ml.g5.xlarge", "InstancePools": pools}],
             AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://b/out", **told}}),
        step("endpoint", "sagemaker", "create_endpoint", "remove", "config",
             EndpointName="demo", EndpointConfigName="demo", Tomorrow=1),
        step("component", "sagemaker", "create_inference_component", "endpoint", InferenceComponentName="part",
             EndpointName="demo", VariantName="AllTraffic", RuntimeConfig={"CopyCount": 1}, Specification={
                 "ModelName": "demo", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}}),
    )  # fmt: skip


def _scaled() -> tuple[Step, ...]:
    target = {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/demo/variant/AllTraffic"}
    target["ScalableDimension"] = "sagemaker:variant:DesiredInstanceCount"
    up = {"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}
    steps = {"AdjustmentType": "ChangeInCapacity", "Cooldown": 300, "StepAdjustments": [up]}
    return (
        step("target", "application-autoscaling", "register_scalable_target", "endpoint",
             **target, MinCapacity=0, MaxCapacity=3),
        step("wake", "application-autoscaling", "put_scaling_policy", "target", PolicyName="wake", **target,
             PolicyType="StepScaling", StepScalingPolicyConfiguration=steps),
        step("alarm", "cloudwatch", "put_metric_alarm", AlarmName="wake", MetricName="HasBacklogWithoutCapacity",
             Namespace="AWS/SageMaker", Statistic="Average", Period=60, EvaluationPeriods=2, Threshold=1.0,
             ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="missing",
             Dimensions=[{"Name": "EndpointName", "Value": "demo"}], AlarmActions=[Ref("wake", "PolicyARN")]),
    )  # fmt: skip


def only_deleting() -> Plan:
    return Plan("Delete demo", (step("remove", "sagemaker", "delete_endpoint", EndpointName="demo"),))


def sleeping() -> Plan:
    """Asynchronous, from nothing to three instances, with a topic that tells somebody."""
    told = NewTopic(name="answers", email="ada@example.com")
    mode = Asynchronous(
        output="s3://bucket/out/",
        failure="s3://bucket/failed/",
        concurrency=4,
        success=told,
        error=told,
        include_answer=True,
        kms_key="alias/answers",
    )
    return plan_for(request_for(mode=mode, role=NEW_ROLE, scaling=Scaling(minimum=0, maximum=3, metric=Metric.BACKLOG)))


def shared() -> Plan:
    """A component that goes down to no copy."""
    mode = Components(name="part", copies=1, accelerators=1, cpus=2, memory_mb=2048)
    scaling = Scaling(minimum=0, maximum=2, metric=Metric.CONCURRENCY, target=4)
    return plan_for(request_for(mode=mode, scaling=scaling))


def by_request() -> Plan:
    return plan_for(request_for(MINILM, mode=Serverless(memory_mb=4096, concurrency=8), instance_type=""))


def careful() -> Plan:
    """Pools of types, a VPC, keys, capture, and a target that follows the invocations."""
    advanced = Advanced(
        subnets=("subnet-0a1b2c3d", "subnet-1a1b2c3d"),
        security_groups=("sg-0a1b2c3d",),
        kms_key="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        startup_seconds=900,
        download_seconds=1200,
        capture=DataCapture(destination="s3://bucket/captured/", percentage=20),
    )
    scaling = Scaling(minimum=1, maximum=4)
    return plan_for(request_for(FALCON, advanced=advanced, scaling=scaling, fallbacks=("ml.g5.4xlarge",)))


ALL = {
    "pair": pair,
    "single": single,
    "classic": classic,
    "hard": hard,
    "sleeping": sleeping,
    "shared": shared,
    "by_request": by_request,
    "careful": careful,
}
