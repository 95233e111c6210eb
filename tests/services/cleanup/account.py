"""An account in plain state: resources by short words, as a planner is given them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.cleanup import Cleanup, CleanupRequest, CleanupState, plan_cleanup
from services.resources import Holdings, Key, Kind, Resource

ACCOUNT, REGION = "123456789012", "us-east-1"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINE: Mapping[str, str] = {"sagedeck:made-by": "sagedeck", "sagedeck:owner": "ada"}
SEGMENTS = {
    Kind.ENDPOINT: "endpoint", Kind.ENDPOINT_CONFIG: "endpoint-config", Kind.MODEL: "model",
    Kind.COMPONENT: "inference-component", Kind.NOTEBOOK: "notebook-instance", Kind.TRAINING_JOB: "training-job",
}  # fmt: skip


def key(kind: Kind, name: str, region: str = REGION) -> Key:
    return Key(kind, name, "" if kind in (Kind.ROLE, Kind.COLLECTION, Kind.LIBRARY) else region)


def thing(kind: Kind, name: str, *uses: Key, tags: Mapping[str, str] | None = MINE, **more: Any) -> Resource:
    region, partition = more.pop("region", REGION), more.pop("partition", "aws")
    arns = {
        Kind.ROLE: f"arn:{partition}:iam::{ACCOUNT}:role/{name}",
        Kind.BUCKET: f"arn:{partition}:s3:::{name}",
        Kind.LOG_GROUP: f"arn:{partition}:logs:{region}:{ACCOUNT}:log-group:{name}",
    }
    own = f"arn:{partition}:sagemaker:{region}:{ACCOUNT}:{SEGMENTS.get(kind, 'thing')}/{name.lower()}"
    settings: dict[str, Any] = {
        "described": True,
        "created": NOW - timedelta(days=9),
        "arn": arns.get(kind, own),
    } | more
    return Resource(key=key(kind, name, region), tags=tags, uses=uses, **settings)


def role(name: str = "sagedeck-execution", **more: Any) -> Resource:
    return thing(Kind.ROLE, name, **more)


def model(name: str, *, role_name: str = "sagedeck-execution", **more: Any) -> Resource:
    return thing(Kind.MODEL, name, key(Kind.ROLE, role_name), **more)


def config(name: str, *models: str, **more: Any) -> Resource:
    region = more.get("region", REGION)
    return thing(Kind.ENDPOINT_CONFIG, name, *(key(Kind.MODEL, each, region) for each in models or (name,)), **more)


def endpoint(name: str, config_name: str = "", **more: Any) -> Resource:
    settings = {"status": "InService"} | more
    return thing(
        Kind.ENDPOINT, name, key(Kind.ENDPOINT_CONFIG, config_name or name, more.get("region", REGION)), **settings
    )


def chain(name: str, **more: Any) -> tuple[Resource, ...]:
    """An endpoint with its configuration and model."""
    return endpoint(name, **more), config(name, **more), model(name, **more)


def held(*resources: Resource, **more: Any) -> Holdings:
    settings: dict[str, Any] = {"account": ACCOUNT, "partition": "aws", "regions": (REGION,), "at": NOW} | more
    return Holdings(resources=resources, **settings)


def cleanup(*resources: Resource, state: Mapping[str, Any] | None = None, **asked: Any) -> Cleanup:
    """The cleanup of these for ada."""
    there = held(*resources, **(state or {}))
    orphans = asked.pop("unreferred", ())
    prices = asked.pop("prices", {})
    around = CleanupState(held=there, home=REGION, orphans=orphans, prices=prices)
    return plan_cleanup(CleanupRequest(**{"owner": "ada", **asked}), around)


def going(found: Cleanup) -> list[str]:
    return [each.key.name for each in found.going]


def why(found: Cleanup, name: str) -> str:
    return next(each.why for each in found.items if each.key.name == name)
