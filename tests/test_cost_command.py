"""The bill on the command line, as one who has no account types it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from services import sandbox_child
from tests.test_cli import EMBEDDING, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    made = Shell(home)
    made.run("deploy", EMBEDDING, "--name", "one", "--instance-type", "ml.c6i.xlarge")
    yield made
    sandbox_child.stop(home)


def test_the_bill_is_printed_and_as_json_every_line(shell: Shell) -> None:
    told = shell.json("cost")
    line = next(each for each in told["lines"] if each["name"] == "one")
    assert line["type"] == "endpoint"
    assert line["usd_per_hour"] == pytest.approx(0.204)
    assert told["total"]["usd_per_hour"] >= line["usd_per_hour"]
    assert (told["by"], told["estimate"], told["reading"], told["listing"]) == ("owner", True, 0, 0)
    printed = shell.run("cost").stdout
    assert "TOTAL (estimate)" in printed
    assert "endpoint           one" in printed


def test_sums_are_by_what_is_asked_for(shell: Shell) -> None:
    assert "endpoint" in [each["name"] for each in shell.json("cost", "--by", "type")["sums"]]
    assert [each["name"] for each in shell.json("cost", "--by", "region")["sums"]] == ["us-east-1"]
    by_tag = shell.json("cost", "--by", "tag:sagedeck:made-by")["sums"]
    assert "sagedeck" in [each["name"] for each in by_tag]
    assert "nothing to sum by" in shell.run("cost", "--by", "colour", code=1).stderr


def test_the_time_of_an_amount_is_told(shell: Shell) -> None:
    assert shell.json("cost", "--until", "1000000")["until"]["at"] > "2026"
    assert "$5.00 this month: " in shell.run("cost", "--until", "5").stdout


def test_cost_explorer_is_asked_only_when_days_are_and_its_requests_are_told(shell: Shell) -> None:
    assert "cost_explorer" not in shell.json("cost")
    told = shell.json("cost", "--days", "3")["cost_explorer"]
    assert [each["whole"] for each in told["days"]] == [False, False, False]
    assert told["requests_this_month"] == 1
    assert told["requests_usd"] == pytest.approx(0.01)
    assert "not whole yet" in shell.run("cost", "--days", "3").stdout


def test_csv_has_every_line(shell: Shell) -> None:
    rows = list(csv.DictReader(io.StringIO(shell.run("cost", "--csv").stdout)))
    assert "one" in [row["name"] for row in rows]


def test_other_regions_are_looked_at_when_named(shell: Shell) -> None:
    told = shell.json("cost", "--in", "us-west-2")
    assert told["regions"] == ["us-west-2"]
    assert "one" not in [each["name"] for each in told["lines"]]
