"""OpenDocument texts (ODT) read as pages, straight from their XML.

Names are those of OpenDocument 1.3 (https://docs.oasis-open.org/office/OpenDocument/v1.3/). Deleted text, comments
and the readings of phonetic guides are left out; a page ends where the program last ended it.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from services.documents.limits import Limits
from services.documents.marks import compose, is_headed, table, titled
from services.documents.models import Page
from services.documents.package import Package, attribute, name_of
from services.errors import DocumentRefused

AGAIN = "Open it in its program, save it again as .odt, and drop that."
NOT_SHOWN = frozenset(
    ("tracked-changes", "annotation", "annotation-end", "ruby-text", "note-citation", "note-body", "sequence-decls")
)
WRAPPERS = frozenset(("section", "index-body", "table-of-content", "alphabetical-index", "numbered-paragraph", "frame"))
MOST_SPACES = 40
EMPTY = DocumentRefused(
    "The document holds no text.", "If it holds pictures of text, run text recognition (OCR) and drop the result."
)


def read_odt(data: bytes, limits: Limits) -> tuple[tuple[Page, ...], str]:
    """Return pages and title; raises DocumentRefused for a hostile or damaged file and for one without text."""
    package = Package(data, limits, AGAIN)
    manifest = package.tree("META-INF/manifest.xml")
    if manifest is not None and any(name_of(each) == "encryption-data" for each in manifest.iter()):
        raise DocumentRefused("The document is protected by a password.", "Save a copy without it and drop that.")
    story = _Story(limits)
    package.stream("content.xml", story.take, depth=3)
    story.turn()
    if not any(text.strip() for text in story.pages):
        raise EMPTY
    pages = (compose(number, text) for number, text in enumerate(story.pages, 1))
    return tuple(pages), package.title("meta.xml")


class _Story:
    """The body as it is read: finished pages, and the blocks of the page in hand."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pages: list[str] = []
        self.blocks: list[str] = []
        self.characters = 0

    def take(self, element: Element) -> None:
        """Take in what stands in the body; of the styles before it, which begin a page."""
        name = name_of(element)
        if name in ("h", "p"):
            self._paragraph(element, name == "h")
        elif name == "list":
            self._add("\n".join(self._items(element, 0)))
        elif name == "table":
            rows = [[_line(cell) for cell in _cells(row)] for row in element.iter() if name_of(row) == "table-row"]
            rows = [cells for cells in rows if any(cells)]
            self._add(table((" | ".join(cells).strip() for cells in rows), is_headed(rows)))
        elif name == "soft-page-break":
            self.turn()
        elif name in WRAPPERS:
            for child in element:
                self.take(child)

    def turn(self) -> None:
        """End the page in hand, unless nothing is on it."""
        text = "\n\n".join(self.blocks)
        self.blocks = []
        if not text.strip():
            return
        if len(self.pages) >= self.limits.pages:
            raise DocumentRefused(
                f"The document has more than {self.limits.pages:,} pages.", "Split it and drop the parts."
            )
        self.pages.append(text)

    def _paragraph(self, element: Element, heads: bool) -> None:
        text = _text(element).strip()
        level = attribute(element, "outline-level")
        if text:
            self._add(titled(int(level) if level.isdecimal() and len(level) < 3 else 1, text) if heads else text)
        for note in (each for each in element.iter() if name_of(each) == "note-body"):
            self._add(_line(note))
        if any(name_of(each) == "soft-page-break" for each in element.iter()):
            self.turn()

    def _items(self, element: Element, depth: int) -> list[str]:
        lines: list[str] = []
        for item in element:
            mark = "- "
            for child in item:
                if name_of(child) == "list":
                    lines += self._items(child, depth + 1)
                elif text := " ".join(_text(child).split()):
                    lines.append("  " * min(depth, 8) + mark + text)
                    mark = "  "
        return lines

    def _add(self, text: str) -> None:
        self.characters += len(text)
        if self.characters > self.limits.characters:
            raise DocumentRefused(
                f"The document holds more than {self.limits.characters:,} characters.", "Split it and drop the parts."
            )
        if text:
            self.blocks.append(text)


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if name_of(cell) in ("table-cell", "covered-table-cell")]


def _line(element: Element) -> str:
    """Return all text below an element in one line."""
    paragraphs = [_text(node) for node in element.iter() if name_of(node) in ("p", "h")]
    return " ".join(" ".join(paragraphs).split())


def _text(element: Element) -> str:
    """Return a paragraph's text as its reader sees it."""
    pieces = [element.text or ""]
    for child in element:
        name = name_of(child)
        if name == "s":
            count = attribute(child, "c")
            pieces.append(" " * (min(int(count), MOST_SPACES) if count.isdecimal() and len(count) < 5 else 1))
        elif name == "tab":
            pieces.append("\t")
        elif name == "line-break":
            pieces.append("\n")
        elif name == "text-box":
            pieces.append(f" {_line(child)} ")
        elif name not in NOT_SHOWN:
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
