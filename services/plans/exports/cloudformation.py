"""A description as a CloudFormation template in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from services.plans.exports.described import Attribute, Description, Given, Resource
from services.plans.exports.heading import comment
from services.plans.exports.kinds import REF
from services.plans.exports.labels import camel, labels
from services.plans.exports.quoting import quoted
from services.plans.exports.stack import TAGS, stacked, waits
from services.plans.models import Json, Text

_SAFE = re.compile(r"[A-Za-z/][A-Za-z0-9_./+@-]*(:[A-Za-z0-9_./+@-]+)*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_DESCRIPTION_BYTES = 1024  # CloudFormation's limit


def to_cloudformation(description: Description, *, region: str = "") -> str:
    """The template; it takes each secret as a parameter that is not echoed."""
    stack = stacked(description)
    names = labels(description, camel)
    usage = "aws cloudformation deploy --template-file FILE --stack-name NAME --capabilities CAPABILITY_NAMED_IAM"
    head = comment(description, stack.gaps, usage=f"{usage} --region {region}" if region else usage)
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{description.title}. Written by Sagedeck.".encode()[:_DESCRIPTION_BYTES].decode(
            errors="ignore"
        ),
    }
    if description.given:
        template["Parameters"] = {names[each.name]: _parameter(each) for each in description.given}
    kinds = {each.id: each for each in stack.resources}
    template["Resources"] = {names[each.id]: _resource(each, names, kinds) for each in stack.resources}
    return f"{head}\n" + "".join(f"{line}\n" for line in _yaml(template))


def _parameter(given: Given) -> dict[str, Any]:
    return {"Type": "String", "Description": given.why} | ({"NoEcho": True} if given.secret else {})


def _resource(resource: Resource, names: Mapping[str, str], kinds: Mapping[str, Resource]) -> dict[str, Any]:
    properties = _expressed(resource.properties, names, kinds)
    if resource.tags:
        tags = _expressed(resource.tags, names, kinds)
        properties |= {TAGS: [{"Key": key, "Value": value} for key, value in tags.items()]}
    shown: dict[str, Any] = {"Type": resource.kind.type}
    before = [names[name] for name in waits(resource)]
    return shown | ({"DependsOn": before} if before else {}) | {"Properties": properties}


class _Tagged(str):
    """YAML that stands as it is, such as !Ref Role."""

    __slots__ = ()


def _expressed(value: Any, names: Mapping[str, str], kinds: Mapping[str, Resource]) -> Any:
    """`value` with references as CloudFormation's functions."""
    if isinstance(value, Attribute):
        how = kinds[value.resource].kind.attributes[value.what]
        label = names[value.resource]
        return _Tagged(f"!Ref {label}" if how == REF else f"!GetAtt {label}.{how}")
    if isinstance(value, Given):
        return _Tagged(f"!Ref {names[value.name]}")
    if isinstance(value, Text):
        return _Tagged(f"!Sub {quoted(''.join(_part(each, names, kinds) for each in value.parts))}")
    if isinstance(value, Json):
        return _expressed(value.value, names, kinds)
    if isinstance(value, Mapping):
        return {key: _expressed(item, names, kinds) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_expressed(item, names, kinds) for item in value]
    return value


def _part(part: Any, names: Mapping[str, str], kinds: Mapping[str, Resource]) -> str:
    if isinstance(part, str):
        return part.replace("${", "${!")
    tagged = str(_expressed(part, names, kinds))
    return "${" + tagged.split(" ", 1)[1] + "}"


def _yaml(value: Any) -> list[str]:
    """The lines of a block; a nested block is two spaces further in."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in _entry(f"{_scalar(key)}:", item)]
    lines = []
    for item in value:
        nested = _yaml(item) if isinstance(item, Mapping | list) and item else [_scalar(item)]
        lines += [f"- {nested[0]}", *(f"  {line}" for line in nested[1:])]
    return lines


def _entry(key: str, value: Any) -> list[str]:
    if isinstance(value, Mapping | list) and value:
        return [key, *(f"  {line}" for line in _yaml(value))]
    return [f"{key} {_scalar(value)}"]


def _scalar(value: Any) -> str:
    if isinstance(value, _Tagged):
        return str(value)
    if isinstance(value, str):
        return value if _SAFE.fullmatch(value) and value.lower() not in _WORDS else quoted(value)
    return json.dumps(value)
