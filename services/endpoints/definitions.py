"""What AWS was told when a configuration, a component or its scaling was made, so that it can be made again alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.plans.models import Frozen, freeze
from services.plans.scaling import Scaled

Pairs = tuple[tuple[str, str], ...]
MADE_BY = ("sagedeck:made-by", "sagedeck")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """An endpoint configuration. `sent` is what CreateEndpointConfig takes but for name and tags."""

    name: str
    arn: str
    sent: Mapping[str, Any] = field(default_factory=Frozen)
    tags: Pairs = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", freeze(self.sent))

    @property
    def variants(self) -> tuple[Mapping[str, Any], ...]:
        """Its production variants, as CreateEndpointConfig takes them."""
        found: tuple[Mapping[str, Any], ...] = self.sent.get("ProductionVariants", ())
        return found

    @property
    def policy_arn(self) -> str:
        """Its ARN as IAM sees it: the name in lower case."""
        head, _, name = self.arn.rpartition("/")
        return f"{head}/{name.lower()}"

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models it names, instance pools' own and shadows' included."""
        every = (*self.variants, *self.sent.get("ShadowProductionVariants", ()))
        named = [each.get("ModelName", "") for each in every]
        named += [pool.get("ModelNameOverride", "") for each in every for pool in each.get("InstancePools", ())]
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def made_here(self) -> bool:
        """Whether this console made it."""
        return MADE_BY in self.tags

    def tag(self, name: str) -> str:
        """The value of the tag `sagedeck:{name}`, "" when it has none."""
        return dict(self.tags).get(f"sagedeck:{name}", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """An inference component. `sent` is what CreateInferenceComponent takes but for name and endpoint.

    Secret-looking values of its container's environment are Secret(name): asked for when it is made again.
    """

    name: str
    sent: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", freeze(self.sent))

    @property
    def base(self) -> str:
        """The component it is an adapter of, "" when it is none."""
        named = [self.sent.get("Specification", {}), *self.sent.get("Specifications", ())]
        return next(
            (str(each["BaseInferenceComponentName"]) for each in named if "BaseInferenceComponentName" in each), ""
        )

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models it runs."""
        named = [self.sent.get("Specification", {}), *self.sent.get("Specifications", ())]
        return tuple(dict.fromkeys(str(each["ModelName"]) for each in named if each.get("ModelName")))

    def tag(self, name: str) -> str:
        """The value of the tag `sagedeck:{name}`, "" when it has none."""
        tags = {each["Key"]: each["Value"] for each in self.sent.get("Tags", ())}
        return str(tags.get(f"sagedeck:{name}", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A scaling policy: `sent` is its configuration, under the member that PutScalingPolicy has for its kind."""

    name: str
    kind: str
    sent: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", freeze(self.sent))


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUp:
    """A CloudWatch alarm that carries out the policy `policy`. `sent` is PutMetricAlarm's but for name and actions."""

    name: str
    policy: str
    sent: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", freeze(self.sent))


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoScaling:
    """A scalable target with its policies, and the alarms of those that have no alarms of their own."""

    scaled: Scaled
    minimum: int
    maximum: int
    policies: tuple[Policy, ...] = ()
    alarms: tuple[WakeUp, ...] = ()

    @property
    def variant(self) -> str:
        """The variant it scales, "" when it scales a component."""
        parts = self.scaled.resource_id.split("/")
        return parts[3] if parts[0] == "endpoint" and len(parts) == 4 else ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much of a variant runs: instances and weight. Where it differs from the configuration, it was set later."""

    variant: str
    count: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model. `sent` is what CreateModel takes but for name and tags."""

    name: str
    arn: str
    sent: Mapping[str, Any] = field(default_factory=Frozen)
    tags: Pairs = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent", freeze(self.sent))

    @property
    def made_here(self) -> bool:
        """Whether this console made it."""
        return MADE_BY in self.tags

    @property
    def containers(self) -> tuple[Mapping[str, Any], ...]:
        """Its containers, the primary one first."""
        primary = self.sent.get("PrimaryContainer")
        return (*((primary,) if primary else ()), *self.sent.get("Containers", ()))
