"""How a CSV file writes its table: which character parts the cells, which quotes them, and where the header is."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.tables.alphabet import encoding_of, marked
from services.tables.header import Heading, heading, is_index
from services.tables.models import Layout
from services.tables.source import Source, Unreadable

DELIMITERS = {",": 0.0, "\t": 0.001, ";": 0.002, "|": 0.003, "^": 0.05, "~": 0.05, "\x01": 0.004, " ": 0.06, ":": 0.2}
"""The characters tried, and how much less likely each is than a comma where both would do."""
LINES = 400  # of the head the layout is told from
LONGEST_CELL = 1 << 22
_SEP = re.compile(r"sep=(.)\r?$", re.IGNORECASE)
_BEFORE_MARK = re.compile(r"[ \t]+\"")
_CONTROL = re.compile(r"[\x00\x02-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Shape:
    """The head read one way: its records, the usual number of cells, and the share of records that have it."""

    delimiter: str
    quote: str
    escape: str
    records: tuple[tuple[str, ...], ...]
    width: int
    share: float
    score: float


@dataclass(frozen=True, slots=True)
class Laid:
    """The layout, the names as the file has them (or made up), and what is odd about the way it is written.

    names   as the header has them; column_0 … without one
    records the first records below the header
    quoted  "rows" where each record is one quoted string, "header" where only the header is, "" otherwise
    sep     the first line says sep=;
    """

    layout: Layout
    names: tuple[str, ...]
    records: tuple[tuple[str, ...], ...]
    quoted: str = ""
    sep: bool = False
    heading: Heading | None = None


def laid_out(source: Source, target: str = "", encoding: str = "") -> Laid:
    """Tell the layout from the head of a file. Raises Unreadable where it is not text."""
    encoding = encoding or encoding_of(source.head, whole=source.whole, word=target)
    if not encoding:
        raise Unreadable("binary", "The file holds binary data, not a table of texts.")
    mark = marked(source.head)[1]
    text = source.head[mark:].decode(encoding, "replace").replace("\0", "")
    if len(_CONTROL.findall(text[:20_000])) > len(text[:20_000]) // 20:
        raise Unreadable("binary", "The file holds binary data, not a table of texts.")
    end = _line_end(text)
    if end == "\r":
        text = text.replace("\r", "\n")
    lines = _lines(text, source.whole)
    if not any(line.strip() for line in lines):
        raise Unreadable("empty", "The file holds nothing but blank lines.")
    layout = Layout(encoding=encoding, bom=bool(mark), compression=source.compression, line_end=end)
    said = _SEP.match(lines[0])
    if said:
        layout, lines = replace(layout, skipped=1), lines[1:]
    laid = _told(layout, lines, target, said.group(1) if said else "")
    return replace(laid, sep=bool(said))


def _told(layout: Layout, lines: list[str], target: str, said: str) -> Laid:
    shape = _best(lines, target, said)
    quoted = ""
    inner = _unwrapped(lines, target) if shape.width == 1 else None
    if inner is not None:
        shape, quoted = inner, "rows"
    elif _spaced(shape):
        lines = [re.sub(rf'({re.escape(shape.delimiter)})[ \t]+"', r'\1"', line) for line in lines]
        shape, layout = _shape(lines, shape.delimiter, '"', "", target), replace(layout, spaced=True)
    elif shape.width == 1 or shape.share < 0.98:
        shape = _otherwise_quoted(lines, target, shape)
    records = shape.records
    if not quoted and len(records) > 1 and len(records[0]) == 1 and shape.width > 1:
        cells = _split_once(records[0][0], shape)
        if len(cells) == shape.width:
            records, quoted = (tuple(cells), *records[1:]), "header"
    layout = replace(layout, delimiter=shape.delimiter, quote=shape.quote, escape=shape.escape)
    layout = replace(layout, runs=shape.delimiter == " ")
    head = heading(records, shape.width, target)
    skipped = layout.skipped + _physical(lines, head.skipped)
    layout = replace(
        layout,
        header=head.present,
        skipped=skipped,
        trailing=head.trailing,
        unnamed=head.unnamed,
        header_lines=_physical(lines[head.skipped :], 1) if head.present else 0,
        padded=_padded(records[head.skipped + 1 :]),
    )
    return Laid(layout, head.names, head.records, quoted, heading=head)


def _physical(lines: Sequence[str], records: int) -> int:
    """How many lines the first `records` records take; blank ones before them included."""
    if not records:
        return 0
    reader = csv.reader(line.replace("\r", " ") + "\n" for line in lines)
    found = 0
    for record in reader:
        found += bool(record)
        if found == records:
            break
    return reader.line_num


def _line_end(text: str) -> str:
    crlf, lf, cr = text.count("\r\n"), text.count("\n"), text.count("\r")
    if crlf and crlf >= lf * 0.5:
        return "\r\n"
    return "\r" if cr > lf and not crlf else "\n"


def _lines(text: str, whole: bool) -> list[str]:
    lines = re.split(r"\r?\n", text)
    if not whole and len(lines) > 1:
        lines.pop()
    return lines[: LINES * 4]


def records_of(
    lines: Sequence[str], delimiter: str, quote: str, escape: str = "", most: int = LINES
) -> list[list[str]]:
    """The first records of some lines, blank ones left out; an unending or oversized cell ends them."""
    csv.field_size_limit(LONGEST_CELL)
    source: Iterator[str] = (line + "\n" for line in lines)
    if delimiter == " ":
        source = (re.sub(r"[ \t]+", " ", line).strip() + "\n" for line in lines)
    reader = csv.reader(
        source,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape or None,
        doublequote=not escape,
    )
    records: list[list[str]] = []
    try:
        for record in reader:
            if record and (len(record) > 1 or record[0].strip()):
                records.append(record)
            if len(records) >= most:
                break
    except csv.Error:
        pass
    return records


def _best(lines: list[str], target: str, said: str) -> Shape:
    shapes = [_shape(lines, delimiter, '"', "", target) for delimiter in DELIMITERS if not said or delimiter == said]
    if said and not shapes:
        shapes = [_shape(lines, said, '"', "", target)]
    if any(_fits(shape) for shape in shapes):
        shapes = [shape for shape in shapes if len(shape.records[0]) > 1]
    return max(shapes, key=lambda shape: shape.score)


def _fits(shape: Shape) -> bool:
    """Whether a usual delimiter parts the first record into as many cells as those below: one that leaves the first
    record whole stands within cells."""
    usual = shape.delimiter in (",", ";", "\t", "|")
    return usual and shape.width > 1 and shape.share > 0.95 and len(shape.records[0]) == shape.width


def _otherwise_quoted(lines: list[str], target: str, best: Shape) -> Shape:
    """The table read with single quotes, or with quotes escaped by a backslash, where that fits better."""
    others = [_shape(lines, each, "'", "", target) for each in (",", ";", "\t") if _opened(lines, f"{each}'")]
    if _opened(lines, '\\"'):
        others += [_shape(lines, each, '"', "\\", target) for each in (",", ";", "\t")]
    rival = max(others, key=lambda shape: shape.score, default=best)
    return rival if rival.score > best.score + 0.02 and rival.width > 1 else best


def _spaced(shape: Shape) -> bool:
    """Whether blanks stand before the quotation marks that open cells, as in 1, "a, b"."""
    with_marks = sum(any(_BEFORE_MARK.match(cell) for cell in record[1:]) for record in shape.records[1:])
    return shape.width > 1 and shape.delimiter != " " and with_marks > 0.2 * len(shape.records)


def _opened(lines: Sequence[str], sign: str) -> bool:
    return any(sign in line for line in lines)


def _shape(lines: list[str], delimiter: str, quote: str, escape: str, target: str) -> Shape:
    records = records_of(lines, delimiter, quote, escape)
    widths = Counter(len(record) for record in records)
    if not widths:
        return Shape(delimiter, quote, escape, (), 1, 0.0, 0.0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    share = count / len(records)
    if width < (3 if delimiter == ":" else 2):  # "name: value" is no record of two cells
        return Shape(delimiter, quote, escape, _frozen(records), 1, share, 0.1 if delimiter == "," else 0.0)
    score = share - DELIMITERS.get(delimiter, 0.05) - _foreign(records, delimiter)
    if target and not is_index(target) and any(_names(record, target) for record in records[:12]):
        score += 0.5
    return Shape(delimiter, quote, escape, _frozen(records), width, share, score)


def _foreign(records: Sequence[Sequence[str]], delimiter: str) -> float:
    """How much of the cells looks as if another character parted them; a comma within a number does not."""
    cells = [cell for record in records for cell in record]
    others = [each for each in (";", "\t", "|") if each != delimiter]
    odd = sum(any(each in cell for each in others) for cell in cells)
    return 0.6 * min(1.0, odd * len(records[0]) / max(1, len(cells)))


def _names(record: Sequence[str], target: str) -> bool:
    return any(cell.strip() == target.strip() for cell in record)


def _frozen(records: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(record) for record in records)


def _unwrapped(lines: list[str], target: str) -> Shape | None:
    """The shape of what stands inside the quotes, where every record is one quoted string; None where it is not."""
    wrapped = [line for line in lines if line.strip()]
    marked = sum(line.strip().startswith('"') and line.strip().endswith('"') for line in wrapped)
    if marked < 0.95 * len(wrapped):
        return None
    inside = [record[0] for record in records_of(lines, "\x1f", '"') if record]
    shape = _best(inside, target, "")
    return shape if shape.width > 1 and shape.share > 0.9 and shape.delimiter not in (" ", ":") else None


def _split_once(line: str, shape: Shape) -> list[str]:
    records = records_of([line], shape.delimiter, shape.quote, shape.escape)
    return records[0] if records else []


def _padded(records: Sequence[Sequence[str]]) -> bool:
    return any(cell != cell.strip() for record in records for cell in record)
