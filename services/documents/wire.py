"""What the pool and its workers say to each other: a length (4 bytes, big-endian), then that much JSON."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

IDLE_SECONDS = 60.0
"""How long a worker waits for a next file before it gives its memory back."""

OUT_OF_MEMORY = 77
"""Exit status of a worker that could not even say that its memory ran out."""

LENGTH = struct.Struct(">I")


def pack(message: dict[str, Any]) -> bytes:
    """Return a message as it travels; names of files may hold halves of characters, as Python reads them."""
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return LENGTH.pack(len(data)) + data


def send(pipe: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message."""
    pipe.write(pack(message))
    pipe.flush()


def receive(pipe: BinaryIO) -> dict[str, Any] | None:
    """Read one message, None where the other side has ended."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    message: dict[str, Any] = json.loads(pipe.read(LENGTH.unpack(head)[0]))
    return message
