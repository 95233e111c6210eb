"""A world whose SageMaker is a stand-in and whose load is what the test says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox import registry
from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox.autoscaling.standin import SageMaker

VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/chat/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
COMPONENT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "inference-component/llama",
    "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
}
INVOCATIONS = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}


@dataclass(slots=True)
class Load:
    """What came in of late, as the meters say it."""

    invocations: int = 0
    busy_seconds: float = 0.0
    concurrency: float = 0.0
    backlog: int = 0


@dataclass(slots=True)
class Scene:
    """A world, its stand-in SageMaker and the load on it."""

    world: World
    load: Load = field(default_factory=Load)

    @property
    def sagemaker(self) -> SageMaker:
        service: SageMaker = self.world.service("sagemaker")
        return service

    def ask(self, operation: str, region: str = "us-east-1", **request: Any) -> dict[str, Any]:
        return self.world.call("application-autoscaling", operation, request, region)

    def minutes(self, number: float) -> None:
        """Let minutes of AWS's time go by."""
        self.world.advance(self.world.clock.lasts(60 * number))

    def register(self, least: int = 1, most: int = 10, **more: Any) -> dict[str, Any]:
        return self.ask("RegisterScalableTarget", **{**VARIANT, "MinCapacity": least, "MaxCapacity": most, **more})

    def track(self, target: float = 100, name: str = "track", **more: Any) -> dict[str, Any]:
        configuration = {"TargetValue": target, "PredefinedMetricSpecification": INVOCATIONS, **more}
        return self.ask(
            "PutScalingPolicy",
            **VARIANT,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=configuration,
        )

    def activities(self, **more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("DescribeScalingActivities", ServiceNamespace="sagemaker", **more)[
            "ScalingActivities"
        ]
        return found


def scene_of(world: World) -> Scene:
    scene = Scene(world)
    world.meters.recent = lambda *_: scene.load  # type: ignore[method-assign, assignment, unused-ignore]
    return scene


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SERVICES, "sagemaker", "tests.sandbox.autoscaling.standin:SageMaker")


@pytest.fixture
def scene(stand_in: None) -> Iterator[Scene]:
    world = World(Clock(speed=0))
    yield scene_of(world)
    world.close()
