"""Rows of a sheet or of a CSV file made into pages: a table each, with the columns' names on every one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.documents.encoding import decoded
from services.documents.limits import Limits
from services.documents.marks import compose, foreign, is_headed, table
from services.documents.models import Page
from services.errors import DocumentRefused

ROWS, CHARACTERS = 200, 20_000
"""Of a page: a few screens full; the highest sheet there may be has 1,048,576 rows."""

LEAD_ROWS = 10
"""Rows above a table in which its title stands."""

DELIMITERS = ",;\t|"
SNIFFED = 64 * 1024
LONGEST_FIELD = 1_000_000
EMPTY = DocumentRefused("The table holds no text.", "Check that it was saved completely, and drop it again.")


def read_csv(data: bytes, limits: Limits, warnings: list[str] | None = None) -> tuple[tuple[Page, ...], str]:
    """Return the pages of a table of comma-, semicolon-, tab- or bar-separated values, and no title."""
    found = decoded(data)
    source = foreign(found.text).replace("\0", "")
    if warnings is not None:
        warnings += found.warnings
    if len(source) > limits.characters:
        raise DocumentRefused(
            f"The table holds more than {limits.characters:,} characters.", "Split it and drop the parts."
        )
    rows = [cells for cells in _parsed(source) if any(cells)]
    pages = table_pages(rows, "", 1, limits)
    if not pages:
        raise EMPTY
    return pages, ""


def table_pages(rows: Sequence[Sequence[str]], label: str, number: int, limits: Limits) -> tuple[Page, ...]:
    """Return pages from `number` on; what stands alone above the first full row is text, not a row.

    Raises DocumentRefused for more pages than the limit.
    """
    lead = _lead(rows)
    headed = is_headed(rows[lead:])
    above = "\n".join(" ".join(filter(None, cells)) for cells in rows[:lead])
    pages: list[Page] = []
    header = ""
    for lines in _portions(rows[lead:]):
        if number + len(pages) > limits.pages:
            raise DocumentRefused(
                f"The tables fill more than {limits.pages:,} pages.", "Split them and drop the parts."
            )
        text = table(lines, headed and not pages)
        page = compose(number + len(pages), f"{above}\n\n{text}" if above and not pages else text, label)
        header = header or page.header
        pages.append(replace(page, header=header) if page.text else page)
    if above and not pages:
        pages.append(compose(number, above, label))
    return tuple(page for page in pages if page.text)


def one_line(text: str) -> str:
    """Return a cell's text without line ends."""
    return " ".join(text.split())


def _lead(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows stand above the table: those with one cell filled, before one with more."""
    for number, cells in enumerate(rows[:LEAD_ROWS]):
        if sum(map(bool, cells)) > 1:
            return number
    return 0


def _portions(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """Yield rows as lines, as many as a page may hold."""
    lines: list[str] = []
    size = 0
    for cells in rows:
        line = " | ".join(cells).strip()
        if lines and (len(lines) >= ROWS or size + len(line) > CHARACTERS):
            yield lines
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield lines


def _parsed(source: str) -> Iterator[list[str]]:
    """Yield the cells of each row; a line that no reader of CSV takes is split at the delimiter as it is."""
    first, _, rest = source.partition("\n")
    announced = first.strip().lower()
    if announced.startswith("sep=") and len(announced) <= 5:  # Excel's own line for the delimiter
        delimiter, source = first.strip()[4:] or "\t", rest
    else:
        delimiter = _delimiter(source[:SNIFFED])
    csv.field_size_limit(LONGEST_FIELD)
    try:
        rows = list(csv.reader(io.StringIO(source, newline=""), delimiter=delimiter))
    except csv.Error:
        rows = [line.split(delimiter) for line in source.splitlines()]
    for row in rows:
        yield [one_line(cell) for cell in row]


def _delimiter(sample: str) -> str:
    """Return the sign that parts most lines into the same number of cells, at least two."""
    lines = sample.splitlines()
    if len(lines) > 1 and len(sample) >= SNIFFED:
        lines.pop()
    best, found = 0.0, ","
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines[:200], delimiter=delimiter) if row]
        except csv.Error:
            widths = [line.count(delimiter) + 1 for line in lines[:200] if line]
        usual = max(set(widths), key=widths.count, default=1)
        agreement = widths.count(usual) / len(widths) if widths and usual > 1 else 0.0
        if agreement > best + 0.01 * (found != ","):
            best, found = agreement, delimiter
    return found
