"""Tags of what this part of SageMaker holds: kept where all of SageMaker's tags are."""

from typing import TYPE_CHECKING

from sandbox.operations import Request
from sandbox.sagemaker.tags import as_map

if TYPE_CHECKING:
    from sandbox.world import World


class Tagging:
    def __init__(self, world: "World") -> None:
        self._world = world

    def keep(self, arn: str, request: Request) -> None:
        """Keep the tags of a Create request. Raises ValidationException."""
        as_map(request.get("Tags"))
        self._world.service("sagemaker").tags.put(arn, request.get("Tags"))

    def of(self, arn: str) -> dict[str, str]:
        tags: dict[str, str] = self._world.service("sagemaker").tags.of(arn)
        return tags

    def forget(self, arn: str) -> None:
        self._world.service("sagemaker").tags.drop(arn)
