"""Apps of Studio: what really costs while it runs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.pricing.rates import APPS, USES
from sandbox.records import Record, shown
from sandbox.sagemaker import listing
from sandbox.sagemaker.limits import exceeded, limit
from sandbox.sagemaker.studio.domains import Domains
from sandbox.sagemaker.studio.life import DELETED, DELETING, FAILED, IN_SERVICE, OVER, PENDING, Life
from sandbox.sagemaker.studio.profiles import Profiles
from sandbox.sagemaker.studio.spaces import WITH_VOLUME, Spaces
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

START, DELETE = 120.0, 60.0  # what AWS typically takes, in seconds
GROUP = "/aws/sagemaker/studio"
SHOWN = 86400.0  # a deleted app stays in the list for a day
SYSTEM = "system"  # the instance type of JupyterServer, which costs nothing
DEFAULT_TYPE = "ml.t3.medium"

_SUMMARY = (
    "DomainId", "UserProfileName", "SpaceName", "AppType", "AppName", "Status", "CreationTime", "ResourceSpec",
)  # fmt: skip


class Apps:
    def __init__(self, world: "World", domains: Domains, profiles: Profiles, spaces: Spaces, tags: Tagging) -> None:
        self._world = world
        self._domains = domains
        self._profiles = profiles
        self._spaces = spaces
        self._tags = tags
        self.life = Life(world, "app", arrived=self._arrived)
        world.agenda.on("sagemaker/app-row", self._drop)
        self.operations: dict[str, Handler] = {
            "CreateApp": self.create,
            "DescribeApp": self.describe,
            "ListApps": self.list,
            "DeleteApp": self.delete,
        }

    def running(self, region: str) -> Iterator[Record]:
        """Yield the apps that run on an instance of one's own."""
        for record in self.life.shelf(region).values():
            if record["Status"] in (PENDING, IN_SERVICE, DELETING) and record["ResourceSpec"]["InstanceType"] != SYSTEM:
                yield record

    def create(self, call: Call, request: Request) -> Response:
        domain_id = self._domains.ready(call, request["DomainId"])["DomainId"]
        name, arn = _place(call, request)
        present = self.life.shelf(call.region).get(name)
        if present is not None and present["Status"] not in OVER:
            raise AwsError("ResourceInUse", f"App [{arn}] already exists.")
        self._check_owner(call, request)
        spec = {**_default_spec(request), **(request.get("ResourceSpec") or {})}
        if spec["InstanceType"] != SYSTEM and request["AppType"] in APPS:
            self._require_quota(call, request["AppType"], spec["InstanceType"])
        self._tags.keep(arn, request)
        members = ("UserProfileName", "SpaceName", "AppType", "AppName", "RecoveryMode")
        self.life.shelf(call.region)[name] = {
            "DomainId": domain_id,
            "AppArn": arn,
            "CreationTime": call.now,
            "ResourceSpec": spec,
            "key": name,
            **{member: request[member] for member in members if request.get(member) is not None},
        }
        self._world.agenda.cancel("sagemaker/app-row", f"{call.region}/{name}")
        self.life.starts(call, name, spec["InstanceType"], START)
        owner = request.get("UserProfileName") or request["SpaceName"]
        stream = f"{domain_id}/{owner}/{request['AppType']}/{request['AppName']}"
        self._world.meters.log(call.region, GROUP, stream, call.now, "[sandbox] Starting app. No server runs here.")
        return {"AppArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        found = shown(self._found(call, request), "LastModifiedTime")
        if found["Status"] == IN_SERVICE:
            found |= {"LastHealthCheckTimestamp": call.now, "LastUserActivityTimestamp": found["CreationTime"]}
        return found

    def list(self, call: Call, request: Request) -> Response:
        equals = {
            "DomainIdEquals": "DomainId",
            "UserProfileNameEquals": "UserProfileName",
            "SpaceNameEquals": "SpaceName",
        }
        kept = listing.matching(self.life.shelf(call.region).values(), request, equals=equals)
        orders, sort = {"CreationTime": "CreationTime"}, ("CreationTime", "Ascending")
        return listing.paged("Apps", kept, request, _row, name="AppArn", orders=orders, sort=sort)

    def delete(self, call: Call, request: Request) -> Response:
        record = self._found(call, request)
        arn = record["AppArn"]
        if record["Status"] == DELETED:
            raise invalid(f"App [{arn}] has already been deleted.")
        if record["Status"] == FAILED:
            raise invalid(f"App [{arn}] previously failed and was automatically deleted.")
        if record["Status"] in (DELETING, PENDING):
            raise AwsError("ResourceInUse", f"App [{arn}] is in {record['Status']} state.")
        self.life.passes(call.region, record["key"], call.now, DELETING, DELETED, DELETE)
        return {}

    def _found(self, call: Call, request: Request) -> Record:
        name, arn = _place(call, request)
        found = self.life.shelf(call.region).get(name)
        if found is None:
            raise AwsError("ResourceNotFound", f"App [{arn}] does not exist.")
        return found

    def _check_owner(self, call: Call, request: Request) -> None:
        domain_id, kind = request["DomainId"], request["AppType"]
        if request.get("SpaceName"):
            space = self._spaces.ready(call, domain_id, request["SpaceName"])
            wanted = space["SpaceSettings"].get("AppType")
            if wanted and wanted != kind:
                raise invalid(f"AppType {kind} is not allowed in a space of app type {wanted}.")
            owner = space.get("OwnershipSettings", {}).get("OwnerUserProfileName")
            role = (
                self._profiles.role(call, domain_id, owner)
                if owner
                else self._domains.find(call, domain_id)["DefaultUserSettings"]["ExecutionRole"]
            )
        elif kind in WITH_VOLUME:
            raise invalid(f"SpaceName must be specified for AppType {kind}.")
        else:
            self._profiles.ready(call, domain_id, request["UserProfileName"])
            role = self._profiles.role(call, domain_id, request["UserProfileName"])
        self._world.roles.require(role, call.region, call.now)

    def _require_quota(self, call: Call, kind: str, instance_type: str) -> None:
        running = ((r["AppType"], r["ResourceSpec"]["InstanceType"]) for r in self.running(call.region))
        used = sum(each == (kind, instance_type) for each in running)
        quota = USES[APPS[kind]].quota.format(instance_type)
        most = limit(self._world, quota, call.region, call.operation, instance_type)
        if used + 1 > most:
            raise exceeded(quota, most, used, 1, "Apps")

    def _arrived(self, region: str, record: Record, at: float) -> None:
        if record["Status"] in OVER:
            self._tags.forget(record["AppArn"])
            key = f"{region}/{record['key']}"
            self._world.agenda.at(at + SHOWN, "sagemaker/app-row", key, region=region, name=record["key"])

    def _drop(self, due: float, payload: Record) -> None:
        self.life.shelf(payload["region"]).pop(payload["name"], None)


def _row(record: Record) -> Record:
    return listing.picked(record, *_SUMMARY)


def _place(call: Call, request: Request) -> tuple[str, str]:
    """Return an app's name on the shelf, and its ARN."""
    if bool(request.get("UserProfileName")) == bool(request.get("SpaceName")):
        raise invalid("Either UserProfileName or SpaceName must be specified, and not both.")
    owner = request.get("UserProfileName") or request["SpaceName"]
    what = f"{request['AppType'].lower()}/{request['AppName'].lower()}"
    in_space = "space:" if request.get("SpaceName") else ""
    return f"{request['DomainId']}/{in_space}{owner}/{what}", call.arn(
        f"app/{request['DomainId']}/{owner.lower()}/{what}"
    )


def _default_spec(request: Request) -> dict[str, str]:
    return {"InstanceType": SYSTEM if request["AppType"] == "JupyterServer" else DEFAULT_TYPE}
