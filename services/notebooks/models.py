"""What a notebook instance is, what can be asked of it, and what its planner has to know.

States, limits and platforms: CreateNotebookInstance and DescribeNotebookInstance in SageMaker's API reference and
botocore's service model, as of 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.access import RoleChoice, RoleState
from services.clients import Hidden

HOURS_OF_MONTH = 730.0
LEAST_GB, MOST_GB = 5, 16_384
OPEN_SECONDS = 300  # in which a presigned URL has to be opened
LEAST_SESSION, MOST_SESSION = 1_800, 43_200  # seconds that Jupyter stays open
KEPT = "/home/ec2-user/SageMaker"
ABOUT = (
    "A notebook instance is a machine of its own with Jupyter on it. It bills by the second while it runs; stopped, "
    f"only its volume bills, and of its files those under {KEPT} stay."
)
PLATFORMS: Mapping[str, str] = {
    "": "AWS's own choice",
    "notebook-al2023-v2": "Amazon Linux 2023, newest",
    "notebook-al2023-v1": "Amazon Linux 2023",
    "notebook-al2-v3": "Amazon Linux 2, JupyterLab 4",
    "notebook-al2-v2": "Amazon Linux 2, JupyterLab 3",
    "notebook-al2-v1": "Amazon Linux 2, JupyterLab 1",
}


class Act(StrEnum):
    """What can be done with a notebook instance."""

    OPEN = "Open"
    START = "Start"
    STOP = "Stop"
    CHANGE = "Change"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class State:
    """A status of AWS's: what it means, what can be done, and whether the machine may bill."""

    words: str
    acts: tuple[Act, ...] = ()
    bills: bool = False
    passes: bool = False


STATES: Mapping[str, State] = {
    "Pending": State("It is being made or started, which takes about four minutes.", (Act.DELETE,), True, True),
    "InService": State("It runs and can be opened.", (Act.OPEN, Act.STOP, Act.CHANGE, Act.DELETE), True),
    "Stopping": State("It is being stopped; files outside its volume go.", (Act.DELETE,), True, True),
    "Stopped": State("It stands still: only its volume bills.", (Act.START, Act.CHANGE, Act.DELETE)),
    "Failed": State("It could not be made, started or changed; nothing runs.", (Act.START, Act.DELETE)),
    "Deleting": State("It is being deleted, with its volume.", (), False, True),
    "Updating": State("Its settings are being changed; it stands still meanwhile.", (Act.DELETE,), False, True),
    "PendingMaintenance": State("AWS is about to maintain it; save your work.", (Act.OPEN, Act.STOP), True),
    "InMaintenance": State("AWS maintains it; it comes back by itself.", (), True, True),
}
_UNKNOWN = State("AWS tells a status that this console does not know; look at it in AWS's own console.", (), True)


def state_of(status: str) -> State:
    """What a status means; of one that is not known nothing is offered, and it may bill."""
    return STATES.get(status, _UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookInstance:
    """A notebook instance as it stands. USD; None is unknown.

    usd_per_hour    of its machine while it runs
    usd_stored      of its volume an hour, whether it runs or not
    failure         AWS's reason, "" where it did not fail
    owner           whose it is by its tags, "" not told
    """

    name: str
    arn: str = ""
    status: str = ""
    instance_type: str = ""
    volume_gb: int = LEAST_GB
    created: datetime | None = None
    changed: datetime | None = None
    failure: str = ""
    role_arn: str = ""
    subnet: str = ""
    groups: tuple[str, ...] = ()
    lifecycle: str = ""
    platform: str = ""
    root: bool = True
    internet: bool = True
    imds: str = ""
    kms_key: str = ""
    repository: str = ""
    owner: str = ""
    usd_per_hour: float | None = None
    usd_stored: float | None = None
    price_source: str = ""

    @property
    def state(self) -> State:
        """What its status means."""
        return state_of(self.status)

    @property
    def running(self) -> bool:
        """Whether its machine bills now."""
        return self.state.bills

    @property
    def usd_now(self) -> float | None:
        """USD an hour as it stands, volume included."""
        parts = [self.usd_stored, self.usd_per_hour if self.running else 0.0]
        return None if None in parts else sum(each or 0.0 for each in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRequest:
    """A notebook instance to make.

    role        taken on by it: what code in it may do
    lifecycle   the name of a lifecycle configuration, "" none
    root        whether people in it may become root
    internet    whether it has a way to the internet of its own; without one it needs a subnet
    kms_key     encrypts its volume; "" AWS's own
    repository  a Git repository that is there when it opens: an https address, or the name of one kept in SageMaker
    imds        the least version of the instance metadata service, "1" or "2"
    lease_ends, lease_reason    when it is to stop by itself (2026-12-01T18:00:00Z; "" never), and what it is for
    """

    name: str
    instance_type: str
    role: RoleChoice
    volume_gb: int = LEAST_GB
    platform: str = ""
    lifecycle: str = ""
    root: bool = True
    internet: bool = True
    subnet: str = ""
    groups: tuple[str, ...] = ()
    kms_key: str = ""
    repository: str = ""
    imds: str = "2"
    lease_ends: str = ""
    lease_reason: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """Another machine or a larger volume. 0 and "" leave it as it is; `restart`: what ran runs again afterwards."""

    name: str
    volume_gb: int = 0
    instance_type: str = ""
    restart: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookState:
    """What making one has to know: where, the role as it stands, prices, and whether the name is taken.

    usd_per_hour    of one machine; usd_per_gb_month of its volume; None unknown
    taken           the status of the one that has this name already, "" none
    """

    region: str
    account: str
    partition: str = "aws"
    role: RoleState = field(default_factory=lambda: RoleState(region="", account=""))
    usd_per_hour: float | None = None
    usd_per_gb_month: float | None = None
    price_source: str = ""
    taken: str = ""
    pace: float = 1.0

    def arn(self, name: str) -> str:
        """The ARN of a notebook instance here."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:notebook-instance/{name.lower()}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A presigned URL: whoever has it is signed in. Shown once to who asked; kept, logged and written nowhere."""

    url: Hidden
    seconds: int = OPEN_SECONDS


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A lifecycle configuration: scripts that run as root when an instance is made, and each time it starts."""

    name: str
    on_create: str = ""
    on_start: str = ""


LIFECYCLE_NOTE = (
    "Its scripts run as root, OnCreate once and OnStart at every start. Each may take 5 minutes at most, or the "
    "instance fails; longer work belongs into the background (nohup … &). They are looked at by nobody here."
)
