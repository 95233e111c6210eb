"""Checks a value against a shape of botocore's service model, values known later taken as right."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from services.plans.models import Json, Ref, Secret, Text
from services.plans.secrecy import HIDDEN, Concealed
from services.plans.values import walk

Found = tuple[str, str, bool]  # where, what is wrong, whether it is only a warning


# Java's character classes as what holds at least the same characters inside brackets, where AWS writes them. Of the
# separators (Z) those that end a line are left out: no field that has them is more than a line.
_SEPARATORS = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_JAVA_CLASSES = ((r"\p{L}", r"\w"), (r"\p{N}", r"\w"), (r"\p{Z}", _SEPARATORS), (r"\p{Alnum}", "a-zA-Z0-9"))


_BITS = {"integer": 32, "long": 64}
_LARGEST = {kind: 2 ** (bits - 1) for kind, bits in _BITS.items()}


class _Unknown:
    """A value that is known later: right whatever its shape."""

    def __repr__(self) -> str:
        return "…"


UNKNOWN = _Unknown()


def problems_of_value(value: Any, shape: Any, where: str = "") -> Iterator[Found]:
    """What is wrong with `value` as `shape` (a botocore Shape), each with the path to it."""
    if isinstance(value, Ref | _Unknown) or getattr(shape, "is_document_type", False):
        return
    if value is None:
        yield where, "must not be None; leave it out instead.", False
        return
    checker = _CHECKERS.get(shape.type_name)
    if checker is not None:
        yield from checker(value, shape, where)


def _structure(value: Any, shape: Any, where: str) -> Iterator[Found]:
    if not isinstance(value, Mapping):
        yield where, f"must be a mapping, not {_kind(value)}.", False
        return
    for name in shape.required_members:
        if name not in value and not _filled_in(shape.members[name]):
            yield _under(where, name), "is required.", False
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield where, f"must hold exactly one of {', '.join(shape.members)}.", False
    for name, item in value.items():
        if name in shape.members:
            yield from problems_of_value(item, shape.members[name], _under(where, name))
        else:
            yield _under(where, name), f"is not known; known are {_some(shape.members)}.", False


def _filled_in(shape: Any) -> bool:
    return bool(shape.metadata.get("idempotencyToken"))  # botocore makes one up


def _list(value: Any, shape: Any, where: str) -> Iterator[Found]:
    if not isinstance(value, list | tuple):
        yield where, f"must be a list, not {_kind(value)}.", False
        return
    yield from _bounds(len(value), shape, where, "must have {} {} items, not {}.")
    for number, item in enumerate(value):
        yield from problems_of_value(item, shape.member, f"{where}[{number}]")


def _map(value: Any, shape: Any, where: str) -> Iterator[Found]:
    if not isinstance(value, Mapping):
        yield where, f"must be a mapping, not {_kind(value)}.", False
        return
    yield from _bounds(len(value), shape, where, "must have {} {} entries, not {}.")
    for key, item in value.items():
        yield from problems_of_value(key, shape.key, _under(where, key))
        yield from problems_of_value(item, shape.value, _under(where, key))


def _string(value: Any, shape: Any, where: str) -> Iterator[Found]:
    if isinstance(value, Json):
        value = UNKNOWN if any(isinstance(item, Ref | Secret | Text) for item in walk(value)) else _json(value)
    if isinstance(value, Secret | Text | _Unknown):
        return
    if not isinstance(value, str):
        yield where, f"must be a string, not {_kind(value)}.", False
        return
    shown = HIDDEN if isinstance(value, Concealed) else value if len(value) <= 60 else value[:57] + "…"
    if shape.enum and value not in shape.enum:
        newer = value.startswith("ml.") and "InstanceType" in shape.name
        problem = "is not an instance type this package knows; it may be newer." if newer else "is not a known value"
        known = "" if newer else f"; known are {_some(shape.enum)}."
        yield where, f"{shown!r} {problem}{known}", newer
        return
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        yield where, "holds half a character, which no text can be written with.", False
        return
    yield from _bounds(len(value), shape, where, "must have {} {} characters, not {}.")
    pattern = _pattern(str(shape.metadata.get("pattern", "")))
    if pattern is not None and not pattern.fullmatch(value):
        yield where, f"{shown!r} does not match the pattern {pattern.pattern}.", False


def _json(value: Json) -> str:
    return json.dumps(value.value)


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str] | None:
    """AWS's services match the whole string, whether or not the pattern says so. What only Java reads is left out."""
    if not text:
        return None
    java_letters = r"\p{L}" in text or r"\p{N}" in text  # of any script; \d and \w by themselves are ASCII in Java
    for java, python in _JAVA_CLASSES:
        text = text.replace(java, python)
    try:
        return re.compile(text, 0 if java_letters else re.ASCII)
    except (re.error, FutureWarning):
        return None


def _number(value: Any, shape: Any, where: str) -> Iterator[Found]:
    whole = shape.type_name in ("integer", "long")
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        yield where, f"must be {'a whole number' if whole else 'a number'}, not {_kind(value)}.", False
        return
    if isinstance(value, float) and not math.isfinite(value):
        yield where, f"must be a number that JSON can write, not {value}.", False
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield where, f"must be at least {low}, not {value}.", False
    if high is not None and value > high:
        yield where, f"must be at most {high}, not {value}.", False
    if whole and not -_LARGEST[shape.type_name] <= value < _LARGEST[shape.type_name]:
        yield where, f"must be a whole number of {_BITS[shape.type_name]} bits.", False


def _boolean(value: Any, shape: Any, where: str) -> Iterator[Found]:
    if not isinstance(value, bool):
        yield where, f"must be true or false, not {_kind(value)}.", False


def _timestamp(value: Any, shape: Any, where: str) -> Iterator[Found]:
    if isinstance(value, bool) or not isinstance(value, date | int | float | str):
        yield where, f"must be a time, not {_kind(value)}.", False


def _blob(value: Any, shape: Any, where: str) -> Iterator[Found]:
    fine = isinstance(value, bytes | bytearray | str | Secret | Text | Json) or hasattr(value, "read")
    if not fine:
        yield where, f"must be bytes, not {_kind(value)}.", False


def _bounds(size: int, shape: Any, where: str, sentence: str) -> Iterator[Found]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield where, sentence.format("at least", low, size), False
    if high is not None and size > high:
        yield where, sentence.format("at most", high, size), False


def _under(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _kind(value: Any) -> str:
    return "a secret" if isinstance(value, Secret) else f"{type(value).__name__}"


def _some(names: Any, most: int = 8) -> str:
    listed = list(names)
    return ", ".join(listed[:most]) + (", …" if len(listed) > most else "")


_CHECKERS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "integer": _number,
    "long": _number,
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
}
