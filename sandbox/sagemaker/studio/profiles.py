"""User profiles of a domain."""

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, shown
from sandbox.sagemaker import listing
from sandbox.sagemaker.studio.domains import Domains, uid
from sandbox.sagemaker.studio.life import DELETING, FAILED, GONE, IN_SERVICE, OVER, PENDING, UPDATING, Life
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

CREATE, UPDATE, DELETE = 15.0, 15.0, 15.0  # what AWS typically takes, in seconds

ORDERS = {"CreationTime": "CreationTime", "LastModifiedTime": "LastModifiedTime"}
_SUMMARY = ("DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime")
_ASKED = ("SingleSignOnUserIdentifier", "SingleSignOnUserValue", "UserSettings")


class Profiles:
    def __init__(self, world: "World", domains: Domains, tags: Tagging) -> None:
        self._world = world
        self._domains = domains
        self._tags = tags
        self.life = Life(world, "user-profile", arrived=self._arrived)
        self.operations: dict[str, Handler] = {
            "CreateUserProfile": self.create,
            "DescribeUserProfile": self.describe,
            "ListUserProfiles": self.list,
            "UpdateUserProfile": self.update,
            "DeleteUserProfile": self.delete,
        }

    def find(self, call: Call, domain_id: str, name: str) -> Record:
        """Return the profile's record. Raises ResourceNotFound."""
        found = self.life.shelf(call.region).get(f"{domain_id}/{name}")
        if found is None:
            arn = call.arn(f"user-profile/{domain_id}/{name.lower()}")
            raise AwsError("ResourceNotFound", f"UserProfile [{arn}] does not exist.")
        return found

    def ready(self, call: Call, domain_id: str, name: str) -> Record:
        """Return the record of a profile that can be used. Raises ResourceNotFound, ResourceInUse."""
        found = self.find(call, domain_id, name)
        if found["Status"] != IN_SERVICE:
            raise AwsError("ResourceInUse", f"UserProfile [{found['UserProfileArn']}] is in {found['Status']} state.")
        return found

    def role(self, call: Call, domain_id: str, name: str) -> str:
        """Return the execution role that a user's apps run with: the profile's own, or the domain's."""
        own: str = self.find(call, domain_id, name).get("UserSettings", {}).get("ExecutionRole", "")
        domain: str = self._domains.find(call, domain_id)["DefaultUserSettings"]["ExecutionRole"]
        return own or domain

    def create(self, call: Call, request: Request) -> Response:
        domain_id, name = self._domains.ready(call, request["DomainId"])["DomainId"], request["UserProfileName"]
        arn = call.arn(f"user-profile/{domain_id}/{name.lower()}")
        if f"{domain_id}/{name}" in self.life.shelf(call.region):
            raise AwsError("ResourceInUse", f"UserProfile [{arn}] already exists.")
        self._check_role(call, request)
        self._tags.keep(arn, request)
        self.life.shelf(call.region)[f"{domain_id}/{name}"] = {
            "DomainId": domain_id,
            "UserProfileName": name,
            "UserProfileArn": arn,
            "CreationTime": call.now,
            "LastModifiedTime": call.now,
            "HomeEfsFileSystemUid": uid(),
            **{member: request[member] for member in _ASKED if request.get(member) is not None},
        }
        self.life.passes(call.region, f"{domain_id}/{name}", call.now, PENDING, IN_SERVICE, CREATE)
        return {"UserProfileArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        return shown(self.find(call, request["DomainId"], request["UserProfileName"]))

    def list(self, call: Call, request: Request) -> Response:
        kept = listing.matching(
            self.life.shelf(call.region).values(),
            request,
            equals={"DomainIdEquals": "DomainId"},
            contains={"UserProfileNameContains": "UserProfileName"},
        )
        sort = ("CreationTime", "Ascending")
        return listing.paged("UserProfiles", kept, request, _row, name="UserProfileArn", orders=ORDERS, sort=sort)

    def update(self, call: Call, request: Request) -> Response:
        record = self.ready(call, request["DomainId"], request["UserProfileName"])
        self._check_role(call, request)
        if request.get("UserSettings"):
            record["UserSettings"] = {**record.get("UserSettings", {}), **request["UserSettings"]}
        name = f"{record['DomainId']}/{record['UserProfileName']}"
        self.life.passes(call.region, name, call.now, UPDATING, IN_SERVICE, UPDATE)
        return {"UserProfileArn": record["UserProfileArn"]}

    def delete(self, call: Call, request: Request) -> Response:
        record = self.find(call, request["DomainId"], request["UserProfileName"])
        domain_id, name, arn = record["DomainId"], record["UserProfileName"], record["UserProfileArn"]
        if record["Status"] not in (IN_SERVICE, FAILED):
            raise AwsError("ResourceInUse", f"UserProfile [{arn}] is in {record['Status']} state.")
        for app in self._world.records.shelf("sagemaker/app", call.region).values():
            if (app["DomainId"], app.get("UserProfileName")) == (domain_id, name) and app["Status"] not in OVER:
                raise _used(arn, "App")
        for space in self._world.records.shelf("sagemaker/space", call.region).values():
            owner = space.get("OwnershipSettings", {}).get("OwnerUserProfileName")
            if (space["DomainId"], owner) == (domain_id, name):
                raise _used(arn, "Space")
        self.life.passes(call.region, f"{domain_id}/{name}", call.now, DELETING, GONE, DELETE)
        return {}

    def _check_role(self, call: Call, request: Request) -> None:
        role = (request.get("UserSettings") or {}).get("ExecutionRole")
        if role:
            self._world.roles.require(role, call.region, call.now)

    def _arrived(self, region: str, record: Record, at: float) -> None:
        if record["Status"] == GONE:
            self._tags.forget(record["UserProfileArn"])


def _row(record: Record) -> Record:
    return listing.picked(record, *_SUMMARY)


def _used(arn: str, noun: str) -> AwsError:
    return AwsError("ResourceInUse", f"Unable to delete UserProfile [{arn}] because {noun}(s) are associated with it.")
