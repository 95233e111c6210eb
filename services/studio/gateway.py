"""Reads Studio; the only file of this room that speaks to an SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource, Hidden
from services.errors import NotFound
from services.studio.models import APP_TYPES, LEAST_IDLE, MOST_GB, OPEN_SECONDS, App, DomainSettings, Space

Answer = Mapping[str, Any]


class StudioGateway:
    """Reads with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def domain(self, domain: str) -> DomainSettings:
        """What describing a domain tells beyond the lists. Raises NotFound."""
        found = self._described("domain", f"the domain {domain}", DomainId=domain)
        users = found.get("DefaultUserSettings", {})
        sizes = users.get("SpaceStorageSettings", {}).get("DefaultEbsStorageSettings", {})
        return DomainSettings(
            id=domain,
            auth=found.get("AuthMode", "IAM"),
            failure=found.get("FailureReason", ""),
            role_arn=users.get("ExecutionRole", ""),
            vpc=found.get("VpcId", ""),
            subnets=tuple(found.get("SubnetIds", [])),
            network=found.get("AppNetworkAccessType", ""),
            idle={kind: times for kind in APP_TYPES if (times := _idle(users.get(f"{kind}AppSettings", {})))},
            largest_gb=int(sizes.get("MaximumEbsVolumeSizeInGb", MOST_GB)),
        )

    def space(self, space: Space) -> Space:
        """The space with its own settings, and why its app failed where one did. Raises NotFound."""
        found = self._described(
            "space", f"the space {space.name}", DomainId=space.domain, SpaceName=space.name
        )  # fmt: skip
        settings = found.get("SpaceSettings", {})
        kind = settings.get("AppType", "") or next((each.kind for each in space.apps), "")
        size = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {}).get("EbsVolumeSizeInGb", 0)
        idle = settings.get(f"{kind}AppSettings", {}).get("AppLifecycleManagement", {}).get("IdleSettings", {})
        return replace(
            space,
            status=found.get("Status", space.status),
            arn=found.get("SpaceArn", space.arn),
            owner=found.get("OwnershipSettings", {}).get("OwnerUserProfileName", ""),
            shared=found.get("SpaceSharingSettings", {}).get("SharingType") == "Shared",
            kind=kind,
            volume_gb=int(size),
            idle_minutes=int(idle.get("IdleTimeoutInMinutes", 0)),
            failure=found.get("FailureReason", ""),
            apps=tuple(each for app in space.apps for each in self._app(space, app)),
            described=True,
        )

    def apps(self, domain: str, space: str) -> tuple[App, ...]:
        """The apps of a space that are there now; one that was deleted stays listed for a day and is left out."""
        try:
            pages = self._clients.get("sagemaker").get_paginator("list_apps")
            rows = [
                row for page in pages.paginate(DomainIdEquals=domain, SpaceNameEquals=space) for row in page["Apps"]
            ]
        except Exception as error:
            raise translate(error, f"listing the apps of the space {space}") from error
        return tuple(
            App(
                kind=row["AppType"], name=row["AppName"], status=row.get("Status", ""), created=row.get("CreationTime"),
                instance_type=row.get("ResourceSpec", {}).get("InstanceType", ""),
            )
            for row in rows if row.get("Status") != "Deleted"
        )  # fmt: skip

    def presigned(self, domain: str, profile: str, *, space: str, landing: str, session_seconds: int) -> Hidden:
        """A URL that signs in whoever opens it within five minutes as this user profile."""
        asked = {
            "DomainId": domain, "UserProfileName": profile, "ExpiresInSeconds": OPEN_SECONDS,
            "SessionExpirationDurationInSeconds": session_seconds, "LandingUri": landing,
        }  # fmt: skip
        try:
            found = self._clients.get("sagemaker").create_presigned_domain_url(
                **asked, **({"SpaceName": space} if space else {})
            )
        except Exception as error:
            raise translate(error, f"opening Studio as {profile}") from error
        return Hidden(found["AuthorizedUrl"])

    def _app(self, space: Space, app: App) -> tuple[App, ...]:
        if app.status != "Failed":
            return (app,)
        which = {"SpaceName": space.name, "AppType": app.kind, "AppName": app.name}
        try:
            found = self._described("app", f"the app of {space.name}", DomainId=space.domain, **which)
        except NotFound:
            return ()
        return (replace(app, failure=found.get("FailureReason", "")),)

    def _described(self, noun: str, words: str, **which: str) -> Answer:
        try:
            found: Answer = getattr(self._clients.get("sagemaker"), f"describe_{noun}")(**which)
        except Exception as error:
            if code_and_message(error)[0] == "ResourceNotFound":
                raise NotFound(f"There is no more {words.removeprefix('the ')}.", "", "Look at the list.") from error
            raise translate(error, f"describing {words}") from error
        return found


def _idle(settings: Answer) -> tuple[int, int, int] | None:
    """The usual, least and most minutes of an idle app; None where apps are not stopped."""
    idle = settings.get("AppLifecycleManagement", {}).get("IdleSettings", {})
    if idle.get("LifecycleManagement") != "ENABLED":
        return None
    usual = int(idle.get("IdleTimeoutInMinutes", LEAST_IDLE))
    return usual, int(idle.get("MinIdleTimeoutInMinutes", usual)), int(idle.get("MaxIdleTimeoutInMinutes", usual))
