"""Requests as JSON to keep in a file or hand on, and back. A file holds no secret and accepts no licence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from services.access import ExistingRole, RoleRequest
from services.deploy import modes, sources
from services.deploy.models import DeployRequest
from services.errors import InvalidRequest
from services.plans import looks_secret

VERSION = 1
MOST_CHARACTERS = 1_000_000  # a request is a few kB; anything larger is another file
_KIND = "kind"
_CLASSES: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        DeployRequest, ExistingRole, RoleRequest, sources.CatalogSource, sources.HubSource, sources.CustomSource,
        sources.PipelineSource, sources.PipelineContainer,
        modes.RealTime, modes.Asynchronous, modes.Serverless, modes.Components, modes.ExistingTopic, modes.NewTopic,
        modes.Scaling, modes.Advanced, modes.DataCapture,
    )
}  # fmt: skip
_LEFT_OUT = ("accept_eula", "owner", "lease_ends")  # they belong to who deploys and when, not to what is deployed


def save(requests: Sequence[DeployRequest]) -> str:
    """The requests as JSON text. Raises InvalidRequest for one that holds a secret in the open."""
    for request in requests:
        open_secrets = [key for key, value in request.environment if looks_secret(key, value)]
        if open_secrets:
            raise InvalidRequest(
                f"{open_secrets[0]} looks like a secret.",
                "A saved request holds none.",
                "Make it a secret variable.",
            )
    return json.dumps({"version": VERSION, "requests": [_plain(each) for each in requests]}, indent=2) + "\n"


def load(text: str) -> tuple[DeployRequest, ...]:
    """The requests of a text that `save` wrote, no licence accepted. Raises InvalidRequest that says what is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise _wrong(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong("it is not JSON") from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise _wrong(f"it does not say version {VERSION}")
    rows = content.get("requests")
    if not isinstance(rows, list) or not rows:
        raise _wrong("it lists no requests")
    return tuple(_typed(DeployRequest, row, "request") for row in rows)


def _wrong(why: str) -> InvalidRequest:
    return InvalidRequest("This is not a saved request.", f"In the file, {why}.", "Save one from the form, or anew.")


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {_KIND: type(value).__name__} | {name: each for name, each in kept.items() if name not in _LEFT_OUT}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, StrEnum) else value


def _typed(hint: Any, value: Any, where: str) -> Any:
    """`value` as the annotation wants it; `where` is its dotted name."""
    if get_origin(hint) in (Union, UnionType):
        return _one_of(get_args(hint), value, where)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), value, where)
    if isinstance(hint, type) and is_dataclass(hint):
        return _made(hint, value, where)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if value not in list(hint):
            raise _wrong(f"{where} is none of {', '.join(hint)}")
        return hint(value)
    fitting = isinstance(value, int | float) if hint is float else isinstance(value, hint)
    if not fitting or (isinstance(value, bool) and hint is not bool):
        raise _wrong(f"{where} is no {hint.__name__}")
    return value


def _one_of(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in hints:
        return None
    named = _CLASSES.get(str(value.get(_KIND))) if isinstance(value, dict) else None
    plain = [hint for hint in hints if hint is not type(None) and not is_dataclass(hint)]
    if named in hints:
        return _typed(named, value, where)
    if isinstance(value, dict) or not plain:
        raise _wrong(f"{where} is of no known kind")
    return _typed(plain[0], value, where)


def _tuple(hints: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong(f"{where} is no list")
    if hints[-1] is Ellipsis:
        return tuple(_typed(hints[0], each, f"{where}[{place}]") for place, each in enumerate(value))
    if len(value) != len(hints):
        raise _wrong(f"{where} does not hold {len(hints)} values")
    return tuple(_typed(hint, each, where) for hint, each in zip(hints, value, strict=True))


def _made(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict) or value.get(_KIND) != kind.__name__:
        raise _wrong(f"{where} is no {kind.__name__}")
    hints = get_type_hints(kind)
    unknown = set(value) - set(hints) - {_KIND}
    if unknown:
        raise _wrong(f"{where} has “{min(unknown)}”, which means nothing")
    given = {
        name: _typed(hints[name], each, f"{where}.{name}")
        for name, each in value.items()
        if name != _KIND and name not in _LEFT_OUT
    }
    try:
        return kind(**given)
    except TypeError:
        raise _wrong(f"{where} lacks something") from None
