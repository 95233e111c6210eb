"""Plans and results as JSON text for the journal, and back, equal to what they were.

JSON rather than pickle: the journal is a file, and reading a file must never run code.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from services.plans import models
from services.plans.models import Frozen, OnFailure, Plan, Step
from services.plans.secrecy import Concealed

_KIND = "$"
_CLASSES = {
    kind.__name__: kind
    for kind in (
        models.Ref,
        models.Secret,
        models.Text,
        models.Json,
        models.ErrorMatch,
        models.Read,
        models.Once,
        models.Until,
        models.Repeat,
        models.Upload,
        models.Permission,
        models.Cost,
        models.Proof,
        models.Unless,
        models.Step,
        models.Estimate,
        models.Plan,
    )
}


def write(value: Any) -> str:
    """`value` as JSON text. Raises TypeError for a literal secret and for what a plan cannot hold."""
    return json.dumps(_encoded(value), separators=(",", ":"))


def read(text: str) -> Any:
    """What `write` was given, lists as tuples and mappings as Frozen."""
    return _decoded(json.loads(text))


@lru_cache(maxsize=128)  # pages that follow runs read the same few plans every second
def read_plan(text: str) -> Plan:
    """A plan as it was written."""
    plan = read(text)
    if not isinstance(plan, Plan):
        raise TypeError("the journal does not hold a plan here")
    return plan


@lru_cache(maxsize=1024)
def read_step(text: str) -> Step:
    """A step as it was written."""
    step = read(text)
    if not isinstance(step, Step):
        raise TypeError("the journal does not hold a step here")
    return step


def _encoded(value: Any) -> Any:
    if isinstance(value, Concealed):
        raise TypeError("a secret is never written down")
    if is_dataclass(value) and not isinstance(value, type):
        named = {each.name: _encoded(getattr(value, each.name)) for each in fields(value)}
        return {_KIND: type(value).__name__} | named
    if isinstance(value, Mapping):
        items = {str(key): _encoded(item) for key, item in value.items()}
        return {_KIND: "mapping", "items": items} if _KIND in items else items
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    return _encoded_leaf(value)


def _encoded_leaf(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return {_KIND: "time", "iso": value.isoformat(), "date": not isinstance(value, datetime)}
    if isinstance(value, bytes | bytearray):
        return {_KIND: "bytes", "base64": base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be written down")


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decoded(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.get(_KIND)
    if kind is None:
        return Frozen({key: _decoded(item) for key, item in value.items()})
    if kind == "mapping":
        return Frozen({key: _decoded(item) for key, item in value["items"].items()})
    if kind == "time":
        return date.fromisoformat(value["iso"]) if value["date"] else datetime.fromisoformat(value["iso"])
    if kind == "bytes":
        return base64.b64decode(value["base64"])
    named = {key: _decoded(item) for key, item in value.items() if key != _KIND}
    if kind == "Step":
        named["on_failure"] = OnFailure(named["on_failure"])
    return _CLASSES[kind](**named)
