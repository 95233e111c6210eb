"""Files made to break the doctor: it answers, soon and in little memory, and never raises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.tables import check, repaired

ROWS = "".join(f"{at % 17},{at % 7}x,{'yn'[at % 3 == 0]}\n" for at in range(900))
AS_TEXTS = {"digits": "9" * 900 + "{}", "powers": "{}e1000", "near": "{}e290", "almost": "1" * 20_000 + "!{}"}


def _codes(path: Path, target: str = "kind") -> list[str]:
    return [each.code for each in check(path, target).findings]


@pytest.mark.parametrize("cell", AS_TEXTS.values(), ids=AS_TEXTS)
def test_numbers_too_large_to_add_or_almost_numbers_are_judged(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,kind\n" + "".join(f"{cell.format(at % 40)},{at % 7},{'xy'[at % 2]}\n" for at in range(600)))
    verdict = check(path, "kind")
    assert (verdict.accepted, verdict.problem_type, verdict.rows) == (True, "BinaryClassification", 600)


@pytest.mark.parametrize("target", ["²", "٣", "-", "--1", "1" * 5_000])
def test_a_target_that_is_no_index_is_told_to_be_absent(target: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,kind\n" + ROWS)
    assert "target_absent" in _codes(path, target)


def test_names_of_odd_digits_are_names(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"²,{'7' * 5_000},kind,left\n" + ROWS.replace("\n", ",0.5\n"))
    assert check(path, "kind").problem_type == "BinaryClassification"


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    os.mkfifo(path)
    assert _codes(path) == ["no_file"]
    assert _codes(Path("/dev/zero")) == ["no_file"]


def test_a_line_of_a_million_cells_is_refused_before_a_column_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"," * 1_200_000)
    assert _codes(path) == ["columns"]


def test_a_process_that_was_refused_a_line_without_end_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"x" * 40_000_000)
    asked = f"from services.tables import check; print(check({str(path)!r}, 'kind').accepted)"
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "False"), ended.stderr[-500:]


def test_a_delimiter_that_ends_the_header_alone_makes_no_column(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('"a","b","kind",\n' + ROWS)
    verdict = check(path, "kind")
    assert (verdict.accepted, verdict.rows, verdict.columns) == (True, 900, ("a", "b", "kind"))
    assert repaired(path, verdict, tmp_path).read_text().startswith("a,b,kind\n0,0x,n\n")


def test_names_between_the_values_make_no_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("".join(f"- size: {at}.5\n  left: {at % 9}\n  kind: {'xyz'[at % 3]}\n" for at in range(800)))
    assert not check(path, "kind").accepted
    path.write_text("".join(f"- size: {at}\n  kind: {'xy'[at % 2]}\n" for at in range(800)))
    assert not check(path, "kind").accepted


def test_values_that_are_called_as_their_columns_make_no_header(tmp_path: Path) -> None:
    path, answers = tmp_path / "table.csv", ("yes,no,kind\n", "no,yes,other\n", "yes,yes,kind\n")
    path.write_text(answers[0] + "".join(answers[at % 3] for at in range(600)))
    verdict = check(path, "kind")
    assert (verdict.accepted, verdict.problem_type) == (True, "BinaryClassification")


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", " "], ids=["no-break", "thin", "narrow", "plain"])
def test_blanks_of_any_width_part_thousands(blank: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,price\n" + "".join(f"{at % 9},{at % 90 + 10}{blank}{at * 7 % 1000:03d}\n" for at in range(600)))
    verdict = check(path, "price")
    assert (verdict.accepted, verdict.problem_type) == (True, "Regression")
    assert repaired(path, verdict, tmp_path).read_text().splitlines()[1] == "0,10000"


def test_accounting_and_indian_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    cells = ((f"({at * 37})", f'"{at % 80 + 10},{at % 90 + 10},{at % 900 + 100}"') for at in range(600))
    path.write_text("first,second\n" + "".join(f"{first},{second}\n" for first, second in cells))
    verdict = check(path, "second")
    assert (verdict.accepted, verdict.problem_type) == (True, "Regression")
    assert repaired(path, verdict, tmp_path).read_text().splitlines()[2] == "-37,1111101"


@pytest.mark.parametrize(
    "columns", [("size,left", "{}.5,{}"), ("color,shape", "red{},round{}")], ids=["numbers", "words"]
)
def test_a_header_that_is_repeated_is_no_row_and_no_class(columns: tuple[str, str], tmp_path: Path) -> None:
    path, head = tmp_path / "table.csv", f"{columns[0]},kind\n"
    rows = [f"{columns[1].format(at % 9, at % 5)},{'xy'[at % 2]}\n" for at in range(500)]
    path.write_text(head + "".join(rows[:250]) + head + "".join(rows[250:499]))
    assert "rows" in _codes(path)
    path.write_text(head + "".join(rows[:250]) + head + "".join(rows[250:]))
    verdict = check(path, "kind")
    assert (verdict.accepted, verdict.problem_type) == (True, "BinaryClassification")
    assert repaired(path, verdict, tmp_path).read_text() == head + "".join(rows)
    path.write_text((head + "".join(rows)).replace(",y\n", ",x\n") + head)
    assert "target_constant" in _codes(path)


@pytest.mark.parametrize("by", [",", ";", "\t", "|"])
def test_a_header_longer_than_its_records_is_refused(by: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"a{by}b{by}kind{by}more\n" + ROWS.replace(",", by))
    assert {"rows", "ragged"} <= set(_codes(path))


def test_lone_carriage_returns_end_lines_in_the_copy_too(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(("a,b,kind\n" + ROWS.replace("\n", "\r", 5)).encode())
    verdict = check(path, "kind")
    assert (verdict.accepted, verdict.rows) == (True, 900)
    assert repaired(path, verdict, tmp_path).read_text().count("\n") == 901


@pytest.mark.parametrize(
    "written", ["\0\0\0a", '"', '""', ",", "a\0\0", "\r", "\x0b,\x0c", "\u2028", "=cmd|' /C calc'!A0"]
)
def test_scraps_are_refused(written: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(written.encode())
    for target in ("kind", "0", "-1", ""):
        assert not check(path, target).accepted
