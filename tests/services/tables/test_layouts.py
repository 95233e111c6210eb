"""Ways of writing that public tables have, beside those of benchmarks/tables."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.tables import Verdict, check

CHANCE = random.Random(9)
ROWS = [(f"{CHANCE.gauss(5, 2):.3f}", CHANCE.choice("abc"), CHANCE.choice("01")) for _ in range(700)]
BODY = "\n".join(",".join(row) for row in ROWS) + "\n"
WORDS = ["free", "entry", "win", "cup", "final", "tickets", "text", "now", "call", "me", "later", "sorry", "home"]


def _sms() -> str:
    marks = ['"' if at % 60 == 3 else "" for at in range(1500)]
    return "\n".join(f"{['ham', 'spam'][at % 2]}\t{mark}{' '.join(CHANCE.choices(WORDS, k=12))}" for at, mark in
                     enumerate(marks))  # fmt: skip


TAKEN = {
    "semicolons within every cell": ("z,k,y\n" + "".join(f"{a};{b};0,{b},{c}\n" for a, b, c in ROWS), "y"),
    "bars within every cell": ("z,k,y\n" + "".join(f"{a}|{b}|0,{b},{c}\n" for a, b, c in ROWS), "y"),
    "a note below": ("x,k,y\n" + BODY + "(700 rows)\n", "y"),
    "a total below": ("x,k,y\n" + BODY + "Total,,\n", "y"),
    "the header in the middle": ("x,k,y\n" + BODY + "x,k,y\n" + BODY, "y"),
    "a header in quotes only": ('"x;""k"";""y"""\n' + BODY.replace(",", ";"), "y"),
    "blanks before quotes": ('"x", "k", "y"\n' + "".join(f'{a}, "{b}, b", "{c}"\n' for a, b, c in ROWS), "y"),
    "two headers": (",X1,X2\nx,k,y\n" + BODY, "y"),
    "two headers, the first meant": (",X1,Y\nx,k,y\n" + BODY, "Y"),
    "a line of another kind above": ("|1x3 Cross validator\n" + BODY.replace(",", ", "), "2"),
    "columns of fixed width": ("x      k y\n" + "".join(f"{a:<7}{b} {c}\n" for a, b, c in ROWS), "y"),
    "blanks before the first cell": ("".join(f"   {a}  {b}   {c}\n" for a, b, c in ROWS), "2"),
    "plus and minus": ("".join(f"{b},{a},{'+-'[int(c)]}\n" for a, b, c in ROWS), "2"),
    "control signs between cells": ("x\x01k\x01y\n" + BODY.replace(",", "\x01"), "y"),
    "tabs and stray marks": (_sms(), "0"),
    "single quotes": ("x,t,y\n" + "".join(f"{a},'a, b',{c}\n" for a, _, c in ROWS), "y"),
    "names of years": ("id,2019,2020\n" + "".join(f"{b},{a},{c}\n" for a, b, c in ROWS), "2020"),
    "a line end in a name": ('x,"k\nk",y\n' + BODY, "y"),
    "another case": ("x,k,y\n" + BODY, "Y"),
}
REFUSED = {
    "three records of another delimiter": ("x,k,y\n" + BODY + BODY[:60].replace(",", ";"), "y"),
    "header of another delimiter": ("x;k;y\n" + BODY, "y"),
    "three records with a cell more": ("x,k,y\n" + BODY.replace("\n", ",9\n", 3), "y"),
    "a mark not closed in the header": ('x,"k,y\n' + BODY, "y"),
    "a mark not closed in the first record": ('x,k,y\n1.0,"a,1\n' + BODY, "y"),
    "a mark not closed in the last record": ("x,k,y\n" + BODY + '1.0,"abc,1\n', "y"),
    "a mark not closed between tabs": ("x\tk\ty\n" + BODY.replace(",", "\t") + '"1.0\ta\t1\n' * 3, "y"),
    "500 lines, 499 records": ("x,k,y\n" + "".join(f'{a},"{b}\nq",{c}\n' for a, b, c in ROWS[:499]), "y"),
    "rows numbered in any order": (
        "x,customer_id\n" + "".join(f"{ROWS[at][0]},{at}\n" for at in CHANCE.sample(range(700), 700)), "customer_id"),
}  # fmt: skip


def _verdict(text: str, target: str, folder: Path) -> Verdict:
    path = folder / "table.csv"
    path.write_bytes(text.encode())
    return check(path, target)


@pytest.mark.parametrize("name", TAKEN)
def test_ways_of_writing_that_public_tables_have_are_understood(name: str, tmp_path: Path) -> None:
    verdict = _verdict(*TAKEN[name], tmp_path)
    assert verdict.accepted, verdict.findings
    assert verdict.problem_type == "BinaryClassification"
    assert verdict.rows >= 700


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_read_wrongly_is_refused(name: str, tmp_path: Path) -> None:
    verdict = _verdict(*REFUSED[name], tmp_path)
    assert not verdict.accepted
    assert verdict.findings[0].level == "stop"


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ('"${:,}"', "Regression"),
        ('"({:,})"', "Regression"),
        ("{}%", "Regression"),
        ("{} €", "Regression"),
        ('"{:,}.50"', "Regression"),
        ("{}.5e-3", "Regression"),
        ("{}-x", ""),
    ],
)
def test_numbers_are_told_however_they_are_written(cell: str, problem: str, tmp_path: Path) -> None:
    lines = "".join(f"{row[0]},{cell.format(1000 + at * 37 % 90_000)}\n" for at, row in enumerate(ROWS))
    verdict = _verdict("x,y\n" + lines, "y", tmp_path)
    assert verdict.accepted == bool(problem)
    assert not problem or verdict.problem_type == problem


def test_words_in_a_target_of_numbers_are_left_out(tmp_path: Path) -> None:
    lines = "".join(f"{row[0]},{'unknown' if at % 9 == 0 else at * 1.5}\n" for at, row in enumerate(ROWS))
    verdict = _verdict("x,y\n" + lines, "y", tmp_path)
    assert (verdict.accepted, verdict.problem_type) == (True, "Regression")
    assert "drop_texts" in {each.code for each in verdict.repairs}
