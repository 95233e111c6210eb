"""Checks every request against botocore's service model, whether it is answered here or by moto.

Whether a request fits is told by functions made once of each shape; only one that does not is looked at again for the
words (`sandbox.violations`).
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sandbox.errors import AwsError
from sandbox.violations import INTEGERS, NUMBERS, PYTHON_TYPES, compiled, is_moment, matches, violations
from sandbox.wire.api import Api, Shape, api

Fits = Callable[[Any], bool]

# The code of what a model forbids, where it is not ValidationError (services with forms) or ValidationException.
CODES = {
    "logs": "InvalidParameterException",
    "service-quotas": "IllegalArgumentException",
    "resourcegroupstaggingapi": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
    "cloudwatch": "ValidationError",
    "budgets": "InvalidParameterException",
    "pricing": "InvalidParameterException",
    "cloudtrail": "InvalidParameterException",
    "secretsmanager": "InvalidParameterException",
    "ecr": "InvalidParameterException",
    "efs": "BadRequest",
    "ec2": "InvalidParameterValue",
}
_PATH = (
    "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters "
    "and/or / characters."
)
_NAN_REFUSED_THERE = frozenset({("cloudwatch", "DatapointValue")})  # by the operation, in words of its own
_NULL = re.compile(r"Value null at '(?:.*\.)?([^.']+)' ")


def plain_dicts() -> Any:
    """Return botocore's loaders, told to keep service models in dicts: half of what its OrderedDicts take."""
    from botocore import loaders

    loaders.OrderedDict = dict
    return loaders


def check(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Raise AwsError unless `request` fits the operation of the service.

    Codes: UnknownOperationException or InvalidAction, SerializationException or MalformedInput, and the service's own
    for what its model forbids.
    """
    described = api(service)
    if operation not in described.operations:
        raise _unknown(described, operation)
    name = described.input_of(operation)
    if name and not fits(service, name)(request):
        raise _refusal(described, name, request)


def _unknown(described: Api, operation: str) -> AwsError:
    if _by_form(described) and not operation:
        return AwsError("MissingAction", "Missing Action")
    if _by_form(described):
        return AwsError("InvalidAction", f"Could not find operation {operation} for version {described.version}")
    return AwsError("UnknownOperationException", f"Unknown operation {operation}.", 404)


def _refusal(described: Api, name: str, request: Mapping[str, Any]) -> AwsError:
    default = "ValidationError" if _by_form(described) else "ValidationException"
    code = CODES.get(described.service, default)
    try:
        found = list(violations(described, name, request))
    except AwsError as error:
        return AwsError("MalformedInput", error.message) if _by_form(described) else error
    missing = _NULL.match(found[0]) if found else None
    if described.service == "ec2" and missing:
        parameter = missing[1][0].upper() + missing[1][1:]
        return AwsError("MissingParameter", f"The request must contain the parameter {parameter}")
    if described.service == "iam" and len(found) == 1 and "' at 'path' failed" in found[0] and "pattern" in found[0]:
        return AwsError(code, _PATH)
    if described.service == "sns":
        return AwsError(code, f"Invalid parameter: {'; '.join(found)}")
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
    return AwsError(code, count + "; ".join(found))


def _by_form(described: Api) -> bool:
    return described.protocol in ("query", "ec2")


@cache
def fits(service: str, name: str) -> Fits:
    """Return a function that tells whether a value is one of that shape."""
    shape = api(service).shape(name)
    kind = shape["type"]
    if kind == "structure":
        return _structure(service, shape)
    if kind == "list":
        return _list(service, shape)
    if kind == "map":
        return _map(service, shape)
    if kind == "string":
        return _string(shape)
    if kind in NUMBERS:
        return _number(shape, takes_nan=(service, name) in _NAN_REFUSED_THERE)
    if kind == "blob":
        return _blob(shape)
    if kind == "timestamp":
        return is_moment
    return _scalar(kind)


def _part(service: str, name: str) -> Fits:
    """As `fits`, made when it is first asked: a shape may be made of itself, and most members are never sent."""
    made: Fits | None = None

    def part(value: Any) -> bool:
        nonlocal made
        if made is None:
            made = fits(service, name)
        return made(value)

    return part


def _structure(service: str, shape: Shape) -> Fits:
    required = tuple(shape.get("required", ()))
    members = {member: _part(service, how["shape"]) for member, how in shape["members"].items()}
    union = bool(shape.get("union"))

    def structure(value: Any) -> bool:
        if not isinstance(value, dict) or any(value.get(name) is None for name in required):
            return False
        for key, item in value.items():
            part = members.get(key)
            if part is None or (item is not None and not part(item)):
                return False
        return not union or sum(item is not None for item in value.values()) == 1

    return structure


def _list(service: str, shape: Shape) -> Fits:
    least, most = _bounds(shape)
    member = _part(service, shape["member"]["shape"])
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(member, value))


def _map(service: str, shape: Shape) -> Fits:
    least, most = _bounds(shape)
    key, held = _part(service, shape["key"]["shape"]), _part(service, shape["value"]["shape"])

    def mapping(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and least <= len(value) <= most
            and all(map(key, value))
            and all(map(held, value.values()))
        )

    return mapping


def _string(shape: Shape) -> Fits:
    least, most = _bounds(shape)
    if "enum" in shape:
        choices = frozenset(shape["enum"])
        return lambda value: isinstance(value, str) and value in choices
    pattern = shape.get("pattern")
    if pattern and compiled(pattern) is not None:
        return lambda value: isinstance(value, str) and least <= len(value) <= most and matches(pattern, value)
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _number(shape: Shape, *, takes_nan: bool) -> Fits:
    least, most = _bounds(shape)
    whole = INTEGERS.get(shape["type"])
    kinds: Any = PYTHON_TYPES[shape["type"]]

    def number(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            return takes_nan and value != value
        return whole is None or -whole <= value < whole

    return number


def _blob(shape: Shape) -> Fits:
    least, most = _bounds(shape)
    return lambda value: isinstance(value, bytes) and least <= len(value) <= most


def _scalar(kind: str) -> Fits:
    kinds = PYTHON_TYPES.get(kind, (object,))
    return lambda value: isinstance(value, kinds) and (kind == "boolean" or not isinstance(value, bool))


def _bounds(shape: Shape) -> tuple[float, float]:
    return shape.get("min", float("-inf")), shape.get("max", float("inf"))
