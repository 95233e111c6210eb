"""What an update in place is asked with, and what the planner has to know of the endpoint to plan it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.catalog import Price
from services.endpoints.definitions import AutoScaling, Configuration, Model, Pairs
from services.endpoints.models import EndpointDetail, Sharing
from services.settings import Settings


class Shift(StrEnum):
    """How requests move from the instances that serve to those that are to."""

    ALL_AT_ONCE = "all_at_once"
    CANARY = "canary"  # a part first, the rest after a wait
    LINEAR = "linear"  # part by part, with a wait after each
    ROLLING = "rolling"  # batch by batch in place of the old ones: no second fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How an update is carried out. The default is AWS's own: a second fleet, and all requests at once.

    percent   of the capacity in the first part, in each step or in a batch: 1 to 50 (rolling: 5 to 50)
    wait      seconds between parts, in which `alarms` are watched: 0 to 3600
    keep      seconds the old fleet is kept after the last part, so that going back is quick: 0 to 3600
    alarms    CloudWatch alarms that take the update back when one of them is in ALARM; at most 10
    """

    shift: Shift = Shift.ALL_AT_ONCE
    percent: int = 10
    wait: int = 300
    keep: int = 0
    alarms: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How much longer than without it an update takes."""
        parts = {Shift.CANARY: 1, Shift.ALL_AT_ONCE: 0}.get(self.shift, -(-100 // max(self.percent, 1)))
        return float(parts * self.wait + self.keep)

    def sent(self) -> dict[str, Any]:
        """UpdateEndpoint's DeploymentConfig; {} where AWS's own default is meant."""
        if self == Rollout():
            return {}
        alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in self.alarms]}}
        size = {"Type": "CAPACITY_PERCENT", "Value": self.percent}
        if self.shift is Shift.ROLLING:
            policy: dict[str, Any] = {"MaximumBatchSize": size, "WaitIntervalInSeconds": self.wait}
            return {"RollingUpdatePolicy": policy, **(alarms if self.alarms else {})}
        routing: dict[str, Any] = {"Type": self.shift.value.upper(), "WaitIntervalInSeconds": self.wait}
        routing |= {"CanarySize": size} if self.shift is Shift.CANARY else {}
        routing |= {"LinearStepSize": size} if self.shift is Shift.LINEAR else {}
        policy = {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": self.keep}
        return {"BlueGreenUpdatePolicy": policy, **(alarms if self.alarms else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A model that the update makes, named as the new configuration. It runs with the role of the one before.

    artifact    s3://… of a tar.gz (`compressed`) or of a prefix/; "" none
    secrets     keys of container variables whose values are asked for when the plan runs
    tags        what it is, as this console tags it: model-id, model-version, task, family
    startup, download, inference_ami   what its variant needs; 0 and "" leave it out
    """

    name: str
    image: str
    artifact: str = ""
    compressed: bool = True
    environment: Pairs = ()
    secrets: tuple[str, ...] = ()
    isolated: bool = False
    accept_eula: bool = False
    tags: Pairs = ()
    startup: int = 0
    download: int = 0
    inference_ami: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """What is to be different of an endpoint; what is left out stays.

    config_name  of the configuration that is made; it holds the time or a number, so that it is free
    variant      "" is the only one
    model        the name of a model that is there, or one that is made
    fallbacks    further types in order of preference, for when the first has no capacity; None leaves them
    """

    name: str
    config_name: str
    variant: str = ""
    instance_type: str = ""
    count: int = 0
    model: str | NewModel = ""
    fallbacks: tuple[str, ...] | None = None
    volume_gb: int = 0
    rollout: Rollout = field(default_factory=Rollout)

    def secret_name(self, key: str) -> str:
        """The name under which the value of a secret variable is given to the run."""
        return f"{self.config_name}/{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateState:
    """What the planner has to know to update.

    old_model   the model of the variant that changes, None where it is not known or there is none
    new_model   the model that is named in the request and is there, None where it is not there or is made
    sharing     who else uses the present configuration and its models
    prices      of every instance type before and after
    owner       whom what is made is tagged for
    most_instances   that the settings allow
    schedules   names of those that would pause it with the present configuration when its lease ends
    """

    detail: EndpointDetail
    config: Configuration
    sharing: Sharing
    old_model: Model | None = None
    new_model: Model | None = None
    scalings: tuple[AutoScaling, ...] = ()
    prices: tuple[tuple[str, Price], ...] = ()
    pace: float = 1.0
    owner: str = ""
    most_instances: int = field(default_factory=lambda: Settings().most_instances)
    schedules: tuple[str, ...] = ()

    def price(self, instance_type: str) -> Price | None:
        """The price of a type, None where nobody looked."""
        return dict(self.prices).get(instance_type)
