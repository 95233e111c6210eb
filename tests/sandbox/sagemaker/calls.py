"""A world without a port, and short ways to say what SageMaker is asked there."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.errors import AwsError
from sandbox.faults import Fault, Kind
from sandbox.records import Record
from sandbox.world import World

REGION = "us-east-1"
ARN = f"arn:aws:sagemaker:{REGION}:123456789012"
ROLE = "arn:aws:iam::123456789012:role/Sage"
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/image:1"
OTHER_IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/other:1"
AWAY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image:1"


class EveryRole:
    """Any role exists and trusts SageMaker, so that no IAM is needed."""

    delay = 0.0

    def require(self, arn: str, region: str, now: float) -> None:
        pass


class SageMaker:
    """SageMaker of one world and region."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.world.roles = EveryRole()  # type: ignore[assignment]
        self.service = world.service("sagemaker")

    def __call__(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.world.call("sagemaker", operation, request, REGION)

    def refused(self, operation: str, **request: Any) -> tuple[str, str]:
        """Return code and message of the error that an operation must end in."""
        with pytest.raises(AwsError) as caught:
            self(operation, **request)
        return caught.value.code, caught.value.message

    def fault(self, kind: Kind, **about: Any) -> str:
        return self.world.faults.set(Fault(kind, **about))

    def bucket(self, name: str, region: str = REGION) -> None:
        self.world.moto.backend("s3", "123456789012", "aws").create_bucket(name, region)

    def model(self, name: str = "m", **container: Any) -> str:
        self("CreateModel", ModelName=name, PrimaryContainer={"Image": IMAGE, **container})
        return name

    def config(self, name: str, *variants: Record, **more: Any) -> str:
        self("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=list(variants), **more)
        return name

    def endpoint(self, name: str, *variants: Record, **more: Any) -> dict[str, Any]:
        """Create a configuration and an endpoint of one name and wait until it is settled; return its description."""
        self.config(name, *variants, **more)
        self("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
        self.world.advance(6)
        return self.described(name)

    def described(self, name: str = "e") -> dict[str, Any]:
        return self("DescribeEndpoint", EndpointName=name)

    def status(self, name: str = "e") -> str:
        return str(self.described(name)["EndpointStatus"])

    def component(self, name: str, copies: int = 1, endpoint: str = "e", **needs: Any) -> str:
        specification = {"ModelName": "m", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024, **needs}}
        self(
            "CreateInferenceComponent",
            InferenceComponentName=name,
            EndpointName=endpoint,
            VariantName="A",
            Specification=specification,
            RuntimeConfig={"CopyCount": copies},
        )
        return name

    def shown(self, component: str) -> dict[str, Any]:
        return self("DescribeInferenceComponent", InferenceComponentName=component)

    def lines(self, group: str) -> list[str]:
        asked = {"logGroupName": group}
        return [each["message"] for each in self.world.call("logs", "FilterLogEvents", asked, REGION)["events"]]


def variant(name: str = "A", model: str = "m", kind: str = "ml.m5.large", count: int = 1, **more: Any) -> Record:
    return {"VariantName": name, "ModelName": model, "InstanceType": kind, "InitialInstanceCount": count, **more}


def roomy(kind: str = "ml.g5.12xlarge", count: int = 1, **scaling: Any) -> Record:
    """A variant for inference components; `scaling`: MinInstanceCount, MaxInstanceCount."""
    plain = {"VariantName": "A", "InstanceType": kind, "InitialInstanceCount": count}
    return {**plain, "ManagedInstanceScaling": {"Status": "ENABLED", **scaling}} if scaling else plain


def opened(path: Any = None) -> World:
    return World(Clock(speed=0), path)


Ask = Callable[..., dict[str, Any]]
