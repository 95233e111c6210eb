"""Reads a text row by row, however it is written: JSON lines, one JSON list, a table, plain text. One row in memory.

A row is what was read or, where it could not be, the code of why.
"""

from __future__ import annotations

import codecs
import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from services.tuning.findings import Layout

HEAD_BYTES = 1 << 16
MOST_LIST_BYTES = 200 << 20  # of one JSON list, which has to be read as a whole
MOST_LINE = 4 << 20  # letters of one line; a longer one is no row of a text
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDE = re.compile(r"[^\x00-\x7f]")
_LETTERS_A_TOKEN, _WIDE_A_TOKEN = 4.0, 1.5

NOT_JSON, NOT_OBJECT, TOO_LONG = "not-json", "not-object", "too-long"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `line`: where it begins, from 1; `problem` says why there is no `content`."""

    line: int
    content: Mapping[str, Any] | None = None
    problem: str = ""


def encoding_of(path: Path) -> str:
    """utf-8, utf-8-sig, utf-16 or cp1252 by its bytes; the whole file is looked at."""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as problem:
            cut = not file.read(1) and problem.reason == "unexpected end of data"
            return "utf-8" if cut else "cp1252"
    return "utf-8"


def layout_of(path: Path, encoding: str, *, plain: bool) -> Layout:
    """How its rows are written, by how it begins. `plain`: text that is neither JSON nor a table is meant as it is."""
    with opened(path, encoding) as file:
        head = file.read(HEAD_BYTES).lstrip()
    if head.startswith("{"):
        return Layout.LINES
    if head.startswith("[") and not plain:
        return Layout.ARRAY
    if path.suffix.lower() in (".csv", ".tsv"):
        return Layout.TABLE
    if plain:
        return Layout.TEXT
    first = head.splitlines()[:1]
    return Layout.TABLE if first and any(sign in first[0] for sign in ",;\t") else Layout.LINES


def opened(path: Path, encoding: str) -> TextIO:
    """The file as text; what does not decode is replaced, which the doctor has told before."""
    return path.open(encoding=encoding, errors="replace", newline="")


def rows_of(path: Path, encoding: str, layout: Layout) -> Iterator[Row]:
    """The rows, one after the other. Nothing is raised for what is wrong with one of them."""
    if layout is Layout.ARRAY:
        yield from _of_list(path, encoding)
    elif layout is Layout.TABLE:
        yield from _of_table(path, encoding)
    elif layout is Layout.TEXT:
        with opened(path, encoding) as file:
            for number, line in enumerate(_lines(file), 1):
                if line.strip():
                    yield Row(number, {"text": line.strip("\r\n")})
    else:
        with opened(path, encoding) as file:
            for number, line in enumerate(_lines(file), 1):
                if line.strip():
                    yield _parsed(number, line)


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(MOST_LINE + 1):
        yield line
        if len(line) > MOST_LINE and not line.endswith("\n"):
            while (rest := file.readline(MOST_LINE)) and not rest.endswith("\n"):
                pass


def _parsed(number: int, line: str) -> Row:
    if len(line) > MOST_LINE:
        return Row(number, problem=TOO_LONG)
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, problem=NOT_JSON)
    return Row(number, found) if isinstance(found, dict) else Row(number, problem=NOT_OBJECT)


def _of_list(path: Path, encoding: str) -> Iterator[Row]:
    if path.stat().st_size > MOST_LIST_BYTES:
        yield Row(1, problem=TOO_LONG)
        return
    try:
        with opened(path, encoding) as file:
            found = json.load(file)
    except (ValueError, RecursionError):
        yield Row(1, problem=NOT_JSON)
        return
    for number, each in enumerate(found if isinstance(found, list) else [found], 1):
        yield Row(number, each) if isinstance(each, dict) else Row(number, problem=NOT_OBJECT)


def _of_table(path: Path, encoding: str) -> Iterator[Row]:
    with opened(path, encoding) as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter_of(head))
        names: list[str] | None = None
        while True:
            begins = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(begins, problem=NOT_OBJECT)
                continue
            if names is None:
                names = [cell.strip().removeprefix("\ufeff") for cell in cells]
            elif any(cell.strip() for cell in cells):
                same = len(cells) == len(names)
                yield Row(begins, dict(zip(names, cells, strict=True))) if same else Row(begins, problem=NOT_OBJECT)


def delimiter_of(head: str) -> str:
    """What parts the cells of a table: the sign its first line has most of."""
    first = next(iter(head.splitlines()), "")
    return max(",;\t|", key=first.count)


def tokens(text: str) -> int:
    """About how many tokens a text is: four letters of English, one and a half of other scripts. An estimate."""
    wide = len(_WIDE.findall(text))
    return math.ceil((len(text) - wide) / _LETTERS_A_TOKEN + wide / _WIDE_A_TOKEN)


def first_rows(path: Path, encoding: str, layout: Layout, count: int) -> tuple[Mapping[str, Any], ...]:
    """The first rows that can be read."""
    found = (row.content for row in rows_of(path, encoding, layout) if row.content is not None)
    return tuple(islice(found, count))
