"""Endpoints, figures and holdings as the tests of savings want them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.catalog import InstanceSpec, Price
from services.endpoints import EndpointDetail, ModelFacts, Variant
from services.metrics import Window
from services.resources import Gap, Holdings, Key, Kind, Machine, Resource
from services.savings.figures import Figures, Load
from services.savings.machines import Facts

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGION, ACCOUNT = "us-east-1", "123456789012"
HOUR = 3600
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
PRICES = {
    "ml.g5.xlarge": 1.4, "ml.g5.2xlarge": 1.5, "ml.g5.12xlarge": 7.0, "ml.g4dn.xlarge": 0.7, "ml.m5.large": 0.1,
    "ml.m5.xlarge": 0.2, "ml.m5.4xlarge": 0.9, "ml.c5.xlarge": 0.2, "ml.t2.medium": 0.05,
}  # fmt: skip


def spec(kind: str) -> InstanceSpec | None:
    from services.catalog import instance

    return instance(kind)


def price(kind: str) -> Price:
    known = PRICES.get(kind)
    return Price(REGION, kind, known, "observed" if known else "unknown")


def facts(**changes: Any) -> Facts:
    start = Facts(
        spec=spec, price=price, quota=lambda _: 10.0, listed=None, needs=lambda _: None, types=tuple(PRICES)
    )  # fmt: skip
    return replace(start, **changes)


def variant(kind: str = "ml.m5.xlarge", count: int = 1, name: str = "AllTraffic", model: str = "m") -> Variant:
    return Variant(name=name, model_name=model, instance_type=kind, count=count, desired=count)


def endpoint(name: str = "chat", *variants: Variant, days: float = 30.0, **changes: Any) -> EndpointDetail:
    every = variants or (variant(),)
    hourly = [price(each.instance_type).total(each.count) if each.instance_type else 0.0 for each in every]
    start = EndpointDetail(
        name=name, arn=f"{ARN}endpoint/{name}", url="", status="InService", created=NOW - timedelta(days=days),
        modified=NOW - timedelta(days=days), config_name=name, variants=every,
        usd_per_hour=None if None in hourly else sum(each or 0.0 for each in hourly), price_source="a list",
    )  # fmt: skip
    return replace(start, **changes)


def model(environment: Mapping[str, str] | None = None) -> ModelFacts:
    told = tuple(sorted((environment or {}).items()))
    return ModelFacts(name="m", arn=f"{ARN}model/m", image="", artifact="", environment=told, role_arn="")


def window(days: int = 7) -> Window:
    end = int(NOW.timestamp())
    return Window(end - days * 24 * HOUR, end, HOUR)


def flat(value: float | None, days: int = 7) -> tuple[float | None, ...]:
    return (value,) * (days * 24)


def load(name: str = "AllTraffic", days: int = 7, **percent: float | None) -> Load:
    lines = {what: flat(value, days) for what, value in ({"cpu": 5.0, "memory": 20.0} | percent).items()}
    return Load(variant=name, lines=lines)


def figures(
    requests: Mapping[str, Sequence[float | None]] | float | None = None,
    loads: Sequence[Load] = (),
    days: int = 7,
    **changes: Any,
) -> Figures:
    told = requests if isinstance(requests, Mapping) else {"AllTraffic": flat(requests, days)}
    start = Figures(
        window=window(days),
        requests={name: tuple(line) for name, line in told.items()},
        seconds=flat(0.0, days),
        loads={each.variant: each for each in (loads or (load(days=days),))},
    )
    return replace(start, **changes)


def key(kind: Kind, name: str) -> Key:
    return Key(kind, name, REGION)


def thing(kind: Kind, name: str, *uses: Key, days: float = 30.0, **changes: Any) -> Resource:
    start = Resource(
        key=key(kind, name), arn=f"{ARN}{kind.name.lower()}/{name}", created=NOW - timedelta(days=days), tags={},
        uses=uses, described=True,
    )  # fmt: skip
    return replace(start, **changes)


def running(name: str, config: str = "") -> Resource:
    """An endpoint in service."""
    used = key(Kind.ENDPOINT_CONFIG, config or name)
    machine = Machine("ml.m5.large", 1, "AllTraffic")
    return thing(Kind.ENDPOINT, name, used, status="InService", machines=(machine,))


def held(*resources: Resource, gaps: Sequence[Gap] = (), listing: int = 0) -> Holdings:
    return Holdings(ACCOUNT, "aws", (REGION,), resources, NOW, gaps=tuple(gaps), listing=listing)
