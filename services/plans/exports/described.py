"""What a plan creates, said once for every format that describes things rather than calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.plans import graph
from services.plans.exports.kinds import ARN, KINDS, NAME, Kind
from services.plans.models import Json, Plan, Ref, Repeat, Secret, Step, Text, Until, Upload
from services.plans.validate import is_aws
from services.plans.values import conceal, walk

_EMPTY: tuple[Any, ...] = ({}, [], None)  # boto3 sends an empty environment as none


@dataclass(frozen=True, slots=True)
class Attribute:
    """The name or the ARN (`what`) of another resource, known once that is there."""

    resource: str
    what: str


@dataclass(frozen=True, slots=True)
class Given:
    """A value that whoever applies the file gives: a secret, or what no resource of it can tell."""

    name: str
    secret: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that is created. `id` is its step's; `after` are resources it waits for; tags are by key.

    Values in `properties` are plain, or Attribute, Given, Text and Json of those. `arn` is its ARN where that is known.
    """

    id: str
    kind: Kind
    properties: Mapping[str, Any]
    tags: Mapping[str, Any]
    after: tuple[str, ...]
    reason: str
    arn: str = ""

    @property
    def name(self) -> str:
        """Its literal name, or its step's id where it has none."""
        found = self.properties.get(self.kind.named_by)
        return found if isinstance(found, str) else self.id


@dataclass(frozen=True, slots=True)
class Description:
    """All that a plan creates. `left_out` are the steps no such format can express, a sentence each."""

    title: str
    resources: tuple[Resource, ...]
    given: tuple[Given, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def described(plan: Plan) -> Description:
    """What a plan creates, in the order of its steps; secrets in it are replaced by what has to be given."""
    plan, _ = conceal(plan)
    steps = graph.ordered(plan.steps)
    creating = {step.id: kind for step in steps if (kind := kind_of(step)) is not None}
    resources = _linked(tuple(_resource(step, kind, plan) for step in steps if (kind := creating.get(step.id))))
    given = (value for each in resources for value in walk((each.properties, each.tags)) if isinstance(value, Given))
    return Description(
        title=plan.title,
        resources=resources,
        given=tuple(dict.fromkeys(given)),
        left_out=tuple(f"{step.reason} ({_why_not(step)})" for step in steps if step.id not in creating),
        notes=(*plan.warnings, *_costs(plan)),
    )


def kind_of(step: Step) -> Kind | None:
    """What a step creates; None when it is a wait, an upload or anything else that no such format describes."""
    if isinstance(step.manner, Until | Repeat | Upload):
        return None
    return KINDS.get((step.service, step.operation))


def _why_not(step: Step) -> str:
    call = f"{step.service}.{step.operation}"
    if isinstance(step.manner, Until):
        return f"{call}: a wait; what is created here is waited for anyway"
    if isinstance(step.manner, Upload):
        return f"{call}: sends a file of this machine"
    if not is_aws(step.service):
        return f"{call}: not an AWS call"
    if isinstance(step.manner, Repeat) or step.operation.startswith(("delete_", "detach_", "deregister_")):
        return f"{call}: takes something away; do it before"
    if step.operation == "put_object":
        return f"{call}: writes a file"
    if step.operation.startswith("create_") and "_job" in step.operation:
        return f"{call}: a job, which runs and ends; this describes what stays"
    if step.operation.startswith("create_"):
        return f"{call}: not described here; make it before"
    return f"{call}: changes what is there already"


def _costs(plan: Plan) -> tuple[str, ...]:
    hourly, most = plan.estimate.usd_per_hour, plan.estimate.usd_per_hour_most
    if hourly is None or hourly < 0 or not (hourly or most):
        return ()
    ceiling = f", at most ${most:.2f}" if most is not None and most != hourly else ""
    return (f"What it leaves running costs about ${hourly:.2f} an hour{ceiling}.",)


def _resource(step: Step, kind: Kind, plan: Plan) -> Resource:
    sent = {key: value for key, value in step.parameters.items() if key not in (*kind.spread, *kind.dropped)}
    for name in kind.spread:
        sent |= step.parameters.get(name, {})
    values = {kind.renamed.get(key, key): _value(value, plan) for key, value in sent.items()}
    tags = values.pop("Tags", {})
    if not isinstance(tags, Mapping):
        tags = {each["Key"]: each["Value"] for each in tags}
    arn = step.proof.read.parameters.get(kind.proved_arn, "") if step.proof is not None else ""
    return Resource(step.id, kind, values, tags, _after(step, plan), step.reason, arn if isinstance(arn, str) else "")


def _after(step: Step, plan: Plan) -> tuple[str, ...]:
    """The resources a step waits for, also through steps that are none."""
    found: dict[str, None] = {}
    for name in step.after:
        earlier = plan.step(name)
        found |= dict.fromkeys([name] if kind_of(earlier) else _after(earlier, plan))
    return tuple(found)


def _value(value: Any, plan: Plan) -> Any:
    if isinstance(value, Ref):
        return _later(value, plan)
    if isinstance(value, Secret):
        return Given(value.name, why=f"{value.name}, a secret: it is not in this file.")
    if isinstance(value, Text):
        parts = tuple(_value(part, plan) for part in value.parts)
        return Text(parts) if any(not isinstance(part, str) for part in parts) else "".join(map(str, parts))
    if isinstance(value, Json):
        return Json(_value(value.value, plan))
    if isinstance(value, Mapping):
        return {key: _value(item, plan) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item, plan) for item in value]
    return value


def _later(ref: Ref, plan: Plan) -> Attribute | Given:
    kind = kind_of(plan.step(ref.step))
    path, _, _ = ref.path.partition(" || ")  # what creating it answers; the others are what looking for it finds
    what = kind.results.get(path) if kind else None
    if kind is None or what is None or what not in kind.attributes:
        words = re.sub(r"\W+", "-", f"{ref.step}-{ref.path}")
        return Given(words, secret=False, why=f"{ref.path} of the step {ref.step}, which this file cannot know.")
    return Attribute(ref.step, what)


def _linked(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The resources with names and ARNs of others among them turned into references, and without what is empty."""
    by_name = {
        (each.kind.named_by, each.name): each.id
        for each in resources
        if each.kind.named_by and NAME in each.kind.attributes
    }

    by_arn = {each.arn: each.id for each in resources if each.arn}

    def link(own: Resource, value: Any, key: str = "") -> Any:
        if isinstance(value, Mapping):
            return {name: link(own, item, name) for name, item in value.items() if item not in _EMPTY}
        if isinstance(value, list):
            return [link(own, item, key) for item in value]
        if isinstance(value, str) and value in by_arn:
            return Attribute(by_arn[value], ARN)
        other = by_name.get((key, value)) if isinstance(value, str) else None
        return Attribute(other, NAME) if other and other != own.id else value

    return tuple(replace(each, properties=link(each, each.properties)) for each in resources)


def references(value: Any) -> frozenset[str]:
    """The ids of the resources that a value refers to."""
    return frozenset(found.resource for found in walk(value) if isinstance(found, Attribute))
