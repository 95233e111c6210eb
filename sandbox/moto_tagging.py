"""Lets moto's Resource Groups Tagging API see the tags of what the store holds."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from weakref import WeakSet

from sandbox.sagemaker import tags
from sandbox.sagemaker.store import Store
from sandbox.scope import ACCOUNT

_shown: WeakSet[Store] = WeakSet()


def extend_tagging(store: Store) -> None:
    """Let the tagging API, which must be loaded, see a store."""
    _shown.add(store)
    _mend()


class Shelf:
    """A region's tagged resources, as moto asks for them (`moto.core.resource_tagging.TaggableResourcesMixin`)."""

    def __init__(self, store: Store, region: str) -> None:
        self._store = store
        self._name = region

    def owns_arn(self, arn: str) -> bool:
        return ":sagemaker:" in arn and tags.ours(arn)

    def iter_tagged_resources(self) -> Iterator[Any]:
        from moto.core.resource_tagging import TaggedResource

        with self._store.lock:
            tagged = [(arn, dict(held)) for arn, held in self._store.region(self._name).tags.items()]
        for arn, held in tagged:
            kind = arn.split(":", 5)[5].partition("/")[0]
            yield TaggedResource(arn=arn, tags=held, resource_type=f"sagemaker:{kind}")

    def tag_resource(self, arn: str, added: dict[str, str]) -> None:
        with self._store.lock:
            tags.add_tags(self._store.region(self._name), {"ResourceArn": arn, "Tags": tags.as_list(added)})

    def untag_resource(self, arn: str, keys: list[str]) -> None:
        with self._store.lock:
            tags.delete_tags(self._store.region(self._name), {"ResourceArn": arn, "TagKeys": keys})


@cache
def _mend() -> None:
    from moto.resourcegroupstaggingapi import models

    untyped: Any = models
    plain = untyped.iter_taggable_backends

    def iter_taggable_backends(account: str, region: str) -> Iterator[Any]:
        if account == ACCOUNT:
            yield from (Shelf(store, region) for store in tuple(_shown))
        yield from plain(account, region)

    untyped.iter_taggable_backends = iter_taggable_backends
