"""What CloudFormation and the CDK share: resources as CloudFormation types them, with the properties it knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.plans.exports.described import Attribute, Description, Resource, references
from services.plans.exports.kinds import ATTACHMENT, properties_of

TAGS = "Tags"


@dataclass(frozen=True, slots=True)
class Stack:
    """Resources in the order they are made. `gaps` are what CloudFormation cannot express, a sentence each."""

    resources: tuple[Resource, ...]
    gaps: tuple[str, ...]


def stacked(description: Description) -> Stack:
    """The description with attachments folded into their roles, and with what CloudFormation does not know left out."""
    gaps: list[str] = []
    known = []
    for each in _folded(description.resources, gaps):
        properties = _known(each.properties, each.kind.type, _top(each), each.name, gaps)
        if each.tags and TAGS not in _top(each):
            gaps.append(f"The tags of {each.name}: {each.kind.type} has none.")
        known.append(replace(each, properties=properties, tags=each.tags if TAGS in _top(each) else {}))
    return Stack(tuple(known), tuple(gaps))


def waits(resource: Resource) -> tuple[str, ...]:
    """The resources it waits for without referring to them."""
    told = references((resource.properties, resource.tags))
    return tuple(name for name in resource.after if name not in told)


def _top(resource: Resource) -> Mapping[str, str]:
    found: Mapping[str, str] = properties_of("cloudformation")[resource.kind.type]["properties"]
    return found


def _folded(resources: tuple[Resource, ...], gaps: list[str]) -> tuple[Resource, ...]:
    roles = {each.id for each in resources if each.kind.type == "AWS::IAM::Role"}
    policies: dict[str, list[Any]] = {}
    becomes: dict[str, str | None] = {}
    for each in resources:
        if each.kind.type == ATTACHMENT:
            role = each.properties.get("RoleName")
            becomes[each.id] = role.resource if isinstance(role, Attribute) and role.resource in roles else None
            if becomes[each.id] is None:
                gaps.append(f"{each.reason} A policy can be attached only to a role that is created here.")
            else:
                policies.setdefault(str(becomes[each.id]), []).append(each.properties["PolicyArn"])
    return tuple(_with(each, policies.get(each.id, []), becomes) for each in resources if each.kind.type != ATTACHMENT)


def _with(resource: Resource, policies: list[Any], becomes: Mapping[str, str | None]) -> Resource:
    after = (becomes.get(name, name) for name in resource.after)
    kept = tuple(dict.fromkeys(name for name in after if name is not None and name != resource.id))
    more = {"ManagedPolicyArns": policies} if policies else {}
    return replace(resource, properties={**resource.properties, **more}, after=kept)


def _known(value: Any, kind: str, names: Mapping[str, str], where: str, gaps: list[str]) -> Any:
    """`value` (a mapping, or several) without what the type does not have; that is written into `gaps`."""
    if isinstance(value, list):
        return [_known(each, kind, names, where, gaps) for each in value]
    if not isinstance(value, Mapping):
        return value
    definitions = properties_of("cloudformation")[kind]["definitions"]
    found = {}
    for key, item in value.items():
        if key not in names:
            gaps.append(f"{key} of {where}: {kind} does not know it.")
        elif names[key] in definitions:
            found[key] = _known(item, kind, definitions[names[key]], f"{where}, {key}", gaps)
        else:
            found[key] = item
    return found
