"""`Hosting` over the store. The runtime asks at each invocation, so an answer is kept until something changes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sandbox.hosting import Hosted
from sandbox.sagemaker.store import Endpoint, Region, Store, Variant
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World


class Directory:
    """Implements `sandbox.hosting.Hosting`."""

    def __init__(self, world: "World") -> None:
        self._world = world

    @property
    def _store(self) -> Store:
        store: Store = self._world.service("sagemaker").store
        return store

    def find(
        self, endpoint: str, region: str, account: str, *, variant: str = "", component: str = ""
    ) -> Hosted | None:
        if account != ACCOUNT:
            return None
        with self._world.lock:
            shelf = self._store.region(region)
            found = shelf.endpoints.get(endpoint)
            if found is None:
                return None
            if found.hosted is None:
                found.hosted = hosted(shelf, found)
            return found.hosted


def hosted(region: Region, endpoint: Endpoint) -> Hosted:
    """Describe what runs, or while Creating what will, behind the variant of the greatest weight."""
    variants = endpoint.variants or (endpoint.coming.variants if endpoint.coming else ())
    variant = max(variants, key=lambda each: each.weight)
    container = variant.model.container if variant.model else {}
    return Hosted(
        endpoint=endpoint.name,
        variant=variant.name,
        status=endpoint.status,
        image=container.get("Image", ""),
        environment=MappingProxyType(dict(container.get("Environment") or {})),
        artifact=_artifact(container),
        model=variant.model.name if variant.model else "",
        tags=MappingProxyType(dict(region.tags.get(endpoint.arn, {}))),
        account=ACCOUNT,
        region=region.name,
        instance_type=_instance_type(variant),
    )


def _artifact(container: Mapping[str, Any]) -> str:
    source = container.get("ModelDataSource", {}).get("S3DataSource", {}).get("S3Uri", "")
    return str(container.get("ModelDataUrl") or source)


def _instance_type(variant: Variant) -> str:
    return str(variant.spec.get("InstanceType", ""))
