from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from benchmarks.tables.breaking import TAKEN
from benchmarks.tables.making import number, pick, table
from services.errors import InvalidRequest
from services.tables import Verdict, check, repaired

PLAIN = table(
    "mended", 640, "y", "BinaryClassification",
    {"a": number(5, 1), "kind": pick("x y z"), "b": number(1000, 200, 1), "y": pick("0 1")},
)  # fmt: skip


def _records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def _names(verdict: Verdict) -> set[str]:
    return {each.code for each in verdict.repairs}


@pytest.mark.parametrize("number", range(len(TAKEN)))
def test_the_copy_needs_no_repair_that_makes_it_fit(number: int, tmp_path: Path) -> None:
    import random

    case = TAKEN[number](PLAIN, random.Random(1))
    path = _written(tmp_path / f"table{case.suffix}", case.data)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    verdict = check(path, case.target)
    copy = repaired(path, verdict, tmp_path)
    again = check(copy, verdict.target)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert again.accepted
    assert again.problem_type == case.problem
    assert again.columns == verdict.columns
    assert not {each.code for each in again.repairs if each.safe}
    assert again.layout.encoding == "utf-8"
    assert again.layout.compression == ""


def test_rows_without_a_target_and_records_that_do_not_fit_are_left_out(tmp_path: Path) -> None:
    body = "".join(f"{at},{at % 7},{'' if at % 50 == 3 else at % 2}\n" for at in range(800))
    path = _written(tmp_path / "t.csv", "i,x,y\n" + body + "1,2\n")
    verdict = check(path, "y")
    assert {"drop_rows", "drop_ragged"} <= _names(verdict)
    records = _records(repaired(path, verdict, tmp_path / "copy.csv"))
    assert len(records) == 1 + 800 - 16
    assert {record[2] for record in records[1:]} == {"0", "1"}


def test_numbers_are_written_plainly(tmp_path: Path) -> None:
    body = "".join(f'{at % 7},"$1,{at % 10}50.00",{at % 90}%,"1,{at % 9}00"\n' for at in range(600))
    path = _written(tmp_path / "t.csv", "i,price,share,y\n" + body)
    verdict = check(path, "y")
    records = _records(repaired(path, verdict, tmp_path / "copy.csv"))
    assert records[3] == ["2", "1250.00", "2", "1200"]
    assert len(records) == 601


def test_decimal_commas_become_points(tmp_path: Path) -> None:
    body = "".join(f"{at / 8:.3f};{at % 3};{at / 16:.4f}\n".replace(".", ",") for at in range(600))
    path = _written(tmp_path / "t.csv", "x;k;y\n" + body)
    verdict = check(path, "y")
    assert (verdict.accepted, verdict.problem_type, verdict.layout.decimal) == (True, "Regression", ",")
    records = _records(repaired(path, verdict, tmp_path / "copy.csv"))
    assert [float(cell) for cell in records[9]] == [1.0, 2.0, 0.5]


def test_only_the_chosen_repairs_are_made(tmp_path: Path) -> None:
    body = "".join(f"row-{at},{at % 7},same,{at % 2}\n" for at in range(600))
    path = _written(tmp_path / "t.csv", "name,x,const,y\n" + body)
    verdict = check(path, "y")
    chosen = [each for each in verdict.repairs if each.code == "drop_identifiers"]
    assert _records(repaired(path, verdict, tmp_path / "a.csv", chosen))[0] == ["x", "const", "y"]
    assert _records(repaired(path, verdict, tmp_path / "b.csv"))[0] == ["name", "x", "const", "y"]


def test_one_quoted_string_a_row_can_be_unwrapped_when_asked(tmp_path: Path) -> None:
    body = "".join(f'"{at},""a, b"",{at % 2}"\n' for at in range(600))
    path = _written(tmp_path / "t.csv", '"i,note,y"\n' + body)
    verdict = check(path, "y")
    assert not verdict.accepted
    chosen = [each for each in verdict.repairs if each.code == "unwrap"]
    assert chosen
    assert not chosen[0].safe
    copy = repaired(path, verdict, tmp_path / "copy.csv", chosen)
    assert _records(copy)[:2] == [["i", "note", "y"], ["0", "a, b", "0"]]
    assert check(copy, "y").accepted


def test_a_copy_never_replaces_the_table(tmp_path: Path) -> None:
    path = _written(tmp_path / "t.csv", "x,y\n" + "".join(f"{at},{at % 2}\n" for at in range(600)))
    with pytest.raises(InvalidRequest):
        repaired(path, check(path, "y"), path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t.csv"]


def test_a_class_called_none_stays_a_class(tmp_path: Path) -> None:
    kinds = ["None", "Apnea", "Insomnia"]
    path = _written(tmp_path / "t.csv", "x,y\n" + "".join(f"{at * 3 % 101},{kinds[at % 3]}\n" for at in range(600)))
    verdict = check(path, "y")
    assert verdict.problem_type == "MulticlassClassification"
    copy = repaired(path, verdict, tmp_path / "copy.csv")
    assert len(_records(copy)) == 601
    assert {record[1] for record in _records(copy)[1:]} == {"No value", "Apnea", "Insomnia"}


@pytest.mark.parametrize("cell", ['"""0"""', "inf"], ids=["marks that are letters", "infinity"])
def test_a_copy_has_nothing_left_to_repair(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = (f"{at % 7},{cell if at % 9 == 0 or '0' in cell else at},{at % 11}.5\n" for at in range(700))
    path.write_text("a,b,c\n" + "".join(rows))
    copy = repaired(path, check(path, "b"), tmp_path)
    assert not check(copy, "b").repairs
