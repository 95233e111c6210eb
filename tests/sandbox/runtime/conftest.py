"""The runtime's routes on a loopback port, over a hosting that holds what a test puts there, called by real boto3."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
import uvicorn
from botocore.config import Config
from starlette.applications import Starlette

from sandbox.errors import AwsError
from sandbox.hosting import Hosted
from sandbox.models.hashed import Hashed
from sandbox.models.reader import Reader
from sandbox.runtime import Engine, routes

ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
IMAGES = {
    "tgi": f"{ECR}/huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04",
    "tei": "683313688378.dkr.ecr.us-east-1.amazonaws.com/tei-cpu:2.0.1-tei1.8.2-cpu-py310-ubuntu22.04",
    "lmi": f"{ECR}/djl-inference:0.38.0-lmi29.0.0-cu130",
    "deepspeed": f"{ECR}/djl-inference:0.23.0-deepspeed0.9.5-cu118",
    "vllm": f"{ECR}/vllm:0.30.0-gpu-py312-cu130-ubuntu24.04-sagemaker",
    "toolkit": f"{ECR}/huggingface-pytorch-inference:1.13.1-transformers4.26.0-gpu-py39-cu117-ubuntu20.04",
    "own": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1",
}


@dataclass
class Shelf:
    """A hosting and a telemetry in memory."""

    hosted: dict[str, Hosted] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)

    def put(self, name: str, image: str, *, status: str = "InService", **more: Any) -> None:
        environment = {"SANDBOX_TOKEN_DELAY": "0", "SANDBOX_MODEL": "echo", **more.get("environment", {})}
        self.hosted[name] = Hosted(
            endpoint=name,
            variant="AllTraffic",
            status=status,
            image=IMAGES.get(image, image),
            environment=environment,
            artifact=more.get("artifact", ""),
            model=more.get("model", "a-model"),
            tags=more.get("tags", {}),
            account="123456789012",
            region="eu-west-1",
            instance_type=more.get("instance_type", "ml.g5.2xlarge"),
            **more.get("hosted", {}),
        )

    def find(
        self, endpoint: str, region: str, account: str, *, variant: str = "", component: str = ""
    ) -> Hosted | None:
        self.asked.append((endpoint, region, account))
        found = self.hosted.get(endpoint)
        if found is not None and variant not in ("", found.variant):
            message = f"Variant {variant} of endpoint {endpoint} of account {account} not found."
            raise AwsError("ValidationError", message, 400)
        return found

    def invoked(self, hosted: Hosted, **told: Any) -> None:
        self.told.append({"endpoint": hosted.endpoint, "model": told["model_microseconds"], **told})
        self.heard.set()

    def turned_away(self, hosted: Hosted) -> None:
        self.told.append({"endpoint": hosted.endpoint, "away": hosted.component})
        self.heard.set()


class SmallEmbedder(Hashed):
    """The embedder of tests that are not about embedding: no weights, and it remembers what it was given."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.seen.append(list(texts))
        return super().embed(texts)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def address(shelf: Shelf) -> Iterator[str]:
    embedder = SmallEmbedder()
    app = Starlette(routes=routes(shelf, shelf, Engine(embedder, Reader(embedder))))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def runtime(address: str) -> Iterator[Any]:
    client = boto3.client(
        "sagemaker-runtime",
        region_name="eu-west-1",
        endpoint_url=address,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"max_attempts": 1}, read_timeout=20, connect_timeout=5),
    )
    yield client
    client.close()


@pytest.fixture(scope="session")
def _whole() -> Iterator[Any]:
    from sandbox.__main__ import dataapi_routes, runtime_routes
    from sandbox.app import Sandbox
    from sandbox.clock import Clock
    from sandbox.world import World
    from tests.sandbox import server
    from tests.sandbox.runtime.whole import Whole

    app = Sandbox(World(Clock(speed=0)), runtime_routes, dataapi_routes)
    with server.served(app) as url:
        yield Whole(app, url)


@pytest.fixture
def whole(_whole: Any) -> Any:
    """The whole sandbox, empty but for a role and a bucket."""
    _whole.begin()
    return _whole
