"""What happened to an endpoint, newest first: who made and changed it, how it scaled, and what this console did.

Pure: it merges what was read. CloudTrail tells who; it shows an event some minutes after it happened and keeps it for
90 days. Application Auto Scaling keeps its activities for six weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from services.endpoints.models import EndpointDetail
from services.plans import RunView, Step, StepView

SAME_SECONDS = 120.0  # what two sources tell of one thing lies at most so far apart
START_SECONDS = 3600.0  # what changed so soon after it was made is its start
DEPLOYING = frozenset({"create_endpoint", "update_endpoint"})
_WORDS = {
    "CreateEndpoint": "Endpoint created",
    "UpdateEndpoint": "Configuration changed",
    "UpdateEndpointWeightsAndCapacities": "Weights or instances changed",
    "DeleteEndpoint": "Deletion asked for",
    "CreateInferenceComponent": "Component created",
    "UpdateInferenceComponent": "Component changed",
    "UpdateInferenceComponentRuntimeConfig": "Copies of a component changed",
    "DeleteInferenceComponent": "Component deleted",
    "RegisterScalableTarget": "Bounds of its scaling set",
    "PutScalingPolicy": "Scaling policy set",
}


class EventKind(StrEnum):
    """Where an event is from."""

    LIFE = "state"
    CALL = "call"
    SCALING = "scaling"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `at` is in seconds since 1970; `who` "" is not known.

    about     what more is known of it
    run       the run of this console it was, "" none
    ok        whether it succeeded, as far as that is known
    deploys   from here on another model, machine or configuration answered
    """

    at: float
    what: str
    who: str = ""
    kind: EventKind = EventKind.LIFE
    about: str = ""
    run: str = ""
    ok: bool = True
    deploys: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As the command line prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that CloudTrail noted: its name, when, by whom, about what; `refused` is the error's code."""

    name: str
    at: float
    who: str
    subject: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingActivity:
    """One thing Application Auto Scaling did, or did not and why: being at a bound already is no failure."""

    at: float
    resource: str
    description: str
    cause: str = ""
    message: str = ""
    ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything known, newest first; `problems` say what could not be looked at."""

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()

    def joined(self, events: Iterable[Event]) -> Timeline:
        """The same with these besides."""
        return Timeline(events=merged(self.events, events), problems=self.problems)


def of_life(detail: EndpointDetail, configured: float | None = None) -> tuple[Event, ...]:
    """What the endpoint itself tells; `configured` is when its configuration was made."""
    created, modified = detail.created.timestamp(), detail.modified.timestamp()
    found = [Event(at=created, what="Endpoint created", deploys=True)]
    if configured is not None:
        found.append(
            Event(
                at=configured, what="Configuration made", about=detail.config_name,
                deploys=configured > created + SAME_SECONDS,
            )
        )  # fmt: skip
    if modified > created:
        came = detail.status == "InService" and modified - created < START_SECONDS
        what = "In service" if came else f"Last changed; it is {detail.status}"
        found.append(Event(at=modified, what=what, about=detail.failure,
                           ok=not detail.failure))  # fmt: skip
    return tuple(found)


def of_scaling(activities: Iterable[ScalingActivity]) -> tuple[Event, ...]:
    """What scaled it by itself."""
    return tuple(
        Event(
            at=each.at, what=each.description or "Scaling activity", who="Application Auto Scaling",
            kind=EventKind.SCALING, ok=each.ok,
            about=" · ".join(part for part in (each.resource, each.cause, each.message) if part),
        )
        for each in activities
    )  # fmt: skip


def of_calls(calls: Iterable[Call], detail: EndpointDetail) -> tuple[Event, ...]:
    """The calls that were about this endpoint, its components or its scaling."""
    known = tuple(calls)
    components = set(detail.components) | {
        each.subject["inferenceComponentName"]
        for each in known
        if each.subject.get("endpointName") == detail.name and each.subject.get("inferenceComponentName")
    }
    found = []
    for each in known:
        if _about(each.subject, detail.name, components):
            names = [value for key, value in each.subject.items() if key != "endpointName" and value != detail.name]
            told = f"refused: {each.refused} {each.words}".strip() if each.refused else ""
            found.append(
                Event(
                    at=each.at, what=_WORDS.get(each.name, each.name), who=each.who, kind=EventKind.CALL,
                    about=" · ".join(part for part in (*names, told) if part), ok=not each.refused,
                    deploys=each.name in ("CreateEndpoint", "UpdateEndpoint") and not each.refused,
                )
            )  # fmt: skip
    return tuple(found)


def of_runs(runs: Iterable[RunView], detail: EndpointDetail, who: str = "") -> tuple[Event, ...]:
    """The runs of this console that touched it."""
    found = []
    for run in runs:
        steps = {step.id for step in (*run.plan.steps,) if _touches(step, detail)}
        if not steps:
            continue
        deployed = [each for each in run.steps if each.id in steps and _deployed(each)]
        found.append(
            Event(
                at=deployed[0].started or run.started if deployed else run.started, what=run.title, who=who,
                kind=EventKind.CONSOLE, run=run.id, about=str(run.status), deploys=bool(deployed),
                ok=run.status not in ("failed", "interrupted"),
            )
        )  # fmt: skip
    return tuple(found)


def merged(*groups: Iterable[Event]) -> tuple[Event, ...]:
    """All of them, newest first. What CloudTrail tells with a name is not told once more without one."""
    every = sorted((event for group in groups for event in group), key=lambda event: -event.at)
    calls = [event for event in every if event.kind is EventKind.CALL]

    def told(event: Event) -> bool:
        return event.kind is EventKind.LIFE and any(
            call.what == event.what and abs(call.at - event.at) <= SAME_SECONDS for call in calls
        )

    return tuple(event for event in every if not told(event))


def deployments(events: Iterable[Event]) -> tuple[float, ...]:
    """When another model, machine or configuration was put behind it: seconds since 1970, oldest first."""
    found: list[float] = []
    for at in sorted(event.at for event in events if event.deploys):
        if not found or at - found[-1] > SAME_SECONDS:
            found.append(at)
    return tuple(found)


def _about(subject: Mapping[str, str], name: str, components: set[str]) -> bool:
    resource = subject.get("resourceId", "").split("/")
    return (
        subject.get("endpointName") == name
        or (subject.get("inferenceComponentName", "") in components and "endpointName" not in subject)
        or resource[:2] == ["endpoint", name]
        or (resource[0] == "inference-component" and resource[-1] in components)
    )


def _touches(step: Step, detail: EndpointDetail) -> bool:
    told = step.parameters
    resource = str(told.get("ResourceId", "")).split("/")
    return (
        told.get("EndpointName") == detail.name
        or told.get("InferenceComponentName") in detail.components
        or told.get("ResourceArn") == detail.arn
        or resource[:2] == ["endpoint", detail.name]
    )


def _deployed(step: StepView) -> bool:
    return step.operation in DEPLOYING and step.status == "done"
