"""Word documents (DOCX) read as pages of text, straight from their XML.

In document order: paragraphs and headings with a blank line between, list items with their mark, tables as rows
with " | " between cells, footnotes after the paragraph that names them. Deleted and hidden text, comments, page
headers and footers are left out. A page ends where Word last ended it, or at a page break, but never inside a
paragraph. Word reads names from http://schemas.openxmlformats.org/wordprocessingml/2006/main; the strict variant
(http://purl.oclc.org/ooxml/wordprocessingml/main) has the same ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.documents.limits import Limits
from services.documents.models import Page
from services.documents.package import Package
from services.documents.tidy import tidy
from services.errors import DocumentRefused

NOT_SHOWN = frozenset({"del", "moveFrom", "Fallback", "pPr", "rPr", "sectPr", "instrText", "delText", "comment"})
NOTES = {"footnoteReference": "word/footnotes", "endnoteReference": "word/endnotes"}
SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-"}
EMPTY = DocumentRefused(
    "The document holds no text.", "If it holds pictures of text, run text recognition (OCR) and drop the result."
)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _get(element: Element | None, name: str) -> str:
    """Return an attribute by its name without namespace, "" if there is none."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _child(element: Element | None, *path: str) -> Element | None:
    """Return the first child of these names, one level each."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if _name(child) == name), None)
    return element


def read_docx(data: bytes, limits: Limits) -> tuple[tuple[Page, ...], str]:
    """Return pages and title; raises DocumentRefused for a hostile or damaged file and for one without text."""
    package = Package(data, limits)
    notes = {kind: _notes(package, part) for kind, part in NOTES.items()}
    story = _Story(limits, _lists(package), notes)
    package.stream(package.part("word/document"), story.block, depth=2)
    pages = story.finish()
    if not any(page.text for page in pages):
        raise EMPTY
    return pages, _title(package)


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
    lists: _Lists
    notes: dict[str, dict[str, str]]
    pages: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    characters: int = 0
    in_list: bool = False

    def block(self, element: Element) -> None:
        """Take in what lies directly in the body: a paragraph, a table, or a wrapper of such."""
        name = _name(element)
        if name == "p":
            self._paragraph(element)
        elif name == "tbl":
            self._add("\n".join(_rows(element)))
        elif name not in NOT_SHOWN:
            for child in element:
                self.block(child)

    def finish(self) -> tuple[Page, ...]:
        """Return the pages."""
        self._turn()
        return tuple(Page(number, text) for number, text in enumerate(self.pages, 1))

    def _paragraph(self, element: Element) -> None:
        paragraph = _read_paragraph(element, self.notes)
        if paragraph.page_before:
            self._turn()
        if paragraph.text:
            mark = self.lists.mark(element)
            self._add(mark + paragraph.text, follows=bool(mark))
        for note in paragraph.notes:
            self._add(note)
        if paragraph.page_after:
            self._turn()

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
        text = tidy("\n\n".join(self.blocks))
        self.blocks, self.in_list = [], False
        if not text:
            return
        if len(self.pages) >= self.limits.pages:
            raise DocumentRefused(
                f"The document has more than {self.limits.pages:,} pages.", "Split it and drop the parts."
            )
        self.pages.append(text)


def _read_paragraph(element: Element, notes: dict[str, dict[str, str]]) -> _Paragraph:
    """Return what one paragraph says; a break within its text counts as one after it."""
    forced = _child(element, "pPr", "pageBreakBefore")
    paragraph = _Paragraph(page_before=forced is not None and _get(forced, "val") not in ("0", "false", "off"))
    pieces: list[str] = []
    for node in _shown(element):
        name = _name(node)
        if name == "lastRenderedPageBreak" or (name == "br" and _get(node, "type") == "page"):
            if "".join(pieces).strip():
                paragraph.page_after = True
            else:
                paragraph.page_before = True
        elif name in NOTES:
            note = notes[name].get(_get(node, "id"), "")
            paragraph.notes += [note] if note else []
        else:
            pieces.append(_sign(node))
    paragraph.text = "".join(pieces).strip()
    return paragraph


def _shown(element: Element) -> Iterator[Element]:
    """Yield the leaves of an element that a reader of the page sees, in order; no recursion, whatever the depth."""
    stack = [iter(element)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif _name(node) in NOT_SHOWN or _is_hidden(node):
            continue
        elif len(node):
            stack.append(iter(node))
        else:
            yield node


def _is_hidden(node: Element) -> bool:
    hidden = _child(node, "rPr", "vanish") if _name(node) == "r" else None
    return hidden is not None and _get(hidden, "val") not in ("0", "false", "off")


def _sign(node: Element) -> str:
    """Return the text of a leaf: the letters of a run, or what a mark stands for."""
    name = _name(node)
    if name == "t":
        return node.text or ""
    if name == "br":
        return "\n"
    return SIGNS.get(name, "")


def _text(element: Element) -> str:
    """Return all text below an element in one line, its paragraphs separated by spaces."""
    lines: list[str] = []
    for paragraph in (node for node in element.iter() if _name(node) == "p"):
        lines.append("".join(_sign(leaf) for leaf in _shown(paragraph)))
    return " ".join(" ".join(lines).split())


def _rows(table: Element) -> Iterator[str]:
    """Yield a table's rows, its cells separated by " | "; a table within a cell becomes part of the cell's text."""
    for row in (child for child in table if _name(child) == "tr"):
        cells: list[str] = []
        for child in row:
            inner = _child(child, "sdtContent", "tc") if _name(child) == "sdt" else child
            if inner is not None and _name(inner) == "tc":
                cells.append(_text(inner))
        if any(cells):
            yield " | ".join(cells).strip()


def _notes(package: Package, stem: str) -> dict[str, str]:
    """Return the notes of a part by their id."""
    notes: dict[str, str] = {}

    def keep(note: Element) -> None:
        if not _get(note, "type"):
            notes[_get(note, "id")] = _text(note)

    part = package.part(stem)
    if part in package:
        package.stream(part, keep, depth=1)
    return notes


@dataclass(slots=True)
class _Lists:
    """How list items are marked: which lists have bullets, which styles are lists, how far each list has counted."""

    bullets: frozenset[tuple[str, str]]
    styles: dict[str, tuple[str, str]]
    counted: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def mark(self, paragraph: Element) -> str:
        """Return "- " or "3. " with two spaces for each level for an item, "" for what is none."""
        own = _child(paragraph, "pPr", "numPr")
        number, level = self.styles.get(_get(_child(paragraph, "pPr", "pStyle"), "val"), ("", "0"))
        if own is not None:
            number = _get(_child(own, "numId"), "val")
            level = _get(_child(own, "ilvl"), "val") or "0"
        if not number or number == "0" or not level.isdecimal():
            return ""
        depth = min(int(level), 8)
        if (number, level) in self.bullets:
            return "  " * depth + "- "
        self.counted[number, depth] += 1
        for deeper in range(depth + 1, 9):
            self.counted.pop((number, deeper), None)
        return "  " * depth + f"{self.counted[number, depth]}. "


def _lists(package: Package) -> _Lists:
    """Return what numbering.xml and styles.xml say of lists; a document without them has none."""
    kinds: dict[str, set[str]] = {}
    bullets: set[tuple[str, str]] = set()

    def keep(element: Element) -> None:
        if _name(element) == "abstractNum":
            levels = [child for child in element if _name(child) == "lvl"]
            marked = {_get(lvl, "ilvl") for lvl in levels if _get(_child(lvl, "numFmt"), "val") == "bullet"}
            kinds[_get(element, "abstractNumId")] = marked
        elif _name(element) == "num":
            marked = kinds.get(_get(_child(element, "abstractNumId"), "val"), set())
            bullets.update((_get(element, "numId"), level) for level in marked)

    styles: dict[str, tuple[str, str]] = {}

    def keep_style(element: Element) -> None:
        number = _child(element, "pPr", "numPr", "numId")
        if number is not None:
            level = _get(_child(element, "pPr", "numPr", "ilvl"), "val")
            styles[_get(element, "styleId")] = (_get(number, "val"), level or "0")

    for stem, tell in (("word/numbering", keep), ("word/styles", keep_style)):
        part = package.part(stem)
        if part in package:
            package.stream(part, tell, depth=1)
    return _Lists(frozenset(bullets), styles)


def _title(package: Package) -> str:
    properties = package.tree("docProps/core.xml")
    title = _child(properties, "title")
    return tidy(title.text or "")[:200] if title is not None else ""
