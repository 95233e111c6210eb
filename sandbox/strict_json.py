"""JSON as a careful server takes it: no NaN, no halves of characters, no nesting without end."""

from __future__ import annotations

import json
from typing import Any

_HALVES = (b"\\ud", b"\\uD")  # how JSON spells the halves of a character; two that belong together are one


def load(raw: bytes) -> Any:
    """The value of a JSON text. ValueError for anything else, so that it is neither kept nor answered with."""
    try:
        value = _DECODER.decode(raw.decode(json.detect_encoding(raw), "surrogatepass"))
        if any(half in raw for half in _HALVES):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("half a character (lone surrogate)") from None
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
