"""The first records of what a job would read, from one ranged read, and what is seen to be wrong with them."""

from __future__ import annotations

import csv
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.batch.models import Problem, TransformRequest
from services.batch.payloads import parses
from services.batch.problems import DEFAULT_PAYLOAD_MB
from services.objects import Listing, Peek, Uri

HEAD_BYTES = 256 << 10
RECORDS = 20
_GZIP = b"\x1f\x8b"
_RECORDIO = 0xCED7230A


@dataclass(frozen=True, slots=True)
class InputPreview:
    """What the input begins with.

    object    the object that was looked into
    size      its bytes; `objects` and `total` are of all that was listed, None where only this one was looked at
    records   the first records, at most 20; `longest` and `average` bytes of those seen
    problems  what is wrong with them, at the field of the request where it can be mended
    notes     what may be as it should
    """

    object: Uri
    size: int
    records: tuple[bytes, ...]
    objects: int | None = None
    total: int | None = None
    complete: bool = True
    longest: int = 0
    average: float = 0.0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> float | None:
        """About how many records there are in all; None where the size of one is not known."""
        size = self.size if self.total is None else self.total
        return size / self.average if self.average else None


def previewed(request: TransformRequest, peek: Peek, listing: Listing | None = None) -> InputPreview:
    """The preview of an object from its beginning."""
    head, problems = _unpacked(request, peek)
    records, sizes = _records(request.split, head, ended=peek.whole)
    if request.compression == "Gzip" and head:
        ratio = len(peek.head) / len(head)
        sizes = [max(1, round(size * ratio)) for size in sizes]
    listed = listing.entries if listing is not None else ()
    found = InputPreview(
        object=peek.uri,
        size=peek.size,
        records=tuple(records),
        objects=len(listed) if listing is not None else None,
        total=listing.size if listing is not None else None,
        complete=listing.complete if listing is not None else True,
        longest=max(map(len, records), default=0) if request.splits else peek.size,
        average=(sum(sizes) / len(sizes)) if sizes else 0.0,
        notes=tuple(_notes(request, records)),
    )
    return replace(found, problems=(*problems, *_problems(request, found)))


def _unpacked(request: TransformRequest, peek: Peek) -> tuple[bytes, tuple[Problem, ...]]:
    packed = peek.head.startswith(_GZIP)
    if packed and request.compression != "Gzip":
        return peek.head, (Problem("compression", "The object is compressed by gzip: choose Gzip."),)
    if not packed and request.compression == "Gzip" and peek.head:
        return peek.head, (Problem("compression", "The object is not compressed by gzip: choose None."),)
    if not packed:
        return peek.head, ()
    try:
        return zlib.decompressobj(wbits=31).decompress(peek.head, 8 * HEAD_BYTES), ()
    except zlib.error:
        return b"", (Problem("compression", "The object begins like gzip and cannot be read as such."),)


def _records(split: str, head: bytes, *, ended: bool) -> tuple[list[bytes], list[int]]:
    """The first records of the beginning of an object, and the sizes of all that it holds whole."""
    if split == "Line":
        lines = head.split(b"\n")
        if not ended and len(lines) > 1:
            lines.pop()  # cut off by the range
        kept = [line.rstrip(b"\r") for line in lines if line.strip()]
        return kept[:RECORDS], [len(line) + 1 for line in kept]
    if split == "TFRecord":
        return _taken(_tf_records(head))
    if split == "RecordIO":
        return _taken(_record_io(head))
    return ([head] if head else []), []


def _taken(found: Iterator[bytes]) -> tuple[list[bytes], list[int]]:
    records = list(found)
    return records[:RECORDS], [len(each) + 16 for each in records]


def _tf_records(head: bytes) -> Iterator[bytes]:
    at = 0
    while at + 12 <= len(head):
        (length,) = struct.unpack_from("<Q", head, at)
        if at + 16 + length > len(head):
            return
        yield head[at + 12 : at + 12 + length]
        at += 16 + length


def _record_io(head: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(head):
        magic, packed = struct.unpack_from("<II", head, at)
        length = packed & ((1 << 29) - 1)
        if magic != _RECORDIO or at + 8 + length > len(head):
            return
        yield head[at + 8 : at + 8 + length]
        at += 8 + (length + 3) // 4 * 4


def _problems(request: TransformRequest, seen: InputPreview) -> Iterator[Problem]:
    most = DEFAULT_PAYLOAD_MB if request.max_payload_mb is None else request.max_payload_mb
    if not seen.size:
        yield Problem("input", f"{seen.object.name} is empty.")
        return
    if not seen.records and request.splits:
        yield Problem("split", f"No record of {request.split} was found at the beginning of {seen.object.name}.")
    if most and seen.longest > most << 20:
        what = "A record" if request.splits else "An object that is sent whole"
        size = f"{seen.longest / (1 << 20):,.1f} MB"
        where = "max_payload_mb" if request.splits else "split"
        yield Problem(where, f"{what} has {size}, and a request takes {most} MB. Split it, or let requests be larger.")
    kind = request.content_type.partition(";")[0].strip().lower()
    if kind in ("application/json", "application/jsonlines") and request.split == "Line" and seen.records:
        number = next((n for n, each in enumerate(seen.records, 1) if not parses(each)), 0)
        if number:
            yield Problem("input", f"Line {number} of {seen.object.name} is not JSON, as its content type says.")
    if kind == "application/json" and request.split == "Line" and request.strategy != "SingleRecord":
        words = "Several lines of JSON in one request are not JSON: send a single record at a time."
        yield Problem("strategy", words)


def _notes(request: TransformRequest, records: list[bytes]) -> Iterator[str]:
    kind = request.content_type.partition(";")[0].strip().lower()
    if not records:
        return
    if records[0].startswith(b"\xef\xbb\xbf"):
        yield "The object begins with a byte order mark, which becomes a part of its first value."
    if kind != "text/csv" or request.split != "Line":
        return
    rows = [_cells(each) for each in records]
    if looks_like_header(rows):
        yield (
            "The first line looks like a header. It would be sent as a record: with most models that gives a wrong "
            "first answer or fails the object. Take it out of the file."
        )
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        yield f"The first lines do not have the same number of columns: {', '.join(map(str, sorted(widths)))}."


def looks_like_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: no number in it, and numbers below it in a column at least."""
    if len(rows) < 2 or any(_number(cell) or not cell.strip() for cell in rows[0]):
        return False
    below = [row for row in rows[1:] if len(row) == len(rows[0])]
    return bool(below) and any(all(_number(row[at]) for row in below) for at in range(len(rows[0])))


def _cells(record: bytes) -> list[str]:
    text = record.decode("utf-8-sig", "replace")
    try:
        return next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        return [text]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
