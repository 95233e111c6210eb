"""Lets moto's Resource Groups Tagging API see the tags of what the store holds."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sandbox.operations import Call
from sandbox.sagemaker.tags import as_list
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

_shown: "WeakSet[World]" = WeakSet()


def extend_tagging(world: "World") -> None:
    """Let the tagging API, which must be loaded, see what a world's own services hold."""
    _shown.add(world)
    _mend()


class Shelf:
    """A region's tagged resources, as moto asks for them (`moto.core.resource_tagging.TaggableResourcesMixin`)."""

    def __init__(self, world: "World", region: str) -> None:
        self._world = world
        self._name = region

    def _tags(self) -> Any:
        return self._world.service("sagemaker").tags

    def owns_arn(self, arn: str) -> bool:
        return bool(self._tags().holds(arn))

    def iter_tagged_resources(self) -> Iterator[Any]:
        from moto.core.resource_tagging import TaggedResource

        with self._world.lock:
            tagged = list(self._tags().all(self._name))
        for arn, held in tagged:
            kind = arn.split(":", 5)[5].partition("/")[0]
            yield TaggedResource(arn=arn, tags=held, resource_type=f"sagemaker:{kind}")

    def tag_resource(self, arn: str, added: dict[str, str]) -> None:
        with self._world.lock:
            self._tags().add_tags(self._call("AddTags"), {"ResourceArn": arn, "Tags": as_list(added)})

    def untag_resource(self, arn: str, keys: list[str]) -> None:
        with self._world.lock:
            self._tags().delete_tags(self._call("DeleteTags"), {"ResourceArn": arn, "TagKeys": keys})

    def _call(self, operation: str) -> Call:
        return Call("sagemaker", operation, self._name, self._world.clock.now())


@cache
def _mend() -> None:
    from moto.resourcegroupstaggingapi import models

    untyped: Any = models
    plain = untyped.iter_taggable_backends

    def iter_taggable_backends(account: str, region: str) -> Iterator[Any]:
        if account == ACCOUNT:
            yield from (Shelf(world, region) for world in tuple(_shown))
        yield from plain(account, region)

    untyped.iter_taggable_backends = iter_taggable_backends
