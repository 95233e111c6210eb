"""What is wrong with a request, in AWS's words; asked only when something is."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sandbox.errors import AwsError
from sandbox.wire.api import Api, Shape

_CLASSES = {  # Java's character classes, as what stands between Python's brackets
    "L": r"\w", "N": r"\d", "Z": r"\s", "Zs": r"\s", "M": r"\w", "Alnum": "a-zA-Z0-9", "IsLetter": r"\w",
    "IsDigit": r"\d", "IsWhitespace": r"\s", "IsPunctuation": r"!-/:-@\[-`{-~", "S": r"$+<=>^`|~",
    "P": r"!-/:-@\[-`{-~\u2010-\u2027",
    "ASCII": r"\x00-\x7f", "Graph": r"\x21-\x7e", "Print": r"\x20-\x7e", "Blank": r" \t", "C": r"\x00-\x1f\x7f-\x9f",
}  # fmt: skip
_SPELLED = {  # what Python spells in another way
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    r"\w-_": r"\w_-",
    r"\w-\/": r"\w\-/",
    r"\p{Z}-_": r"\p{Z}_-",
    "(?i)": "",
}
_STEADY = {  # what would take Python's search for ever, as the same said without a choice of ways
    r"([-a-z0-9]*[a-z0-9]){0,39}?": r"([-a-z0-9]*[a-z0-9])?",
    r"([.\-_a-zA-Z0-9]+/?){3,1016}": r"([.\-_a-zA-Z0-9]/?){3,1016}",
    r"(-*[a-zA-Z0-9\+\-\.])*": r"[a-zA-Z0-9\+\-\.]*",
    r"(-*[a-zA-Z0-9\+\-\.]){0,63}": r"[a-zA-Z0-9\+\-\.]*",
    r"([a-zA-Z0-9_]+)*([a-zA-Z0-9_]+)": r"[a-zA-Z0-9_]+",
    r"(?:[._\-/a-z0-9*]?[a-z0-9*]+)*": r"(?:[._\-/]?[a-z0-9*])*",
    r"[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*": r"\t*[\x20-\x7E][\t\x20-\x7E]*",
    r"[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*":
        r"\t*[^\x00-\x1F:\x7F][^\x00-\x08\x0A-\x1F:\x7F]*",
    r"[a-zA-Z0-9!-~]+([a-zA-Z0-9!-~ ]*[a-zA-Z0-9!-~]+)*": r"[!-~]([ -~]*[!-~])?",
    r"(?:[\._\-/#A-Za-z0-9]+|": r"(?:[\._\-/#A-Za-z0-9]|",
    r"(?:-?[a-zA-Z0-9]+)*": r"(?:-?[a-zA-Z0-9])*",
    r"(?:-?[a-z0-9]+){0,15}": r"[a-z0-9]*(?:-[a-z0-9]+){0,15}",
    r"([^/][!-~]+/){1,511}": r"([^/][!-~]+/)",
    r"([^/]([!-~]+/){1,511})": r"([^/][!-~]+/)",
    r"([\w+=\/,.@:-]+)*": r"[\w+=\/,.@:-]*",
}  # fmt: skip
_ONE_CHARACTER = re.compile(r"\\[SDWsdw]|\[[^\]]+\]")  # as a whole pattern it asks for one such, anywhere
PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
    "blob": (bytes,),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}
INTEGERS = {"integer": 2**31, "long": 2**63}
EARLIEST, LATEST = -62135596800.0, 253402300800.0  # the years 1 and 10000
NUMBERS = frozenset({"integer", "long", "float", "double"})


def violations(described: Api, name: str, value: Any, path: str = "") -> Iterator[str]:
    """Yield what is wrong with a value of a shape. Raises AwsError (SerializationException) where a type is wrong."""
    shape = described.shape(name)
    kind: str = shape["type"]
    _check_type(kind, value, path)
    if kind == "structure":
        yield from _of_structure(described, name, shape, value, path)
    elif kind == "list":
        yield from _unless_none(value, path, _size_constraints(shape, len(value), "length"))
        yield from _of_items(described, shape["member"]["shape"], value, path)
    elif kind == "map":
        yield from _unless_none(value, path, _size_constraints(shape, len(value), "length"))
        yield from _of_entries(described, shape, value, path)
    else:
        shown = "***sensitiveInformation***" if shape.get("sensitive") else value
        yield from _unless_none(shown, path, constraints_broken(shape, value))


def is_moment(value: Any) -> bool:
    """Tell whether a value is a time in seconds since the epoch, of the years that have four digits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and EARLIEST <= value < LATEST


def constraints_broken(shape: Shape, value: Any) -> list[str]:
    """The constraints of a scalar that a value does not satisfy."""
    broken = []
    if "enum" in shape and value not in shape["enum"]:
        broken.append(f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    if shape["type"] == "string":
        broken += _size_constraints(shape, len(value), "length")
        pattern = shape.get("pattern")
        if pattern and not broken and not matches(pattern, value):
            broken.append(f"Member must satisfy regular expression pattern: {pattern}")
    elif shape["type"] == "blob":
        broken += _size_constraints(shape, len(value), "length")
    elif shape["type"] in NUMBERS:
        broken += ["Member must be a number"] if value != value else _size_constraints(shape, value, "value")
    return broken


def matches(pattern: str, value: str) -> bool:
    """Tell whether a value fits one of Java's patterns, of which a few have no counterpart here and let all pass."""
    found = compiled(pattern)
    if found is None:
        return True
    return bool(found.search(value) if _ONE_CHARACTER.fullmatch(pattern) else found.fullmatch(value))


@lru_cache(512)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """Return one of Java's patterns as Python's, None if it has no counterpart."""
    for java, python in (*_SPELLED.items(), *_STEADY.items()):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(_with_classes(pattern))
    except (re.error, KeyError):
        return None


def _with_classes(pattern: str) -> str:
    """Put what \\p{…} stands for in its place, in brackets where it does not stand in some already."""
    written, inside = "", False
    for part in re.findall(r"\\p\{\w+\}|\\.|.", pattern, re.DOTALL):
        if part.startswith("\\p{"):
            members = _CLASSES[part[3:-1]]
            written += members if inside else f"[{members}]"
            continue
        inside = part == "[" or (inside and part != "]")
        written += part
    return written


def _of_structure(described: Api, name: str, shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    members = shape["members"]
    for required in shape.get("required", ()):
        if value.get(required) is None:
            yield from _unless_none(None, _join(path, required), ["Member must not be null"])
    if shape.get("union") and sum(item is not None for item in value.values()) != 1:
        yield from _unless_none(_java(value), path, ["Member must have exactly one of its members set"])
    for key, item in value.items():
        if key not in members:
            yield from _unless_none(item, _join(path, key), [f"Member must be one that {name} has"])
        elif item is not None:
            yield from violations(described, members[key]["shape"], item, _join(path, key))


def _of_items(described: Api, name: str, value: list[Any], path: str) -> Iterator[str]:
    shape = described.shape(name)
    if shape["type"] in ("structure", "list", "map"):
        for number, item in enumerate(value, 1):
            yield from violations(described, name, item, f"{path}.{number}.member")
        return
    for item in value:
        _check_type(shape["type"], item, path)
    if any(constraints_broken(shape, item) for item in value):
        yield from _unless_none(_java(value), path, [f"Member must satisfy constraint: [{_all_of(shape)}]"])


def _of_entries(described: Api, shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    keys, values = described.shape(shape["key"]["shape"]), described.shape(shape["value"]["shape"])
    if any(constraints_broken(keys, key) for key in value):
        yield from _unless_none(_java(value), path, [f"Map keys must satisfy constraint: [{_all_of(keys)}]"])
    if values["type"] in ("structure", "list", "map"):
        for key, item in value.items():
            yield from violations(described, shape["value"]["shape"], item, f"{path}.{key}.member")
        return
    for item in value.values():
        _check_type(values["type"], item, path)
    if any(constraints_broken(values, item) for item in value.values()):
        yield from _unless_none(_java(value), path, [f"Map value must satisfy constraint: [{_all_of(values)}]"])


def _all_of(shape: Shape) -> str:
    """Every constraint of a scalar, as AWS lists them for members of lists and maps."""
    what = "value" if shape["type"] in NUMBERS else "length"
    told = []
    if "enum" in shape:
        told.append(f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    if "max" in shape:
        told.append(f"Member must have {what} less than or equal to {shape['max']}")
    if "min" in shape:
        told.append(f"Member must have {what} greater than or equal to {shape['min']}")
    if "pattern" in shape:
        told.append(f"Member must satisfy regular expression pattern: {shape['pattern']}")
    return ", ".join(told)


def _size_constraints(shape: Shape, size: float, what: str) -> list[str]:
    broken = []
    if "max" in shape and size > shape["max"]:
        broken.append(f"Member must have {what} less than or equal to {shape['max']}")
    if "min" in shape and size < shape["min"]:
        broken.append(f"Member must have {what} greater than or equal to {shape['min']}")
    return broken


def _unless_none(value: Any, path: str, constraints: list[str]) -> Iterator[str]:
    shown = "null" if value is None else f"'{_java(value)}'"
    for constraint in constraints:
        yield f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _java(value: Any) -> str:
    """A value as Java prints it, as AWS's messages show them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_java, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_java(item)}" for key, item in value.items()) + "}"
    return str(value)


def _check_type(kind: str, value: Any, path: str) -> None:
    kinds = PYTHON_TYPES.get(kind, (object,))
    right = kind == "boolean" if isinstance(value, bool) else isinstance(value, kinds)  # a bool is an int to Python
    if right and kind in INTEGERS and not -INTEGERS[kind] <= value < INTEGERS[kind]:
        raise AwsError("SerializationException", f"{value} is out of the range of {kind.title()} at '{path}'")
    if not right or (kind == "timestamp" and not is_moment(value)):
        told = f"{_json_kind(value)} can not be converted to {kind.title()} at '{path}'"
        raise AwsError("SerializationException", told)


def _join(path: str, member: str) -> str:
    lowered = member[:1].lower() + member[1:]
    return f"{path}.{lowered}" if path else lowered


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    kinds = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", list: "START_ARRAY", dict: "START_OBJECT"}
    return kinds.get(type(value), "NULL_VALUE")
