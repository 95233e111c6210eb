"""HTML read as text, without a tree and without fetching anything.

Headings and paragraphs have a blank line between, list items a mark, table rows " | " between cells. Scripts, styles,
navigation, forms' buttons, footers and what is hidden are left out.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from services.documents.encoding import decoded
from services.documents.limits import Limits
from services.documents.marks import compose, foreign, heading, row
from services.documents.models import Page
from services.documents.tidy import tidy
from services.errors import DocumentRefused

DROPPED = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "svg", "canvas", "select", "button", "dialog")
)
BOILERPLATE = frozenset(("nav", "footer", "menu"))
NEVER_DROPPED = frozenset(
    (
        "html",
        "body",
        "area",
        "base",
        "br",
        "col",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "title",
    )
)
"""The page itself, and what has no end tag."""

BLOCKS = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
        "caption",
        "thead",
        "tbody",
        "tfoot",
    )
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
SPACE = re.compile(r"\s+")
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
EMPTY = DocumentRefused("The page holds no text.", "If a script fills it in, open it in a browser and print it to PDF.")


def read_html(data: bytes, limits: Limits, warnings: list[str] | None = None) -> tuple[tuple[Page, ...], str]:
    """Return one page and the title; raises DocumentRefused where nothing is left to read."""
    page, title = page_of(data, 1, warnings=warnings)
    if not page.text:
        raise EMPTY
    if len(page.text) > limits.characters:
        raise DocumentRefused(
            f"The page holds more than {limits.characters:,} characters.", "Split it and drop the parts."
        )
    return (page,), title


def page_of(
    data: bytes, number: int, label: str = "", declared: str = "", warnings: list[str] | None = None
) -> tuple[Page, str]:
    """Return HTML as a page, which may be empty, and its title; `declared` is an encoding named outside of it."""
    named = CHARSET.search(data[:4096])
    found = decoded(data, named[1].decode("ascii") if named else declared)
    source = found.text
    if warnings is not None:
        warnings += found.warnings
    for dropped in (DROPPED | BOILERPLATE, DROPPED):
        text = _Text(dropped)
        text.feed(source)
        text.close()
        page = compose(number, "".join(text.pieces), label)
        if page.text:
            break
    return page, tidy(" ".join("".join(text.title).split()))[:200]


class _Text(HTMLParser):
    """Writes down what a reader of the page sees."""

    def __init__(self, dropped: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.dropped = dropped
        self.pieces: list[str] = []
        self.title: list[str] = []
        self.lists: list[int | None] = []
        self.skipping, self.depth = "", 0
        self.in_title, self.preformatted = False, 0
        self.gap, self.cells, self.row_begun, self.cell_is_empty = "", 0, False, False
        self.head, self.row, self.tables, self.named, self.row_at = "", "", list[int](), 0, -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a cell or an item, or begin to skip."""
        if tag == "title" and not self.title:
            self.in_title = True
        if self.skipping:
            self.depth += tag == self.skipping
        elif tag not in NEVER_DROPPED and (tag in self.dropped or _is_hidden(dict(attrs))):
            self.skipping, self.depth = tag, 1
        else:
            self._open(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag == "title":
            self.in_title = False
        if self.skipping:
            self.depth -= tag == self.skipping
            if self.depth <= 0 or tag in ("html", "body"):
                self.skipping = ""
            return
        if tag in HEADINGS:
            self._end_heading()
        elif tag in ("tr", "table"):
            self._end_row()
        if tag in BLOCKS:
            self.cell_is_empty = self.cell_is_empty and tag != "table"
            self._break("\n\n")
        if tag == "table" and self.tables:
            self.tables.pop()
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        """Take in text, whose white space means nothing but in preformatted text."""
        if self.in_title:
            self.title.append(data)
        elif not self.skipping:
            text = foreign(data) if self.preformatted else SPACE.sub(" ", foreign(data))
            if not self.preformatted and (self.gap or not self.pieces or self.pieces[-1][-1:].isspace()):
                text = text.lstrip()
            if text:
                self._write(text)

    def _open(self, tag: str) -> None:
        if tag in BLOCKS:
            self._break("\n\n")
        if tag == "br":
            self._break("\n")
        elif tag in HEADINGS:
            self.head = heading(int(tag[1]))[0]
        elif tag == "table":
            self._end_row()
            self.tables.append(0)
        elif tag == "pre":
            self.preformatted += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "tr":
            self._begin_row()
        elif tag in ("td", "th"):
            self.named += tag == "th"
            self._cell()

    def _item(self) -> None:
        count = self.lists[-1] if self.lists else None
        indent = "  " * min(len(self.lists) - 1, 8)
        self._break("\n")
        if count is None:
            self._write(f"{indent}- ")
        else:
            self.lists[-1] = count + 1
            self._write(f"{indent}{count + 1}. ")

    def _begin_row(self) -> None:
        self._end_row()
        self.cell_is_empty = False
        self._break("\n")
        self.cells, self.named, self.row_begun = 0, 0, False
        if self.tables:
            self.tables[-1] += 1
            self.row, self.row_at = row(self.tables[-1] == 1, names=False)[0], len(self.pieces)

    def _end_row(self) -> None:
        """Close a row that has text; the first of its table names the columns where all its cells are headings."""
        if self.row_at < 0:
            return
        if self.row_at < len(self.pieces):
            first, names = row(True, names=False)[0], row(True, names=True)[0]
            if self.named == self.cells:
                self.pieces[self.row_at] = self.pieces[self.row_at].replace(first, names)
            self.pieces[-1] = self.pieces[-1].rstrip(" ") + row(True, names=False)[1]
        self.row_at, self.row = -1, ""

    def _end_heading(self) -> None:
        if self.pieces and not self.head:
            self.pieces[-1] += heading(1)[1]
        self.head = ""

    def _cell(self) -> None:
        if self.cells:
            self.gap = "" if self.row_begun else self.gap
            self._write(" | " if self.row_begun else "| ")
        self.cells += 1
        self.cell_is_empty = True

    def _break(self, gap: str) -> None:
        """Ask for a line end before the next text; a cell does not begin with one."""
        if not self.cell_is_empty and len(gap) > len(self.gap):
            self.gap = gap

    def _write(self, text: str) -> None:
        self.pieces.append(self.gap + self.row + self.head + text)
        self.row = self.head = ""
        self.gap, self.cell_is_empty, self.row_begun = "", False, True


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style") or ""
    role = attributes.get("role") or ""
    return "hidden" in attributes or role == "navigation" or HIDDEN_STYLE.search(style) is not None
