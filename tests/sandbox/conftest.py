"""One sandbox in this process, with a clock that stands still; emptied before each test that uses it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox import server

ROLE = "arn:aws:iam::123456789012:role/Sage"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that serves: its application and address."""

    app: Sandbox
    url: str

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return server.client(self.url, service, region)


def _runtime(_: World) -> list[BaseRoute]:
    """Stands in for sandbox.runtime: answers the region it was asked for, fails when told to."""

    async def invoke(request: Request) -> JSONResponse:
        if await request.body() == b"crash":
            raise RuntimeError("as asked")
        return JSONResponse({"endpoint": request.path_params["name"]})

    return [Route("/endpoints/{name}/invocations", invoke, methods=["POST"])]


def _dataapi(_: World) -> list[BaseRoute]:
    async def command(request: Request) -> JSONResponse:
        return JSONResponse({"path": request.url.path})

    return [Route("/{rest:path}", command, methods=["POST"])]


@pytest.fixture(scope="session")
def _serving() -> Iterator[Running]:
    app = Sandbox(World(Clock(speed=0)), _runtime, _dataapi)
    with server.served(app) as url:
        yield Running(app, url)


@pytest.fixture
def sandbox(_serving: Running) -> Running:
    """An empty sandbox whose clock stands still."""
    _serving.app.reset()
    return _serving


@pytest.fixture
def role(sandbox: Running) -> str:
    """The ARN of a role that SageMaker can assume."""
    sandbox.client("iam").create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))
    return ROLE


def put_artifact(sandbox: Running) -> None:
    """Let s3://models/a.tar.gz be there."""
    if sandbox.app.world.objects.region_of("models") is None:
        s3 = sandbox.client("s3")
        s3.create_bucket(Bucket="models")
        s3.put_object(Bucket="models", Key="a.tar.gz", Body=b"weights")


@pytest.fixture
def deploy(sandbox: Running, role: str) -> Callable[..., None]:
    """Create model, configuration and endpoint of one name; it is Creating until the clock is advanced."""

    def deployed(name: str, instance_type: str = "ml.m5.xlarge", **endpoint: Any) -> None:
        sagemaker = sandbox.client("sagemaker")
        put_artifact(sandbox)
        container = {"Image": IMAGE, "Environment": {"TASK": "echo"}, "ModelDataUrl": "s3://models/a.tar.gz"}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
        variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": instance_type}
        sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
        )
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, **endpoint)

    return deployed
