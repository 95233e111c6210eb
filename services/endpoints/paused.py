"""What is known of endpoints that are paused, and of those that are to be; the steps that pause and resume share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.endpoints.definitions import Capacity, Configuration
from services.endpoints.memory import AT, Memory
from services.endpoints.models import EndpointDetail
from services.endpoints.starting import set_capacity
from services.plans.models import Permission, Proof, Read, Step

MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequest:
    """Which endpoint is to be paused, and since when it will say that it is (ISO 8601)."""

    name: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseState:
    """What the planner has to know to pause: the endpoint, what made it, and how much of it runs.

    scheduled   how many scheduled scaling actions it has: they go with its target and are not remembered
    schedules   names of those that keep to its lease, which ends with it
    asking      who wants it, as it would stand in a tag
    """

    detail: EndpointDetail
    memory: Memory
    config: Configuration
    scheduled: int = 0
    schedules: tuple[str, ...] = ()
    pace: float = 1.0
    asking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedEndpoint:
    """An endpoint that is not there and can be again. `memory` None: its tags can no longer be read.

    usd_per_hour   what it would cost when resumed; None is unknown. `usd_most`: where it scales by itself
    config         its configuration; `models` those that are still there
    found          the status of an endpoint that has its name (and configuration) already, "" none has
    taken          the configuration of somebody else's endpoint of that name, "" there is none
    """

    name: str
    arn: str
    config: Configuration
    since: datetime | None = None
    memory: Memory | None = None
    hardware: str = ""
    usd_per_hour: float | None = None
    usd_most: float | None = None
    price_source: str = ""

    @property
    def owner(self) -> str:
        """Who it was made for, "" when this console did not make it."""
        return self._tag("owner") if self._tag("made-by") == "sagedeck" else ""

    @property
    def model_id(self) -> str:
        """The catalogue's id of its model, where the tag tells."""
        return self._tag("model-id")

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models it needs: its configuration's and its components'."""
        own = (name for each in (self.memory.components if self.memory else ()) for name in each.models)
        return tuple(dict.fromkeys((*self.config.models, *own)))

    @property
    def serverless(self) -> bool:
        """Whether it has no machine of its own."""
        return bool(self.config.variants) and all("ServerlessConfig" in each for each in self.config.variants)

    def _tag(self, name: str) -> str:
        kept = dict(self.memory.tags) if self.memory else {}
        return kept.get(f"sagedeck:{name}", "") or self.config.tag(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeState:
    """What the planner has to know to resume: what is paused, the models that are gone, and who has the name."""

    paused: PausedEndpoint
    models_gone: tuple[str, ...] = ()
    status: str = ""
    found_config: str = ""
    pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardState:
    """What the planner has to know to delete a paused endpoint for good."""

    paused: PausedEndpoint
    models: tuple[str, ...] = ()
    models_used_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    config_used_by: tuple[str, ...] = ()
    complete: bool = True
    asking: str = ""


def forget_step(config: Configuration, keys: Iterable[str], *, step_id: str, after: tuple[str, ...]) -> Step:
    """Takes the tags of a pause off a configuration."""
    about = {"ResourceArn": config.arn}
    return Step(
        id=step_id,
        service="sagemaker",
        operation="delete_tags",
        reason=f"The configuration {config.name} has nothing to remember any more.",
        parameters={**about, "TagKeys": list(keys)},
        after=after,
        permissions=(
            Permission("sagemaker:DeleteTags", config.policy_arn),
            Permission("sagemaker:ListTags", config.policy_arn),
        ),
        proof=Proof(Read("sagemaker", "list_tags", about), found=f"Tags[?Key=='{AT}']", gone=True),
    )


def capacity_again(memory: Memory, arn: str, pace: float, after: tuple[str, ...], prefix: str = "") -> tuple[Step, ...]:
    """Sets the counts and weights that the configuration does not say; () where it says all."""
    if not memory.capacities:
        return ()
    reason = f"{memory.endpoint} ran with other counts or weights than its configuration says: they are set again."
    return set_capacity(memory.endpoint, arn, memory.capacities, pace, reason, after=after, prefix=prefix)


def differing(detail: EndpointDetail, config: Configuration, scaled: Iterable[str] = ()) -> tuple[Capacity, ...]:
    """The variants that run with another count or weight than their configuration begins with.

    The count of a variant that scales by itself (`scaled`) is left to its scaling.
    """
    begun = {each["VariantName"]: each for each in config.variants}
    found = []
    for variant in detail.variants:
        sent = begun.get(variant.name, {})
        initial = int(sent.get("InitialInstanceCount", 0))
        moved = bool(initial and variant.desired != initial and variant.name not in set(scaled))
        if moved or variant.weight != float(sent.get("InitialVariantWeight", 1.0)):
            count = variant.desired if initial and variant.name not in set(scaled) else 0
            found.append(Capacity(variant.name, count, variant.weight))
    return tuple(found)
