"""Word documents (DOCX) read as pages of text, straight from their XML.

In document order: paragraphs and headings with a blank line between, list items with their mark, tables as rows
with " | " between cells, footnotes after the paragraph that names them. Deleted and hidden text, comments, page
headers and footers are left out. A page ends where Word last ended it, or at a page break, but never inside a
paragraph. Word reads names from http://schemas.openxmlformats.org/wordprocessingml/2006/main; the strict variant
(http://purl.oclc.org/ooxml/wordprocessingml/main) has the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.documents.limits import Limits
from services.documents.marks import compose, is_headed, table, titled
from services.documents.models import Page
from services.documents.package import Package, attribute, child_of, name_of
from services.documents.word_styles import Styles, read_styles
from services.errors import DocumentRefused

NOT_SHOWN = frozenset({"del", "moveFrom", "Fallback", "pPr", "rPr", "sectPr", "delText", "comment", "rt"})
NOTES = {"footnoteReference": "word/footnotes", "endnoteReference": "word/endnotes"}
PHONETIC = re.compile(r"\\s\s*\\up\s*\d*\s*\([^()]{0,200}\)\s*[,;]\s*([^()]{0,200})\)")
"""Word's older phonetic guide, a field without result: EQ \\o\\ad(\\s\\up 9(reading),the letters read)."""

SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-"}
EMPTY = DocumentRefused(
    "The document holds no text.", "If it holds pictures of text, run text recognition (OCR) and drop the result."
)


def read_docx(data: bytes, limits: Limits) -> tuple[tuple[Page, ...], str]:
    """Return pages and title; raises DocumentRefused for a hostile or damaged file and for one without text."""
    package = Package(data, limits)
    notes = {kind: _notes(package, part) for kind, part in NOTES.items()}
    story = _Story(limits, read_styles(package), notes)
    package.stream(package.part("word/document"), story.block, depth=2)
    pages = story.finish()
    if not any(page.text for page in pages):
        raise EMPTY
    return pages, package.title()


@dataclass(slots=True)
class _Paragraph:
    """One paragraph's text, the notes it names, and whether a page ends before or after it."""

    text: str = ""
    notes: list[str] = field(default_factory=list)
    page_before: bool = False
    page_after: bool = False


@dataclass(slots=True)
class _Story:
    """The body as it is read: finished pages, and the blocks of the page in hand."""

    limits: Limits
    styles: Styles
    notes: dict[str, dict[str, str]]
    pages: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    characters: int = 0
    in_list: bool = False

    def block(self, element: Element) -> None:
        """Take in what lies directly in the body: a paragraph, a table, or a wrapper of such."""
        name = name_of(element)
        if name == "p":
            self._paragraph(element)
        elif name == "tbl":
            self._table(element)
        elif name not in NOT_SHOWN:
            for child in element:
                self.block(child)

    def finish(self) -> tuple[Page, ...]:
        """Return the pages."""
        self._turn()
        return tuple(compose(number, text) for number, text in enumerate(self.pages, 1))

    def _paragraph(self, element: Element) -> None:
        paragraph = _read_paragraph(element, self.notes)
        if paragraph.page_before:
            self._turn()
        if paragraph.text:
            level = self.styles.level(element)
            mark = "" if level else self.styles.mark(element)
            self._add(titled(level, paragraph.text) if level else mark + paragraph.text, follows=bool(mark))
        for note in paragraph.notes:
            self._add(note)
        if paragraph.page_after:
            self._turn()

    def _table(self, element: Element) -> None:
        rows = list(_rows(element))
        self._add(table((" | ".join(cells).strip() for cells in rows), is_headed(rows)))

    def _add(self, text: str, follows: bool = False) -> None:
        """Add a block; a list item `follows` the item before it without a blank line."""
        self.characters += len(text)
        if self.characters > self.limits.characters:
            raise DocumentRefused(
                f"The document holds more than {self.limits.characters:,} characters.", "Split it and drop the parts."
            )
        if follows and self.in_list:
            self.blocks[-1] += "\n" + text
        else:
            self.blocks.append(text)
        self.in_list = follows

    def _turn(self) -> None:
        """End the page in hand, unless nothing is on it."""
        text = "\n\n".join(self.blocks)
        self.blocks, self.in_list = [], False
        if not text.strip():
            return
        if len(self.pages) >= self.limits.pages:
            raise DocumentRefused(
                f"The document has more than {self.limits.pages:,} pages.", "Split it and drop the parts."
            )
        self.pages.append(text)


def _read_paragraph(element: Element, notes: dict[str, dict[str, str]]) -> _Paragraph:
    """Return what one paragraph says; a break within its text counts as one after it."""
    forced = child_of(element, "pPr", "pageBreakBefore")
    paragraph = _Paragraph(page_before=forced is not None and attribute(forced, "val") not in ("0", "false", "off"))
    pieces: list[str] = []
    fields = _Fields()
    for node in _shown(element):
        name = name_of(node)
        if name in ("fldChar", "instrText"):
            pieces.append(fields.take(node))
        elif name == "lastRenderedPageBreak" or (name == "br" and attribute(node, "type") == "page"):
            if "".join(pieces).strip():
                paragraph.page_after = True
            else:
                paragraph.page_before = True
        elif name in NOTES:
            note = notes[name].get(attribute(node, "id"), "")
            paragraph.notes += [note] if note else []
        else:
            pieces.append(_sign(node))
    paragraph.text = "".join(pieces).strip()
    return paragraph


class _Fields:
    """The codes of a paragraph's fields, of which only a phonetic guide's is text."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def take(self, node: Element) -> str:
        """Take in a field's begin, code or end; return the letters of a phonetic guide at its end."""
        if name_of(node) == "instrText":
            if self.codes:
                self.codes[-1] += node.text or ""
            return ""
        kind = attribute(node, "fldCharType")
        if kind == "begin":
            self.codes.append("")
        elif kind in ("separate", "end") and self.codes:
            code = self.codes[-1] if kind == "separate" else self.codes.pop()
            if kind == "separate":
                self.codes[-1] = ""
            if kind == "end" and code.lstrip().upper().startswith("EQ"):
                return "".join(PHONETIC.findall(code[:4000]))
        return ""


def _shown(element: Element) -> Iterator[Element]:
    """Yield the leaves of an element that a reader of the page sees, in order; no recursion, whatever the depth."""
    stack = [iter(element)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif name_of(node) in NOT_SHOWN or _is_hidden(node):
            continue
        elif len(node):
            stack.append(iter(node))
        else:
            yield node


def _is_hidden(node: Element) -> bool:
    hidden = child_of(node, "rPr", "vanish") if name_of(node) == "r" else None
    return hidden is not None and attribute(hidden, "val") not in ("0", "false", "off")


def _sign(node: Element) -> str:
    """Return the text of a leaf: the letters of a run, or what a mark stands for."""
    name = name_of(node)
    if name == "t":
        return node.text or ""
    if name == "br":
        return "\n"
    return SIGNS.get(name, "")


def _text(element: Element) -> str:
    """Return all text below an element in one line, its paragraphs separated by spaces."""
    lines: list[str] = []
    for paragraph in (node for node in element.iter() if name_of(node) == "p"):
        fields = _Fields()
        leaves = _shown(paragraph)
        lines.append(
            "".join(fields.take(leaf) if name_of(leaf) in ("fldChar", "instrText") else _sign(leaf) for leaf in leaves)
        )
    return " ".join(" ".join(lines).split())


def _rows(element: Element) -> Iterator[list[str]]:
    """Yield the cells of a table's rows; a table within a cell becomes part of the cell's text."""
    for row in (child for child in element if name_of(child) == "tr"):
        cells: list[str] = []
        for child in row:
            inner = child_of(child, "sdtContent", "tc") if name_of(child) == "sdt" else child
            if inner is not None and name_of(inner) == "tc":
                cells.append(_text(inner))
        if any(cells):
            yield cells


def _notes(package: Package, stem: str) -> dict[str, str]:
    """Return the notes of a part by their id."""
    notes: dict[str, str] = {}

    def keep(note: Element) -> None:
        if not attribute(note, "type"):
            notes[attribute(note, "id")] = _text(note)

    part = package.part(stem)
    if part in package:
        package.stream(part, keep, depth=1)
    return notes
