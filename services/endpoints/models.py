"""Endpoints as they stand: what runs, on what, since when, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.catalog import Price
from services.endpoints.definitions import AutoScaling, Component
from services.inference import EndpointFacts
from services.plans import looks_secret
from services.plans.secrecy import HIDDEN

# Statuses in which requests are answered; after a failed rollback by a mix of the old and the new configuration.
SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})
# Statuses in which no instance is held any more, so nothing is billed by the hour.
_WITHOUT_INSTANCES = frozenset({"Failed", "Deleting", "OutOfService"})


@dataclass(frozen=True, slots=True)
class EndpointSummary:
    """One row of the list: what one paged call tells of every endpoint."""

    name: str
    arn: str
    status: str
    created: datetime
    modified: datetime

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return self.status in SERVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One production variant. `model_name` "" holds inference components; `instance_type` "" is serverless."""

    name: str
    model_name: str
    instance_type: str
    count: int
    desired: int
    weight: float = 1.0
    usd_per_hour: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """One model behind an endpoint. Secret-looking values of `environment` are masked as ***."""

    name: str
    arn: str
    image: str
    artifact: str
    environment: tuple[tuple[str, str], ...]
    role_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDetail:
    """Everything known of one endpoint.

    usd_per_hour    of all its instances now; None is unknown. Without instances (failed, deleting) it is 0
    price_source    where the price is from
    failure         AWS's FailureReason, "" when there is none
    components      names of its inference components
    asynchronous    takes its input from S3 and leaves its output there: it cannot be called and waited for
    output          where an asynchronous one leaves its answers: s3://bucket/prefix
    """

    name: str
    arn: str
    url: str
    status: str
    created: datetime
    modified: datetime
    config_name: str
    config_arn: str = ""
    failure: str = ""
    variants: tuple[Variant, ...] = ()
    models: tuple[ModelFacts, ...] = ()
    components: tuple[str, ...] = ()
    asynchronous: bool = False
    output: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    usd_per_hour: float | None = None
    price_source: str = ""

    def tag(self, name: str) -> str:
        """The value of the tag `sagedeck:{name}`, "" when it has none."""
        return dict(self.tags).get(f"sagedeck:{name}", "")

    @property
    def made_here(self) -> bool:
        """Whether this console made it."""
        return self.tag("made-by") == "sagedeck"

    @property
    def owner(self) -> str:
        """Who it was made for, "" when this console did not make it."""
        return self.tag("owner")

    @property
    def model_id(self) -> str:
        """The catalogue's id of its model, where the tag tells."""
        return self.tag("model-id")

    @property
    def family(self) -> str:
        """How it wants to be called, where the tag tells."""
        return self.tag("family")

    @property
    def task(self) -> str:
        """What it is for (text-generation, text-embedding), where the tag tells."""
        return self.tag("task")

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return self.status in SERVING

    @property
    def instance_type(self) -> str:
        """Its instance type, or all of them when variants differ."""
        return ", ".join(dict.fromkeys(variant.instance_type or "serverless" for variant in self.variants))

    @property
    def count(self) -> int:
        """How many instances it has in all."""
        return sum(variant.count for variant in self.variants)

    @property
    def hardware(self) -> str:
        """What it runs on: "2 × ml.g5.xlarge", or "serverless"."""
        if not self.variants:
            return "machine not known"
        return "serverless" if self.serverless else f"{self.count} × {self.instance_type}"

    @property
    def serverless(self) -> bool:
        """Whether it has no machine of its own and is billed by the request."""
        return bool(self.variants) and not any(each.instance_type for each in self.variants)

    def usd_so_far(self, now: float) -> float | None:
        """What it cost since it was created, at the price of now: an estimate, None where the price is unknown.

        `now` in seconds since the epoch, by the other side's clock.
        """
        hours = max(0.0, now - self.created.timestamp()) / 3600
        return None if self.usd_per_hour is None else round(self.usd_per_hour * hours, 4)

    def arn_of(self, kind: str, name: str) -> str:
        """The ARN, as policies want it, of a resource beside this endpoint: kind "model", "endpoint-config", …"""
        return f"{self.arn.rpartition(':')[0]}:{kind}/{name.lower()}"

    def facts(self) -> EndpointFacts:
        """What tells how the endpoint wants to be called."""
        model = self.models[0] if self.models else None
        return EndpointFacts(
            name=self.name,
            config=self.config_name,
            created=self.created.isoformat(),
            image=model.image if model else "",
            environment=dict(model.environment) if model else {},
            artifact=model.artifact if model else "",
            tags=dict(self.tags),
            inference_component=self.components[0] if self.components else None,
            serverless=any(not variant.instance_type for variant in self.variants),
        )

    @property
    def image(self) -> str:
        """The image of its first model."""
        return self.models[0].image if self.models else ""

    @property
    def role_arn(self) -> str:
        """The execution role of its first model."""
        return self.models[0].role_arn if self.models else ""


@dataclass(frozen=True, slots=True)
class Burn:
    """What several endpoints cost an hour: the known part, and the names whose price is unknown."""

    usd_per_hour: float
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What else uses the parts of an endpoint. With `complete` False not everything could be looked at."""

    config_used_by: tuple[str, ...] = ()
    models_used_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What stands on an endpoint and has to go before it. `problem`: what could not be looked at, "" nothing.

    alarms     names of those this console made of it, which go with it
    schedules  names of those that keep to its lease
    """

    scalings: tuple[AutoScaling, ...] = ()
    components: tuple[Component, ...] = ()
    alarms: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    problem: str = ""

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models its components run."""
        return tuple(dict.fromkeys(name for each in self.components for name in each.models))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteState:
    """What the planner has to know to delete an endpoint with what belongs to it alone.

    pace    how many times as fast as AWS the other side works (the sandbox: 60)
    asking  who wants it gone, as it would stand in a tag
    """

    detail: EndpointDetail
    sharing: Sharing
    parts: Parts = field(default_factory=Parts)
    pace: float = 1.0
    asking: str = ""

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models behind it: its variants', then its components'."""
        return tuple(dict.fromkeys((*(each.name for each in self.detail.models), *self.parts.models)))


def masked(environment: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Container variables sorted by name, secret-looking values as ***."""
    return tuple((key, HIDDEN if looks_secret(key, value) else value) for key, value in sorted(environment.items()))


def priced(detail: EndpointDetail, price: Callable[[str], Price]) -> EndpointDetail:
    """The endpoint with the price of its instances, by `price` of one instance type.

    A serverless variant is billed by the request; an endpoint without instances costs nothing by the hour. Of one whose
    variants are not known the price is not known either.
    """
    held = detail.status not in _WITHOUT_INSTANCES
    variants = tuple(
        replace(each, usd_per_hour=price(each.instance_type).total(each.count) if held and each.instance_type else 0.0)
        for each in detail.variants
    )
    costs = [each.usd_per_hour for each in variants]
    sources = dict.fromkeys(price(each.instance_type).source for each in variants if each.instance_type)
    return replace(
        detail,
        variants=variants,
        usd_per_hour=None if None in costs or (held and not variants) else round(sum(cost or 0.0 for cost in costs), 6),
        price_source="; ".join(sources),
    )


def burn(details: tuple[EndpointDetail, ...]) -> Burn:
    """What all of them cost an hour; an unknown price is named, never counted as nothing."""
    known = sum(detail.usd_per_hour for detail in details if detail.usd_per_hour is not None)
    return Burn(round(known, 6), tuple(detail.name for detail in details if detail.usd_per_hour is None))
