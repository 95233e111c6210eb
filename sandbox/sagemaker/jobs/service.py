"""All jobs as one part of SageMaker: their operations, the ARNs that carry tags, and what is running."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sandbox.operations import Handler
from sandbox.records import Record
from sandbox.sagemaker.jobs.automl import AutoML
from sandbox.sagemaker.jobs.training import Training
from sandbox.sagemaker.jobs.transform import Transform
from sandbox.sagemaker.starting import containers_of
from sandbox.sagemaker.store import variants_of
from sandbox.tabular import predictor_of, serves

if TYPE_CHECKING:
    from sandbox.sagemaker.service import Running
    from sandbox.world import World


class Jobs:
    """`tagged`: kinds of ARN, each with what tells whether one of a region and name exists."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.automl = automl = AutoML(world)
        training, transform = Training(world), Transform(world)
        self._all: tuple[Any, ...] = (automl, training, transform)
        self.operations: dict[str, Handler] = {}
        for part in self._all:
            self.operations |= part.operations
        self.tagged: dict[str, Callable[[str, str], bool]] = {
            "automl-job": automl.exists,
            "training-job": training.exists,
            "transform-job": transform.exists,
        }

    def started(self, endpoint: Record) -> None:
        """Load what was trained here for an endpoint that has become InService, before somebody asks it."""
        if self._world.clock.stands_still:
            return
        for variant in variants_of(endpoint["now"]):
            for container in containers_of(variant["model"])[:1]:
                if serves(container.get("Image", "")):
                    predictor_of(self._world).warm(container.get("ModelDataUrl", ""))

    def running(self, region: str) -> "Iterator[Running]":
        """Yield what costs now."""
        from sandbox.sagemaker.service import Running

        tags = self._world.service("sagemaker").tags
        for part in self._all:
            for arn, use, instance_type, count, since in part.running(region):
                yield Running(arn, use, instance_type, count, since, tags.of(arn))
