"""Rich text (RTF) read as pages of text: paragraphs, headings, rows of tables, footnotes where they are named.

Control words are those of the RTF Specification 1.9.1. Letters come as bytes in the code page of their font or as
numbers of Unicode with a stand-in after them; pictures, headers, hidden and deleted text are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.documents.limits import Limits
from services.documents.marks import compose, foreign, is_headed, table, titled
from services.documents.models import Page
from services.documents.rtf_words import CHARSETS, KEPT_STARS, PAGES, SIGNS, SKIPPED
from services.documents.tidy import tidy
from services.errors import DocumentRefused

TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
NAMED_HEADING = re.compile(r"heading ([1-9])\b", re.IGNORECASE)
DEEPEST = 2_000
"""Groups within groups; each costs a few bytes only, but no program writes more than a hundred."""

AGAIN = "Open it in its program, save it again as RTF or .docx, and drop that."
EMPTY = DocumentRefused("The document holds no text.", "If it holds pictures of text, run text recognition on it.")


def read_rtf(data: bytes, limits: Limits) -> tuple[tuple[Page, ...], str]:
    """Return pages and title; raises DocumentRefused for a file without text and for one nested without end."""
    story = _Story(limits)
    source, place = data.decode("latin-1"), 0
    while match := TOKEN.match(source, place):
        place = match.end() + story.take(match)
    story.finish()
    if not any(text.strip() for text in story.pages):
        raise EMPTY
    return tuple(compose(number, text) for number, text in enumerate(story.pages, 1)), tidy(story.title)[:200]


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group: where text goes, how letters are coded, what kind of paragraph it is."""

    target: str = "body"
    stand_ins: int = 1
    encoding: str = ""
    hidden: bool = False


@dataclass(slots=True)
class _Story:
    """The document as it is read."""

    limits: Limits
    state: _State = field(default_factory=_State)
    above: list[_State] = field(default_factory=list)
    encoding: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    styles: dict[int, int] = field(default_factory=dict)
    style: int = 0
    named: str = ""
    pages: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    coded: bytearray = field(default_factory=bytearray)
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    title: str = ""
    level: int = 0
    in_table: bool = False
    starred: bool = False
    passing: int = 0
    half: int = 0
    characters: int = 0

    def take(self, match: re.Match[str]) -> int:
        """Take in one token; returns how many characters after it are pure data, to be passed over."""
        word, number, byte, sign, brace, text = match.groups()
        if word is not None:
            return self._word(word, int(number) if number else None)
        if byte is not None:
            self._bytes(bytes((int(byte, 16),)))
        elif brace is not None:
            self._brace(brace)
        elif text is not None:
            self._bytes(text.encode("latin-1"))
        elif sign == "*":
            self.starred = True
        elif sign is not None:
            self._write({"~": "\xa0", "_": "-", "-": ""}.get(sign, "" if sign in "\r\n:|" else sign))
            if sign in "\r\n":
                self._paragraph()
        return 0

    def finish(self) -> None:
        """End the last page."""
        self._paragraph()
        self._turn()

    def _brace(self, brace: str) -> None:
        self._flush()
        self.passing = 0
        if brace == "{":
            self.above.append(self.state)
            if len(self.above) > DEEPEST:
                raise DocumentRefused("The document is nested too deeply.", AGAIN)
        elif self.above:
            if self.state.target == "style" and self.named:
                heading = NAMED_HEADING.search(self.named)
                self.styles[self.style] = int(heading[1]) if heading else 0
                self.named = ""
            self.state = self.above.pop()
        self.starred = False

    def _word(self, word: str, number: int | None) -> int:
        starred, self.starred = self.starred, False
        if word == "bin":
            return max(0, min(number or 0, self.limits.file_bytes))
        if word == "u" and number is not None:
            self._unicode(number)
            return 0
        self._flush()
        if starred and word not in KEPT_STARS:
            self.state = replace(self.state, target="none")
        elif word in SIGNS:
            self._write(SIGNS[word])
        elif (change := CHANGES.get(word)) is not None:
            change(self, number)
        elif word in SKIPPED:
            self.state = replace(self.state, target="none")
        return 0

    def _unicode(self, number: int) -> None:
        """Take in a letter by its number, whose second half may come with the next."""
        self._flush()
        code = number & 0xFFFF if -0x8000 <= number <= 0xFFFF else number
        if 0xD800 <= code < 0xDC00:
            self.half = code
        elif 0xDC00 <= code < 0xE000:
            if self.half:
                self._write(chr(0x10000 + ((self.half - 0xD800) << 10) + code - 0xDC00))
            self.half = 0
        elif 0 < code < 0x110000:
            self._write(chr(code))
        self.passing = self.state.stand_ins

    def _bytes(self, data: bytes) -> None:
        passed = min(self.passing, len(data))
        self.passing -= passed
        self.coded += data[passed:]

    def _flush(self) -> None:
        """Read the bytes that have come as letters."""
        if not self.coded:
            return
        data, encoding = bytes(self.coded), self.state.encoding or self.encoding
        self.coded.clear()
        try:
            text = data.decode(encoding, "replace")
        except LookupError:
            text = data.decode("cp1252", "replace")
        self._write(text)

    def _write(self, text: str) -> None:
        self._flush()
        target = self.state.target
        if target == "style":
            self.named += text[:100] if len(self.named) < 200 else ""
        elif target == "title":
            self.title += text[:500] if len(self.title) < 1000 else ""
        elif target == "body" and not self.state.hidden and text:
            self.pieces.append(foreign(text))
            self.characters += len(text)
            if self.characters > self.limits.characters:
                raise DocumentRefused(
                    f"The document holds more than {self.limits.characters:,} characters.", "Split it, drop the parts."
                )

    def _paragraph(self, _: int | None = None) -> None:
        """End a paragraph, or a line within a cell."""
        self._flush()
        if self.in_table:
            self.pieces.append(" ")
            return
        text = "".join(self.pieces).strip(" \n")
        self.pieces.clear()
        if text:
            self._end_table()
            self.blocks.append(titled(self.level, text) if self.level else text)

    def _cell(self, _: int | None = None) -> None:
        self._flush()
        self.cells.append(" ".join("".join(self.pieces).split()))
        self.pieces.clear()

    def _row(self, _: int | None = None) -> None:
        if any(self.cells):
            self.rows.append(self.cells)
        self.cells = []
        self.in_table = False

    def _end_table(self) -> None:
        if self.rows:
            self.blocks.append(table((" | ".join(cells).strip() for cells in self.rows), is_headed(self.rows)))
            self.rows = []

    def _turn(self, _: int | None = None) -> None:
        """End the page in hand, unless nothing is on it."""
        self._paragraph()
        self._end_table()
        text = "\n\n".join(self.blocks)
        self.blocks = []
        if text.strip():
            if len(self.pages) >= self.limits.pages:
                raise DocumentRefused(
                    f"The document has more than {self.limits.pages:,} pages.", "Split it and drop the parts."
                )
            self.pages.append(text)

    def _plain_paragraph(self, _: int | None) -> None:
        self.level, self.in_table = 0, False

    def _style(self, number: int | None) -> None:
        self.style = number or 0
        if self.state.target == "body":
            self.level = self.styles.get(self.style, 0)

    def _font(self, number: int | None) -> None:
        self.font = number or 0
        if self.state.target != "fonts":
            self.state = replace(self.state, encoding=self.fonts.get(self.font, ""))

    def _charset(self, number: int | None) -> None:
        if self.state.target == "fonts" and number in CHARSETS and number:
            self.fonts[self.font] = CHARSETS[number]

    def _code_page(self, number: int | None) -> None:
        self.encoding = PAGES.get(number or 1252, f"cp{number or 1252}")

    def _outline(self, number: int | None) -> None:
        if self.state.target == "body":
            self.level = (number or 0) + 1 if 0 <= (number or 0) < 9 else 0

    def _stand_ins(self, number: int | None) -> None:
        self.state = replace(self.state, stand_ins=max(0, min(1 if number is None else number, 16)))

    def _hide(self, number: int | None) -> None:
        self.state = replace(self.state, hidden=number != 0)

    def _show(self, _: int | None) -> None:
        self.state = replace(self.state, hidden=False, encoding="")

    def _into_table(self, _: int | None) -> None:
        self.in_table = True

    def _aim(self, target: str) -> None:
        if self.state.target != "none":
            self.state = replace(self.state, target=target)


def _aiming(target: str) -> Callable[[_Story, int | None], None]:
    return lambda story, _: story._aim(target)


CHANGES: dict[str, Callable[[_Story, int | None], None]] = {
    **dict.fromkeys(("par", "sect"), _Story._paragraph),
    **dict.fromkeys(("cell", "nestcell"), _Story._cell),
    **dict.fromkeys(("row", "nestrow"), _Story._row),
    **dict.fromkeys(("v", "deleted"), _Story._hide),
    "page": _Story._turn,
    "pard": _Story._plain_paragraph,
    "s": _Story._style,
    "f": _Story._font,
    "fcharset": _Story._charset,
    "ansicpg": _Story._code_page,
    "outlinelevel": _Story._outline,
    "uc": _Story._stand_ins,
    "plain": _Story._show,
    "intbl": _Story._into_table,
    "fonttbl": _aiming("fonts"),
    "stylesheet": _aiming("style"),
    "info": _aiming("info"),
    "title": _aiming("title"),
}
