"""Which resources a call was about, read from its parameters."""

import json

from sandbox.records import Record

_KINDS = {
    "sagemaker.amazonaws.com": {
        "endpointName": "AWS::SageMaker::Endpoint",
        "endpointConfigName": "AWS::SageMaker::EndpointConfig",
        "modelName": "AWS::SageMaker::Model",
        "inferenceComponentName": "AWS::SageMaker::InferenceComponent",
        "notebookInstanceName": "AWS::SageMaker::NotebookInstance",
        "domainId": "AWS::SageMaker::Domain",
        "userProfileName": "AWS::SageMaker::UserProfile",
        "spaceName": "AWS::SageMaker::Space",
        "appName": "AWS::SageMaker::App",
        "autoMLJobName": "AWS::SageMaker::AutoMLJob",
        "trainingJobName": "AWS::SageMaker::TrainingJob",
        "transformJobName": "AWS::SageMaker::TransformJob",
    },
    "iam.amazonaws.com": {
        "roleName": "AWS::IAM::Role",
        "userName": "AWS::IAM::User",
        "policyArn": "AWS::IAM::Policy",
    },
    "s3.amazonaws.com": {"bucketName": "AWS::S3::Bucket"},
    "sns.amazonaws.com": {"topicArn": "AWS::SNS::Topic"},
    "logs.amazonaws.com": {"logGroupName": "AWS::Logs::LogGroup"},
    "scheduler.amazonaws.com": {"name": "AWS::Scheduler::Schedule"},
    "budgets.amazonaws.com": {"budgetName": "AWS::Budgets::Budget"},
}


def resources(event: Record) -> list[dict[str, str]]:
    """Return LookupEvents' Resources of an event."""
    kinds = _KINDS.get(event["source"], {})
    parameters = json.loads(event["parameters"])
    found = [
        {"ResourceType": kind, "ResourceName": str(parameters[member])}
        for member, kind in kinds.items()
        if isinstance(parameters.get(member), str)
    ]
    arn = parameters.get("resourceArn")
    return [*found, {"ResourceType": "", "ResourceName": arn}] if isinstance(arn, str) else found
