"""Ways to write a table otherwise that must still be taken, and ways to break one so that it must not be."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace

from benchmarks.tables.making import Case, Table, written

Change = Callable[[Table, random.Random], Case]


def _case(table: Table, change: str, data: bytes, *, accepted: bool, target: str = "", suffix: str = ".csv") -> Case:
    kind = table.problem if accepted else ""
    return Case(f"{table.name}: {change}", data, target or table.target, accepted, kind, table.also, suffix)


def _wrote(change: str, **options: object) -> Change:
    def make(table: Table, _chance: random.Random) -> Case:
        keep = {key: value for key, value in table.write.items() if key in ("before",)}
        return _case(table, change, written(table.names, table.rows, **{**keep, **options}), accepted=True)

    return make


def _cells(change: str, spoil: Callable[[list[list[str]], int, random.Random], None], *, accepted: bool) -> Change:
    """Change cells: `spoil` is given the rows and where the target is."""

    def make(table: Table, chance: random.Random) -> Case:
        rows = [list(row) for row in table.rows]
        spoil(rows, table.at(), chance)
        enough = sum(bool(row[table.at()]) for row in rows) >= 500
        return _case(table, change, written(table.names, rows), accepted=accepted and enough)

    return make


def _names(change: str, rename: Callable[[list[str], int], None]) -> Change:
    def make(table: Table, _chance: random.Random) -> Case:
        names = list(table.names)
        rename(names, table.at())
        return _case(table, change, written(names, table.rows), accepted=True)

    return make


def _text(change: str, spoil: Callable[[list[str], random.Random], None]) -> Change:
    def make(table: Table, chance: random.Random) -> Case:
        lines = written(table.names, table.rows).decode().split("\n")
        spoil(lines, chance)
        return _case(table, change, "\n".join(lines).encode(), accepted=False)

    return make


def _column(change: str, cells: Callable[[Table, int], str], *, name: str) -> Change:
    def make(table: Table, _chance: random.Random) -> Case:
        rows = [[cells(table, at), *row] for at, row in enumerate(table.rows)]
        return _case(table, change, written([name, *table.names], rows), accepted=True)

    return make


def _parquet(table: Table, _chance: random.Random) -> Case:
    import pandas
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    frame = pandas.read_csv(io.BytesIO(written(table.names, table.rows)))
    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pandas(frame), file)
    return _case(table, "Parquet", file.getvalue(), accepted=True, suffix=".parquet")


def _cut_parquet(table: Table, chance: random.Random) -> Case:
    whole = _parquet(table, chance).data
    return _case(table, "Parquet cut off", whole[: len(whole) * 2 // 3], accepted=False, suffix=".parquet")


def _gzip(table: Table, _chance: random.Random) -> Case:
    return _case(table, "gzip", gzip.compress(written(table.names, table.rows)), accepted=True, suffix=".csv.gz")


def _cut_gzip(table: Table, _chance: random.Random) -> Case:
    packed = gzip.compress(written(table.names, table.rows))
    return _case(table, "gzip cut off", packed[: len(packed) // 2], accepted=False, suffix=".csv.gz")


def _zipped(table: Table, _chance: random.Random) -> Case:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("xl/workbook.xml", written(table.names, table.rows))
    return _case(table, "workbook called .csv", file.getvalue(), accepted=False)


def _no_header(table: Table, _chance: random.Random) -> Case:
    data = written(table.names, table.rows, header=False)
    return _case(table, "no header", data, accepted=True, target=str(table.at()))


def _no_header_named(table: Table, _chance: random.Random) -> Case:
    return _case(table, "no header, target by name", written(table.names, table.rows, header=False), accepted=False)


def _target_gone(table: Table, _chance: random.Random) -> Case:
    at = table.at()
    names = [name for place, name in enumerate(table.names) if place != at]
    rows = [[cell for place, cell in enumerate(row) if place != at] for row in table.rows]
    return _case(table, "target gone", written(names, rows), accepted=False)


def _only_target(table: Table, _chance: random.Random) -> Case:
    rows = [[row[table.at()]] for row in table.rows]
    return _case(table, "nothing but the target", written([table.target], rows), accepted=False)


def _first(change: str, rows: int, *, accepted: bool) -> Change:
    def make(table: Table, _chance: random.Random) -> Case:
        kept = [row for row in table.rows if row[table.at()].strip()][:rows]
        return _case(table, change, written(table.names, kept), accepted=accepted and len(kept) == rows)

    return make


def _quoted_rows(table: Table, _chance: random.Random) -> Case:
    lines = written(table.names, table.rows).decode().rstrip("\n").split("\n")
    quoted = "".join('"' + line.replace('"', '""') + '"\n' for line in lines)
    return _case(table, "one quoted string a row", quoted.encode(), accepted=False)


def _noise(table: Table, chance: random.Random) -> Case:
    return _case(table, "binary", chance.randbytes(60_000), accepted=False)


def _bytes(change: str, data: bytes) -> Change:
    return lambda table, _chance: _case(table, change, data, accepted=False)


def _each(value: Callable[[int, str, random.Random], str]) -> Callable[[list[list[str]], int, random.Random], None]:
    def spoil(rows: list[list[str]], at: int, chance: random.Random) -> None:
        for number, row in enumerate(rows):
            row[at] = value(number, row[at], chance)

    return spoil


def _mixed(lines: list[str], _chance: random.Random) -> None:
    for at in range(1, len(lines), 2):
        lines[at] = lines[at].replace(",", ";")


def _some_mixed(lines: list[str], chance: random.Random) -> None:
    for at in chance.sample(range(1, len(lines)), len(lines) // 12):
        lines[at] = lines[at].replace(",", "|")


def _ragged(lines: list[str], chance: random.Random) -> None:
    for at in chance.sample(range(1, len(lines) - 1), len(lines) // 8):
        lines[at] = lines[at] + ",extra,more" if chance.random() < 0.5 else lines[at].rpartition(",")[0]


def _open(lines: list[str], _chance: random.Random) -> None:
    lines[len(lines) // 2] = '"' + lines[len(lines) // 2]


def _open_within(lines: list[str], _chance: random.Random) -> None:
    at = len(lines) // 3
    lines[at] = lines[at].replace(",", ',"', 1)


def _doubled(names: list[str], at: int) -> None:
    others = [place for place in range(len(names)) if place != at]
    names[others[-1]] = names[others[0]]


def _emptied(names: list[str], at: int) -> None:
    names[next(place for place in range(len(names)) if place != at)] = ""


def _odd(names: list[str], at: int) -> None:
    first = next(place for place in range(len(names)) if place != at)
    names[first] = "Int'l Plan? (é, %)"


def _some_text(rows: list[list[str]], at: int, chance: random.Random) -> None:
    for row in chance.sample(rows, len(rows) // 50):
        row[(at + 1) % len(row)] = "unknown"


TAKEN: tuple[Change, ...] = (
    _wrote("semicolons", delimiter=";"),
    _wrote("tabs", delimiter="\t"),
    _wrote("bars", delimiter="|"),
    _wrote("byte order mark", bom=True),
    _wrote("UTF-16 LE", encoding="utf-16-le", bom=True),
    _wrote("UTF-16 BE", encoding="utf-16-be", bom=True),
    _wrote("UTF-16 without a mark", encoding="utf-16-le"),
    _wrote("UTF-16, tabs", encoding="utf-16-le", bom=True, delimiter="\t"),
    _wrote("CRLF", end="\r\n"),
    _wrote("old Mac", end="\r"),
    _wrote("all quoted", quoting=csv.QUOTE_ALL),
    _wrote("blanks after commas", pad=" "),
    _wrote("delimiter at the end of lines", trailing=True),
    _wrote("sep line", before="sep=;\n", delimiter=";"),
    _gzip,
    _parquet,
    _no_header,
    _first("500 rows", 500, accepted=True),
    _names("doubled name", _doubled),
    _names("empty name", _emptied),
    _names("odd name", _odd),
    _cells("target missing here and there", _each(lambda n, cell, _c: "" if n % 12 == 5 else cell), accepted=True),
    _cells("some texts among numbers", _some_text, accepted=True),
    _column("row numbers", lambda _table, at: str(at), name="Unnamed: 0"),
    _column("empty column", lambda _table, _at: "", name="spare"),
    _column("constant column", lambda _table, _at: "EUR", name="currency"),
    _column("copy of the target", lambda table, at: table.rows[at][table.at()], name="outcome_copy"),
)
REFUSED: tuple[Change, ...] = (
    _first("499 rows", 499, accepted=False),
    _first("header only", 0, accepted=False),
    _cells("constant target", _each(lambda _n, _cell, _c: "1"), accepted=False),
    _cells("constant target with holes", _each(lambda n, _cell, _c: "yes" if n % 3 else ""), accepted=False),
    _cells("target all missing", _each(lambda _n, _cell, _c: ""), accepted=False),
    _cells("few with a target", _each(lambda n, cell, _c: cell if n < 450 else ""), accepted=False),
    _cells("target is an identifier", _each(lambda n, _cell, c: f"{c.getrandbits(48):012x}-{n}"), accepted=False),
    _cells("target numbers the rows", _each(lambda n, _cell, _c: str(n + 1)), accepted=False),
    _target_gone,
    _only_target,
    _no_header_named,
    _quoted_rows,
    _text("unterminated quote", _open),
    _text("unterminated quote within", _open_within),
    _text("half with semicolons", _mixed),
    _text("some with bars", _some_mixed),
    _text("ragged", _ragged),
    _noise,
    _zipped,
    _cut_gzip,
    _cut_parquet,
    _bytes("empty", b""),
    _bytes("blank lines", b"\n\n\r\n   \n"),
    _bytes("web page", b"<!DOCTYPE html><html><body>" + b"<p>404, not found</p>\n" * 800 + b"</body></html>"),
    _bytes("JSON lines", b'{"a": 1, "b": "x", "y": 0}\n' * 900),
)


def broken(table: Table) -> list[Case]:
    """The table written otherwise and broken, in every way."""
    chance = random.Random(f"broken {table.name}")
    plain = replace(table, write={})
    return [change(plain, chance) for change in (*TAKEN, *REFUSED)]
