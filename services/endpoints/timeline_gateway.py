"""Reads what happened to an endpoint: scaling activities, and who called what, from CloudTrail.

CloudTrail is asked by the name of the call, not of the resource: asked by resource it answers with every read as well,
of which a console that looks every few seconds makes thousands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from services.aws_errors import found_or_none, translate
from services.clients import ClientSource
from services.endpoints.models import EndpointDetail
from services.endpoints.timeline import (
    Call,
    Event,
    ScalingActivity,
    Timeline,
    merged,
    of_calls,
    of_life,
    of_scaling,
)
from services.errors import SagedeckError
from services.pace import Pace
from services.plans.scaling import NAMESPACE

Found = TypeVar("Found")
LOOKUPS_A_SECOND = 2.0  # CloudTrail's limit for LookupEvents, of an account and region
KEPT_DAYS = 90  # by CloudTrail
MOST_PAGES = 3  # of 50 events, of one kind of call
MOST_SCALED = 12  # variants and components whose activities are read
MOST_ACTIVITIES = 50  # of each
_AROUND = timedelta(minutes=10)  # of its creation
_CHANGES = ("UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "RegisterScalableTarget", "PutScalingPolicy")
_OF_COMPONENTS = (
    "CreateInferenceComponent",
    "UpdateInferenceComponent",
    "UpdateInferenceComponentRuntimeConfig",
    "DeleteInferenceComponent",
)
_SUBJECT = ("endpointName", "endpointConfigName", "inferenceComponentName", "resourceId", "policyName")


class TimelineGateway:
    """Reads with the connection's clients; `pace` keeps CloudTrail's limit."""

    def __init__(self, clients: ClientSource, pace: Pace | None = None) -> None:
        self._clients = clients
        self._pace = pace or Pace(LOOKUPS_A_SECOND)

    def read(self, detail: EndpointDetail, now: float) -> Timeline:
        """All that AWS tells; what may not be looked at, or cannot be now, is among the problems."""
        problems: list[str] = []

        def tried(read: Callable[[], tuple[Found, ...]], otherwise: tuple[Found, ...] = ()) -> tuple[Found, ...]:
            try:
                return read()
            except SagedeckError as error:
                problems.append(f"{error.what} {error.why}".strip())
                return otherwise

        with ThreadPoolExecutor(2, thread_name_prefix="timeline") as pool:
            scaled = pool.submit(tried, lambda: self.scaling(detail))
            life = pool.submit(tried, lambda: self.life(detail), of_life(detail))
            calls = tried(lambda: self.calls(detail, now))
        events = merged(of_calls(calls, detail), of_scaling(scaled.result()), life.result())
        return Timeline(events=events, problems=tuple(dict.fromkeys(problems)))

    def life(self, detail: EndpointDetail) -> tuple[Event, ...]:
        """What the endpoint and its configuration tell of themselves. Raises PermissionDenied, Throttled."""
        return of_life(detail, self.configured(detail.config_name) if detail.config_name else None)

    def configured(self, config: str) -> float | None:
        """When an endpoint configuration was made; None where it is gone."""
        which = {"EndpointConfigName": config}
        row: Mapping[str, Any] | None = found_or_none(
            lambda: self._clients.get("sagemaker").describe_endpoint_config(**which), f"reading {config}"
        )
        made = (row or {}).get("CreationTime")
        return made.timestamp() if made else None

    def scaling(self, detail: EndpointDetail) -> tuple[ScalingActivity, ...]:
        """What Application Auto Scaling did to its variants and components. Raises PermissionDenied, Throttled."""
        ids = [f"endpoint/{detail.name}/variant/{each.name}" for each in detail.variants]
        ids += [f"inference-component/{name}" for name in detail.components]
        with ThreadPoolExecutor(4, thread_name_prefix="activities") as pool:
            found = pool.map(self._activities, ids[:MOST_SCALED])
            return tuple(each for activities in found for each in activities)

    def calls(self, detail: EndpointDetail, now: float) -> tuple[Call, ...]:
        """The calls that may have been about it, newest first of each kind. Raises PermissionDenied, Throttled."""
        today = datetime.fromtimestamp(now, UTC)
        oldest = max(detail.created.astimezone(UTC) - _AROUND, today - timedelta(days=KEPT_DAYS))
        found = list(self._calls("CreateEndpoint", oldest, min(detail.created.astimezone(UTC) + _AROUND, today)))
        holds = bool(detail.components) or any(not each.model_name for each in detail.variants)
        for name in (*_CHANGES, *(_OF_COMPONENTS if holds else ())):
            found += self._calls(name, oldest, today)
        return tuple(found)

    def _activities(self, resource: str) -> tuple[ScalingActivity, ...]:
        which = {"ServiceNamespace": NAMESPACE, "ResourceId": resource, "IncludeNotScaledActivities": True}
        try:
            asked = self._clients.get("application-autoscaling")
            rows = asked.describe_scaling_activities(**which, MaxResults=MOST_ACTIVITIES).get("ScalingActivities", [])
        except Exception as error:
            raise translate(error, "reading scaling activities") from error
        return tuple(_activity(row, resource) for row in rows if row.get("StartTime"))

    def _calls(self, name: str, start: datetime, end: datetime) -> list[Call]:
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}],
            "StartTime": start,
            "EndTime": max(start, end),
        }
        rows: list[Mapping[str, Any]] = []
        for _ in range(MOST_PAGES):
            self._pace.wait()
            try:
                page = self._clients.get("cloudtrail").lookup_events(**asked)
            except Exception as error:
                raise translate(error, "reading who did what") from error
            rows += page.get("Events", [])
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
        return [_call(row) for row in rows if row.get("EventTime")]


def _activity(row: Mapping[str, Any], resource: str) -> ScalingActivity:
    reasons = [_reason(each) for each in row.get("NotScaledReasons", [])]
    return ScalingActivity(
        at=row["StartTime"].timestamp(),
        resource=resource.rpartition("/")[2],
        description=row.get("Description", ""),
        cause=row.get("Cause", ""),
        ok=bool(reasons) or row.get("StatusCode") not in ("Failed", "Unfulfilled"),
        message=", ".join(reasons) if reasons else row.get("StatusMessage", ""),
    )


def _reason(row: Mapping[str, Any]) -> str:
    most = f" (at most {row['MaxCapacity']})" if "MaxCapacity" in row else ""
    return f"not scaled: {row.get('Code', 'no reason told')}{most}"


def _call(row: Mapping[str, Any]) -> Call:
    try:
        document = json.loads(row.get("CloudTrailEvent") or "{}")
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    given = document.get("requestParameters") or {}
    invoked = (document.get("userIdentity") or {}).get("invokedBy", "")
    return Call(
        name=row.get("EventName", ""),
        at=row["EventTime"].timestamp(),
        who=row.get("Username") or invoked,
        subject={key: str(given[key]) for key in _SUBJECT if given.get(key)},
        refused=document.get("errorCode") or "",
        words=document.get("errorMessage") or "",
    )
