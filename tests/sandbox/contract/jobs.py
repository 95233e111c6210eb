"""SageMaker's jobs: Autopilot, training, batch transform; and the public hub."""

from typing import Any

from tests.sandbox.contract.sagemaker import IMAGE, ROLE
from tests.sandbox.contract.story import Step, step, told

_HUB = "SageMakerPublicHub"
_FROM: dict[str, Any] = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in/"}}
_OUT = {"S3OutputPath": "s3://bucket/out"}
_MACHINE = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}


def _content(answers: Any) -> dict[str, str]:
    name = answers["ListHubContents"]["HubContentSummaries"][0]["HubContentName"]
    return {"HubName": _HUB, "HubContentType": "Model", "HubContentName": name}


STORY: tuple[Step, ...] = (
    step("CreateAutoMLJob", AutoMLJobName="v1", RoleArn=ROLE, OutputDataConfig=_OUT,
         InputDataConfig=[{"DataSource": _FROM, "TargetAttributeName": "y"}]),
    step("CreateAutoMLJobV2", AutoMLJobName="v2", RoleArn=ROLE, OutputDataConfig=_OUT,
         AutoMLJobInputDataConfig=[{"ChannelType": "training", "ContentType": "text/csv;header=present",
                                    "DataSource": _FROM}],
         AutoMLProblemTypeConfig={"TabularJobConfig": {"TargetAttributeName": "y"}}),
    step("DescribeAutoMLJob", AutoMLJobName="v1"),
    step("DescribeAutoMLJobV2", AutoMLJobName="v2"),
    step("ListAutoMLJobs"),
    step("ListCandidatesForAutoMLJob", AutoMLJobName="v2"),
    step("StopAutoMLJob", AutoMLJobName="v1"),
    step("StopAutoMLJob", AutoMLJobName="v2"),
    step("DescribeAutoMLJobV2", AutoMLJobName="v2"),
    step("CreateTrainingJob", TrainingJobName="t", RoleArn=ROLE, OutputDataConfig=_OUT,
         AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
         ResourceConfig={**_MACHINE, "VolumeSizeInGB": 10}, StoppingCondition={"MaxRuntimeInSeconds": 3600}),
    step("DescribeTrainingJob", TrainingJobName="t"),
    step("ListTrainingJobs"),
    step("StopTrainingJob", TrainingJobName="t"),
    step("DeleteTrainingJob", after=600, TrainingJobName="t"),
    step("CreateTransformJob", TransformJobName="b", ModelName="scaled", TransformInput={"DataSource": _FROM},
         TransformOutput=_OUT, TransformResources=_MACHINE),
    step("DescribeTransformJob", TransformJobName="b"),
    step("ListTransformJobs"),
    step("StopTransformJob", TransformJobName="b"),
    step("ListHubs"),
    step("DescribeHub", HubName=_HUB),
    step("ListHubContents", HubName=_HUB, HubContentType="Model", MaxResults=5),
    told("ListHubContentVersions", _content),
    told("DescribeHubContent", _content),
)  # fmt: skip
