"""Answers beside the records they are for."""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.batch.models import TransformRequest
from services.objects import Uri

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """One record and its answer, as text; `number` counts from 1 within its object."""

    number: int
    record: str
    answer: str


@dataclass(frozen=True, slots=True)
class Results:
    """The first rows of one object's answers. `whole` is whether these are all; `note` what keeps them from pairing."""

    source: Uri
    output: Uri
    rows: tuple[JoinedRow, ...]
    whole: bool
    note: str = ""


def paired(
    request: TransformRequest, source: Uri, output: Uri, record_bytes: bytes, answer_bytes: bytes, *, whole: bool
) -> Results:
    """Pair the records of an object with its answers; what one has too many is left out and said."""
    if not request.splits:
        row = JoinedRow(1, _text(_plain(request, record_bytes)), _text(answer_bytes))
        return Results(source, output, (row,), whole)
    if request.split != "Line":
        answers = _parts(request, answer_bytes, whole=whole)
        rows = tuple(JoinedRow(n, "", _text(each)) for n, each in enumerate(answers[:MOST_ROWS], 1))
        return Results(source, output, rows, whole, f"Records of {request.split} are not shown.")
    records = _lines(_plain(request, record_bytes), whole=whole)
    answers = _parts(request, answer_bytes, whole=whole)
    note = ""
    if whole and len(records) != len(answers):
        note = f"{len(records):,} records have {len(answers):,} answers, so they cannot be paired for certain."
    if request.join:
        known = [*records, *[b""] * len(answers)]
        rows = tuple(_split_again(n, known[n - 1], each) for n, each in enumerate(answers[:MOST_ROWS], 1))
        return Results(source, output, rows, whole and len(answers) <= MOST_ROWS, note)
    pairs = list(zip(records, answers, strict=False))
    rows = tuple(JoinedRow(n, _text(one), _text(two)) for n, (one, two) in enumerate(pairs[:MOST_ROWS], 1))
    return Results(source, output, rows, whole and len(pairs) <= MOST_ROWS, note)


def as_lines(results: Results) -> bytes:
    """The rows as JSON lines: {"record": …, "answer": …}, each as JSON where it is JSON."""
    rows = ({"record": _value(row.record), "answer": _value(row.answer)} for row in results.rows)
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _plain(request: TransformRequest, content: bytes) -> bytes:
    if request.compression != "Gzip":
        return content
    try:
        return zlib.decompressobj(wbits=31).decompress(content, 64 << 20)
    except zlib.error:
        return content


def _lines(content: bytes, *, whole: bool) -> list[bytes]:
    lines = content.split(b"\n")
    if not whole and len(lines) > 1:
        lines.pop()
    return [line.rstrip(b"\r") for line in lines if line.strip()]


def _parts(request: TransformRequest, content: bytes, *, whole: bool) -> list[bytes]:
    """The answers of an object, one by one: lines where they were put together so, else JSON values in a row."""
    if request.assemble == "Line" or not content.lstrip().startswith((b"{", b"[")):
        return _lines(content, whole=whole)
    return list(_values(content))


def _values(content: bytes) -> Iterator[bytes]:
    text, at = content.decode("utf-8", "replace"), 0
    decoder = json.JSONDecoder()
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            return
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield text[at:end].encode()
        at = end


def _split_again(number: int, record: bytes, joined: bytes) -> JoinedRow:
    """A line that holds record and answer, taken apart where that can be told."""
    value = _value(joined.decode("utf-8", "replace"))
    if isinstance(value, dict) and "SageMakerOutput" in value:
        answer = value["SageMakerOutput"]
        own: Any = value.get("SageMakerInput", {k: v for k, v in value.items() if k != "SageMakerOutput"})
        return JoinedRow(number, json.dumps(own, ensure_ascii=False), json.dumps(answer, ensure_ascii=False))
    before, after = _cells(record), _cells(joined)
    if record and after[: len(before)] == before:
        return JoinedRow(number, _text(record), _row(after[len(before) :]))
    return JoinedRow(number, "", _text(joined))


def _cells(line: bytes) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line.decode("utf-8", "replace"), newline="")), [])
    except csv.Error:
        return []


def _row(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8").strip()
    except UnicodeDecodeError:
        return f"{len(content):,} bytes that are no text"
