"""Multi-model endpoints: the model a caller names has to lie under the container's prefix in S3."""

import asyncio
from typing import TYPE_CHECKING

from sandbox.hosting import Hosted
from sandbox.objects import split
from sandbox.runtime.refusals import invalid

if TYPE_CHECKING:
    from sandbox.world import World


class Targets:
    """Looks for target models; without a world there is none to look for. An endpoint has loaded what it found once."""

    def __init__(self, world: "World | None") -> None:
        self._world = world
        self._loaded: set[tuple[str, str, str]] = set()

    async def require(self, hosted: Hosted, target: str) -> None:
        """Raise AwsError in AWS's words unless the model is there."""
        model = (hosted.instance, hosted.artifact, target)
        if self._world is None or hosted.mode != "MultiModel" or model in self._loaded:
            return
        bucket, prefix = split(hosted.artifact)
        key = f"{prefix.rstrip('/')}/{target}".lstrip("/")
        if await asyncio.to_thread(self._world.objects.size, bucket, key) is None:
            raise invalid(
                f"Failed to download model data(bucket: {bucket}, key: {key}). Please ensure that there is an object "
                "located at the URL and that the role passed to CreateModel has permissions to download the model."
            )
        self._loaded.add(model)
