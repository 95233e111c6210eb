"""Excel workbooks (XLSX) read as tables of text, straight from their XML: every shown sheet, row by row.

The size a sheet claims is not believed, and empty cells cost nothing; formulas show what they last gave. Hidden
sheets are left out, with a word about it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from services.documents.excel_values import PLAIN, Format, read_formats, show_number
from services.documents.limits import Limits
from services.documents.models import Page, Section
from services.documents.package import Package, attribute, name_of
from services.documents.tabular import one_line, table_pages
from services.errors import DocumentRefused

AGAIN = "Open it in Excel, save it again as .xlsx, and drop that."
LAST_COLUMN = 16_384
WIDEST = 500
"""Columns laid out in line; in a wider sheet a row names only the cells that are filled."""

EMPTY = DocumentRefused("The workbook holds no text.", "If it shows pictures or charts only, drop those as PDF.")


def read_xlsx(data: bytes, limits: Limits, warnings: list[str]) -> tuple[tuple[Page, ...], str]:
    """Return pages labelled by their sheet, and the title; raises DocumentRefused where there is no text."""
    package = Package(data, limits, AGAIN)
    name = package.part("xl/workbook")
    workbook, related = package.tree(name), package.related(name)
    if workbook is None:
        raise package.damaged()
    book = _Book(package, limits, _strings(package, related), read_formats(package), _since_1904(workbook))
    pages: list[Page] = []
    for sheet in (each for each in workbook.iter() if name_of(each) == "sheet"):
        title, target = one_line(attribute(sheet, "name"))[:100], related.get(_relation(sheet), ("", ""))[1]
        if attribute(sheet, "state") in ("hidden", "veryHidden"):
            warnings.append(f"The sheet “{title}” is hidden and was left out.")
        elif target not in package:
            warnings.append(f"The sheet “{title}” is missing from the file.")
        else:
            pages += _sheet_pages(book, target, title, len(pages) + 1, warnings)
    if not pages:
        raise EMPTY
    return tuple(pages), package.title()


def _relation(sheet: Element) -> str:
    """Return the id of the relation a sheet names; its own number is also called an id."""
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


@dataclass(slots=True)
class _Book:
    """What the sheets of one workbook share, and how many characters they have given."""

    package: Package
    limits: Limits
    strings: list[str]
    formats: list[Format]
    since_1904: bool
    characters: int = 0

    def count(self, size: int) -> None:
        self.characters += size
        if self.characters > self.limits.characters:
            raise DocumentRefused(
                f"The workbook holds more than {self.limits.characters:,} characters.", "Split it and drop the parts."
            )


@dataclass(slots=True)
class _Sheet:
    """The filled cells of a sheet, row by row, as column and text."""

    book: _Book
    rows: list[list[tuple[int, str]]] = field(default_factory=list)

    def take(self, element: Element) -> None:
        """Take in a row."""
        if name_of(element) != "row":
            return
        cells: list[tuple[int, str]] = []
        column = 0
        for cell in element:
            if name_of(cell) != "c":
                continue
            column = _column(attribute(cell, "r"), column + 1)
            text = _shown(cell, self.book)
            if text and column <= LAST_COLUMN:
                cells.append((column, text))
                self.book.count(len(text) + 3)
        if cells:
            self.rows.append(cells)

    def table(self) -> list[list[str]]:
        """Return the rows with their cells under each other, columns that are empty throughout left out."""
        used = sorted({column for cells in self.rows for column, _ in cells})
        if len(used) > WIDEST:
            return [[text for _, text in sorted(cells)] for cells in self.rows]
        place = {column: number for number, column in enumerate(used)}
        laid: list[list[str]] = []
        for cells in self.rows:
            line = [""] * (1 + max(place[column] for column, _ in cells))
            for column, text in cells:
                line[place[column]] = text
            self.book.count(3 * (len(line) - len(cells)))
            laid.append(line)
        return laid


def _sheet_pages(book: _Book, part: str, title: str, number: int, warnings: list[str]) -> list[Page]:
    sheet = _Sheet(book)
    try:
        book.package.stream(part, sheet.take, depth=2)
    except DocumentRefused as refused:
        if "damaged" not in refused.reason:
            raise
        warnings.append(f"The sheet “{title}” is damaged; its first {len(sheet.rows):,} rows were read.")
    pages = list(table_pages(sheet.table(), f"Sheet {title}", number, book.limits))
    if pages and title:
        pages[0] = replace(pages[0], sections=(Section(0, title, 1),))
    return pages


def _shown(cell: Element, book: _Book) -> str:
    """Return what a cell shows, in one line."""
    kind, written, inline = attribute(cell, "t"), "", ""
    formula = ""
    for child in cell:
        name = name_of(child)
        if name == "v":
            written = (child.text or "").strip()
        elif name == "is":
            inline = _rich(child)
        elif name == "f":
            formula = (child.text or "").strip()
    if kind == "s":
        number = int(written) if written.isdecimal() and len(written) < 9 else -1
        return book.strings[number] if 0 <= number < len(book.strings) else ""
    if kind == "inlineStr" or inline:
        return one_line(inline)
    if kind == "b":
        return "TRUE" if written == "1" else "FALSE"
    if kind in ("str", "e", "d"):
        return one_line(written)
    if not written:
        return one_line(f"={formula}") if formula else ""
    style = attribute(cell, "s")
    number = int(style) if style.isdecimal() and len(style) < 9 else -1
    return show_number(written, book.formats[number] if 0 <= number < len(book.formats) else PLAIN, book.since_1904)


def _strings(package: Package, related: dict[str, tuple[str, str]]) -> list[str]:
    """Return the strings that cells name by number."""
    part = next((name for kind, name in related.values() if kind == "sharedStrings"), "xl/sharedStrings.xml")
    strings: list[str] = []
    if part in package:
        package.stream(part, lambda element: strings.append(one_line(_rich(element))), depth=1)
    return strings


def _rich(element: Element) -> str:
    """Return the text of a string in pieces, without the reading that a phonetic guide gives."""
    pieces: list[str] = []
    for child in element:
        if name_of(child) == "t":
            pieces.append(child.text or "")
        elif name_of(child) == "r":
            pieces += [part.text or "" for part in child if name_of(part) == "t"]
    return "".join(pieces)


def _column(reference: str, following: int) -> int:
    """Return the column's number from 1 of a cell such as "AB12", the `following` one where it says none there is."""
    number = 0
    for sign in reference[:4]:
        if not "A" <= sign <= "Z":
            break
        number = number * 26 + ord(sign) - 64
    return number if 0 < number <= LAST_COLUMN else following


def _since_1904(workbook: Element) -> bool:
    properties = next((each for each in workbook if name_of(each) == "workbookPr"), None)
    return attribute(properties, "date1904") in ("1", "true")
