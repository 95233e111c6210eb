"""The whole sandbox in this process with a clock that stands still, and what a notebook does to have an endpoint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.app import Sandbox
from sandbox.faults import Fault, Kind
from sandbox.models.reader import Reader
from sandbox.runtime import Engine
from sandbox.world import World
from tests.sandbox import server
from tests.sandbox.conftest import ROLE, TRUST
from tests.sandbox.runtime.conftest import IMAGES, SmallEmbedder

BUCKET = "asynchronous"
ACCOUNT = "123456789012"
GPU = {"InstanceType": "ml.g5.2xlarge", "InferenceAmiVersion": "al2023-ami-sagemaker-inference-gpu-4-1"}  # for CUDA 13


@dataclass(frozen=True, slots=True)
class Whole:
    """A sandbox that serves: its application and address."""

    app: Sandbox
    url: str

    @property
    def world(self) -> World:
        return self.app.world

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return server.client(self.url, service, region)

    def begin(self) -> None:
        """Empty it, with small models, a role and a bucket."""
        self.app.reset()
        embedder = SmallEmbedder()
        self.world.__dict__["engine"] = Engine(embedder, Reader(embedder), world=self.world)
        self.client("iam").create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.client("s3").create_bucket(Bucket=BUCKET)

    def model(self, name: str, image: str = "tgi", **environment: str) -> None:
        container = {"Image": _image(image), "Environment": {"SANDBOX_MODEL": "echo", **environment}}
        self.client("sagemaker").create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)

    def endpoint(self, name: str, *variants: Mapping[str, Any], **more: Any) -> None:
        """Create a configuration and an endpoint of one name and wait until it serves."""
        sagemaker = self.client("sagemaker")
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=list(variants), **more)
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        self.world.advance(30)
        assert sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService"

    def queue(self, name: str, *, count: int = 1, at_once: int = 4, image: str = "tgi", **output: Any) -> None:
        """Create an asynchronous endpoint whose answers go to s3://asynchronous/out and errors to …/failed."""
        self.model(name, image)
        places = {"S3OutputPath": f"s3://{BUCKET}/out", "S3FailurePath": f"s3://{BUCKET}/failed", **output}
        client = {"MaxConcurrentInvocationsPerInstance": at_once}
        config = {"OutputConfig": places, "ClientConfig": client}
        self.endpoint(name, variant(name), AsyncInferenceConfig=config)
        if count != 1:
            self.scale(name, count)

    def scale(self, name: str, count: int) -> None:
        self.world.service("sagemaker").set_count("us-east-1", name, "AllTraffic", count)
        self.world.advance(30)

    def put(self, key: str, payload: Any) -> str:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, location: str) -> bytes:
        content: bytes = self.client("s3").get_object(Bucket=BUCKET, Key=location.split("/", 3)[3])["Body"].read()
        return content

    def keys(self, prefix: str) -> list[str]:
        listed = self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for each in listed.get("Contents", ())]

    def fault(self, kind: Kind, **about: Any) -> None:
        with self.world.lock:
            self.world.faults.set(Fault(kind, **about))


def variant(model: str, name: str = "AllTraffic", **more: Any) -> dict[str, Any]:
    instances = {} if "ServerlessConfig" in more else {**GPU, "InitialInstanceCount": 1}
    return {"VariantName": name, "ModelName": model, **instances, **more}


def component(whole: Whole, name: str, endpoint: str, model: str) -> None:
    """Create an inference component of one copy, and wait for it."""
    needs = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}
    whole.client("sagemaker").create_inference_component(
        InferenceComponentName=name,
        EndpointName=endpoint,
        VariantName="AllTraffic",
        Specification={"ModelName": model, "ComputeResourceRequirements": needs},
        RuntimeConfig={"CopyCount": 1},
    )
    whole.world.advance(30)


def _image(name: str) -> str:
    return IMAGES.get(name, name).replace("eu-west-1", "us-east-1")


def metric(whole: Whole, name: str, statistic: str, **dimensions: str) -> list[float]:
    """A CloudWatch metric of the last day, minute by minute."""
    now = datetime.fromtimestamp(whole.world.clock.now(), UTC)
    found = whole.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=6),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )
    points = sorted(found["Datapoints"], key=lambda point: point["Timestamp"])
    return [point[statistic] for point in points]
