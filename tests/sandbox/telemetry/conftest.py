"""A world whose clock stands at a whole minute, and endpoints in it that serve."""

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.hosting import Hosted
from sandbox.world import World

NOW = 1_795_000_020.0  # begins a minute
REGION = "us-east-1"
ACCOUNT = "123456789012"


def a_world(**more: Any) -> World:
    return World(Clock(speed=0, source=lambda: NOW), **more)


@pytest.fixture
def world() -> Iterator[World]:
    made = a_world()
    yield made
    made.close()


def hosted(endpoint: str = "chat", instance_type: str = "ml.g5.xlarge", **more: Any) -> Hosted:
    nothing = MappingProxyType[str, str]({})
    return Hosted(
        endpoint, "AllTraffic", "InService", "image", nothing, "", "m", nothing, ACCOUNT, REGION, instance_type, **more
    )


@pytest.fixture
def invoke(world: World) -> Callable[..., None]:
    """Tell the meters of invocations."""

    def told(
        endpoint: str = "chat", times: int = 1, status: int = 200, milliseconds: float = 100.0, **more: Any
    ) -> None:
        for _ in range(times):
            world.meters.invoked(
                hosted(endpoint, **more),
                status=status,
                model_microseconds=milliseconds * 1000,
                overhead_microseconds=500.0,
                log_line=f"POST /invocations {status}",
            )

    return told
