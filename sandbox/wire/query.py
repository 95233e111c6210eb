"""The query protocol of older services: a form with `Action` and dotted names, answered in XML."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from sandbox.wire.api import Api, Shape, api
from sandbox.wire.values import iso, scalar


def form_of(raw: str) -> dict[str, str]:
    """Read a form or a query string."""
    return dict(parse_qsl(raw, keep_blank_values=True))


def read(service: str, operation: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Put a request's members together; names the operation does not have are passed over, as AWS does."""
    described = api(service)
    name = described.input_of(operation)
    if not name:
        return {}
    found = _read(described, described.shape(name), form, "")
    return found if isinstance(found, dict) else {}


def write(service: str, operation: str, response: Mapping[str, Any], request_id: str) -> bytes:
    """Return the XML of a response."""
    described = api(service)
    space = escape(described.metadata.get("xmlNamespace", ""), {'"': "&quot;"})
    output = described.operations[operation].get("output", {})
    result = ""
    if output:
        wrapper = output.get("resultWrapper", f"{operation}Result")
        result = f"<{wrapper}>{_written(described, described.shape(output['shape']), response)}</{wrapper}>"
    told = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{space}">{result}{told}</{operation}Response>'.encode()


def _read(described: Api, shape: Shape, form: Mapping[str, str], path: str) -> Any:
    """Return the value that stands under `path`, None if none does."""
    kind = shape["type"]
    if kind == "structure":
        found = {}
        for member, how in shape["members"].items():
            inner = described.shape(how["shape"])
            name = _name_of(described, member, how, inner)
            value = _read(described, inner, form, f"{path}.{name}" if path else name)
            if value is not None:
                found[member] = value
        return found if found or path in form else None
    if kind == "list":
        return _read_list(described, shape, form, path)
    if kind == "map":
        return _read_map(described, shape, form, path)
    return scalar(kind, form[path]) if path in form else None


def _name_of(described: Api, member: str, how: Shape, inner: Shape) -> str:
    if described.protocol == "ec2":
        name = how.get("queryName") or how.get("locationName", member)
        return str(name[0].upper() + name[1:])
    if inner["type"] == "list" and _flat(inner, how):
        return str(inner["member"].get("locationName", how.get("locationName", member)))
    return str(how.get("locationName", member))


def _flat(shape: Shape, how: Shape | None = None) -> bool:
    return bool(shape.get("flattened") or (how or {}).get("flattened"))


def _read_list(described: Api, shape: Shape, form: Mapping[str, str], path: str) -> list[Any] | None:
    if form.get(path) == "":
        return []
    flat = _flat(shape) or described.protocol == "ec2"
    start = path if flat else f"{path}.{shape['member'].get('locationName', 'member')}"
    member = described.shape(shape["member"]["shape"])
    numbers = _numbers(form, start)
    if not numbers and not flat:  # some clients write `member` where the model has another name
        start = f"{path}.member"
        numbers = _numbers(form, start)
    return [_read(described, member, form, f"{start}.{number}") for number in numbers] or None


def _read_map(described: Api, shape: Shape, form: Mapping[str, str], path: str) -> dict[str, Any] | None:
    start = path if _flat(shape) else f"{path}.entry"
    key_name, value_name = shape["key"].get("locationName", "key"), shape["value"].get("locationName", "value")
    value = described.shape(shape["value"]["shape"])
    return {
        form.get(f"{start}.{number}.{key_name}", ""): _read(described, value, form, f"{start}.{number}.{value_name}")
        for number in _numbers(form, start)
    } or None


def _numbers(form: Mapping[str, str], start: str) -> list[int]:
    at = len(start) + 1
    firsts = {name[at:].partition(".")[0] for name in form if name.startswith(f"{start}.")}
    return sorted(int(first) for first in firsts if first.isascii() and first.isdigit())


def _written(described: Api, shape: Shape, value: Any) -> str:
    """The inside of the element that a value of this shape is."""
    kind = shape["type"]
    if kind == "structure":
        return "".join(
            _member(described, name, how, value[name])
            for name, how in shape["members"].items()
            if value.get(name) is not None
        )
    if kind == "list":
        return _items(described, shape, value, shape["member"].get("locationName", "member"))
    if kind == "map":
        key_name, value_name = shape["key"].get("locationName", "key"), shape["value"].get("locationName", "value")
        inner = described.shape(shape["value"]["shape"])
        return "".join(
            f"<entry><{key_name}>{escape(str(key))}</{key_name}>"
            f"<{value_name}>{_written(described, inner, item)}</{value_name}></entry>"
            for key, item in value.items()
        )
    return _text(kind, value)


def _member(described: Api, member: str, how: Shape, value: Any) -> str:
    shape = described.shape(how["shape"])
    name = how.get("locationName", member)
    if shape["type"] == "list" and _flat(shape, how):
        return _items(described, shape, value, shape["member"].get("locationName", name))
    return f"<{name}>{_written(described, shape, value)}</{name}>"


def _items(described: Api, shape: Shape, value: Any, name: str) -> str:
    inner = described.shape(shape["member"]["shape"])
    return "".join(f"<{name}>{_written(described, inner, item)}</{name}>" for item in value)


def _text(kind: str, value: Any) -> str:
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        return iso(value)
    if kind == "blob":
        return base64.b64encode(value).decode()
    return escape(str(value))
