"""What the pool and its workers say to each other: a length (4 bytes, big-endian), then that much JSON."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from services.documents.models import Member, Page, Reading, Refusal, Section
from services.errors import DocumentRefused

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


def pack_reading(reading: Reading) -> dict[str, Any]:
    """Return a reading as it travels: a page is [number, text, label, sections, rows, header], empty ends left out."""
    return {
        "pages": [_pack_page(page) for page in reading.pages],
        "refusal": pack_refusal(reading.refusal),
        "kind": reading.kind,
        "title": reading.title,
        "warnings": reading.warnings,
    }


def unpack_reading(answer: dict[str, Any]) -> Reading:
    """Return the reading that travelled."""
    refusal = unpack_refusal(answer["refusal"])
    kind = str(answer.get("kind", ""))
    if refusal is not None:
        return Reading((), refusal, kind)
    pages = tuple(_unpack_page(*page) for page in answer["pages"])
    return Reading(pages, None, kind, str(answer["title"]), tuple(answer["warnings"]))


def pack_refusal(refusal: Refusal | None) -> list[Any] | None:
    """Return a refusal as it travels."""
    return None if refusal is None else [refusal.reason, refusal.hint, refusal.locked]


def unpack_refusal(packed: Sequence[Any] | None) -> Refusal | None:
    """Return the refusal that travelled, None where there was none."""
    return None if packed is None else Refusal(*packed)


def pack_members(members: Sequence[Member], following: int | None) -> dict[str, Any]:
    """Return files of an archive as they travel, and the number of the first that is still to come."""
    told = [(each.name, base64.b64encode(each.data).decode("ascii"), pack_refusal(each.refusal)) for each in members]
    return {"members": told, "following": following}


def unpack_members(answer: dict[str, Any]) -> tuple[tuple[Member, ...], int | None]:
    """Return the members that travelled; raises DocumentRefused where the whole archive was refused."""
    if "members" not in answer:
        raise DocumentRefused(*answer["refusal"])
    members = (Member(name, base64.b64decode(data), unpack_refusal(why)) for name, data, why in answer["members"])
    return tuple(members), answer["following"]


def _pack_page(page: Page) -> list[Any]:
    if not (page.label or page.sections or page.rows or page.header):
        return [page.number, page.text]
    sections = [[each.start, each.title, each.level] for each in page.sections]
    return [page.number, page.text, page.label, sections, page.rows, page.header]


def _unpack_page(
    number: int,
    text: str,
    label: str = "",
    sections: Sequence[Sequence[Any]] = (),
    rows: Sequence[Sequence[int]] = (),
    header: str = "",
) -> Page:
    found = tuple(Section(int(start), str(title), int(level)) for start, title, level in sections)
    return Page(int(number), str(text), label, found, tuple((start, end) for start, end in rows), header)
