"""`sagedeck call`, as somebody types it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.test_cli import Shell

CHAT, ASYNC, PARTS = "support-chat-llama", "call-transcripts", "shared-models"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home: Path = tmp_path_factory.mktemp("home")
    made = Shell(home)
    made.run("sandbox", "--seed", "demo")
    yield made
    sandbox_child.stop(home)


def test_a_prompt_is_put_as_the_family_wants_it_and_answered(shell: Shell) -> None:
    said = shell.json("call", CHAT, "--prompt", "Who are you?")
    assert said["status"] == 200
    assert "sandbox" in said["text"]
    assert said["body"][0]["generated_text"].strip() == said["text"]
    assert said["completion_tokens"] > 0
    done = shell.run("call", CHAT, "--prompt", "Who are you?", "--stream")
    assert done.stdout.strip() == said["text"]
    assert "first token after" in done.stderr


def test_a_file_is_sent_as_it_is_and_the_answer_kept(shell: Shell, tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.csv", tmp_path / "answer"
    rows.write_bytes(b"1,2\n3,4\n")
    shell.run("call", "fraud-score", "--file", str(rows), "--content-type", "text/csv", "--variant", "candidate",
              "--out", str(out))  # fmt: skip
    assert b'"bytes":8' in out.read_bytes().replace(b" ", b"")


def test_a_component_is_called_by_its_name(shell: Shell) -> None:
    said = shell.json("call", PARTS, "--component", "names", "--prompt", "Hi")
    assert (said["status"], bool(said["text"])) == (200, True)
    refused = shell.json("call", PARTS, "--component", "nobody", "--body", "{}", code=1)
    assert "nobody" in refused["error"]["what"]


def test_an_asynchronous_endpoint_is_submitted_to_and_waited_for(shell: Shell) -> None:
    said = shell.json("call", ASYNC, "--body", '{"inputs": "x"}')
    assert said["state"] == "answered"
    assert said["output"].startswith("s3://")
    assert said["body"]["received"]["bytes"] == 15
    assert shell.json("call", ASYNC, "--body", "{}", "--wait", "0")["state"] == "waiting"


def test_code_is_printed_and_nothing_sent(shell: Shell) -> None:
    code = shell.run("call", CHAT, "--prompt", "Who?", "--code", "boto3").stdout
    ast.parse(code)
    assert "invoke_endpoint" in code
    assert "--aws-sigv4" in shell.json("call", CHAT, "--body", "{}", "--code", "curl")["code"]


def test_what_cannot_be_sent_or_is_refused_leaves_with_one_and_says_why(shell: Shell) -> None:
    assert "nothing to send" in shell.json("call", CHAT, code=1)["error"]["what"]
    assert "One request" in shell.json("call", CHAT, "--body", "{}", "--prompt", "x", code=1)["error"]["what"]
    assert "nothing" in shell.json("call", "nothing", "--body", "{}", code=1)["error"]["what"]
    refused = shell.json("call", CHAT, "--body", "{", code=1)
    assert refused["status"] >= 400
    assert refused["error"]["why"]
    assert refused["error"]["why"].split()[-1] in shell.run("call", CHAT, "--body", "{", code=1).stderr
