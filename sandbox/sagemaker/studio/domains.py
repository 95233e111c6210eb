"""Studio's domains: each with a file system, two security groups, user profiles and spaces."""

import random
import string
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, shown
from sandbox.sagemaker import listing
from sandbox.sagemaker.studio.home import Home
from sandbox.sagemaker.studio.life import DELETING, FAILED, GONE, IN_SERVICE, OVER, PENDING, UPDATING, Life
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

# What AWS typically takes, in seconds.
CREATE, UPDATE, DELETE = 300.0, 60.0, 120.0

_ASKED = (
    "DomainName", "AuthMode", "DefaultUserSettings", "DomainSettings", "SubnetIds", "VpcId",
    "HomeEfsFileSystemKmsKeyId", "KmsKeyId", "AppSecurityGroupManagement", "HomeEfsFileSystemCreation",
    "TagPropagation", "DefaultSpaceSettings",
)  # fmt: skip
_UPDATABLE = (
    "DefaultUserSettings", "DefaultSpaceSettings", "SubnetIds", "AppNetworkAccessType", "AppSecurityGroupManagement",
    "TagPropagation", "HomeEfsFileSystemCreation", "VpcId",
)  # fmt: skip
_SUMMARY = ("DomainArn", "DomainId", "DomainName", "Status", "CreationTime", "LastModifiedTime", "Url")


class Domains:
    def __init__(self, world: "World", tags: Tagging) -> None:
        self._world = world
        self._tags = tags
        self._home = Home(world.moto)
        self.life = Life(world, "domain", arrived=self._arrived)
        self.operations: dict[str, Handler] = {
            "CreateDomain": self.create,
            "DescribeDomain": self.describe,
            "ListDomains": self.list,
            "UpdateDomain": self.update,
            "DeleteDomain": self.delete,
        }

    def find(self, call: Call, domain_id: str) -> Record:
        """Return the domain's record. Raises ResourceNotFound."""
        found = self.life.shelf(call.region).get(domain_id)
        if found is None:
            raise AwsError("ResourceNotFound", f"Domain [{call.arn(f'domain/{domain_id}')}] does not exist.")
        return found

    def ready(self, call: Call, domain_id: str) -> Record:
        """Return the record of a domain in which something may be made. Raises ResourceNotFound, ResourceInUse."""
        found = self.find(call, domain_id)
        if found["Status"] not in (IN_SERVICE, UPDATING):
            raise AwsError("ResourceInUse", f"Domain [{found['DomainArn']}] is in {found['Status']} state.")
        return found

    def create(self, call: Call, request: Request) -> Response:
        self._check(call, request)
        domain_id = f"d-{''.join(random.choices(string.ascii_lowercase + string.digits, k=12))}"
        arn = call.arn(f"domain/{domain_id}")
        self._tags.keep(arn, request)
        made = self._home.make(call.region, domain_id, arn, request)
        url = f"https://{domain_id}.studio.{call.region}.sagemaker.aws"
        self.life.shelf(call.region)[domain_id] = {
            "DomainArn": arn,
            "DomainId": domain_id,
            "CreationTime": call.now,
            "LastModifiedTime": call.now,
            "Url": url,
            "AppNetworkAccessType": request.get("AppNetworkAccessType", "PublicInternetOnly"),
            **{member: request[member] for member in _ASKED if request.get(member) is not None},
            **made,
        }
        self.life.passes(call.region, domain_id, call.now, PENDING, IN_SERVICE, CREATE)
        return {"DomainArn": arn, "DomainId": domain_id, "Url": url}

    def describe(self, call: Call, request: Request) -> Response:
        return shown(self.find(call, request["DomainId"]))

    def list(self, call: Call, request: Request) -> Response:
        orders, sort = {"CreationTime": "CreationTime"}, ("CreationTime", "Descending")
        records = self.life.shelf(call.region).values()
        return listing.paged("Domains", records, request, _row, name="DomainId", orders=orders, sort=sort)

    def update(self, call: Call, request: Request) -> Response:
        record = self.ready(call, request["DomainId"])
        record |= {member: request[member] for member in _UPDATABLE if request.get(member) is not None}
        if request.get("DomainSettingsForUpdate"):
            record["DomainSettings"] = {**record.get("DomainSettings", {}), **request["DomainSettingsForUpdate"]}
        self.life.passes(call.region, record["DomainId"], call.now, UPDATING, IN_SERVICE, UPDATE)
        return {"DomainArn": record["DomainArn"]}

    def delete(self, call: Call, request: Request) -> Response:
        record = self.find(call, request["DomainId"])
        if record["Status"] not in (IN_SERVICE, FAILED):
            raise AwsError("ResourceInUse", f"Domain [{record['DomainArn']}] is in {record['Status']} state.")
        for kind, noun in (("user-profile", "UserProfile"), ("space", "Space"), ("app", "App")):
            if any(self._inside(call.region, kind, record["DomainId"])):
                raise AwsError(
                    "ResourceInUse",
                    f"Unable to delete Domain [{record['DomainArn']}] because {noun}(s) are associated with it.",
                )
        record["retention"] = (request.get("RetentionPolicy") or {}).get("HomeEfsFileSystem", "Retain")
        self.life.passes(call.region, record["DomainId"], call.now, DELETING, GONE, DELETE)
        return {}

    def _inside(self, region: str, kind: str, domain_id: str) -> Iterator[Record]:
        shelf = self._world.records.shelf(f"sagemaker/{kind}", region)
        return (r for r in shelf.values() if r["DomainId"] == domain_id and r["Status"] not in OVER)

    def _check(self, call: Call, request: Request) -> None:
        if any(record["DomainName"] == request["DomainName"] for record in self.life.shelf(call.region).values()):
            raise AwsError("ResourceInUse", f"A domain with the name {request['DomainName']} already exists.")
        role = request["DefaultUserSettings"].get("ExecutionRole")
        if role is None:
            raise invalid("ExecutionRole in DefaultUserSettings is required.")
        self._world.roles.require(role, call.region, call.now)
        if not request.get("VpcId") or not request.get("SubnetIds"):
            raise invalid("VpcId and SubnetIds are required.")
        self._home.check(call.region, request["VpcId"], request["SubnetIds"])

    def _arrived(self, region: str, record: Record, at: float) -> None:
        if record["Status"] == GONE:
            self._tags.forget(record["DomainArn"])
            if record.get("retention") == "Delete":
                self._home.remove(region, record["HomeEfsFileSystemId"])


def _row(record: Record) -> Record:
    return listing.picked(record, *_SUMMARY)


def uid() -> str:
    """A user's number on a domain's file system."""
    return str(200000 + uuid.uuid4().int % 700000)
