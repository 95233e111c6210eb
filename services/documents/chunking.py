"""Pages cut into passages, by the method a person chose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.documents.models import Page
from services.documents.outline import GAP, LONGEST_HEADING, SEPARATOR, Outline, Path, common, outlines
from services.documents.spans import Bounds, estimate_tokens, spans

__all__ = ["Chunk", "ChunkSettings", "Method", "chunk", "estimate_tokens"]

SMALL = 1 / 3
"""Share of the size below which a section goes together with a neighbour."""


class Method(StrEnum):
    """Where a document is cut.

    RECURSIVE   at paragraphs, else at sentences, lines, words; of tables as many whole rows as fit
    HEADING     a section a passage; small ones together with neighbours under the same parent, up to the size
    PAGE        a page (a slide, a sheet, a chapter) a passage
    ROW         a row of a table a passage; what is no table as RECURSIVE
    """

    RECURSIVE = "recursive"
    HEADING = "heading"
    PAGE = "page"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How long a passage may be: `size` and `overlap` in characters, `token_cap` in estimated tokens (None: no cap).

    What a method leaves longer than that is cut as RECURSIVE does. Passages of tables begin with the column names,
    which count towards the length.

    Raises ValueError unless size >= 20 and 0 <= overlap <= size / 2 and token_cap, if given, >= 8.
    """

    size: int = 1000
    overlap: int = 150
    token_cap: int | None = None
    method: Method = Method.RECURSIVE

    def __post_init__(self) -> None:
        if self.size < 20 or not 0 <= self.overlap <= self.size / 2:
            raise ValueError("a passage has at least 20 characters and overlaps by half of it at most")
        if self.token_cap is not None and self.token_cap < 8:
            raise ValueError("a passage has at least 8 tokens")

    @property
    def bounds(self) -> Bounds:
        """The lengths alone."""
        return Bounds(self.size, self.overlap, self.token_cap)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `page.text[start:end]` of the page numbered `page`; `ordinal` counts from 0 over all pages.

    `text` is that, after the column names where it is a row of a table. `section` names the headings it stands under,
    outermost first, joined by " › "; `label` is the page's. `edited`: a person wrote the text, so it may be nowhere in
    the page; then `start` and `end` are where it came from.
    """

    ordinal: int
    text: str
    page: int
    start: int
    end: int
    section: str = ""
    label: str = ""
    edited: bool = False


DEFAULT_SETTINGS = ChunkSettings()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a page: what comes before it in the passage, and the place that says which section it is of."""

    start: int
    end: int
    place: int
    before: str = ""
    path: Path | None = None


def chunk(pages: Sequence[Page], settings: ChunkSettings = DEFAULT_SETTINGS) -> tuple[Chunk, ...]:
    """Cut pages into passages in reading order; the same pages and settings always give the same passages.

    A passage begins and ends with something other than white space, stays on one page, and takes a heading along only
    with what follows it. Each begins up to `overlap` characters before the end of the one before, at a sentence or a
    word; rows of tables do not overlap. All text but white space is in a passage, column names in front of their rows.
    """
    chunks: list[Chunk] = []
    outlined = outlines(pages, guess=settings.method is Method.HEADING)
    for page, outline in zip(pages, outlined, strict=True):
        for piece in _pieces(page, outline, settings):
            path = outline.path(piece.place) if piece.path is None else piece.path
            text = piece.before + page.text[piece.start : piece.end]
            section, label = SEPARATOR.join(path), page.label[:LONGEST_HEADING]
            chunks.append(Chunk(len(chunks), text, page.number, piece.start, piece.end, section, label))
    return tuple(chunks)


def _pieces(page: Page, outline: Outline, settings: ChunkSettings) -> Iterator[_Piece]:
    if settings.method is not Method.HEADING:
        yield from _cut(page, 0, len(page.text), settings)
        return
    for start, end, path in _sections(page, outline, settings.bounds):
        for piece in _cut(page, start, end, settings):
            yield _Piece(piece.start, piece.end, piece.place, piece.before, path)


def _sections(page: Page, outline: Outline, bounds: Bounds) -> Iterator[tuple[int, int, Path]]:
    """Yield the sections of a page, small ones together; of several the path is what all their paths begin with."""
    group: list[tuple[int, int, Path]] = []
    for part in outline.parts(len(page.text)):
        if group and not _belongs(page.text, group, part, bounds):
            yield group[0][0], group[-1][1], common([path for _, _, path in group]) or group[0][2]
            group = []
        group.append(part)
    if group:
        yield group[0][0], group[-1][1], common([path for _, _, path in group]) or group[0][2]


def _belongs(text: str, group: list[tuple[int, int, Path]], part: tuple[int, int, Path], bounds: Bounds) -> bool:
    """Whether a section goes into one passage with those before it."""
    first, last = group[0], group[-1]
    held, more = text[first[0] : last[1]].strip(), text[part[0] : part[1]].strip()
    if not held or (last[2] and " ".join(text[last[0] : last[1]].split()) == last[2][-1]):
        return True  # nothing yet, or a heading without text of its own
    parent = first[2][:-1]
    if len(part[2]) < len(first[2]) or part[2][: len(parent)] != parent:
        return False
    small = min(len(held), len(more)) < bounds.size * SMALL
    return small and bounds.holds(text[first[0] : part[1]].strip())


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows that follow each other; `before` is what each passage of them begins with, `start` where that stands."""

    start: int
    rows: tuple[tuple[int, int], ...]
    before: str = ""


def _cut(page: Page, start: int, end: int, settings: ChunkSettings) -> Iterator[_Piece]:
    """Yield the pieces of a part of a page, text and tables in turn."""
    place = start
    for table in _tables(page, start, end, settings):
        yield from _text(page.text, place, table.start, settings.bounds)
        yield from _rows(page.text, table, settings)
        place = table.rows[-1][1]
    yield from _text(page.text, place, end, settings.bounds)


def _tables(page: Page, start: int, end: int, settings: ChunkSettings) -> Iterator[_Table]:
    """Yield the tables of a part of a page; those whose columns have no known names are text, except by row."""
    text, header = page.text, page.header.strip()
    if not header and settings.method is not Method.ROW:
        return
    run: list[tuple[int, int]] = []
    for first, last in page.rows:
        if not (start <= first < end and text[first:last].strip()):
            continue
        if run and text[run[-1][1] : first].strip() not in ("", header):
            yield _table(text, run, header, settings.bounds)
            run = []
        run.append((first, min(last, end)))
    if run:
        yield _table(text, run, header, settings.bounds)


def _table(text: str, rows: list[tuple[int, int]], header: str, bounds: Bounds) -> _Table:
    """A table with its column names: the page's, else its first row, if they leave room for the others."""
    first = rows[0]
    if header:
        if not bounds.halves(f"{header}\n"):
            return _Table(first[0], tuple(rows))
        start = text.rfind(header, max(0, first[0] - len(header) - GAP), first[0])
        stands = start >= 0 and not text[start + len(header) : first[0]].strip()
        return _Table(start if stands else first[0], tuple(rows), f"{header}\n")
    names = text[first[0] : first[1]].strip() + "\n"
    if len(rows) == 1 or not bounds.halves(names):
        return _Table(first[0], tuple(rows))
    return _Table(first[0], tuple(rows[1:]), names)


def _rows(text: str, table: _Table, settings: ChunkSettings) -> Iterator[_Piece]:
    """Yield each row, or as many together as fit into a passage."""
    bounds, group = settings.bounds, table.rows[0]
    for row in table.rows[1:]:
        together = settings.method is not Method.ROW
        if together and bounds.less(table.before).holds(text[group[0] : row[1]]):
            group = (group[0], row[1])
        else:
            yield from _text(text, *group, bounds, table.before)
            group = row
    yield from _text(text, *group, bounds, table.before)


def _text(text: str, start: int, end: int, bounds: Bounds, before: str = "") -> Iterator[_Piece]:
    """Yield the pieces of text, or of a row that is too long, each to follow `before`."""
    limits = bounds.less(before) if before else bounds
    for first, fresh, last in spans(text[start:end], limits):
        yield _Piece(start + first, start + last, start + fresh, before)
