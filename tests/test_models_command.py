"""`sagedeck models`, as somebody types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.test_cli import Shell

LLAMA = "meta-textgeneration-llama-3-1-8b-instruct"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home: Path = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


def test_words_find_models_with_what_they_cost(shell: Shell) -> None:
    said = shell.json("models", "lama", "3.1", "8b", "--deployable")
    assert said["models"][0]["id"] == LLAMA
    assert said["models"][0]["usd_per_hour"] == pytest.approx(1.222, abs=0.01)
    assert said["found"] == len(said["models"]) == 2
    assert said["source"] == "snapshot of 2026-11-20"


def test_conditions_narrow_and_what_is_not_known_is_counted(shell: Shell) -> None:
    said = shell.json("models", "--no-eula", "--max-price", "1", "--gpu", "ml.g5.xlarge", "--limit", "500")
    assert said["found"] == len(said["models"]) > 5
    assert all(row["usd_per_hour"] <= 1 and row["licence"] == "none" for row in said["models"])
    assert all(row["min_gpu_gib"] <= 24 for row in said["models"])
    assert said["unknown"] > 500
    every = shell.json("models", "--no-eula", "--max-price", "1", "--unknown", "--limit", "1")
    assert every["found"] == said["found"] + shell.json("models", "--no-eula", "--max-price", "1")["unknown"]


def test_options_may_come_before_the_words(shell: Shell) -> None:
    said = shell.json("models", "--task", "speech-recognition", "whisper", "--limit", "3")
    assert [row["task"] for row in said["models"]] == ["speech-recognition"] * 3


def test_one_model_is_told_in_full(shell: Shell) -> None:
    said = shell.json("models", "show", LLAMA)
    assert said["licence"] == "needed"
    assert said["gated"] is True
    assert said["versions"]
    prices = [each["usd_per_hour"] for each in said["instances"] if each["usd_per_hour"] is not None]
    assert prices == sorted(prices)
    assert '"inputs"' in said["examples"][0]["request"]
    assert said["links"]["Licence (EULA)"].startswith("https://jumpstart-cache-prod-us-east-1.s3")
    words = shell.run("models", "show", LLAMA).stdout
    assert "Licence: needed" in words
    assert "ml.g5.4xlarge" in words


def test_the_list_can_be_read_anew_from_the_account_and_stays(shell: Shell) -> None:
    said = shell.json("models", "falcon", "--refresh")
    assert said["source"].startswith("JumpStart's list for us-east-1, read ")
    assert shell.json("models", "falcon")["source"] == said["source"]


def test_a_quota_leaves_out_what_it_has_no_room_for(shell: Shell) -> None:
    said = shell.json("models", "--deployable", "--quota", "--limit", "500")
    assert {row["quota"] for row in said["models"]} <= {"fits", "unknown"}
    assert 0 < said["found"] < shell.json("models", "--deployable", "--limit", "1")["found"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--task", "cooking"), "is no task"),
        (("--gpu", "ml.none.large"), "is no instance type"),
        (("--sort", "colour"), "is no order"),
        (("show", "no-such-model"), "There is no model no-such-model"),
    ],
)
def test_what_cannot_be_meant_is_said(shell: Shell, words: tuple[str, ...], told: str) -> None:
    assert told in shell.json("models", *words, code=1)["error"]["what"]
