"""Looks at a resource again right before it goes: whether it is protected now, and whether anything new uses it.

An operator, so that the executor asks it as it asks AWS, and asks again when a run is resumed days later. Only what
was made or changed since the plan has to be described: lists tell which, and everything older the plan has seen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.aws_errors import could_not_find
from services.errors import InvalidRequest
from services.plans.operators import Operator, answer_of
from services.resources import Kind

Answer = Mapping[str, Any]
FRESH_SECONDS = 1.0  # what a list told is believed by the looks of the same moment
_GOING = frozenset({"Deleting", "Delete_Pending"})


@dataclass(frozen=True, slots=True)
class _Users:
    """A kind that may use another: its list since a time, and what of a description names what it uses."""

    kind: str
    operation: str
    since: str
    rows: str
    name: str
    describe: str
    asked: str
    used: Callable[[Answer], set[str]]


def _variants(found: Answer) -> list[Answer]:
    return [*found.get("ProductionVariants", []), *found.get("ShadowProductionVariants", [])]


def _roles(*members: str) -> Callable[[Answer], set[str]]:
    return lambda found: {str(found.get(each, "")).rpartition("/")[2] for each in members} - {""}


def _topics(found: Answer) -> set[str]:
    told = found.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("NotificationConfig", {})
    return {told[each] for each in ("SuccessTopic", "ErrorTopic") if told.get(each)}


def _of_spec(found: Answer) -> set[str]:
    return {str(found.get("Specification", {}).get("ModelName", ""))} - {""}


def _users(kind: Kind, noun: str, since: str, used: Callable[[Answer], set[str]], rows: str = "") -> _Users:
    words = "".join(f"_{each.lower()}" if each.isupper() else each for each in noun).lstrip("_")
    return _Users(
        str(kind), f"list_{words}s", since, rows or f"{noun}s", f"{noun}Name", f"describe_{words}", f"{noun}Name", used
    )


_ENDPOINT = "LastModifiedTimeAfter"
_MADE = "CreationTimeAfter"
_BY_CONFIG = _users(Kind.ENDPOINT, "Endpoint", _ENDPOINT, lambda found: {str(found.get("EndpointConfigName", ""))})
_CONFIG_MODELS = _users(
    Kind.ENDPOINT_CONFIG, "EndpointConfig", _MADE, lambda found: {one.get("ModelName", "") for one in _variants(found)}
)
_CONFIG_TOPICS = _users(Kind.ENDPOINT_CONFIG, "EndpointConfig", _MADE, _topics)
_CONFIG_ROLES = _users(Kind.ENDPOINT_CONFIG, "EndpointConfig", _MADE, _roles("ExecutionRoleArn"))
_COMPONENT_MODELS = _users(Kind.COMPONENT, "InferenceComponent", _ENDPOINT, _of_spec)
_COMPONENT_ENDPOINTS = _users(Kind.COMPONENT, "InferenceComponent", _ENDPOINT, lambda found: {found["EndpointName"]})
_TRANSFORM_MODELS = _users(
    Kind.TRANSFORM_JOB, "TransformJob", _MADE, lambda found: {str(found.get("ModelName", ""))}, "TransformJobSummaries"
)
_MODEL_ROLES = _users(Kind.MODEL, "Model", _MADE, _roles("ExecutionRoleArn"))
_NOTEBOOK_ROLES = _users(Kind.NOTEBOOK, "NotebookInstance", _ENDPOINT, _roles("RoleArn"))
_NOTEBOOK_LIFECYCLES = _users(
    Kind.NOTEBOOK, "NotebookInstance", _ENDPOINT,
    lambda found: {f"notebook/{found.get('NotebookInstanceLifecycleConfigName', '')}"},
)  # fmt: skip
_TRAINING_ROLES = _users(Kind.TRAINING_JOB, "TrainingJob", _MADE, _roles("RoleArn"), "TrainingJobSummaries")
_PROCESSING_ROLES = _users(Kind.PROCESSING_JOB, "ProcessingJob", _MADE, _roles("RoleArn"), "ProcessingJobSummaries")
NEW_USERS: Mapping[Kind, tuple[_Users, ...]] = {
    Kind.ENDPOINT: (_COMPONENT_ENDPOINTS,),
    Kind.ENDPOINT_CONFIG: (_BY_CONFIG,),
    Kind.MODEL: (_CONFIG_MODELS, _COMPONENT_MODELS, _TRANSFORM_MODELS),
    Kind.TOPIC: (_CONFIG_TOPICS,),
    Kind.LIFECYCLE: (_NOTEBOOK_LIFECYCLES,),
    Kind.ROLE: (_MODEL_ROLES, _CONFIG_ROLES, _NOTEBOOK_ROLES, _TRAINING_ROLES, _PROCESSING_ROLES),
}
"""What could not have been seen when the plan was made, of the kinds that AWS deletes though they are in use."""


class LookingAgain:
    """Answers `look_again`: {"Why": a sentence}, empty where nothing stands in the way. Raises what AWS raises.

    `operator` asks AWS in one region; `fresh` is how many seconds a list is believed.
    """

    def __init__(
        self, operator: Operator, *, fresh: float = FRESH_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._operator, self._fresh, self._clock = operator, fresh, clock
        self._lists: dict[tuple[str, str], tuple[float, list[Answer]]] = {}
        self._described: dict[tuple[str, str, object], Answer] = {}
        self._lock = threading.RLock()

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out "look_again" with Kind, Name, Arn, Since (ISO 8601), Protection and Regions."""
        if operation != "look_again":
            raise InvalidRequest(f"{service} has no operation {operation}.", "", "")
        kind = Kind(parameters["Kind"])
        return {"Why": self._protected(kind, parameters) or self._used(kind, parameters)}

    def _protected(self, kind: Kind, asked: Answer) -> str:
        tags = self._tags(kind, str(asked["Name"]), str(asked["Arn"]))
        found = next((each for each in asked["Protection"] if tags.get(each, "false").strip().lower() != "false"), "")
        return f"Its tag {found} protects it since the plan was made." if found else ""

    def _tags(self, kind: Kind, name: str, arn: str) -> Mapping[str, str]:
        if kind is Kind.ROLE:
            return _pairs(self._ask("iam", "list_role_tags", {"RoleName": name}).get("Tags", []))
        if not arn or kind in (Kind.SCHEDULE, Kind.PREFIX):
            return {}
        if arn.split(":")[2] == "sagemaker":
            try:
                return _pairs(self._ask("sagemaker", "list_tags", {"ResourceArn": arn}).get("Tags", []))
            except Exception as error:
                if could_not_find(error) or (answer_of(error) or ("",))[0] == "ResourceNotFound":
                    return {}  # what is gone already, its own step will see
                raise
        rows = self._ask("resourcegroupstaggingapi", "get_resources", {"ResourceARNList": [arn]})
        return {
            key: value
            for row in rows.get("ResourceTagMappingList", [])
            if row["ResourceARN"] == arn
            for key, value in _pairs(row.get("Tags", [])).items()
        }

    def _used(self, kind: Kind, asked: Answer) -> str:
        name = str(asked["Name"])
        for users in NEW_USERS.get(kind, ()):
            for row in self._since(users, str(asked["Since"])):
                if _ends(row, users) or name not in users.used(self._description(users, row)):
                    continue
                return f"The {users.kind} {row[users.name]} uses it."
        return self._used_elsewhere(name, asked) if kind is Kind.ROLE else ""

    def _used_elsewhere(self, name: str, asked: Answer) -> str:
        last = self._ask("iam", "get_role", {"RoleName": name}).get("Role", {}).get("RoleLastUsed", {})
        when, region = last.get("LastUsedDate"), last.get("Region", "")
        since = datetime.fromisoformat(str(asked["Since"]))
        if when is None or not region or region in asked["Regions"] or when < since:
            return ""
        return f"It was used in {region} since, where this plan did not look."

    def _since(self, users: _Users, since: str) -> list[Answer]:
        """The rows of a kind that were made or changed since, read once for all looks of the moment."""
        with self._lock:
            at, rows = self._lists.get((users.operation, since), (-1e9, []))
            if self._clock() - at < self._fresh:
                return rows
            rows, token = [], ""
            at = self._clock()
            asked: dict[str, Any] = {users.since: datetime.fromisoformat(since), "MaxResults": 100}
            while True:
                page = self._ask("sagemaker", users.operation, {**asked, **({"NextToken": token} if token else {})})
                rows += page.get(users.rows, [])
                token = str(page.get("NextToken") or "")
                if not token:
                    break
            self._lists[users.operation, since] = (at, rows)
            return rows

    def _description(self, users: _Users, row: Answer) -> Answer:
        name = str(row[users.name])
        known = (users.describe, name, row.get("LastModifiedTime") or row.get("CreationTime"))
        with self._lock:
            if known in self._described:
                return self._described[known]
        try:
            found = self._ask("sagemaker", users.describe, {users.asked: name})
        except Exception as error:
            if could_not_find(error):
                return {"EndpointName": ""}
            raise
        with self._lock:
            self._described[known] = found
        return found

    def _ask(self, service: str, operation: str, parameters: Answer) -> Answer:
        return self._operator.call(service, operation, parameters)


def _ends(row: Answer, users: _Users) -> bool:
    """Whether a user is on its way out, or a job that is over."""
    status = next((value for key, value in row.items() if key.endswith("Status")), "")
    return status in _GOING or (users.kind.endswith(" job") and status in ("Completed", "Failed", "Stopped"))


def _pairs(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
