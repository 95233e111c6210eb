"""`sagedeck endpoints`: every column of the page and its filters, on the demo account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import sandbox_child
from services.sandbox_control import SandboxControl
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    url, _ = sandbox_child.ensure(home)
    SandboxControl(url).seed("demo", "us-east-1")
    yield Shell(home)
    sandbox_child.stop(home)


def test_every_column_of_the_page_is_told(shell: Shell) -> None:
    rows = {row["name"]: row for row in shell.json("endpoints", "--traffic")}
    assert len(rows) == 40
    faq = rows["policy-faq"]
    assert faq["usd_so_far"] > faq["usd_per_hour"] > 0
    assert faq["requests_1d"] > 0
    assert 0.0 <= faq["error_share"] <= 1.0
    assert faq["owner"].endswith("ana")
    assert rows["contracts-summary"]["error_share"] is None, "nobody called it"
    assert isinstance(faq["concerns"], list)
    assert "requests_1d" not in shell.json("endpoints")[0], "CloudWatch is asked only where it is wanted"


def test_the_filters_of_the_page_hold_here(shell: Shell) -> None:
    every = shell.json("endpoints")
    failed = shell.json("endpoints", "--status", "Failed")
    assert {row["name"] for row in failed} == {row["name"] for row in every if row["status"] == "Failed"} != set()
    whole = next(row["owner"] for row in every if row["name"] == "policy-faq")
    mine = shell.json("endpoints", "--owner", "ana")
    assert [row["name"] for row in mine] == [row["name"] for row in every if row["owner"] == whole]
    assert [row["name"] for row in shell.json("endpoints", "--text", "POLICY faq")] == ["policy-faq"]
    assert "No endpoint matches" in shell.run("endpoints", "--text", "nowhere-to-be-found").stdout
    assert "so far" in shell.run("endpoints", "--owner", "ana").stdout
