"""Rows of SageMaker's own lists, as resources. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.resources.models import Key, Kind, Machine, Place, Resource

Row = Mapping[str, Any]


def plain(kind: Kind, prefix: str, status: str = "") -> Callable[[Row, Place], Resource]:
    """Rows of SageMaker's own lists: `<prefix>Name`, `<prefix>Arn`, times and a status."""

    def read(row: Row, place: Place) -> Resource:
        return Resource(
            key=Key(kind, row[f"{prefix}Name"], place.region),
            arn=row.get(f"{prefix}Arn", ""),
            status=row.get(status, "") if status else "",
            created=row.get("CreationTime"),
            changed=row.get("LastModifiedTime"),
        )

    return read


def component(row: Row, place: Place) -> Resource:
    return Resource(
        key=Key(Kind.COMPONENT, row["InferenceComponentName"], place.region),
        arn=row.get("InferenceComponentArn", ""),
        status=row.get("InferenceComponentStatus", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=(Key(Kind.ENDPOINT, row["EndpointName"], place.region),),
    )


def notebook(row: Row, place: Place) -> Resource:
    name, status = row["NotebookInstanceName"], row.get("NotebookInstanceStatus", "")
    kept = row.get("NotebookInstanceLifecycleConfigName")
    held = (Machine(row["InstanceType"]),) if status in ("InService", "Updating") and row.get("InstanceType") else ()
    return Resource(
        key=Key(Kind.NOTEBOOK, name, place.region),
        arn=row.get("NotebookInstanceArn", ""),
        status=status,
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=(Key(Kind.LIFECYCLE, f"notebook/{kept}", place.region),) if kept else (),
        machines=held,
        about=row.get("InstanceType", ""),
    )


def domain(row: Row, place: Place) -> Resource:
    return Resource(
        key=Key(Kind.DOMAIN, row["DomainId"], place.region),
        arn=row.get("DomainArn", ""),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        about=row.get("DomainName", ""),
    )


def profile(row: Row, place: Place) -> Resource:
    within = f"{row['DomainId']}/{row['UserProfileName'].lower()}"
    return Resource(
        key=Key(Kind.USER_PROFILE, f"{row['DomainId']}/{row['UserProfileName']}", place.region),
        arn=place.arn("sagemaker", f"user-profile/{within}"),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=(Key(Kind.DOMAIN, row["DomainId"], place.region),),
    )


def space(row: Row, place: Place) -> Resource:
    domain = row["DomainId"]
    owner = row.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName", "")
    spec = row.get("SpaceSettingsSummary", {}).get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    uses = [Key(Kind.DOMAIN, domain, place.region)]
    if owner:
        uses.append(Key(Kind.USER_PROFILE, f"{domain}/{owner}", place.region))
    return Resource(
        key=Key(Kind.SPACE, f"{domain}/{row['SpaceName']}", place.region),
        arn=place.arn("sagemaker", f"space/{domain}/{row['SpaceName'].lower()}"),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=tuple(uses),
        volume_gb=float(spec.get("EbsVolumeSizeInGb", 0)),
        about=f"of {owner}" if owner else "",
    )


def app(row: Row, place: Place) -> Resource | None:
    if row.get("Status") == "Deleted":  # listed for a day after
        return None
    domain, space, profile = row["DomainId"], row.get("SpaceName", ""), row.get("UserProfileName", "")
    kind = Kind.SPACE if space else Kind.USER_PROFILE
    machine = row.get("ResourceSpec", {}).get("InstanceType", "")
    held = (Machine(machine),) if row.get("Status") == "InService" and machine not in ("", "system") else ()
    below = f"{(space or profile).lower()}/{row['AppType'].lower()}/{row['AppName'].lower()}"
    return Resource(
        key=Key(Kind.APP, f"{domain}/{space or profile}/{row['AppType']}/{row['AppName']}", place.region),
        arn=place.arn("sagemaker", f"app/{domain}/{below}"),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        uses=(Key(kind, f"{domain}/{space or profile}", place.region),),
        machines=held,
        about="space" if space else "user profile",
    )


def notebook_lifecycle(row: Row, place: Place) -> Resource:
    """A script of notebook instances: "notebook/name"."""
    return Resource(
        key=Key(Kind.LIFECYCLE, f"notebook/{row['NotebookInstanceLifecycleConfigName']}", place.region),
        arn=row.get("NotebookInstanceLifecycleConfigArn", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        about="of notebook instances",
    )


def studio_lifecycle(row: Row, place: Place) -> Resource:
    """A script of Studio's apps: "studio/name"."""
    return Resource(
        key=Key(Kind.LIFECYCLE, f"studio/{row['StudioLifecycleConfigName']}", place.region),
        arn=row.get("StudioLifecycleConfigArn", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        about=f"of {row.get('StudioLifecycleConfigAppType', 'Studio')}",
    )
