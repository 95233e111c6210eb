"""What a deployment is asked with, and what the planner has to know of the world to plan it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from services.access import RoleChoice, RoleState
from services.catalog import CatalogModel, Container, Price, Rate, has_gpu
from services.deploy.modes import Advanced, Components, Mode, RealTime, Scaling
from services.deploy.sources import CatalogSource, CustomSource, HubSource, PipelineSource, Source
from services.legible import legible
from services.plans.leasing import DELETE
from services.settings import Settings

MOST_INSTANCES = Settings().most_instances
LONGEST_WORDS = 1000  # of one problem; a list of instance types fits
_SHORT = (("huggingface-", "hf-"), ("textgeneration", "textgen"), ("sentencesimilarity", "embed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest:
    """One model on one endpoint. Model and endpoint configuration take the endpoint's name.

    instance_type  "" where the mode needs no machine of its own (serverless, a component onto an endpoint)
    fallbacks      further types in order of preference, for when the first has no capacity (instance pools)
    environment    container variables that go over the model's own, as (key, value) pairs
    secrets        keys of container variables whose values are asked for when the plan runs and written nowhere
    tags           further tags, as (key, value) pairs
    lease_hours    after which the endpoint is to end; 0 never
    lease_ends     when that is (2026-12-01T18:00:00Z), once it is asked for: see `DeployService.dated`
    lease_then     "delete" or "pause"
    """

    source: Source
    endpoint_name: str
    instance_type: str
    role: RoleChoice
    owner: str = ""
    mode: Mode = field(default_factory=RealTime)
    count: int = 1
    fallbacks: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    scaling: Scaling | None = None
    advanced: Advanced = field(default_factory=Advanced)
    lease_hours: float = 0.0
    lease_ends: str = ""
    lease_reason: str = ""
    lease_then: str = DELETE

    @property
    def component_name(self) -> str:
        """The name of the inference component; "" where the mode makes none."""
        return (self.mode.name or self.endpoint_name) if isinstance(self.mode, Components) else ""

    @property
    def model_name(self) -> str:
        """The name of the model: the endpoint's, or the component's where the endpoint is there already."""
        onto = isinstance(self.mode, Components) and self.mode.onto
        return self.component_name if onto else self.endpoint_name

    @property
    def instance_types(self) -> tuple[str, ...]:
        """Every type it may run on, in order of preference."""
        return tuple(each for each in (self.instance_type, *self.fallbacks) if each)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The variables whose values are asked for; a gated model of the hub wants the hub's token."""
        gated = isinstance(self.source, HubSource) and self.source.gated
        return tuple(dict.fromkeys((*self.secrets, *(("HF_TOKEN",) if gated else ()))))

    @property
    def accept_eula(self) -> bool:
        """Whether the person accepted the licence; only a model of the catalogue asks for one."""
        return isinstance(self.source, CatalogSource) and self.source.accept_eula

    def secret_name(self, key: str) -> str:
        """The name under which the value of a secret variable is given to the run."""
        return f"{self.endpoint_name}/{key}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one field. `field` is its dotted name in the request ("source.hub_id", "count").

    What it repeats of the field is made legible: no control characters, no token, and not endless.
    """

    field: str
    words: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", legible(self.words.replace("\n", " "), LONGEST_WORDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class RagPairRequest:
    """An embedding model and a language model, deployed side by side under one execution role."""

    embedding: DeployRequest
    language: DeployRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedModel:
    """What a source turned out to be.

    id                the catalogue's or the hub's; "" a container of one's own
    task              "" not known
    instances         the types it is published for, cheapest first; empty: any may be named
    typical_seconds   until InService, on AWS
    eula              a licence has to be accepted; it can be read at `eula_url`
    min_gpu_gib       GPU memory it needs at least, weights and working space; 0 runs without, or it is not known
    needs_gpu         it runs on no processor, however small it is
    subscription      where it has to be subscribed to first (AWS Marketplace); "" nowhere
    """

    id: str
    name: str
    task: str = ""
    instances: tuple[str, ...] = ()
    typical_seconds: float = 480.0
    eula: bool = False
    eula_url: str = ""
    min_gpu_gib: float = 0.0
    needs_gpu: bool = False
    subscription: str = ""
    url: str = ""

    @classmethod
    def of_catalog(cls, model: CatalogModel, region: str) -> HostedModel:
        """A model of the catalogue, as a deployment sees it."""
        return cls(
            id=model.id,
            name=model.name,
            task=model.task,
            instances=model.instances,
            typical_seconds=model.typical_seconds,
            eula=model.eula,
            eula_url=model.eula_url(region),
            min_gpu_gib=model.min_gpu_gib,
            needs_gpu=bool(model.instances) and all(has_gpu(each) for each in model.instances),
            subscription=model.url if model.marketplace else "",
            url=model.url,
        )


@dataclass(frozen=True, slots=True)
class FoundEndpoint:
    """An endpoint that has the wanted name already.

    variant, instance_type, count   of its first variant, read where a component is put onto it
    most                            how many instances it may grow to
    takes_components                its variants name no model
    """

    name: str
    status: str
    config_name: str
    variant: str = ""
    instance_type: str = ""
    count: int = 0
    most: int = 0
    takes_components: bool = False


@dataclass(frozen=True, slots=True)
class FoundComponent:
    """An inference component that has the wanted name already."""

    endpoint: str
    status: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is deployed: what ARNs and images of elsewhere are told by, and the hard cap of the settings."""

    region: str
    account: str
    partition: str = "aws"
    most_instances: int = MOST_INSTANCES


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployState:
    """What is known of the world: what is to run, its container, the price, the role, and who has the name.

    fallback_prices   of the request's further instance types, in their order
    component         the inference component that has the wanted name already; None: there is none
    pace              how many times as fast as AWS the other side works (the sandbox: 60)
    most_instances    the hard cap of the settings
    second, ready     of a serverless request: what a second of work costs, and one of concurrency that is kept ready
    """

    model: HostedModel
    container: Container
    price: Price
    role: RoleState
    endpoint: FoundEndpoint | None = None
    fallback_prices: tuple[Price, ...] = ()
    component: FoundComponent | None = None
    pace: float = 1.0
    most_instances: int = MOST_INSTANCES
    second: Rate | None = None
    ready: Rate | None = None

    @property
    def region(self) -> str:
        """The region all of it is in."""
        return self.role.region

    @property
    def place(self) -> Place:
        """Where it is deployed."""
        return Place(self.role.region, self.role.account, self.role.partition, self.most_instances)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a SageMaker resource here: kind "endpoint", "endpoint-config", "model", "inference-component"."""
        return f"arn:{self.role.partition}:sagemaker:{self.region}:{self.role.account}:{kind}/{name.lower()}"


def suggest_name(model: str | Source, now: datetime) -> str:
    """A name with the time in it, at most 63 characters: jumpstart-dft-{model}-{date}-{time} as SageMaker Studio
    suggests them for a model of the catalogue, hf-… for one of the hub, own-… for a container of one's own, ap-… for a
    candidate of Autopilot.
    """
    match model:
        case HubSource(hub_id=name):
            head = "hf-"
        case CustomSource(image=image):
            head, name = "own-", image.rpartition("/")[2].partition("@")[0].partition(":")[0]
        case PipelineSource(job=name):
            head = "ap-"
        case CatalogSource(model_id=name) | str(name):
            head = "jumpstart-dft-"
    for long, abbreviation in _SHORT if head == "jumpstart-dft-" else ():
        name = name.lower().replace(long, abbreviation)
    stamp = now.strftime("%Y%m%d-%H%M%S")
    room = 63 - len(head) - len(stamp) - 1
    middle = re.sub(r"[^a-z0-9]+", "-", name.lower())[:room].strip("-")
    return f"{head}{middle}-{stamp}" if middle else f"{head}{stamp}"
