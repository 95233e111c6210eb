"""Reads the schedules of leases; the only file of this room that speaks to an SDK."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from services.aws_errors import code_and_message, found_or_none, translate
from services.clients import ClientSource
from services.errors import NotFound
from services.leases.models import Schedule
from services.plans.leasing import ENDS, GROUP, LeaseKind, is_of, key_of, schedule_name

SIDE_BY_SIDE = 4
MOST_SCHEDULES = 1_000  # of leases, in one region: more than that is not one console's
_ONCE = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
# What a schedule calls to end something, and the parameter that names it.
_ENDING = {
    ":aws-sdk:sagemaker:deleteEndpoint": (LeaseKind.ENDPOINT, "EndpointName"),
    ":aws-sdk:sagemaker:stopNotebookInstance": (LeaseKind.NOTEBOOK, "NotebookInstanceName"),
}


class LeasesGateway:
    """Reads with the connection's Scheduler client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def schedules(self, key: str = "") -> tuple[Schedule, ...]:
        """The schedules of all leases, or of one, by exact names. Raises PermissionDenied and the like."""
        prefix = schedule_name(key) if key else "lease-"
        try:
            pages = self._clients.get("scheduler").get_paginator("list_schedules")
            asked = {"GroupName": GROUP, "NamePrefix": prefix, "PaginationConfig": {"MaxItems": MOST_SCHEDULES}}
            rows = [row["Name"] for page in pages.paginate(**asked) for row in page.get("Schedules", [])]
        except Exception as error:
            raise translate(error, "listing the schedules of leases") from error
        names = [name for name in rows if not key or is_of(name, key)]
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="leases") as pool:
            return tuple(each for each in pool.map(self._schedule, names) if each is not None)

    def notebook(self, name: str) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """A notebook instance as AWS describes it, and its tags: two calls. Raises NotFound, PermissionDenied."""
        client = self._clients.get("sagemaker")
        try:
            found: Mapping[str, Any] = client.describe_notebook_instance(NotebookInstanceName=name)
        except Exception as error:
            if code_and_message(error) == ("ValidationException", "RecordNotFound"):
                what = f"There is no notebook instance {name} in this region."
                raise NotFound(what, "", "Look at the list, or in another region.") from error
            raise translate(error, f"describing the notebook instance {name}") from error
        try:
            pages = client.get_paginator("list_tags").paginate(ResourceArn=found["NotebookInstanceArn"])
            return found, {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
        except Exception as error:
            raise translate(error, f"reading the tags of {name}") from error

    def notebooks(self) -> tuple[str, ...]:
        """The names of all notebook instances of the region. Raises PermissionDenied and the like."""
        try:
            pages = self._clients.get("sagemaker").get_paginator("list_notebook_instances").paginate()
            return tuple(row["NotebookInstanceName"] for page in pages for row in page["NotebookInstances"])
        except Exception as error:
            raise translate(error, "listing the notebook instances") from error

    def tagged_notebooks(self) -> Mapping[str, str]:
        """The ends that tags of notebook instances tell, by name: one paged call for all. Raises PermissionDenied."""
        asked = {"TagFilters": [{"Key": ENDS}], "ResourceTypeFilters": ["sagemaker:notebook-instance"]}
        try:
            pages = self._clients.get("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**asked)
            rows = [row for page in pages for row in page["ResourceTagMappingList"]]
        except Exception as error:
            raise translate(error, "looking for notebook instances with a lease") from error
        return {
            row["ResourceARN"].rpartition("/")[2]: next(tag["Value"] for tag in row["Tags"] if tag["Key"] == ENDS)
            for row in rows
        }

    def policy(self, role: str, name: str) -> Mapping[str, Any] | None:
        """An inline policy of a role, None where there is none."""
        iam = self._clients.get("iam")
        try:
            found = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        except Exception as error:
            if code_and_message(error)[0] == "NoSuchEntity":
                return None
            raise translate(error, f"reading what the role {role} may do") from error
        document: Mapping[str, Any] = json.loads(found) if isinstance(found, str) else found
        return document

    def _schedule(self, name: str) -> Schedule | None:
        client, which = self._clients.get("scheduler"), {"Name": name, "GroupName": GROUP}
        row = found_or_none(lambda: client.get_schedule(**which), f"reading the schedule {name}")
        return None if row is None else _read(row)


def _read(row: Mapping[str, Any]) -> Schedule:
    target = row["Target"]
    ending = next((found for call, found in _ENDING.items() if target["Arn"].endswith(call)), None)
    key = key_of(ending[0], _named(target.get("Input", ""), ending[1])) if ending else ""
    return Schedule(
        name=row["Name"],
        expression=row["ScheduleExpression"],
        target=target["Arn"],
        role_arn=target["RoleArn"],
        input=target.get("Input", "{}"),
        key=key,
        remembers="" if ending else _named(target.get("Input", ""), "ResourceArn").rpartition("/")[2],
        ends=_moment(row) if ending else None,
        enabled=row.get("State", "ENABLED") == "ENABLED",
    )


def _named(content: str, member: str) -> str:
    try:
        found = json.loads(content)
    except ValueError:
        return ""
    return str(found.get(member, "")) if isinstance(found, dict) else ""


def _moment(row: Mapping[str, Any]) -> datetime | None:
    """When a one-shot is due; one in another time zone than UTC is not ours to read."""
    found = _ONCE.fullmatch(row["ScheduleExpression"])
    if found is None or row.get("ScheduleExpressionTimezone", "UTC") not in ("UTC", "Etc/UTC", "GMT"):
        return None
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
