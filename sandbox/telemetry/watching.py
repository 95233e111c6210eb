"""Looks, before somebody reads metrics, which inference components are gone: of these nobody tells."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.telemetry.serving import COMPONENT, GONE

if TYPE_CHECKING:
    from sandbox.world import World


def look(world: "World", region: str) -> None:
    """Note components that went."""
    with world.lock:
        shelf = world.meters.held.shelf(region, COMPONENT)
        known = [record for record in shelf.values() if record["steps"][-1][1] != GONE]
        standing = set(_components(world, region)) if known else set()
        for record in known:
            if record["component"] not in standing:
                world.meters.held.step(region, record, GONE, world.clock.now())


def _components(world: "World", region: str) -> Iterator[str]:
    asked: dict[str, object] = {"MaxResults": 100}
    while True:
        page = world.call("sagemaker", "ListInferenceComponents", asked, region)
        for row in page["InferenceComponents"]:
            yield row["InferenceComponentName"]
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]
