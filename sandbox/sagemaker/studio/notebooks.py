"""Notebook instances: made, started, changed when stopped, stopped, deleted."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.pricing.rates import USES
from sandbox.records import Record, shown
from sandbox.sagemaker import listing
from sandbox.sagemaker.limits import exceeded, limit
from sandbox.sagemaker.studio.life import DELETING, FAILED, GONE, IN_SERVICE, PENDING, UPDATING, Life
from sandbox.sagemaker.studio.lifecycles import NotebookLifecycles
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

STOPPING, STOPPED = "Stopping", "Stopped"
STATUS = "NotebookInstanceStatus"
LIFECYCLE = "NotebookInstanceLifecycleConfigName"
RUNS = (PENDING, IN_SERVICE, STOPPING)  # an instance counts against the quota

# What AWS typically takes, in seconds.
START, STOP, UPDATE, DELETE = 240.0, 60.0, 30.0, 60.0

_ORDERS = {"Name": "NotebookInstanceName", "CreationTime": "CreationTime", "Status": STATUS}
_SUMMARY = (
    "NotebookInstanceName", "NotebookInstanceArn", STATUS, "Url", "InstanceType", "CreationTime", "LastModifiedTime",
    LIFECYCLE, "DefaultCodeRepository", "AdditionalCodeRepositories",
)  # fmt: skip
_ASKED = (
    "InstanceType", "SubnetId", "RoleArn", "KmsKeyId", "IpAddressType", "AcceleratorTypes", "DefaultCodeRepository",
    "AdditionalCodeRepositories",
)  # fmt: skip
_UPDATABLE = (
    "InstanceType", "IpAddressType", "PlatformIdentifier", "RoleArn", "VolumeSizeInGB", "DefaultCodeRepository",
    "AdditionalCodeRepositories", "AcceleratorTypes", "RootAccess", "InstanceMetadataServiceConfiguration",
)  # fmt: skip
_DISASSOCIATED = {
    "DisassociateLifecycleConfig": LIFECYCLE,
    "DisassociateAcceleratorTypes": "AcceleratorTypes",
    "DisassociateDefaultCodeRepository": "DefaultCodeRepository",
    "DisassociateAdditionalCodeRepositories": "AdditionalCodeRepositories",
}


class Notebooks:
    def __init__(self, world: "World", lifecycles: NotebookLifecycles, tags: Tagging) -> None:
        self._world = world
        self._lifecycles = lifecycles
        self._tags = tags
        self.life = Life(world, "notebook", STATUS, self._arrived)
        self.operations: dict[str, Handler] = {
            "CreateNotebookInstance": self.create,
            "DescribeNotebookInstance": self.describe,
            "ListNotebookInstances": self.list,
            "StartNotebookInstance": self.start,
            "StopNotebookInstance": self.stop,
            "UpdateNotebookInstance": self.update,
            "DeleteNotebookInstance": self.delete,
        }

    def find(self, call: Call, name: str) -> Record:
        """Return the instance's record. Raises ValidationException (RecordNotFound)."""
        found = self.life.shelf(call.region).get(name)
        if found is None:
            raise invalid("RecordNotFound")
        return found

    def running(self, region: str) -> Iterator[Record]:
        return (record for record in self.life.shelf(region).values() if record[STATUS] in RUNS)

    def create(self, call: Call, request: Request) -> Response:
        name, arn = request["NotebookInstanceName"], call.arn(f"notebook-instance/{request['NotebookInstanceName']}")
        if name in self.life.shelf(call.region):
            raise invalid(f"Cannot create a duplicate Notebook Instance ({arn})")
        self._world.roles.require(request["RoleArn"], call.region, call.now)
        _check_network(request)
        if request.get("LifecycleConfigName"):
            self._lifecycles.require(call, request["LifecycleConfigName"])
        self._require_quota(call, request["InstanceType"])
        self._tags.keep(arn, request)
        self.life.shelf(call.region)[name] = _record(call, name, arn, request)
        self.life.starts(call, name, request["InstanceType"], START)
        self._log(call, name, "Creating notebook instance.")
        return {"NotebookInstanceArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        return shown(self.find(call, request["NotebookInstanceName"]))

    def list(self, call: Call, request: Request) -> Response:
        kept = listing.matching(
            self.life.shelf(call.region).values(),
            request,
            equals={"StatusEquals": STATUS},
            contains={
                "NameContains": "NotebookInstanceName",
                "NotebookInstanceLifecycleConfigNameContains": LIFECYCLE,
                "DefaultCodeRepositoryContains": "DefaultCodeRepository",
            },
        )
        wanted = request.get("AdditionalCodeRepositoryEquals")
        if wanted:
            kept = [record for record in kept if wanted in record.get("AdditionalCodeRepositories", ())]
        sort = ("CreationTime", "Descending")
        name = "NotebookInstanceName"
        return listing.paged("NotebookInstances", kept, request, _row, name=name, orders=_ORDERS, sort=sort)

    def start(self, call: Call, request: Request) -> Response:
        record = self._in(call, request, (STOPPED, FAILED), PENDING)
        self._require_quota(call, record["InstanceType"])
        record["since"] = call.now  # what costs from now on, and not from when it ran before
        self.life.starts(call, record["NotebookInstanceName"], record["InstanceType"], START)
        self._log(call, record["NotebookInstanceName"], "Starting notebook instance.")
        return {}

    def stop(self, call: Call, request: Request) -> Response:
        record = self._in(call, request, (IN_SERVICE,), STOPPING)
        self.life.passes(call.region, record["NotebookInstanceName"], call.now, STOPPING, STOPPED, STOP)
        return {}

    def update(self, call: Call, request: Request) -> Response:
        record = self._in(call, request, (STOPPED,), UPDATING)
        if request.get("RoleArn"):
            self._world.roles.require(request["RoleArn"], call.region, call.now)
        if request.get("LifecycleConfigName"):
            self._lifecycles.require(call, request["LifecycleConfigName"])
        present = record["VolumeSizeInGB"]
        if request.get("VolumeSizeInGB", present) < present:
            raise invalid(
                f"The volume size of Notebook Instance ({record['NotebookInstanceArn']}) cannot be decreased: it is "
                f"{present} GB, and {request['VolumeSizeInGB']} GB was requested."
            )
        for asked, member in _DISASSOCIATED.items():
            if request.get(asked):
                record.pop(member, None)
        record |= {member: request[member] for member in _UPDATABLE if request.get(member) is not None}
        if request.get("LifecycleConfigName"):
            record[LIFECYCLE] = request["LifecycleConfigName"]
        self.life.passes(call.region, record["NotebookInstanceName"], call.now, UPDATING, STOPPED, UPDATE)
        return {}

    def delete(self, call: Call, request: Request) -> Response:
        record = self._in(call, request, (STOPPED, FAILED), DELETING)
        self.life.passes(call.region, record["NotebookInstanceName"], call.now, DELETING, GONE, DELETE)
        return {}

    def _in(self, call: Call, request: Request, statuses: tuple[str, ...], then: str) -> Record:
        record = self.find(call, request["NotebookInstanceName"])
        if record[STATUS] not in statuses:
            raise invalid(
                f"Status ({record[STATUS]}) not in ([{', '.join(statuses)}]). Unable to transition to ({then}) for "
                f"Notebook Instance ({record['NotebookInstanceArn']})"
            )
        return record

    def _require_quota(self, call: Call, instance_type: str) -> None:
        used = sum(record["InstanceType"] == instance_type for record in self.running(call.region))
        quota = USES["Notebook"].quota.format(instance_type)
        most = limit(self._world, quota, call.region, call.operation, instance_type)
        if used + 1 > most:
            raise exceeded(quota, most, used, 1)

    def _arrived(self, region: str, record: Record, at: float) -> None:
        if record[STATUS] == GONE:
            self._tags.forget(record["NotebookInstanceArn"])

    def _log(self, call: Call, name: str, text: str) -> None:
        line = f"[sandbox] {text} No Jupyter server runs here."
        self._world.meters.log(call.region, "/aws/sagemaker/NotebookInstances", f"{name}/jupyter.log", call.now, line)


def _row(record: Record) -> Record:
    return listing.picked(record, *_SUMMARY)


def _record(call: Call, name: str, arn: str, request: Request) -> Record:
    host = f"{name.lower()}-{uuid.uuid4().hex[:4]}.notebook.{call.region}.sagemaker.aws"
    record: Record = {
        "NotebookInstanceName": name,
        "NotebookInstanceArn": arn,
        "Url": host,
        "CreationTime": call.now,
        "LastModifiedTime": call.now,
        "SecurityGroups": list(request.get("SecurityGroupIds") or ()),
        "DirectInternetAccess": request.get("DirectInternetAccess", "Enabled"),
        "VolumeSizeInGB": request.get("VolumeSizeInGB", 5),
        "RootAccess": request.get("RootAccess", "Enabled"),
        "PlatformIdentifier": request.get("PlatformIdentifier", "notebook-al2-v3"),
        "InstanceMetadataServiceConfiguration": request.get(
            "InstanceMetadataServiceConfiguration", {"MinimumInstanceMetadataServiceVersion": "1"}
        ),
        "since": call.now,
        **{member: request[member] for member in _ASKED if request.get(member) is not None},
    }
    if request.get("SubnetId"):
        record["NetworkInterfaceId"] = f"eni-{uuid.uuid4().hex[:17]}"
    if request.get("LifecycleConfigName"):
        record[LIFECYCLE] = request["LifecycleConfigName"]
    return record


def _check_network(request: Request) -> None:
    if request.get("SubnetId"):
        return
    if request.get("SecurityGroupIds"):
        raise invalid("Security groups can only be specified together with a subnet.")
    if request.get("DirectInternetAccess") == "Disabled":
        raise AwsError(
            "ValidationException", "DirectInternetAccess can only be disabled for a Notebook Instance in a subnet."
        )
