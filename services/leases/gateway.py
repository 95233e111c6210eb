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
from services.leases.models import Schedule
from services.plans.leasing import GROUP, is_of, schedule_name

SIDE_BY_SIDE = 4
MOST_SCHEDULES = 1_000  # of leases, in one region: more than that is not one console's
_ONCE = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_DELETES = ":aws-sdk:sagemaker:deleteEndpoint"


class LeasesGateway:
    """Reads with the connection's Scheduler client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def schedules(self, endpoint: str = "") -> tuple[Schedule, ...]:
        """The schedules of all leases, or of one endpoint's, by exact names. Raises PermissionDenied and the like."""
        prefix = schedule_name(endpoint) if endpoint else "lease-"
        try:
            pages = self._clients.get("scheduler").get_paginator("list_schedules")
            asked = {"GroupName": GROUP, "NamePrefix": prefix, "PaginationConfig": {"MaxItems": MOST_SCHEDULES}}
            rows = [row["Name"] for page in pages.paginate(**asked) for row in page.get("Schedules", [])]
        except Exception as error:
            raise translate(error, "listing the schedules of leases") from error
        names = [name for name in rows if not endpoint or is_of(name, endpoint)]
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="leases") as pool:
            return tuple(each for each in pool.map(self._schedule, names) if each is not None)

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
    deletes = target["Arn"].endswith(_DELETES)
    return Schedule(
        name=row["Name"],
        expression=row["ScheduleExpression"],
        target=target["Arn"],
        role_arn=target["RoleArn"],
        input=target.get("Input", "{}"),
        endpoint=_named(target.get("Input", ""), "EndpointName") if deletes else "",
        remembers="" if deletes else _named(target.get("Input", ""), "ResourceArn").rpartition("/")[2],
        ends=_moment(row) if deletes else None,
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
