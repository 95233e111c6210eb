"""`sagedeck logs`, as somebody types it who wants to know what a container wrote."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from services import sandbox_child
from tests.test_cli import EMBEDDING, ROOT, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    made = Shell(home)
    made.json("deploy", EMBEDDING, "--name", "embed", "--yes")
    yield made
    sandbox_child.stop(home)


def test_the_newest_lines_are_printed_oldest_first_each_with_time_level_and_stream(shell: Shell) -> None:
    said = shell.run("logs", "embed").stdout.splitlines()
    assert "Starting container" in said[0]
    assert all(" AllTraffic/i-" in line for line in said)
    assert said == sorted(said, key=lambda line: line[:24])
    assert len(shell.run("logs", "embed", "--limit", "2").stdout.splitlines()) == 2


def test_lines_are_narrowed_and_told_as_json(shell: Shell) -> None:
    found = shell.json("logs", "embed", "--text", "PING", "--since", "7d")
    assert found["group"] == "/aws/sagemaker/Endpoints/embed"
    assert found["lines"]
    assert all("ping" in line["text"].lower() and line["level"] == "info" for line in found["lines"])
    assert shell.json("logs", "embed", "--regex", r"GET /p\w+ ", "--stream", "AllTraffic/")["lines"]
    none = shell.run("logs", "embed", "--level", "error", "--since", "1h")
    assert none.stdout == ""
    assert "No line fits" in none.stderr


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("nobody",), "There is no endpoint nobody"),
        (("embed", "--regex", "("), "no expression"),
        (("embed", "--level", "loud"), "'loud' is no level"),
        (("embed", "--since", "soon"), "'soon' is no span of time"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(shell: Shell, words: tuple[str, ...], what: str) -> None:
    error = shell.json("logs", *words, code=1)["error"]
    assert what in error["what"]
    assert error["next"]


def test_what_is_followed_ends_cleanly_by_hand(shell: Shell) -> None:
    following = subprocess.Popen(
        [sys.executable, "-m", "cli", "logs", "embed", "--follow", "--limit", "1", "--json"],
        cwd=ROOT, env={"SAGEDECK_HOME": str(shell.home), "AWS_CONFIG_FILE": "none", "HOME": str(shell.home)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert following.stdout is not None
    line = json.loads(following.stdout.readline())
    following.send_signal(signal.SIGINT)
    rest, said = following.communicate(timeout=20)
    assert line["stream"].startswith("AllTraffic/i-")
    assert (following.returncode, rest) == (0, "")
    assert said.strip() == "Ended."


def test_a_log_that_nobody_wrote_is_told_from_an_endpoint_that_is_not_there(shell: Shell) -> None:
    error = shell.run("logs", "embed", "--component", "part")
    assert "Nothing has been written" in error.stderr
    assert shell.json("logs", "embed", "--component", "part")["there"] is False
