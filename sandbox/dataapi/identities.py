"""New `_id`s, of the type that a collection was made with."""

import secrets
import time
import uuid
from typing import Any

TYPES = frozenset({"", "uuid", "uuidv6", "uuidv7", "objectId"})
_GREGORIAN = 0x01B21DD213814000  # 100 ns steps from 1582-10-15, where UUIDs of version 6 begin, to 1970


def new(kind: str) -> Any:
    """Return an `_id` of one of `TYPES` as the Data API writes it; "" is a UUID as a plain string."""
    if kind == "objectId":
        return {"$objectId": int(time.time()).to_bytes(4, "big").hex() + secrets.token_hex(8)}
    if kind == "uuidv6":
        return {"$uuid": str(_version_6())}
    if kind == "uuidv7":
        return {"$uuid": str(_version_7())}
    return {"$uuid": str(uuid.uuid4())} if kind else str(uuid.uuid4())


def _version_6() -> uuid.UUID:
    steps = time.time_ns() // 100 + _GREGORIAN
    return uuid.UUID(int=(steps >> 12) << 80 | 6 << 76 | (steps & 0xFFF) << 64 | 2 << 62 | secrets.randbits(62))


def _version_7() -> uuid.UUID:
    milliseconds = time.time_ns() // 1_000_000
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))
