"""Spaces of a domain: the storage and settings in which JupyterLab and Code Editor run."""

from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, shown
from sandbox.sagemaker import listing
from sandbox.sagemaker.studio.domains import Domains, uid
from sandbox.sagemaker.studio.life import DELETING, FAILED, GONE, IN_SERVICE, OVER, PENDING, UPDATING, Life
from sandbox.sagemaker.studio.profiles import ORDERS, Profiles
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

CREATE, UPDATE, DELETE = 10.0, 15.0, 30.0  # what AWS typically takes, in seconds
WITH_VOLUME = ("JupyterLab", "CodeEditor")
LEAST_VOLUME, LARGEST_VOLUME = 5, 16384  # GB

_SUMMARY = ("DomainId", "SpaceName", "Status", "CreationTime", "LastModifiedTime", "SpaceDisplayName")


class Spaces:
    def __init__(self, world: "World", domains: Domains, profiles: Profiles, tags: Tagging) -> None:
        self._world = world
        self._domains = domains
        self._profiles = profiles
        self._tags = tags
        self.life = Life(world, "space", arrived=self._arrived)
        self.operations: dict[str, Handler] = {
            "CreateSpace": self.create,
            "DescribeSpace": self.describe,
            "ListSpaces": self.list,
            "UpdateSpace": self.update,
            "DeleteSpace": self.delete,
        }

    def find(self, call: Call, domain_id: str, name: str) -> Record:
        """Return the space's record. Raises ResourceNotFound."""
        found = self.life.shelf(call.region).get(f"{domain_id}/{name}")
        if found is None:
            arn = call.arn(f"space/{domain_id}/{name.lower()}")
            raise AwsError("ResourceNotFound", f"Space [{arn}] does not exist.")
        return found

    def ready(self, call: Call, domain_id: str, name: str) -> Record:
        """Return the record of a space that can be used. Raises ResourceNotFound, ResourceInUse."""
        found = self.find(call, domain_id, name)
        if found["Status"] != IN_SERVICE:
            raise AwsError("ResourceInUse", f"Space [{found['SpaceArn']}] is in {found['Status']} state.")
        return found

    def create(self, call: Call, request: Request) -> Response:
        domain_id, name = self._domains.ready(call, request["DomainId"])["DomainId"], request["SpaceName"]
        arn = call.arn(f"space/{domain_id}/{name.lower()}")
        if f"{domain_id}/{name}" in self.life.shelf(call.region):
            raise AwsError("ResourceInUse", f"Space [{arn}] already exists.")
        settings, owner = self._checked(call, request)
        self._tags.keep(arn, request)
        record: Record = {
            "DomainId": domain_id,
            "SpaceName": name,
            "SpaceArn": arn,
            "CreationTime": call.now,
            "LastModifiedTime": call.now,
            "HomeEfsFileSystemUid": uid(),
            "SpaceSettings": settings,
            "Url": f"https://{domain_id}.studio.{call.region}.sagemaker.aws/jupyterlab/default",
        }
        if owner:
            record["OwnershipSettings"] = {"OwnerUserProfileName": owner}
            record["SpaceSharingSettings"] = request.get("SpaceSharingSettings", {"SharingType": "Private"})
        if request.get("SpaceDisplayName"):
            record["SpaceDisplayName"] = request["SpaceDisplayName"]
        self.life.shelf(call.region)[f"{domain_id}/{name}"] = record
        self.life.passes(call.region, f"{domain_id}/{name}", call.now, PENDING, IN_SERVICE, CREATE)
        return {"SpaceArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        return shown(self.find(call, request["DomainId"], request["SpaceName"]))

    def list(self, call: Call, request: Request) -> Response:
        kept = listing.matching(
            self.life.shelf(call.region).values(),
            request,
            equals={"DomainIdEquals": "DomainId"},
            contains={"SpaceNameContains": "SpaceName"},
        )
        sort = ("CreationTime", "Ascending")
        return listing.paged("Spaces", kept, request, _row, name="SpaceArn", orders=ORDERS, sort=sort)

    def update(self, call: Call, request: Request) -> Response:
        record = self.ready(call, request["DomainId"], request["SpaceName"])
        if self._apps(call, record):
            raise _used("update", record)
        if request.get("SpaceSettings"):
            settings = {**record["SpaceSettings"], **request["SpaceSettings"]}
            if volume(settings) < volume(record["SpaceSettings"]):
                raise invalid("EbsVolumeSizeInGb of a space cannot be decreased.")
            _check_volume(settings)
            record["SpaceSettings"] = settings
        if request.get("SpaceDisplayName"):
            record["SpaceDisplayName"] = request["SpaceDisplayName"]
        name = f"{record['DomainId']}/{record['SpaceName']}"
        self.life.passes(call.region, name, call.now, UPDATING, IN_SERVICE, UPDATE)
        return {"SpaceArn": record["SpaceArn"]}

    def delete(self, call: Call, request: Request) -> Response:
        record = self.find(call, request["DomainId"], request["SpaceName"])
        if record["Status"] not in (IN_SERVICE, FAILED):
            raise AwsError("ResourceInUse", f"Space [{record['SpaceArn']}] is in {record['Status']} state.")
        if self._apps(call, record):
            raise _used("delete", record)
        name = f"{record['DomainId']}/{record['SpaceName']}"
        self.life.passes(call.region, name, call.now, DELETING, GONE, DELETE)
        return {}

    def _checked(self, call: Call, request: Request) -> tuple[Record, str]:
        """Return the settings as kept, and the owner's name or ""."""
        settings = dict(request.get("SpaceSettings") or {})
        owner = (request.get("OwnershipSettings") or {}).get("OwnerUserProfileName", "")
        if bool(owner) != bool(request.get("SpaceSharingSettings")):
            raise invalid("OwnershipSettings and SpaceSharingSettings must be specified together.")
        if owner:
            self._profiles.ready(call, request["DomainId"], owner)
        if settings.get("AppType") in WITH_VOLUME:
            if not owner:
                raise invalid(f"OwnershipSettings must be specified for a space of app type {settings['AppType']}.")
            settings.setdefault("SpaceStorageSettings", {"EbsStorageSettings": {"EbsVolumeSizeInGb": LEAST_VOLUME}})
        _check_volume(settings)
        return settings, owner

    def _apps(self, call: Call, record: Record) -> bool:
        apps = self._world.records.shelf("sagemaker/app", call.region).values()
        here = (record["DomainId"], record["SpaceName"])
        return any((a["DomainId"], a.get("SpaceName")) == here and a["Status"] not in OVER for a in apps)

    def _arrived(self, region: str, record: Record, at: float) -> None:
        if record["Status"] == GONE:
            self._tags.forget(record["SpaceArn"])


def volume(settings: Record) -> int:
    """Return the GB of a space's volume, 0 if it has none."""
    storage: dict[str, Any] = (settings.get("SpaceStorageSettings") or {}).get("EbsStorageSettings") or {}
    return int(storage.get("EbsVolumeSizeInGb", 0))


def _check_volume(settings: Record) -> None:
    size = volume(settings)
    if size and not LEAST_VOLUME <= size <= LARGEST_VOLUME:
        raise invalid(f"EbsVolumeSizeInGb must be between {LEAST_VOLUME} and {LARGEST_VOLUME}.")


def _row(record: Record) -> Record:
    settings = record["SpaceSettings"]
    row = listing.picked(record, *_SUMMARY)
    row["SpaceSettingsSummary"] = listing.picked(settings, "AppType", "RemoteAccess", "SpaceStorageSettings")
    for member in ("OwnershipSettings", "SpaceSharingSettings"):
        if member in record:
            row[f"{member}Summary"] = record[member]
    return row


def _used(doing: str, record: Record) -> AwsError:
    arn = record["SpaceArn"]
    return AwsError("ResourceInUse", f"Unable to {doing} Space [{arn}] because App(s) are associated with it.")
