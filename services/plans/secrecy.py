"""What counts as a secret, and how it is kept out of everything that is printed, stored or shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from services.legible import HIDDEN as HIDDEN
from services.legible import holds_token

ENVIRONMENTS = frozenset({"Environment", "EnvironmentVariables"})
_WORD = re.compile(r"(token|key|secret|password|passwd|passphrase|credential)s?$", re.IGNORECASE)
_WORD_ENDS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_SHORTEST = 4  # replacing shorter strings would garble ordinary words and protect nothing


class Concealed(str):
    """A literal secret inside a plan: the string itself, but its repr is ***."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{HIDDEN}'"


def looks_secret(key: str, value: Any = "") -> bool:
    """Whether an environment key is secret by default: a word of it ends in token, key, secret or password.

    Counts such as MAX_INPUT_TOKENS=1024 are not. Whatever the key, a value that is written as a token is.
    """
    if isinstance(value, str) and holds_token(value):
        return True
    if not any(_WORD.search(word) for word in _WORD_ENDS.split(key) if word):
        return False
    if isinstance(value, str):
        return not (value.strip().isdigit() and key.lower().endswith("tokens"))
    return not isinstance(value, int | float)


def is_environment(key: str) -> bool:
    """Whether the mapping under this parameter name holds environment variables."""
    return key.rpartition(".")[2] in ENVIRONMENTS


def mark(value: Any, *, inside: bool = False) -> Any:
    """`value` with the literal secrets of its environments turned into `Concealed`."""
    if isinstance(value, Mapping):
        return {key: _mark_item(key, item, inside) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(mark(item) for item in value)
    return value


def _mark_item(key: str, item: Any, inside: bool) -> Any:
    if inside and isinstance(item, str) and item and looks_secret(key, item):
        return Concealed(item)
    return mark(item, inside=isinstance(item, Mapping) and is_environment(key))


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret in it, as it is or as JSON, a repr or a URL would write it, replaced by ***."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            spellings = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret), quote(secret, safe="")}
            for spelling in sorted(spellings, key=len, reverse=True):
                text = text.replace(spelling, HIDDEN)
    return text


def strings(value: Any) -> Iterable[str]:
    """Every string in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def holds_secret(value: Any, secrets: Iterable[str]) -> bool:
    """Whether a string anywhere in `value` holds one of the secrets."""
    known = tuple(secrets)
    return any(scrub(text, known) != text for text in strings(value))
