"""A description as a small CDK app in Python, of the constructs that mirror CloudFormation one to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.plans.exports.described import Attribute, Description, Given, Resource, references
from services.plans.exports.heading import comment
from services.plans.exports.kinds import REF, properties_of
from services.plans.exports.labels import camel, labels, snake, underscored
from services.plans.exports.quoting import commented
from services.plans.exports.stack import stacked, waits
from services.plans.literals import Names, source
from services.plans.models import Json, Text

_RESERVED = frozenset({"self", "scope", "cdk", "construct", "kwargs", "app"})
_WIDTH = 100
_PLAIN = Names({}, {})


def to_cdk(description: Description, *, region: str = "") -> str:
    """The app; `region` is its environment, else the CDK's own configuration decides."""
    return _Writer(description).app(region)


class _Writer:
    def __init__(self, description: Description) -> None:
        self.description, self.stack = description, stacked(description)
        modules = {self._construct(each.kind.type)[0] for each in self.stack.resources}
        self.modules = sorted(modules)
        self.variables = labels(description, underscored, reserved=_RESERVED | modules)
        self.ids = labels(description, camel)
        self.kinds = {each.id: each for each in self.stack.resources}
        told = (references((each.properties, each.tags)) for each in self.stack.resources)
        self.used = frozenset().union(*told, *(waits(each) for each in self.stack.resources))

    def app(self, region: str) -> str:
        title = f"{camel(self.description.title)}Stack"  # never a word of Python or a name imported above
        body = [line for each in self.description.given for line in self._parameter(each)]
        body += [line for each in self.stack.resources for line in self._resource(each)]
        usage = 'pip install aws-cdk-lib constructs; npx aws-cdk deploy --app "python app.py"'
        head = "\n".join(line[2:] for line in comment(self.description, self.stack.gaps, usage=usage).splitlines())
        head = head.replace("\\", "\\\\").replace('"""', "'''")
        where = f", env=cdk.Environment(region={_quoted(region)})" if region else ""
        lines = [
            f'"""{head}\n"""\n',
            "from typing import Any\n",
            "import aws_cdk as cdk",
            *(f"from aws_cdk import aws_{name} as {name}" for name in self.modules),
            "from constructs import Construct\n\n",
            f"class {title}(cdk.Stack):",
            f"    {_quoted(self.description.title)}\n",
            "    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:",
            "        super().__init__(scope, construct_id, **kwargs)",
            *(f"        {line}".rstrip() for line in body),
            '\n\nif __name__ == "__main__":',
            "    app = cdk.App()",
            f"    {title}(app, {_quoted(title)}{where})",
            "    app.synth()",
        ]
        return "# ruff: noqa: E501\n" + "\n".join(lines) + "\n"

    def _construct(self, kind: str) -> tuple[str, str]:
        module, _, name = properties_of("cloudformation")[kind]["construct"].partition(".")
        return module, name

    def _parameter(self, given: Given) -> list[str]:
        settings = ['type="String"', f"description={_quoted(given.why)}", *(["no_echo=True"] if given.secret else [])]
        made = f"cdk.CfnParameter(self, {_quoted(self.ids[given.name])}, {', '.join(settings)})"
        return ["", f"{self.variables[given.name]} = {made}"]

    def _resource(self, resource: Resource) -> list[str]:
        module, name = self._construct(resource.kind.type)
        known = properties_of("cloudformation")[resource.kind.type]
        arguments = self._arguments(resource.properties, known, known["properties"], f"{module}.{name}")
        if resource.tags:
            tags = [f"cdk.CfnTag(key={_quoted(key)}, value={self._value(item)})" for key, item in resource.tags.items()]
            arguments.append(f"tags={_call('[', tags, ']')}")
        variable = self.variables[resource.id]
        made = _call(f"{module}.{name}(", ["self", _quoted(self.ids[resource.id]), *arguments], ")")
        after = [f"{variable}.node.add_dependency({self.variables[other]})" for other in waits(resource)]
        used = after or resource.id in self.used
        return ["", *commented(resource.reason), *(f"{variable} = {made}" if used else made).split("\n"), *after]

    def _arguments(self, values: Mapping[str, Any], known: Any, names: Mapping[str, str], construct: str) -> list[str]:
        found = []
        for key, value in values.items():
            nested = names[key] if names[key] in known["definitions"] else ""
            found.append(f"{snake(key)}={self._typed(value, known, nested, construct)}")
        return found

    def _typed(self, value: Any, known: Any, nested: str, construct: str) -> str:
        """A value of the definition `nested`, or a plain one when there is none."""
        if not nested:
            return self._value(value)
        if isinstance(value, list):
            return _call("[", [self._typed(each, known, nested, construct) for each in value], "]")
        if not isinstance(value, Mapping):
            return self._value(value)
        arguments = self._arguments(value, known, known["definitions"][nested], construct)
        return _call(f"{construct}.{nested}Property(", arguments, ")")

    def _value(self, value: Any) -> str:
        if isinstance(value, Attribute):
            how = self.kinds[value.resource].kind.attributes[value.what]
            return f"{self.variables[value.resource]}.{'ref' if how == REF else f'attr_{snake(how)}'}"
        if isinstance(value, Given):
            return f"{self.variables[value.name]}.value_as_string"
        if isinstance(value, Text):
            return " + ".join(self._value(each) for each in value.parts)
        if isinstance(value, Json):
            return self._value(value.value)
        if isinstance(value, Mapping):
            return _call("{", [f"{_quoted(key)}: {self._value(item)}" for key, item in value.items()], "}")
        if isinstance(value, list | tuple):
            return _call("[", [self._value(item) for item in value], "]")
        return source(value, _PLAIN, 0)


def _call(opening: str, items: list[str], closing: str) -> str:
    """On one line where it fits, else an item a line."""
    line = opening + ", ".join(items) + closing
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    inner = "".join("".join(f"    {part}\n" for part in f"{item},".split("\n")) for item in items)
    return f"{opening}\n{inner}{closing}"


def _quoted(text: str) -> str:
    return source(text, _PLAIN, 0)
