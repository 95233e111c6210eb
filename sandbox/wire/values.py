"""From what stands in a JSON or CBOR body to what handlers take, and back: times in seconds, blobs as bytes."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from typing import Any

from sandbox.wire.api import Api, api, shapes_within
from sandbox.wire.cbor import Moment

Turn = Callable[[Any], Any]


@cache
def reader(service: str, shape: str) -> Turn | None:
    """Return what turns a parsed body of that shape into a handler's request; None if nothing is to be done."""
    kinds: dict[str, Turn] = {"timestamp": _read_time, "blob": _read_blob, "float": _read_float, "double": _read_float}
    return _turner(api(service), shape, kinds, inward=True)


@cache
def writer(service: str, shape: str, *, cbor: bool) -> Turn | None:
    """Return what turns a response of that shape into what the body's format writes; None if it is so already."""
    kinds: dict[str, Turn] = {"timestamp": Moment} if cbor else {"blob": _write_blob}
    return _turner(api(service), shape, kinds, inward=False)


def seconds_of(text: str) -> float:
    """Read a time as it stands in a form, a header or an address. ValueError if it is none."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def iso(seconds: float) -> str:
    """Write a time as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def _turner(described: Api, name: str, kinds: Mapping[str, Turn], *, inward: bool) -> Turn | None:
    renamed = described.protocol == "rest-json"
    made: dict[str, Turn | None] = {}

    def needs(shape: str) -> bool:
        for _, each in shapes_within(described, shape):
            members = each.get("members", {})
            if each["type"] in kinds or (renamed and any("locationName" in m for m in members.values())):
                return True
        return False

    def turner(shape_name: str) -> Turn | None:
        if shape_name in made:
            return made[shape_name]
        if not needs(shape_name):
            made[shape_name] = None
            return None
        made[shape_name] = lambda value: later(value)  # a shape may be made of itself
        later = made[shape_name] = build(described.shape(shape_name))
        return later

    def build(shape: Mapping[str, Any]) -> Turn:
        kind = shape["type"]
        if kind in kinds:
            return _unless_none(kinds[kind])
        if kind == "list":
            return _of_list(turner(shape["member"]["shape"]))
        if kind == "map":
            return _of_map(turner(shape["value"]["shape"]))
        members = {}
        for member, how in shape["members"].items():
            wire_name = how.get("locationName", member) if renamed else member
            there, here = (wire_name, member) if inward else (member, wire_name)
            members[there] = (here, turner(how["shape"]))
        return _of_structure(members)

    return turner(name)


def _unless_none(turn: Turn) -> Turn:
    return lambda value: None if value is None else turn(value)


def _of_list(turn: Turn | None) -> Turn:
    def turned(value: Any) -> Any:
        return [turn(item) for item in value] if turn and isinstance(value, list) else value

    return turned


def _of_map(turn: Turn | None) -> Turn:
    def turned(value: Any) -> Any:
        return {key: turn(item) for key, item in value.items()} if turn and isinstance(value, dict) else value

    return turned


def _of_structure(members: Mapping[str, tuple[str, Turn | None]]) -> Turn:
    unchanged: tuple[None, None] = (None, None)

    def turned(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        result = {}
        for key, item in value.items():
            name, turn = members.get(key, unchanged)
            result[name or key] = turn(item) if turn else item
        return result

    return turned


def _read_float(value: Any) -> Any:
    """What JSON has no number for comes as a text."""
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


def _read_time(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return seconds_of(value)
    except (ValueError, TypeError):
        return value  # the validation that follows names it


def _read_blob(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value


def _write_blob(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes | bytearray) else value


def scalar(kind: str, text: str) -> Any:
    """Read a member of a form, an address or a header; what does not fit stays a text, for the validation to name."""
    try:
        match kind:
            case "integer" | "long":
                return int(text)
            case "float" | "double":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}.get(text.lower(), text)
            case "timestamp":
                return seconds_of(text)
            case "blob":
                return base64.b64decode(text, validate=True)
    except (ValueError, TypeError, binascii.Error):
        return text
    return text
