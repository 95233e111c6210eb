"""Values as Python source, laid out to be read."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.plans.models import Json, Ref, Secret, Text
from services.plans.secrecy import Concealed

_PLAIN_PATH = re.compile(r"[A-Za-z_]\w*(\[\d+\]|\.[A-Za-z_]\w*)*")
_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Names:
    """The variables of a script: of each step's result, and of each service's client."""

    results: Mapping[str, str]
    clients: Mapping[str, str]


def variable_of(secret: str) -> str:
    """The environment variable that holds a secret."""
    return re.sub(r"\W", "_", secret).upper()


def source(value: Any, names: Names, indent: int, key: str = "secret") -> str:
    """`value` as Python source; lines after the first are indented by `indent` steps of four."""
    if isinstance(value, Ref):
        return _result(value, names)
    if isinstance(value, Secret):
        return f'os.environ["{variable_of(value.name)}"]'
    if isinstance(value, Concealed):
        return f'os.environ["{variable_of(key)}"]'
    if isinstance(value, Text):
        return " + ".join(_part(part, names) for part in value.parts) or '""'
    if isinstance(value, Json):
        return f"json.dumps({source(value.value, names, indent)})"
    if isinstance(value, Mapping):
        items = [f"{_string(name)}: {source(item, names, indent + 1, name)}" for name, item in value.items()]
        return _block("{", items, "}", indent)
    if isinstance(value, list | tuple):
        return _block("[", [source(item, names, indent + 1, key) for item in value], "]", indent)
    if isinstance(value, datetime):
        return f'datetime.datetime.fromisoformat("{value.isoformat()}")'
    return _string(value) if isinstance(value, str) else repr(value)


def keyword_arguments(parameters: Mapping[str, Any], names: Names, indent: int) -> str:
    """What stands between the brackets of a call."""
    if not all(key.isidentifier() and not keyword.iskeyword(key) for key in parameters):
        return f"**{source(parameters, names, indent)}"
    pairs = [f"{key}={source(value, names, indent + 1, key)}" for key, value in parameters.items()]
    line = ", ".join(pairs)
    if len(line) <= _WIDTH - 10 and "\n" not in line:
        return line
    pad = "    " * (indent + 1)
    return "\n" + "".join(f"{pad}{pair},\n" for pair in pairs) + "    " * indent


def _block(opening: str, items: list[str], closing: str, indent: int) -> str:
    line = opening + ", ".join(items) + closing
    if len(line) <= _WIDTH - 4 * indent and "\n" not in line:
        return line
    pad = "    " * (indent + 1)
    return opening + "\n" + "".join(f"{pad}{item},\n" for item in items) + "    " * indent + closing


def _part(part: Any, names: Names) -> str:
    text = source(part, names, 0)
    return f"str({text})" if isinstance(part, Ref) else text


def _result(ref: Ref, names: Names) -> str:
    variable = names.results.get(ref.step, ref.step)
    if not _PLAIN_PATH.fullmatch(ref.path):
        return f"jmespath.search({_string(ref.path)}, {variable})"
    keys = re.findall(r"\[(\d+)\]|(\w+)", ref.path)
    return variable + "".join(f"[{number}]" if number else f'["{name}"]' for number, name in keys)


def _string(text: str) -> str:
    if any(not character.isprintable() and character not in "\n\t\r" for character in text):
        return repr(text)
    return json.dumps(text, ensure_ascii=False)
