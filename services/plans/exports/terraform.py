"""A description as Terraform, for HashiCorp's provider of AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from services.plans.exports.described import Attribute, Description, Given, Resource, references
from services.plans.exports.heading import comment
from services.plans.exports.kinds import properties_of
from services.plans.exports.labels import labels, snake, underscored
from services.plans.exports.quoting import commented, quoted
from services.plans.models import Json, Text

_VERSION = ">= 6.0"  # of the provider: facts/terraform.json lists its arguments
_NOTE = "Terraform keeps the values of variables in its state, also secret ones: keep the state where secrets may lie."
_KEY = re.compile(r"[A-Za-z_]\w*")
_SETS = re.compile(r'( *)(\w+|"[^"]*") = (.*[^\[({])')
_WIDTH = 100


def to_terraform(description: Description, *, region: str = "") -> str:
    """The configuration; secrets are sensitive variables. What the provider cannot express is listed at its head."""
    return _Writer(description).configuration(region)


class _Writer:
    def __init__(self, description: Description) -> None:
        self.known = properties_of("terraform")
        self.gaps: list[str] = []
        self.description = description
        self.labels = labels(description, underscored)
        self.types = {each.id: each.kind.type for each in description.resources}

    def configuration(self, region: str) -> str:
        blocks = [_settings(region), *(self._variable(each) for each in self.description.given)]
        blocks += [block for each in self.description.resources for block in self._resource(each)]
        secret = any(each.secret for each in self.description.given)
        usage = f"terraform init && terraform apply{'. ' + _NOTE if secret else ''}"
        head = comment(self.description, tuple(dict.fromkeys(self.gaps)), usage=usage)
        return head + "".join("\n" + "".join(f"{line}\n" for line in _aligned(block)) for block in blocks)

    def _variable(self, given: Given) -> list[str]:
        lines = [
            "type = string",
            f"description = {_string(given.why)}",
            *(["sensitive = true"] if given.secret else []),
        ]
        return _block(f'variable "{self.labels[given.name]}"', lines)

    def _resource(self, resource: Resource) -> list[list[str]]:
        known = self.known.get(resource.kind.type)
        if known is None:
            self.gaps.append(f"{resource.reason} The provider has no resource for {resource.kind.type}.")
            return []
        flat, nested = self._body(resource.properties, known["arguments"], resource.name)
        if resource.tags:
            flat += _pairs("tags = {", {key: self._value(item) for key, item in resource.tags.items()}, "}")
        lines = [*flat, *nested]
        told = references((resource.properties, resource.tags))
        missing = {name for name, kind in self.types.items() if kind not in self.known}
        after = [self._address(name) for name in resource.after if name not in told | missing]
        lines += ["", *f"depends_on = {_list(after)}".split("\n")] if after else []
        return [
            [
                *commented(resource.reason),
                *_block(f'resource "{known["resource"]}" "{self.labels[resource.id]}"', lines),
            ]
        ]

    def _body(self, values: Mapping[str, Any], arguments: Mapping[str, Any], where: str) -> tuple[list[str], list[str]]:
        """The lines of a block: its arguments, and the blocks in it."""
        flat: list[str] = []
        nested: list[str] = []
        for key, value in values.items():
            known = arguments.get(key)
            if known is None:
                self.gaps.append(f"{key} of {where}.")
            elif isinstance(known, Mapping):
                name = known.get("", snake(key))
                for each in value if isinstance(value, list) else [value]:
                    inner = self._body(each, known, f"{where}, {key}")
                    if name == "*":  # the provider has its members in the block itself
                        flat, nested = [*flat, *inner[0]], [*nested, *inner[1]]
                    else:
                        nested += ["", *_block(name, [*inner[0], *inner[1]])]
            elif known.endswith("{}"):
                pairs = {each["Name"]: self._value(each["Value"]) for each in value}
                flat += _pairs(f"{known[:-2]} = {{", pairs, "}")
            else:
                flat += f"{known or snake(key)} = {self._value(value)}".split("\n")
        return flat, nested

    def _address(self, resource: str) -> str:
        return f"{self.known[self.types[resource]]['resource']}.{self.labels[resource]}"

    def _value(self, value: Any) -> str:
        if isinstance(value, Attribute):
            if self.types[value.resource] not in self.known:
                self.gaps.append(f"The {value.what} of {value.resource}: that is not made here; put it in yourself.")
                return '""'
            return f"{self._address(value.resource)}.{self._attribute(value)}"
        if isinstance(value, Given):
            return f"var.{self.labels[value.name]}"
        if isinstance(value, Text):
            parts = (_escaped(each) if isinstance(each, str) else f"${{{self._value(each)}}}" for each in value.parts)
            return f'"{"".join(parts)}"'
        if isinstance(value, Json):
            return f"jsonencode({self._value(value.value)})"
        if isinstance(value, Mapping):
            return "\n".join(_pairs("{", {key: self._value(item) for key, item in value.items()}, "}"))
        if isinstance(value, list | tuple):
            return _list([self._value(item) for item in value])
        return _string(value) if isinstance(value, str) else json.dumps(value)

    def _attribute(self, value: Attribute) -> str:
        """The provider calls the name of a thing as it calls the argument that sets it."""
        kind = next(each.kind for each in self.description.resources if each.id == value.resource)
        named = self.known[kind.type]["arguments"].get(kind.named_by) or snake(kind.named_by)
        return named if value.what == "name" else "arn"


def _list(items: list[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return "[\n" + "".join("".join(f"  {part}\n" for part in f"{item},".split("\n")) for item in items) + "]"


def _aligned(lines: list[str]) -> list[str]:
    """The lines with the equals signs of neighbours below each other, as `terraform fmt` wants them."""
    found: list[str] = []
    group: list[tuple[str, str, str]] = []
    for line in [*lines, ""]:
        sets = _SETS.fullmatch(line)
        if sets is None or (group and group[0][0] != sets[1]):
            widest = max((len(key) for _, key, _ in group), default=0)
            found += [f"{indent}{key:<{widest}} = {value}" for indent, key, value in group]
            group = []
        if sets is None:
            found.append(line)
        else:
            group.append((sets[1], sets[2], sets[3]))
    return found[:-1]


def _settings(region: str) -> list[str]:
    source = _pairs("aws = {", {"source": '"hashicorp/aws"', "version": _string(_VERSION)}, "}")
    required = _block("terraform", _block("required_providers", source))
    return [*required, "", *_block('provider "aws"', [f"region = {_string(region)}"])] if region else required


def _block(head: str, lines: list[str]) -> list[str]:
    inner = lines[1:] if lines and not lines[0] else lines
    return [f"{head} {{", *(f"  {line}".rstrip() for line in inner), "}"]


def _pairs(opening: str, values: Mapping[str, str], closing: str) -> list[str]:
    inner = []
    for key, value in values.items():
        inner += f"{key if _KEY.fullmatch(key) else _string(key)} = {value}".split("\n")
    return [opening, *(f"  {line}" for line in inner), closing]


def _escaped(text: str) -> str:
    return quoted(text)[1:-1].replace("${", "$${").replace("%{", "%%{")


def _string(text: str) -> str:
    return f'"{_escaped(text)}"'
