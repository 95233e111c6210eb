"""`sagedeck refresh`, as somebody types it, against the sandbox's price list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home: Path = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


def test_data_sets_are_renewed_by_name_with_rows_before_and_after(shell: Shell) -> None:
    said = shell.json("refresh", "prices", "rates", "models")
    assert [each["name"] for each in said["data_sets"]] == ["prices", "rates", "models"]
    assert all(each["done"] and each["after"] >= 20 for each in said["data_sets"])
    assert said["data_sets"][0]["after"] > said["data_sets"][0]["before"]  # now every use, not hosting alone
    shown = shell.json("refresh", "--show")["data_sets"]
    assert [each["name"] for each in shown] == ["prices", "rates", "quotas", "models", "images"]
    assert shown[0]["source"].startswith("AWS's price list")
    assert not shown[0]["stale"]
    assert shown[4]["stale"]


def test_prices_that_were_renewed_are_what_other_commands_tell(shell: Shell) -> None:
    shell.json("refresh", "prices")
    kept = next((shell.home / "catalog").glob("prices-sandbox-*.json"))
    content = json.loads(kept.read_text())
    assert content["region"] == "us-east-1"
    assert content["rows"]["Notebook/ml.t3.medium"] == [0.05, "Hrs"]


def test_what_is_refused_says_why_and_how_to_take_it(shell: Shell) -> None:
    shell.json("refresh", "prices")
    kept = next((shell.home / "catalog").glob("prices-sandbox-*.json"))
    inflate(kept)
    refused = shell.run("refresh", "prices", code=1)
    assert "Prices moved by more than half" in refused.stderr
    assert "--accept jumps" in refused.stderr
    assert "not renewed" in refused.stdout
    (taken,) = shell.json("refresh", "prices", "--accept", "jumps")["data_sets"]
    assert taken["done"] is True


def test_a_name_that_is_none_is_refused(shell: Shell) -> None:
    assert "is no data set" in shell.run("refresh", "cooking", code=1).stderr
    assert "doubt" in shell.run("refresh", "prices", "--accept", "everything", code=1).stderr


def inflate(kept: Path) -> None:
    """Make what is kept three times as dear, as a whole file."""
    from services.catalog.sheets import Priced, Sheet, Sheets

    sheets = Sheets(kept.parent, "sandbox")
    sheet = sheets.load(Priced.PRICES, "us-east-1").sheet
    assert sheet is not None
    rows = {name: (usd * 3, unit) for name, (usd, unit) in sheet.rows.items()}
    sheets.save(Sheet(sheet.kind, sheet.region, rows, sheet.read_at, sheet.published))
