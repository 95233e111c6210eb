"""What is to be said of how a file is written: encoding, delimiter, quotes, header, names, records that do not fit."""

from __future__ import annotations

import re

from services.tables.layout import records_of
from services.tables.models import Finding, Level, Repair
from services.tables.reading import Table

FEWEST_ROWS = 500
"""Records a training set must have: CreateAutoMLJob's documentation of InputDataConfig."""
MOST_BYTES = 100 * 10**9
MOST_PARQUET_BYTES = 2 * 10**9
MANY_COLUMNS = 1_000
RAGGED = 0.05  # share of records with another number of cells that can be left out when asked
JOINED = 0.9  # of a column of numbers that are left where files were joined
BELOW = 3  # lines that may stand below the table
LONGEST_NAME = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar", " ": "blanks", ":": "a colon"}


def file_findings(table: Table) -> list[Finding]:
    """All of them but those about names."""
    if table.laid.quoted == "rows":
        return [_quoted_rows()]
    found = [*_size(table), *_shape(table)]
    if table.layout.kind == "csv":
        found += [*_coding(table), *_parting(table), *_quoting(table), *_ragged(table), *_heading(table)]
    return found


def _quoted_rows() -> Finding:
    words = "Every record is one quoted string, so that the table has a single column."
    mend = Repair("unwrap", "Take the outer quotation marks off every record.", safe=False)
    return Finding(Level.STOP, "quoted_rows", f"{words} Take the outer marks off, and check the copy.", repair=mend)


def _size(table: Table) -> list[Finding]:
    if table.layout.kind == "parquet" and table.size > MOST_PARQUET_BYTES:
        return [Finding(Level.STOP, "too_large", "Autopilot takes Parquet files of at most 2 GB; write several.")]
    if table.size > MOST_BYTES:
        return [Finding(Level.STOP, "too_large", "Autopilot takes at most 100 GB.")]
    return []


def _shape(table: Table) -> list[Finding]:
    found = []
    head = table.laid.heading
    rows = table.rows - headers_within(table) - bool(head and head.second)
    if rows < FEWEST_ROWS:
        words = f"Autopilot needs at least {FEWEST_ROWS} rows below the header; this table has {rows:,}."
        found.append(Finding(Level.STOP, "rows", words))
    if len(table.names) < 2:
        words = "There is only one column: nothing is left to predict the target from."
        found.append(Finding(Level.STOP, "one_column", words))
    if len(table.names) > MANY_COLUMNS:
        words = f"The table has {len(table.names):,} columns; training takes long and may run out of memory."
        found.append(Finding(Level.WARNING, "many_columns", words))
    if table.parquet and table.parquet.nested:
        words = "These columns hold lists or structures; only plain values can be learned from."
        found.append(Finding(Level.WARNING, "nested", words, table.parquet.nested))
    return found


def _coding(table: Table) -> list[Finding]:
    found, layout = [], table.layout
    again = Repair("reencode", "Write the copy in UTF-8 without a mark.")
    if layout.encoding != "utf-8":
        said = " only further down" if table.late else ""
        words = f"The file is not UTF-8{said}; it is read as {layout.encoding}. Autopilot takes UTF-8."
        found.append(Finding(Level.WARNING, "encoding", words, repair=again))
    elif layout.bom:
        words = "The file begins with a byte order mark, which would become part of the first column's name."
        found.append(Finding(Level.NOTE, "bom", words, repair=again))
    if table.scan.tally.nul:
        words = f"{table.scan.tally.nul:,} zero bytes stand between the letters and are left out."
        found.append(Finding(Level.WARNING, "nul", words, repair=again))
    if table.scan.tally.replaced:
        words = f"{table.scan.tally.replaced:,} letters do not exist in {layout.encoding} and were replaced."
        found.append(Finding(Level.WARNING, "letters", words, repair=again))
    if layout.line_end == "\r":
        words = "Lines end as on old Macs; Autopilot would see one line."
        found.append(Finding(Level.WARNING, "line_ends", words, repair=again))
    if layout.compression:
        words = "The file is packed with gzip: the job must say so (CompressionType Gzip), or use the unpacked copy."
        found.append(Finding(Level.NOTE, "gzip", words))
    return found


def _parting(table: Table) -> list[Finding]:
    found, layout = [], table.layout
    comma = Repair("delimiter", "Write the copy with commas between the cells.")
    if layout.delimiter != "," and len(table.names) > 1:
        by = _NAMES.get(layout.delimiter, f"“{layout.delimiter}”")
        words = f"The cells are parted by {by}; Autopilot takes a comma."
        found.append(Finding(Level.WARNING, "delimiter", words, repair=comma))
    if table.laid.sep:
        words = "The first line tells a spreadsheet the delimiter (sep=); it is not part of the table."
        found.append(Finding(Level.WARNING, "sep_line", words, repair=comma))
    if layout.padded:
        words = "Blanks stand around cells or names; they are taken off."
        found.append(Finding(Level.NOTE, "blanks", words, repair=Repair("trim", "Take blanks off the cells' ends.")))
    return found


def _quoting(table: Table) -> list[Finding]:
    layout, found = table.layout, []
    if table.laid.quoted == "header":
        mend = Repair("header", "Write the header as single names.")
        found.append(Finding(Level.WARNING, "quoted_header", "The whole header is one quoted string.", repair=mend))
    if wrong := table.scan.quoting:
        if wrong.swallows:
            words = f"From line {wrong.line:,} on a quotation mark opens a cell and is not closed where the cell ends."
            return [*found, Finding(Level.STOP, "unterminated", words)]
        words = f"Quotation marks stand within quoted cells without being doubled, first in line {wrong.line:,}."
        mend = Repair("quotes", "Write the copy with double quotation marks where needed.")
        found.append(Finding(Level.WARNING, "quotes_within", words, repair=mend))
    if layout.spaced:
        words = "Blanks stand before the quotation marks of cells, which makes the marks part of the text."
        mend = Repair("quotes", "Write the copy with double quotation marks where needed.")
        found.append(Finding(Level.WARNING, "quotes", words, repair=mend))
    if not layout.quote:
        words = "Quotation marks stand in the cells as letters do, and part nothing."
        mend = Repair("quotes", "Write the copy with double quotation marks where needed.")
        found.append(Finding(Level.WARNING, "quotes", words, repair=mend))
    if layout.quote == "'" or layout.escape:
        how = "single quotation marks" if layout.quote == "'" else "backslashes before quotation marks"
        mend = Repair("quotes", "Write the copy with double quotation marks where needed.")
        found.append(Finding(Level.WARNING, "quotes", f"Cells are quoted with {how}.", repair=mend))
    return found


def _ragged(table: Table) -> list[Finding]:
    ragged, width = table.scan.ragged, len(table.names)
    if not ragged.count:
        return []
    for delimiter in (",", ";", "\t", "|"):
        if delimiter != table.layout.delimiter and any(
            len(record) == width for record in records_of(ragged.texts, delimiter, '"') if width > 1
        ):
            by = _NAMES[delimiter]
            words = f"Some records are parted by {by}, most by {_NAMES.get(table.layout.delimiter, 'another sign')}."
            return [Finding(Level.STOP, "mixed_delimiters", words)]
    words = f"{ragged.count:,} records do not" if ragged.count > 1 else "One record does not"
    words, share = f"{words} have {width} cells", ragged.count / (ragged.count + table.rows)
    below = _below(table)
    mend = Repair("drop_ragged", f"Leave out the records that do not have {width} cells.", safe=below)
    if below:
        words = f"{words}; they stand below the table, as a total or a note does."
        return [Finding(Level.WARNING, "lines_below", words, repair=mend)]
    words = f"{words} ({share:.2%}). Mend them where the file comes from"
    if share > RAGGED:
        return [Finding(Level.STOP, "ragged", f"{words}.")]
    return [Finding(Level.STOP, "ragged", f"{words}, or leave them out.", repair=mend)]


def _below(table: Table) -> bool:
    """Whether the few records that do not fit are the last lines of the file."""
    ragged = [text.strip() for text in table.scan.ragged.texts]
    lines = [line.strip() for line in table.scan.tally.tail.decode("utf-8", "replace").splitlines() if line.strip()]
    return len(ragged) == table.scan.ragged.count <= BELOW and set(lines[-len(ragged) :]) == set(ragged)


def _heading(table: Table) -> list[Finding]:
    found, layout, head = [], table.layout, table.laid.heading
    if not layout.header:
        mend = Repair("name_columns", "Name the columns column_0, column_1 … in the copy.")
        found.append(Finding(Level.WARNING, "no_header", "The table has no header; Autopilot needs one.", repair=mend))
    if head and head.skipped:
        above = "A line stands" if head.skipped == 1 else f"{head.skipped} lines stand"
        mend = Repair("drop_lines", "Leave out what stands above the table.")
        words = f"{above} above the table."
        found.append(Finding(Level.WARNING, "lines_above", words, repair=mend))
    if head and head.longer:
        words = "The header ends with a delimiter that the records do not have."
        mend = Repair("header", "Write the header without a nameless last column.")
        found.append(Finding(Level.WARNING, "long_header", words, repair=mend))
    if head and head.second:
        mend = Repair("drop_second_header", "Leave out the first record, which is a second header.")
        words = "Below the header stands a second one, which makes texts of columns of numbers."
        found.append(Finding(Level.WARNING, "second_header", words, repair=mend))
    found += _names_again(table)
    if layout.trailing:
        words = "Every record ends with a delimiter, which makes an empty last column."
        found.append(Finding(Level.NOTE, "trailing", words))
    return found


def _names_again(table: Table) -> list[Finding]:
    """Names that stand between the values: once or twice where files were joined."""
    found, layout = [], table.layout
    again = [each for name, each in zip(table.names, table.counts, strict=True) if name.strip() in each.bad]
    if layout.header and any(each.numbers < JOINED * (each.rows - each.missing) for each in again):
        words = "Names stand between the values over and over, as where each line holds one value: this is no table."
        found.append(Finding(Level.STOP, "names_again", words))
    elif headers_within(table):
        mend = Repair("drop_repeated_header", "Leave out the records that repeat the header.")
        words = "The header stands in the table once more, as where files were joined; it makes texts of numbers."
        found.append(Finding(Level.WARNING, "header_again", words, repair=mend))
    return found


def headers_within(table: Table) -> int:
    """How many records repeat the header; told from its names being among the values of the columns."""
    if not table.layout.header or table.layout.kind != "csv":
        return 0
    columns = [(name.strip(), each) for name, each in zip(table.names, table.counts, strict=True) if name.strip()]
    kept = [each.values.get(name, 0) for name, each in columns if each.values is not None]
    numeric = [(name, each) for name, each in columns if each.numbers > JOINED * (each.rows - each.missing)]
    if numeric:
        return max(1, min(kept, default=1)) if any(name in each.bad for name, each in numeric) else 0
    return min(kept) if len(kept) > 1 and min(kept) < (1 - JOINED) * table.rows else 0


def names_of(table: Table) -> tuple[tuple[str, ...], list[Finding]]:
    """A name for every column that no other has, and what is to be said of the names in the file."""
    found: list[Finding] = []
    empty, doubled, odd, trimmed = [], [], [], []
    taken: dict[str, int] = {}
    named: list[str] = []
    own = {_CONTROL.sub(" ", name).strip() for name in table.names}
    for at, raw in enumerate(table.names):
        name = _CONTROL.sub(" ", raw).strip()[:LONGEST_NAME]
        base = name or f"column_{at}"
        unique, number = base, 1
        while unique in taken or (unique != name and unique in own):
            number += 1
            unique = f"{base}_{number}"
        taken[unique] = at
        named.append(unique)
        if not name and not (table.layout.trailing and at == len(table.names) - 1):
            empty.append(unique)
        elif not name:
            continue
        elif unique != name:
            doubled.append(unique)
        elif name != raw.strip():
            odd.append(unique)
        elif name != raw:
            trimmed.append(unique)
    for columns, code, words in (
        (empty, "empty_names", "Columns without a name"),
        (doubled, "doubled_names", "Names that another column has already"),
        (odd, "odd_names", "Names with signs that do not print, or longer than 256 characters"),
        (trimmed, "blank_names", "Names with blanks around them"),
    ):
        if columns:
            mend = Repair("rename", "Give every column a name of its own.", tuple(columns))
            found.append(Finding(Level.WARNING, code, f"{words} are given new ones.", tuple(columns), mend))
    return tuple(named), found
