"""Fine-tuning on the command line, as one who has no account types it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import facts
from services import sandbox_child
from tests.services.tuning.texts import GATED, OPEN, lines, rows, written
from tests.test_cli import Shell

SAMPLE = str(facts.path("samples/shop_replies.jsonl"))
WAIT = 60.0


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


def test_a_text_is_checked_without_any_account(shell: Shell, tmp_path: Path) -> None:
    sound = shell.json("tune", "check", SAMPLE)
    assert (sound["accepted"], sound["sound"], sound["rows"]) == (True, True, 160)
    assert sound["suggested_template"]["completion"] == "{answer}"
    broken = written(tmp_path, lines(rows()) + "{oops\n")
    copy = tmp_path / "copy.jsonl"
    told = shell.json("tune", "check", str(broken), "--repaired", str(copy))
    assert (told["accepted"], told["sound"], told["copy"]) == (True, False, str(copy))
    assert told["findings"][0]["lines"] == [151]
    assert shell.json("tune", "check", str(copy))["sound"]
    assert sandbox_child.find(shell.home) is None


@pytest.mark.slow
def test_what_cannot_be_learned_from_or_is_not_accepted_is_refused_with_the_way_out(
    shell: Shell, tmp_path: Path
) -> None:
    broken = written(tmp_path, lines(rows()) + "{oops\n")
    said = shell.run("tune", "run", OPEN, str(broken), "--yes", "--json", code=1).stdout
    assert "--mend" in json.loads(said)["error"]["next"]
    gated = json.loads(shell.run("tune", "run", GATED, SAMPLE, "--yes", "--json", code=1).stdout)["error"]
    assert "licence" in gated["why"]
    wrong = shell.run("tune", "run", OPEN, SAMPLE, "--set", "epoch=0", "--json", code=1).stdout
    assert "at least 1" in json.loads(wrong)["error"]["why"]


@pytest.mark.slow
def test_a_plan_is_shown_and_written_as_a_script_and_changes_nothing(shell: Shell) -> None:
    plan = shell.json("tune", "run", OPEN, SAMPLE, "--plan", "--spot", "--set", "epoch=2")
    assert plan["steps"][-1]["call"] == "sagemaker.create_training_job"
    assert plan["usd_once"] > 1
    script = shell.run("tune", "run", OPEN, SAMPLE, "--script").stdout
    compile(script, "plan.py", "exec")
    assert "create_training_job" in script
    assert shell.json("tune", "jobs") == []


@pytest.mark.slow
def test_a_model_is_tuned_followed_and_deployed(shell: Shell) -> None:
    begun = shell.json("tune", "run", OPEN, SAMPLE, "--yes", "--name", "mine", "--spot", "--set", "epoch=2")
    assert (begun["job"], begun["status"]) == ("mine", "done")
    assert begun["usd_likely"] < begun["usd_most"]
    deadline = time.monotonic() + WAIT
    while (job := shell.json("tune", "job", "mine"))["status"] != "Completed" and time.monotonic() < deadline:
        url = sandbox_child.find(shell.home)
        assert url
        sandbox_child.advance(url, 3600)
    assert job["status"] == "Completed"
    assert job["model"] == OPEN
    assert all(len(points) == 20 for points in job["losses"].values())
    assert {each["what"]: each["objects"] for each in job["left"]}["The text that was sent"] == 2
    assert [each["job"] for each in shell.json("tune", "jobs", "--find", "MINE")] == ["mine"]
    assert "not running" in shell.run("tune", "stop", "mine", code=1).stderr
    deployed = shell.json("tune", "deploy", "mine", "--name", "tuned", "--yes")
    assert (deployed["endpoint"], deployed["status"]) == ("tuned", "done")
    assert "mine" in shell.run("tune", "job", "mine").stdout
