"""Which call creates which kind of thing, as CloudFormation names the kinds; the other formats follow its names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import facts

NAME, ARN = "name", "arn"
ATTACHMENT = "attachment"  # of a managed policy to a role: no resource of its own in CloudFormation
REF = "Ref"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource.

    type        CloudFormation's name of it
    named_by    the property that holds its name, "" when it has none
    attributes  how CloudFormation gives its NAME and its ARN: REF, or an attribute; one that is missing is not given
    results     which of the two stands at a path of the creating call's answer
    renamed     parameters of the call that are called otherwise as a property
    spread      parameters of the call whose members are properties themselves
    dropped     parameters of the call that say how to answer, not what there is to be
    proved_arn  the parameter of the step's proof that is the ARN it will have, "" where the ARN is not known before
    """

    type: str
    named_by: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    spread: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    proved_arn: str = ""


def _hosted(what: str) -> Kind:
    named = f"{what}Name"
    return Kind(f"AWS::SageMaker::{what}", named, {NAME: named, ARN: REF}, {f"{what}Arn": ARN})


KINDS: Mapping[tuple[str, str], Kind] = MappingProxyType(
    {
        ("iam", "create_role"): Kind(
            "AWS::IAM::Role", "RoleName", {NAME: REF, ARN: "Arn"}, {"Role.Arn": ARN, "Role.RoleName": NAME}
        ),
        ("iam", "put_role_policy"): Kind("AWS::IAM::RolePolicy", "PolicyName"),
        ("iam", "attach_role_policy"): Kind(ATTACHMENT),
        ("sagemaker", "create_model"): _hosted("Model"),
        ("sagemaker", "create_endpoint_config"): _hosted("EndpointConfig"),
        ("sagemaker", "create_endpoint"): _hosted("Endpoint"),
        ("sagemaker", "create_inference_component"): Kind(
            "AWS::SageMaker::InferenceComponent",
            "InferenceComponentName",
            {ARN: REF},
            {"InferenceComponentArn": ARN},
        ),
        ("application-autoscaling", "register_scalable_target"): Kind("AWS::ApplicationAutoScaling::ScalableTarget"),
        ("application-autoscaling", "put_scaling_policy"): Kind(
            "AWS::ApplicationAutoScaling::ScalingPolicy", "PolicyName", {ARN: REF}, {"PolicyARN": ARN}
        ),
        ("cloudwatch", "put_metric_alarm"): Kind("AWS::CloudWatch::Alarm", "AlarmName", {NAME: REF, ARN: "Arn"}),
        ("sns", "create_topic"): Kind(
            "AWS::SNS::Topic",
            "TopicName",
            {NAME: "TopicName", ARN: REF},
            {"TopicArn": ARN},
            {"Name": "TopicName"},
            spread=("Attributes",),
            proved_arn="TopicArn",
        ),
        ("sns", "subscribe"): Kind("AWS::SNS::Subscription", dropped=("ReturnSubscriptionArn",)),
        ("s3", "create_bucket"): Kind(
            "AWS::S3::Bucket", "BucketName", {NAME: REF, ARN: "Arn"}, {}, {"Bucket": "BucketName"}
        ),
    }
)


@cache
def properties_of(format_name: str) -> Mapping[str, Any]:
    """What a format knows of each kind: facts/cloudformation.json or facts/terraform.json, by type."""
    found: Mapping[str, Any] = json.loads(facts.path(f"{format_name}.json").read_text(encoding="utf-8"))
    return found
