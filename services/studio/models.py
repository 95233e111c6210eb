"""What Studio is made of, what can be asked of it, and what its planners have to know.

States and limits: CreateDomain, CreateSpace, CreateApp in SageMaker's API reference and botocore's service model, as of
2026-11-20. Idle shutdown: "Idle shutdown" in SageMaker's developer guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.access import RoleChoice, RoleState
from services.clients import Hidden
from services.studio.states import APPS, DOMAIN_STATES, SPACES, UNKNOWN_STATE, USABLE

HOURS_OF_MONTH = 730.0
LEAST_GB, MOST_GB = 5, 16_384
LEAST_IDLE, MOST_IDLE, USUAL_IDLE = 60, 525_600, 120  # minutes
OPEN_SECONDS = 300  # in which a presigned URL has to be opened
LEAST_SESSION, MOST_SESSION = 1_800, 43_200
DEFAULT_TYPE = "ml.t3.medium"
APP_NAME = "default"
APP_TYPES: Mapping[str, str] = {"JupyterLab": "JupyterLab", "CodeEditor": "Code Editor"}
NOT_STUDIO_LAB = (
    "This is Studio of your AWS account. Studio Lab (studiolab.sagemaker.aws) is something else: a free service with "
    "an account of its own, which reaches neither your endpoints nor your data and is not managed here."
)


class Act(StrEnum):
    """What can be done with a space."""

    OPEN = "Open"
    RUN = "Run"
    STOP = "Stop"
    CHANGE = "Change"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app: the machine that costs. `usd_per_hour` of it while it runs, None not known."""

    kind: str
    name: str = APP_NAME
    status: str = ""
    instance_type: str = ""
    created: datetime | None = None
    arn: str = "*"
    failure: str = ""
    usd_per_hour: float | None = None

    @property
    def bills(self) -> bool:
        """Whether its machine may bill now; JupyterServer's costs nothing."""
        return self.status in ("Pending", "InService", "Deleting") and self.instance_type != "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A space: a volume with files, and the app that runs on it, if one does.

    usd_stored      USD an hour of its volume, also while nothing runs; None not known
    idle_minutes    after so many without use its app is stopped by AWS; 0 not set, or not known
    described       whether its own settings were read; from the lists, kind and idle time are not known
    """

    domain: str
    name: str
    status: str = ""
    owner: str = ""
    kind: str = ""
    volume_gb: int = 0
    idle_minutes: int = 0
    created: datetime | None = None
    changed: datetime | None = None
    arn: str = "*"
    failure: str = ""
    shared: bool = False
    apps: tuple[App, ...] = ()
    usd_stored: float | None = None
    described: bool = False

    @property
    def app(self) -> App | None:
        """The app that runs, starts or stops in it; else one that failed; None where none is."""
        alive = [each for each in self.apps if each.status != "Failed"]
        return next(iter((*alive, *self.apps)), None)

    @property
    def status_words(self) -> str:
        """Its status in one word, as a person means it: Runs, Starting, Stopping, Stopped, or AWS's own."""
        if self.status not in USABLE or self.app is None:
            return "Stopped" if self.status == "InService" else self.status
        return {"InService": "Runs", "Pending": "Starting", "Deleting": "Stopping"}.get(
            self.app.status, self.app.status
        )

    @property
    def state_words(self) -> str:
        """The same within a sentence."""
        return {"Runs": "running"}.get(self.status_words, self.status_words.lower() or "in an unknown state")

    @property
    def means(self) -> str:
        """What its state means, one sentence."""
        if self.status in USABLE and self.app is not None:
            return APPS.get(self.app.status, UNKNOWN_STATE)
        return SPACES.get(self.status, UNKNOWN_STATE)

    @property
    def acts(self) -> tuple[Act, ...]:
        """What can be done with it now."""
        if self.status in ("Failed", "Delete_Failed"):
            return (Act.DELETE,)
        if self.status not in USABLE:
            return ()
        app = self.app.status if self.app else ""
        running = {
            "": (Act.RUN, Act.CHANGE, Act.DELETE),
            "Failed": (Act.RUN, Act.CHANGE, Act.DELETE),
            "Pending": (Act.STOP, Act.DELETE),
            "InService": (Act.OPEN, Act.STOP, Act.CHANGE, Act.DELETE),
            "Deleting": (Act.DELETE,),
        }
        return running.get(app, ())

    @property
    def usd_now(self) -> float | None:
        """USD an hour as it stands: its volume, and the machines of its apps."""
        parts = [self.usd_stored, *(each.usd_per_hour for each in self.apps if each.bills)]
        return None if None in parts else sum(each or 0.0 for each in parts)

    @property
    def passes(self) -> bool:
        """Whether its state is one that passes by itself."""
        app = self.app.status if self.app else ""
        return self.status in ("Pending", "Updating", "Deleting") or app in ("Pending", "Deleting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person of a domain, with apps that belong to no space (Studio Classic, Canvas)."""

    domain: str
    name: str
    status: str = ""
    apps: tuple[App, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain with all in it. `files_gb` of its home file system, None not known; `usd_files` USD an hour for them."""

    id: str
    name: str = ""
    status: str = ""
    created: datetime | None = None
    arn: str = "*"
    profiles: tuple[Profile, ...] = ()
    spaces: tuple[Space, ...] = ()
    file_system: str = ""
    files_gb: float | None = None
    usd_files: float | None = None

    @property
    def means(self) -> str:
        """What its state means, one sentence."""
        return DOMAIN_STATES.get(self.status, UNKNOWN_STATE)

    @property
    def usable(self) -> bool:
        """Whether something can be made in it."""
        return self.status in ("InService", "Updating", "Update_Failed")

    @property
    def usd_now(self) -> float | None:
        """USD an hour of everything in it; what its files cost is left out where their size is not known."""
        apps = [each for one in self.profiles for each in one.apps if each.bills]
        parts = [each.usd_now for each in self.spaces] + [each.usd_per_hour for each in apps]
        return None if None in parts else sum(each or 0.0 for each in parts) + (self.usd_files or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSettings:
    """What describing a domain tells beyond the lists.

    auth    "IAM", or "SSO" where people come through IAM Identity Center and no presigned URL is given
    idle    by kind of app: the minutes after which AWS stops it, with the least and most a space may set; none: never
    largest_gb  the largest volume that a space of it may have
    """

    id: str
    auth: str = "IAM"
    failure: str = ""
    role_arn: str = ""
    vpc: str = ""
    subnets: tuple[str, ...] = ()
    network: str = ""
    idle: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    largest_gb: int = MOST_GB


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRequest:
    """A domain and its first user profile. `idle_minutes` 0: apps run until somebody stops them."""

    name: str
    profile: str
    role: RoleChoice
    vpc_id: str
    subnets: tuple[str, ...]
    idle_minutes: int = USUAL_IDLE
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRequest:
    """A further person of a domain."""

    domain: str
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRequest:
    """A private space of a person, and whether it is run at once. `idle_minutes` 0: as the domain says."""

    domain: str
    profile: str
    name: str
    kind: str = "JupyterLab"
    instance_type: str = DEFAULT_TYPE
    volume_gb: int = LEAST_GB
    idle_minutes: int = 0
    run: bool = True
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceChange:
    """A larger volume or another idle time; 0 leaves it. `restart`: what ran runs again afterwards."""

    domain: str
    name: str
    volume_gb: int = 0
    idle_minutes: int = 0
    restart: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioState:
    """What planning has to know. USD; None is unknown.

    domains     the names of the domains there are; `spaces` those of the domain in question; `profiles` its people
    owner       who asks: apps are tagged as theirs
    """

    region: str
    account: str
    owner: str = ""
    partition: str = "aws"
    role: RoleState = field(default_factory=lambda: RoleState(region="", account=""))
    domains: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    settings: DomainSettings | None = None
    usd_per_hour: float | None = None
    usd_per_gb_month: float | None = None
    efs_per_gb_month: float | None = None
    price_source: str = ""
    pace: float = 1.0

    def arn(self, rest: str) -> str:
        """The ARN of something of SageMaker's here."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:{rest}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A presigned URL: whoever has it is signed in as `profile`. Shown once to who asked, kept nowhere."""

    url: Hidden
    profile: str
    seconds: int = OPEN_SECONDS


def profile_name(owner: str) -> str:
    """A name that a user profile or space can have, made of a person's."""
    words = re.sub(r"[^a-zA-Z0-9]+", "-", owner.rpartition("/")[2]).strip("-")
    return words[:40].strip("-") or "me"
