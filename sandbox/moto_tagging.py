"""Lets moto's Resource Groups Tagging API see the tags of what the store holds."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from weakref import WeakSet

from sandbox.sagemaker import tags
from sandbox.sagemaker.store import Region, Store
from sandbox.scope import ACCOUNT

_shown: WeakSet[Store] = WeakSet()


def extend_tagging(store: Store) -> None:
    """Let the tagging API, which must be loaded, see a store."""
    _shown.add(store)
    _mend()


class Shelf:
    """A region's tagged resources, as moto asks for them (`moto.core.resource_tagging.TaggableResourcesMixin`)."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def owns_arn(self, arn: str) -> bool:
        return ":sagemaker:" in arn and tags.ours(arn)

    def iter_tagged_resources(self) -> Iterator[Any]:
        from moto.core.resource_tagging import TaggedResource

        for arn, held in tuple(self._region.tags.items()):
            kind = arn.split(":", 5)[5].partition("/")[0]
            yield TaggedResource(arn=arn, tags=dict(held), resource_type=f"sagemaker:{kind}")

    def tag_resource(self, arn: str, added: dict[str, str]) -> None:
        tags.add_tags(self._region, {"ResourceArn": arn, "Tags": tags.as_list(added)})

    def untag_resource(self, arn: str, keys: list[str]) -> None:
        tags.delete_tags(self._region, {"ResourceArn": arn, "TagKeys": keys})


@cache
def _mend() -> None:
    from moto.resourcegroupstaggingapi import models

    untyped: Any = models
    plain = untyped.iter_taggable_backends

    def iter_taggable_backends(account: str, region: str) -> Iterator[Any]:
        if account == ACCOUNT:
            yield from (Shelf(store.region(region)) for store in tuple(_shown))
        yield from plain(account, region)

    untyped.iter_taggable_backends = iter_taggable_backends
