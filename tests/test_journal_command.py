"""The journal on the command line: every call, a run's report, a run taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from cli import following
from services import sandbox_child
from tests.test_cli import EMBEDDING, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.mark.slow
def test_what_was_deployed_is_in_the_journal_and_is_taken_back_by_its_run(shell: Shell) -> None:
    shell.run("deploy", EMBEDDING, "--name", "one", "--instance-type", "ml.c6i.xlarge")
    found = shell.json("journal", "--since", "1h", "--text", "create_endpoint one")
    calls = {record["call"]: record for record in found}
    assert set(calls) == {"sagemaker.create_endpoint", "sagemaker.create_endpoint_config"}
    made = calls["sagemaker.create_endpoint"]
    assert made["request_id"]
    assert made["arn"].endswith(":endpoint/one")
    assert made["usd_per_hour"] > 0
    rows = list(csv.DictReader(io.StringIO(shell.run("journal", "--csv", "--text", "create_endpoint one").stdout)))
    assert {row["call"] for row in rows} == set(calls)

    run = made["run"]
    assert shell.json("undo", run[:8], "--plan")["steps"][0]["call"].startswith("sagemaker.delete_")
    report = shell.json("undo", run[:8], "--yes")
    assert report["status"] == "undone"
    assert shell.json("endpoints") == []
    gone = {record["name"] for record in report["gone"]}
    assert "one" in gone
    assert "seen gone" in shell.run("journal", "--text", "delete").stdout
    assert shell.run("journal", run[:8], "--format", "markdown").stdout.startswith("# ")


def test_what_cannot_be_is_said_with_what_to_do(shell: Shell) -> None:
    for words in (
        ("journal", "ffffffff"),
        ("undo", "ffffffff"),
        ("resume-run", "ffffffff"),
        ("journal", "--since", "x"),
    ):
        error = shell.json(*words, code=1)["error"]
        assert error["what"]
        assert error["next"]


def test_what_ends_a_cost_is_said_to_end_it() -> None:
    assert [following.an_hour(amount) for amount in (0.051, -0.051, None)] == [
        "$0.051/h", "ends $0.051/h", "unknown price",
    ]  # fmt: skip
    assert [following.a_month(amount) for amount in (0.00001, 0.25, None)] == [
        "less than $0.01 a month", "$0.25 a month", "unknown price",
    ]  # fmt: skip
