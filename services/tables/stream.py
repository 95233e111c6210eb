"""The content of a CSV file as clean UTF-8, a piece at a time, whatever it is encoded in.

Decoded, without NUL bytes, lines ended by \\n or \\r\\n, runs of blanks as one where blanks part the cells. What had to
be done is counted, so that it can be told.
"""

from __future__ import annotations

import codecs
import io
import re
import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from services.tables.alphabet import marked
from services.tables.models import Layout
from services.tables.source import PIECE, Source, Unreadable

TAIL = 4096
_BLANKS = re.compile(rb"[ \t]+")
_AROUND = re.compile(rb"(?m)^ | (?=\r?$)")


class NotUtf8(Exception):
    """A byte further down does not fit UTF-8; `around` is the piece it is in."""

    def __init__(self, around: bytes) -> None:
        super().__init__("not UTF-8")
        self.around = around


@dataclass(slots=True)
class Tally:
    """What was met while the file was read. size: bytes, unpacked; tail: the last of them."""

    size: int = 0
    nul: int = 0
    replaced: int = 0
    lines: int = 0
    tail: bytes = b""


class Clean(io.RawIOBase):
    """Readable by pyarrow and by io.TextIOWrapper. Raises NotUtf8, and Unreadable for a damaged gzip file."""

    def __init__(
        self,
        source: Source,
        layout: Layout,
        progress: Callable[[int], None] | None = None,
        watch: Callable[[bytes, bool], None] | None = None,
        pace: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._file: IO[bytes] = source.open()
        self._pace = pace
        self._layout, self.tally, self._progress, self._watch = layout, Tally(), progress, watch
        self._file.read(marked(source.head)[1])
        encoding = layout.encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict" if encoding == "utf-8" else "replace")
        self._before_marks = re.compile(b"(" + re.escape(layout.delimiter.encode()) + b')[ \t]+(?=")')
        self._left, self._held, self._over = b"", b"", False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left and not self._over:
            self._left = self._next()
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            return self.readall()
        if self._pace:
            self._pace()
        pieces, wanted = [], size
        while wanted and (self._left or not self._over):
            if not self._left:
                self._left = self._next()
            pieces.append(self._left[:wanted])
            wanted -= len(pieces[-1])
            self._left = self._left[len(pieces[-1]) :]
        return b"".join(pieces)

    def _next(self) -> bytes:
        try:
            piece = self._file.read(PIECE)
        except (OSError, EOFError, zlib.error) as problem:
            raise Unreadable("damaged", f"The file cannot be read to its end: {problem}.") from None
        self.tally.size += len(piece)
        if self._progress:
            self._progress(self.tally.size)
        self._over = not piece
        return self._tidied(self._decoded(piece))

    def _decoded(self, piece: bytes) -> bytes:
        if self._layout.encoding == "utf-8":
            if piece.isascii() and not self._decoder.getstate()[0]:
                return piece
            begun = self._decoder.getstate()[0]
            try:
                self._decoder.decode(piece, self._over)
            except UnicodeDecodeError:
                raise NotUtf8(begun + piece) from None
            return piece
        text = self._decoder.decode(piece, self._over)
        self.tally.replaced += text.count("�")
        return text.encode("utf-8", "replace")

    def _whole_lines(self, piece: bytes) -> bytes:
        """What can be given on of what came so far: all but the line that has not ended, unless it is very long."""
        cut = self._held + piece
        at = len(cut) if self._over or len(cut) > 8 * PIECE else cut.rfind(b"\n") + 1
        self._held = cut[at:]
        return cut[:at]

    def _tidied(self, piece: bytes) -> bytes:
        if b"\0" in piece:
            self.tally.nul += piece.count(0)
            piece = piece.replace(b"\0", b"")
        if self._layout.line_end == "\r":
            piece = piece.replace(b"\r", b"\n")
        if self._layout.runs:
            piece = _AROUND.sub(b"", _BLANKS.sub(b" ", self._whole_lines(piece)))
        elif self._layout.spaced:
            piece = self._before_marks.sub(rb"\1", self._whole_lines(piece))
        if self._watch:
            self._watch(piece, self._over)
        self.tally.lines += piece.count(b"\n")
        self.tally.tail = (self.tally.tail + piece[-TAIL:])[-TAIL:]
        return piece


class Door:
    """What Arrow's threads hold of a stream. `left` is called when they have let go of it: a process that ends while
    one of them still reads is aborted."""

    closed = False

    def __init__(self, clean: Clean, left: Callable[[], object]) -> None:
        self.read = clean.read
        weakref.finalize(self, left).atexit = False

    def close(self) -> None:
        """The stream is closed by who opened it."""
