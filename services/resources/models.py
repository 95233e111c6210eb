"""What is held: resources by kind and exact name, what each uses, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

MADE_BY, OWNER, PROTECTED = "sagedeck:made-by", "sagedeck:owner", "sagedeck:protected"


class Kind(StrEnum):
    """What a resource is, in AWS's words; the order is that of a page. Roles are IAM's, and of no region."""

    ENDPOINT = "endpoint"
    COMPONENT = "inference component"
    SCALABLE_TARGET = "scalable target"
    NOTEBOOK = "notebook instance"
    APP = "Studio app"
    SPACE = "Studio space"
    USER_PROFILE = "Studio user profile"
    DOMAIN = "Studio domain"
    FILE_SYSTEM = "file system"
    TRAINING_JOB = "training job"
    TRANSFORM_JOB = "transform job"
    AUTOML_JOB = "AutoML job"
    PROCESSING_JOB = "processing job"
    ENDPOINT_CONFIG = "endpoint configuration"
    MODEL = "model"
    ALARM = "alarm"
    TOPIC = "topic"
    SCHEDULE = "schedule"
    LOG_GROUP = "log group"
    BUCKET = "bucket"
    PREFIX = "bucket prefix"
    LIFECYCLE = "lifecycle configuration"
    ROLE = "execution role"
    COLLECTION = "Astra collection"
    LIBRARY = "local collection"


class Key(NamedTuple):
    """Which resource: names are exact, compared whole and in their letter case. `region` is "" for IAM and Astra.

    A name that is unique only within another is written as its delete call needs it, parts joined by "/": a space is
    "domain-id/space", an app "domain-id/space-or-profile/type/app", a prefix "bucket/pre/fix/".
    """

    kind: Kind
    name: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read, for what ARNs are made of."""

    region: str
    account: str
    partition: str

    def arn(self, service: str, rest: str) -> str:
        """The ARN of a resource here, in the partition's own form."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"


@dataclass(frozen=True, slots=True)
class Machine:
    """Instances that a resource holds now, or `wanted` when it is started: what it costs follows from them.

    since       when these began to be held, None not known
    memory_mb, concurrency    of a serverless variant, which has no instance type; `provisioned` of it is billed idle
    """

    instance_type: str
    count: int = 1
    variant: str = ""
    since: datetime | None = None
    memory_mb: int = 0
    concurrency: int = 0
    provisioned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One thing of the account.

    status      AWS's word, "" where the kind has none
    tags        None: they could not be read, or not yet. What has no readable tags is nobody's and not ours
    uses        what it cannot do without, such as an endpoint's configuration; known only when `described`
    described   whether it was looked into; from list calls alone, uses and machines are not known
    machines    instances it holds now; a stopped notebook has none
    volume_gb   of storage volumes it holds, also while stopped
    stored      bytes it stores (log group, file system, prefix); None not known
    problem     why it could not be looked into, one sentence
    about       a word or two more for a person, such as a model's image or who opened a space
    parts       ids of what is of it alone and goes before it, such as a file system's mount targets
    """

    key: Key
    arn: str = ""
    status: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    tags: Mapping[str, str] | None = None
    uses: tuple[Key, ...] = ()
    described: bool = False
    machines: tuple[Machine, ...] = ()
    volume_gb: float = 0.0
    stored: int | None = None
    problem: str = ""
    about: str = ""
    parts: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.key.kind

    @property
    def name(self) -> str:
        """Its exact name."""
        return self.key.name

    @property
    def made_here(self) -> bool:
        """Whether a console of this kind made it, by its tags."""
        return (self.tags or {}).get(MADE_BY) == "sagedeck"

    @property
    def owner(self) -> str:
        """The person it was made for, "" where no tag tells."""
        return (self.tags or {}).get(OWNER, "")


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be seen: a kind in a region ("" all of them), and why, in one sentence.

    `action` is the IAM action that was denied, "" for anything else; `later` means that it was only too slow or
    refused for the moment, so that what is not seen is not to be called absent.
    """

    kind: Kind
    region: str
    why: str
    action: str = ""
    later: bool = False


@dataclass(frozen=True)
class Holdings:
    """What was found in an account, at a moment.

    alias       the account's alias, "" when it has none; what deleting asks a person to type (else the number)
    regions     those that were looked at
    at          when it was read, by the account's clock
    reading     how many resources are still to be described; 0: all are
    listing     how many lists are still under way; above 0 there may be more than is shown
    """

    account: str
    partition: str
    regions: tuple[str, ...]
    resources: tuple[Resource, ...]
    at: datetime
    alias: str = ""
    gaps: tuple[Gap, ...] = ()
    reading: int = 0
    listing: int = 0
    by_key: Mapping[Key, Resource] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {each.key: each for each in self.resources})

    @cached_property
    def users(self) -> Mapping[Key, tuple[Key, ...]]:
        """For each resource what is known to use it. A gap or an undescribed resource may use it besides."""
        found: dict[Key, list[Key]] = {}
        for each in self.resources:
            for used in each.uses:
                found.setdefault(used, []).append(each.key)
        return {key: tuple(users) for key, users in found.items()}

    def of(self, *kinds: Kind) -> Iterator[Resource]:
        """The resources of these kinds, in the order found."""
        return (each for each in self.resources if each.kind in kinds)
