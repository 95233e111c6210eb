"""SageMaker's hosting."""

from tests.sandbox.contract.story import Step, step

ROLE = "arn:aws:iam::123456789012:role/Sage"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
VARIANT = {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
SHARED = {"VariantName": "AllTraffic", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 1}
COMPONENT = {"ModelName": "m", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}}
WEIGHTS = [{"VariantName": "AllTraffic", "DesiredWeight": 2.0}]
TAGS = [{"Key": "owner", "Value": "me"}]

STORY: tuple[Step, ...] = (
    step("CreateModel", ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE}, Tags=TAGS),
    step("DescribeModel", ModelName="m"),
    step("ListModels"),
    step("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[VARIANT]),
    step(
        "CreateEndpointConfig", EndpointConfigName="shared", ProductionVariants=[SHARED], ExecutionRoleArn=ROLE
    ),
    step("DescribeEndpointConfig", EndpointConfigName="c"),
    step("ListEndpointConfigs"),
    step("CreateEndpoint", EndpointName="e", EndpointConfigName="c"),
    step("CreateEndpoint", EndpointName="shared", EndpointConfigName="shared"),
    step("DescribeEndpoint", EndpointName="e"),
    step("DescribeEndpoint", after=60, EndpointName="e"),
    step("ListEndpoints"),
    step("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=WEIGHTS),
    step("UpdateEndpoint", after=60, EndpointName="e", EndpointConfigName="c"),
    step("DescribeEndpoint", EndpointName="e"),
    step("CreateInferenceComponent", after=60, InferenceComponentName="i", EndpointName="shared",
         VariantName="AllTraffic", Specification=COMPONENT, RuntimeConfig={"CopyCount": 1}),
    step("DescribeInferenceComponent", InferenceComponentName="i"),
    step("ListInferenceComponents", after=60),
    step("UpdateInferenceComponentRuntimeConfig", InferenceComponentName="i", DesiredRuntimeConfig={"CopyCount": 2}),
    step("UpdateInferenceComponent", after=60, InferenceComponentName="i", RuntimeConfig={"CopyCount": 1}),
    step("AddTags", ResourceArn=f"{ARN}:endpoint/e", Tags=TAGS),
    step("ListTags", ResourceArn=f"{ARN}:endpoint/e"),
    step("DeleteTags", ResourceArn=f"{ARN}:endpoint/e", TagKeys=["owner"]),
    step("DeleteInferenceComponent", after=60, InferenceComponentName="i"),
    step("DeleteEndpoint", after=60, EndpointName="e"),
    step("DeleteEndpointConfig", EndpointConfigName="c"),
    step("DeleteModel", ModelName="m"),
)  # fmt: skip
