"""Whether quotation marks open and close cells as they must; a mark that is never closed swallows what follows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from services.tables.models import Layout
from services.tables.source import Source
from services.tables.stream import Clean

LOOKED_AT = 256 << 20  # bytes of a suspicious file that are looked at closely
LONGEST_RECORD = 16 << 20


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line (counted from 1) where the quoting is wrong. swallows: a mark has no second one in its line."""

    line: int
    swallows: bool


class Watch:
    """Watches the marks as pieces of a file go by: the first of each two must begin a cell, the second end it."""

    def __init__(self, layout: Layout) -> None:
        self._quote = ord(layout.quote) if layout.quote and not layout.escape and not layout.runs else -1
        delimiter = layout.delimiter.encode()
        self._around = bytes({*delimiter, ord("\n"), ord("\r"), ord(" "), ord("\t"), max(self._quote, 0)})
        self._tail, self._marks = b"\n", 0
        self.suspicious = False

    def saw(self, piece: bytes, last: bool) -> None:
        """Look at the next piece."""
        if self._quote < 0 or self.suspicious:
            return
        whole = self._tail + piece + (b"\n" if last else b"")
        if len(whole) < 3 and not last:
            self._tail = whole
            return
        self._look(whole)
        self._tail = whole[-2:]
        if last and self._marks % 2:
            self.suspicious = True

    def _look(self, whole: bytes) -> None:
        import numpy

        letters = numpy.frombuffer(whole, dtype=numpy.uint8)
        at = numpy.flatnonzero(letters[1:-1] == self._quote) + 1
        if not len(at):
            return
        fits = numpy.zeros(256, dtype=bool)
        fits[list(self._around)] = True
        opening = (numpy.arange(len(at)) + self._marks) % 2 == 0
        self._marks += len(at)
        if not (fits[letters[at[opening] - 1]].all() and fits[letters[at[~opening] + 1]].all()):
            self.suspicious = True


def broken(source: Source, layout: Layout) -> Broken | None:
    """Where the quoting is wrong, read strictly; a wrong record that swallows others goes before one that does not."""
    first: Broken | None = None
    with Clean(source, layout) as clean:
        lines = enumerate(_lines(io.BufferedReader(clean, 1 << 20)), 1)
        for number, line in lines:
            if '"' not in line:
                continue
            taken = [line]
            found = _record(taken, lines, layout)
            if found is None:
                continue
            if found or len(taken) > 1 or line.count(layout.quote) % 2:
                return Broken(number, True)
            first = first or Broken(number, False)
    return first


def _record(taken: list[str], lines: Iterator[tuple[int, str]], layout: Layout) -> bool | None:
    """Read one record that may go over further lines, which are added to `taken`.

    None where it is well quoted, True where it does not end, False where a mark within it is wrong.
    """
    ended = False

    def more() -> Iterator[str]:
        nonlocal ended
        yield taken[0]
        size = 0
        for _, line in lines:
            taken.append(line)
            size += len(line)
            if size > LONGEST_RECORD:
                break
            yield line
        ended = True

    csv.field_size_limit(LONGEST_RECORD)
    try:
        next(csv.reader(more(), delimiter=layout.delimiter, quotechar=layout.quote, strict=True), None)
    except csv.Error:
        return ended
    return None


def _lines(file: io.BufferedReader) -> Iterator[str]:
    left = LOOKED_AT
    while left > 0 and (line := file.readline(LONGEST_RECORD)):
        left -= len(line)
        yield line.decode("utf-8", "replace")
