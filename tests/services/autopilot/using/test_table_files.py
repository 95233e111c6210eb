"""Files of any writing, read to their end."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest

from services.autopilot.using.batch_rows import Sheet, fits, read_sheet, sheet_of, write_joined, write_rows
from services.autopilot.using.candidates import OUTPUTS
from services.autopilot.using.guard import matched
from services.autopilot.using.predicting import Asked, pieces
from services.autopilot.using.table_files import given, records
from services.errors import InvalidRequest
from tests.services.autopilot.using import samples


def _written(delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([samples.COLUMNS, *samples.ROWS])
    return text.getvalue()


@pytest.mark.parametrize(("name", "content"), [
    ("plain.csv", _written().encode()),
    ("semicolons.csv", _written(";").encode("utf-8-sig")),
    ("tabs.tsv", _written("\t").encode("utf-16")),
    ("packed.csv.gz", gzip.compress(_written().encode())),
])  # fmt: skip
def test_any_writing_of_a_table_gives_the_same_rows(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    table = given(path)
    assert (table.columns, table.header) == (samples.COLUMNS, True)
    assert list(records(table)) == samples.ROWS


def test_parquet_is_read_as_texts(tmp_path: Path) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"age": [30, None], "plan": ["pro", "max"]}), path)
    table = given(path)
    assert (table.columns, table.rows) == (("age", "plan"), 2)
    assert list(records(table)) == [["30", "pro"], ["", "max"]]


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(_written() + "1,2\n")
    with pytest.raises(InvalidRequest, match=r"Row 201 of t\.csv has 2 cells"):
        list(records(given(path)))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n1 0 obj", b"\x89PNG\r\n\x1a\n" + bytes(200)])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidRequest, match="no table"):
        given(path)


def test_rows_go_in_pieces_that_a_request_can_hold() -> None:
    asked = Asked("e", serverless=True)
    rows = [["x" * 100_000] for _ in range(100)]
    found = list(pieces(rows, asked))
    assert [row for piece in found for row in piece] == rows
    assert all(sum(len(row[0]) for row in piece) < 4_000_000 for piece in found)
    assert max(len(piece) for piece in pieces([["1"]] * 5000, asked)) == 2000
    with pytest.raises(InvalidRequest, match="row is too large"):
        list(pieces([["x" * 5_000_000]], asked))


def test_a_transform_job_gets_lines_without_header_the_features_first(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    names = ["id", *samples.COLUMNS[::-1]]
    path.write_text(
        "\n".join([";".join(names), *(f"{place};" + ";".join(row[::-1]) for place, row in enumerate(samples.ROWS))])
    )
    schema, table = samples.churn(), given(path)
    match = matched(schema, table.columns, table.first, header=table.header)
    sheet = sheet_of(schema, table, match, OUTPUTS)
    assert (sheet.columns, sheet.features, sheet.target) == ((*samples.COLUMNS[:4], "Churn?", "id"), 4, 4)
    assert (sheet.filter, sheet.positive) == ("$[0:4]", "yes")
    into = io.StringIO()
    assert write_rows(table, match, into) == 200
    assert next(csv.reader(io.StringIO(into.getvalue()))) == [*samples.ROWS[0], "0"]
    assert read_sheet(sheet.written().encode()) == sheet
    assert not fits(schema, table, match)


def test_a_file_that_is_already_as_wanted_is_sent_as_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(",".join(row[:4]) for row in samples.ROWS))
    table, schema = given(path), samples.churn()
    match = matched(schema, table.columns, table.first, header=table.header)
    assert not table.header
    assert fits(schema, table, match)
    assert sheet_of(schema, table, match, OUTPUTS).filter == ""


def test_answers_are_joined_measured_and_harmless_in_a_spreadsheet() -> None:
    sheet = Sheet(("=name", "age", "truth"), 2, 2, OUTPUTS, positive="yes")
    lines = b'=1+1,30,yes,yes,0.9,"[0.1, 0.9]","[""no"", ""yes""]"\n@x,40,no,yes,0.6,"[0.4, 0.6]","[""no"", ""yes""]"\n'
    into = io.StringIO()
    rows, scores = write_joined(sheet, [lines[:25], lines[25:]], into)
    head, first, second = csv.reader(io.StringIO(into.getvalue()))
    assert rows == 2
    assert head == ["'=name", "age", "truth", "prediction", "probability", "probability of no", "probability of yes"]
    assert first == ["'=1+1", "30", "yes", "yes", "0.9", "0.1", "0.9"]
    assert second[0] == "'@x"
    assert scores is not None
    assert scores.value("Accuracy") == 0.5
    with pytest.raises(InvalidRequest, match="not those of this table"):
        write_joined(sheet, [b"1,2\n"], io.StringIO())


@pytest.mark.parametrize("text", [
    "review\nfood was good\n\"great, lovely food\"\ncold; and awful\n",
    "\ufeff\"review\"\r\nfood was good\r\n\"great, lovely food\"\r\ncold; and awful\r\n",
])  # fmt: skip
def test_texts_below_one_known_name_are_a_table_of_one_column(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, newline="")
    table = given(path, known=("review",))
    assert (table.columns, table.header) == (("review",), True)
    assert [row[0] for row in records(table)] == ["food was good", "great, lovely food", "cold; and awful"]
