"""Whether a response is one that botocore's model has: its members, what is required of them, their types and enums."""

from collections.abc import Iterator
from typing import Any

from sandbox.violations import PYTHON_TYPES
from sandbox.wire.api import Api, api


def strays(service: str, operation: str, response: Any) -> list[str]:
    """Everything in a response that the operation's output shape does not have, or has and is missing."""
    described = api(service)
    name = described.output_of(operation)
    if not name:
        return [f"{operation} answers nothing, got {response}"] if response else []
    return list(_strays(described, name, response, operation))


def _strays(described: Api, name: str, value: Any, path: str) -> Iterator[str]:
    shape = described.shape(name)
    kind = shape["type"]
    if not _is_a(kind, value):
        yield f"{path} is a {type(value).__name__}, not a {kind}: {value!r}"
    elif kind == "structure":
        members = shape["members"]
        for key, item in value.items():
            if key not in members:
                yield f"{path}.{key} is not in {name}"
            elif item is not None:
                yield from _strays(described, members[key]["shape"], item, f"{path}.{key}")
        for required in shape.get("required", ()):
            if value.get(required) is None:
                yield f"{path}.{required} is missing"
    elif kind == "list":
        for number, item in enumerate(value):
            yield from _strays(described, shape["member"]["shape"], item, f"{path}[{number}]")
    elif kind == "map":
        for key, item in value.items():
            yield from _strays(described, shape["key"]["shape"], key, f"{path} key {key}")
            yield from _strays(described, shape["value"]["shape"], item, f"{path}.{key}")
    elif "enum" in shape and value not in shape["enum"]:
        yield f"{path} is {value!r}, none of {name}'s values"


def _is_a(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, PYTHON_TYPES.get(kind, (object,)))
