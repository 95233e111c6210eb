"""Pause, resume, update and scale on the command line, as one who has no account types them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import sandbox_child
from tests.test_cli import EMBEDDING, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.mark.slow
def test_an_endpoint_is_changed_paused_listed_resumed_and_deleted_for_good(shell: Shell) -> None:
    shell.run("deploy", EMBEDDING, "--name", "one", "--instance-type", "ml.c6i.xlarge")
    grown = shell.json("scale", "one", "--count", "2")
    assert grown["status"] == "done"
    assert grown["usd_per_hour"] > 0
    updated = shell.json("update", "one", "--instance-type", "ml.m5.xlarge", "--count", "1")
    assert updated["status"] == "done"
    (row,) = shell.json("endpoints")
    assert (row["instance_type"], row["instance_count"]) == ("ml.m5.xlarge", 1)

    shown = shell.json("pause", "one", "--plan")
    assert shown["usd_per_hour"] == -row["usd_per_hour"]
    assert shown["steps"][0]["call"] == "sagemaker.add_tags"
    assert "less" in shell.run("pause", "one").stdout
    assert shell.json("endpoints") == []
    (paused,) = shell.json("endpoints", "--paused")
    assert (paused["name"], paused["usd_per_hour"], paused["readable"]) == ("one", row["usd_per_hour"], True)
    assert "one" in shell.run("endpoints", "--paused").stdout
    assert shell.json("resume", "one")["status"] == "done"
    assert shell.json("endpoints", "--paused") == []

    shell.run("pause", "one")
    assert shell.json("discard", "one")["status"] == "done"
    assert shell.json("endpoints", "--paused") == []


def test_what_cannot_be_is_said_in_words_with_what_to_do(shell: Shell) -> None:
    for words in (("pause", "nobody"), ("resume", "nobody"), ("scale", "nobody", "--count", "2"), ("update", "nobody")):
        error = shell.json(*words, code=1)["error"]
        assert "nobody" in error["what"]
        assert error["next"]
    assert "nonsense" in shell.json("update", "nobody", "--shift", "nonsense", code=1)["error"]["what"]


def test_a_plan_is_printed_as_a_script_that_python_reads(shell: Shell) -> None:
    shell.run("deploy", EMBEDDING, "--name", "two", "--instance-type", "ml.c6i.xlarge")
    for words in (
        ("pause", "two"),
        ("update", "two", "--instance-type", "ml.m5.xlarge"),
        ("scale", "two", "--count", "2"),
    ):
        compile(shell.run(*words, "--script").stdout, words[0], "exec")
