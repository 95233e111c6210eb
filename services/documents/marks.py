"""Headings and rows of tables marked within text that is still to be tidied, and found again in it.

The marks are letters of a plane for private use: whatever a file itself says with them is removed by `foreign`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from services.documents.models import Page, Section
from services.documents.tidy import tidy

DEEPEST = 9
LONGEST_TITLE = 200
LONGEST_NAME = 80
"""Characters of a column's name; more is a sentence."""

_END = "\U0010f000"
_LEVELS = "".join(chr(0x10F000 + level) for level in range(1, DEEPEST + 1))
_NAMES, _FIRST, _ROW, _ROW_END = "\U0010f010", "\U0010f011", "\U0010f012", "\U0010f013"
MOST_NAMED = 0.8
"""Share of columns that have a name; the corner of a cross table often has none."""

YEAR = re.compile(r"(?:19|20)\d\d")
MARK = re.compile("[\U0010f000-\U0010f01f]")


def foreign(text: str) -> str:
    """Return a file's own text without what would be taken for a mark."""
    return text if text.isascii() else MARK.sub("", text)


def heading(level: int) -> tuple[str, str]:
    """Return what stands before and after the words of a heading of a level from 1."""
    return _LEVELS[max(1, min(level, DEEPEST)) - 1], _END


def titled(level: int, text: str) -> str:
    """Return `text` marked as a heading."""
    before, after = heading(level)
    return f"{before}{text}{after}"


def row(first: bool, names: bool) -> tuple[str, str]:
    """Return what stands before and after a row; `first` of its table, and that of the columns' `names`."""
    return (_NAMES if names else _FIRST) if first else _ROW, _ROW_END


def table(lines: Iterable[str], headed: bool) -> str:
    """Return a table's rows, each already a line, marked; `headed` if the first holds the columns' names."""
    marked = []
    for number, line in enumerate(lines):
        before, after = row(not number, headed and not number)
        marked.append(f"{before}{line}{after}")
    return "\n".join(marked)


def _is_name(name: str) -> bool:
    """Whether a cell names a column: a few words, or a year."""
    return len(name) < LONGEST_NAME and (any(sign.isalpha() for sign in name) or YEAR.fullmatch(name) is not None)


def is_headed(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of a table's rows names its columns: words in nearly every cell, no two the same."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    names = [cell.strip() for cell in rows[0]]
    filled = [name for name in names if name]
    if len(filled) < max(2, MOST_NAMED * len(names)) or len(set(filled)) < len(filled):
        return False
    worded = not names[0] or any(any(sign.isalpha() for sign in name) for name in filled)
    return worded and all(map(_is_name, filled))


def compose(number: int, marked: str, label: str = "") -> Page:
    """Return the page of a marked text, tidy; its header is that of its table where it has only one."""
    text = tidy(marked)
    if not MARK.search(text):
        return Page(number, text, label)
    found = _Found()
    last = 0
    for mark in MARK.finditer(text):
        found.take(text[last : mark.start()], mark[0])
        last = mark.end()
    found.take(text[last:], "")
    plain = "".join(found.pieces)
    rows, header = found.rows, ""
    if found.tables == 1 and found.names is not None:
        header = plain[found.names[0] : found.names[1]].replace("\n", " ")
        rows = [each for each in rows if each != found.names]
    spans = (_trimmed(plain, start, end) for start, end in rows)
    filled = tuple(each for each in spans if each[0] < each[1])
    return Page(number, plain, label, tuple(found.sections), filled, header.strip())


class _Found:
    """What the marks of one page say so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.place = 0
        self.sections: list[Section] = []
        self.rows: list[tuple[int, int]] = []
        self.names: tuple[int, int] | None = None
        self.tables = 0
        self._heading: tuple[int, int, int] | None = None
        self._row: tuple[int, bool] | None = None

    def take(self, piece: str, mark: str) -> None:
        """Take in text up to a mark, "" for the end."""
        self.pieces.append(piece)
        self.place += len(piece)
        if not mark or mark == _END or mark in _LEVELS:
            self._end_heading()
        if not mark or mark in (_NAMES, _FIRST, _ROW, _ROW_END):
            self._end_row()
        if mark and mark in _LEVELS:
            self._heading = (self.place, _LEVELS.index(mark) + 1, len(self.pieces))
        elif mark in (_NAMES, _FIRST, _ROW) and mark:
            self.tables += mark != _ROW
            self._row = (self.place, mark == _NAMES)

    def _end_heading(self) -> None:
        if self._heading is None:
            return
        start, level, first = self._heading
        title = " ".join("".join(self.pieces[first:]).split())
        if title:
            self.sections.append(Section(start, title[:LONGEST_TITLE], level))
        self._heading = None

    def _end_row(self) -> None:
        if self._row is None:
            return
        start, names = self._row
        if start < self.place:
            self.rows.append((start, self.place))
            self.names = (start, self.place) if names else self.names
        self._row = None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
