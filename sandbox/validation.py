"""Checks a request against botocore's service model and words what is wrong as AWS does."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from sandbox.errors import AwsError

# Services whose requests are checked, by botocore's name: the code of a violation
CODES = {
    "sagemaker": "ValidationException",
    "logs": "InvalidParameterException",
    "application-autoscaling": "ValidationException",
    "service-quotas": "IllegalArgumentException",
    "resourcegroupstaggingapi": "InvalidParameterException",
}
_UNICODE_CLASSES = {
    r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"\p{M}": r"\w", r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{S}": r"$+<=>^`|~", r"\p{P}": r"!-/:-@\[-`{-~\u2010-\u2027",
}  # fmt: skip
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


def plain_dicts() -> Any:
    """Return botocore's loaders, told to keep service models in dicts: half of what its OrderedDicts take."""
    from botocore import loaders

    loaders.OrderedDict = dict
    return loaders


@cache
def service_model(service: str) -> Mapping[str, Any]:
    """Botocore's description of a service: `operations` and `shapes`."""
    model: Mapping[str, Any] = plain_dicts().Loader().load_service_model(service, "service-2")
    return model


def check(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Raise AwsError unless `request` fits the operation of the service (one of `CODES`).

    Codes: UnknownOperationException, SerializationException, and the service's own for what its model forbids.
    """
    code = CODES[service]
    model = service_model(service)
    described = model["operations"].get(operation)
    if described is None:
        raise AwsError("UnknownOperationException", f"Unknown operation {operation}.", 404)
    name = described.get("input", {}).get("shape")
    if name is None:
        return
    problems = tuple(_problems(model["shapes"], name, request, ""))
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise AwsError(code, count + "; ".join(problems))


def _problems(shapes: Mapping[str, Any], name: str, value: Any, path: str) -> Iterator[str]:
    shape = shapes[name]
    kind: str = shape["type"]
    if not _is_a(kind, value):
        raise AwsError(
            "SerializationException", f"{_json_kind(value)} can not be converted to {kind.title()} at '{path}'"
        )
    if kind == "structure":
        yield from _structure_problems(shapes, name, value, path)
    elif kind == "list":
        yield from _size_problems(shape, value, path, len(value), "length")
        for number, item in enumerate(value, 1):
            yield from _problems(shapes, shape["member"]["shape"], item, f"{path}.{number}.member")
    elif kind == "map":
        yield from _size_problems(shape, value, path, len(value), "length")
        for key, item in value.items():
            yield from _problems(shapes, shape["key"]["shape"], key, f"{path}.{key}.key")
            yield from _problems(shapes, shape["value"]["shape"], item, f"{path}.{key}.value")
    elif kind == "string":
        yield from _string_problems(shape, value, path)
    elif kind in ("integer", "long", "float", "double"):
        yield from _size_problems(shape, value, path, value, "value")


def _structure_problems(shapes: Mapping[str, Any], name: str, value: Mapping[str, Any], path: str) -> Iterator[str]:
    members = shapes[name]["members"]
    for required in shapes[name].get("required", ()):
        if value.get(required) is None:
            yield _failed(None, _join(path, required), "Member must not be null")
    for key, item in value.items():
        if key not in members:
            yield _failed(item, _join(path, key), f"Member must be one that {name} has")
        elif item is not None:
            yield from _problems(shapes, members[key]["shape"], item, _join(path, key))


def _string_problems(shape: Mapping[str, Any], value: str, path: str) -> Iterator[str]:
    if "enum" in shape and value not in shape["enum"]:
        yield _failed(value, path, f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    too_long = list(_size_problems(shape, value, path, len(value), "length"))
    yield from too_long
    if "pattern" in shape and not too_long and not _matches(shape["pattern"], value):
        yield _failed(value, path, f"Member must satisfy regular expression pattern: {shape['pattern']}")


def _size_problems(shape: Mapping[str, Any], value: Any, path: str, size: float, what: str) -> Iterator[str]:
    if "max" in shape and size > shape["max"]:
        yield _failed(value, path, f"Member must have {what} less than or equal to {shape['max']}")
    if "min" in shape and size < shape["min"]:
        yield _failed(value, path, f"Member must have {what} greater than or equal to {shape['min']}")


def _failed(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _is_a(kind: str, value: Any) -> bool:
    if isinstance(value, bool):  # which Python takes for an int
        return kind == "boolean"
    return isinstance(value, _PYTHON_TYPES.get(kind, (object,)))


def _join(path: str, member: str) -> str:
    lowered = member[0].lower() + member[1:]
    return f"{path}.{lowered}" if path else lowered


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    kinds = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", list: "START_ARRAY", dict: "START_OBJECT"}
    return kinds.get(type(value), "NULL_VALUE")


@lru_cache(512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    for java, python in _UNICODE_CLASSES.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:  # a few of Java's patterns have no counterpart here: those are not checked
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
