"""Looks at what SageMaker has before somebody reads metrics: which endpoints are gone, of which kind the others are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.records import Record
from sandbox.scope import ACCOUNT
from sandbox.telemetry.serving import COMPONENT, GONE

if TYPE_CHECKING:
    from sandbox.hosting import Hosted
    from sandbox.world import World

SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})


def look(world: "World", region: str) -> None:
    """Note endpoints and components that came or went."""
    with world.lock:
        held, now = world.meters.held, world.clock.now()
        known = [record for record in held.shelf(region).values() if record["steps"][-1][1] != GONE]
        standing = _standing(world, region) if known else set()
        for record in known:
            if record["endpoint"] not in standing:
                held.step(region, record, GONE, now)
            elif not record["kind"]:
                _settle_kind(world, region, record)
        _look_at_components(world, region, now)


def _standing(world: "World", region: str) -> set[str]:
    return {row[0] for row in world.service("sagemaker").variants(region)}


def _settle_kind(world: "World", region: str, record: Record) -> None:
    hosted = _find(world, region, record["endpoint"], record["variant"])
    if hosted is None:
        return
    record["kind"] = "serverless" if hosted.serverless else "async" if hosted.asynchronous else "variant"
    world.meters.held.shelf(region).changed(f"{record['endpoint']}/{record['variant']}")


def _look_at_components(world: "World", region: str, now: float) -> None:
    if not world.has("sagemaker", "DescribeInferenceComponent"):
        return
    serving: set[str] = set()
    for row in _components(world, region):
        hosted = _find(world, region, row["EndpointName"], component=row["InferenceComponentName"])
        if hosted and hosted.component and row.get("InferenceComponentStatus") in SERVING:
            serving.add(hosted.component)
            world.meters.component_serving(region, hosted, now)
    for name, record in tuple(world.meters.held.shelf(region, COMPONENT).items()):
        if name not in serving and record["steps"][-1][1] != GONE:
            world.meters.held.step(region, record, GONE, now)


def _components(world: "World", region: str) -> Iterator[dict[str, Any]]:
    token: dict[str, Any] = {}
    while True:
        page = world.call("sagemaker", "ListInferenceComponents", {"MaxResults": 100, **token}, region)
        yield from page["InferenceComponents"]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _find(world: "World", region: str, endpoint: str, variant: str = "", component: str = "") -> "Hosted | None":
    try:
        return world.hosting.find(endpoint, region, ACCOUNT, variant=variant, component=component)
    except AwsError:
        return None
