"""`sagedeck chat` and `sagedeck chats`, as somebody types them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.test_cli import Shell

pytestmark = pytest.mark.slow  # a process for every command
LEFT, RIGHT = "support-chat-llama", "contracts-chat"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home: Path = tmp_path_factory.mktemp("home")
    made = Shell(home)
    made.run("sandbox", "--seed", "demo")
    yield made
    sandbox_child.stop(home)


def test_two_endpoints_answer_and_the_conversation_goes_on(shell: Shell) -> None:
    said = shell.json(
        "chat", "Who are you?", "--endpoint", LEFT, "--endpoint", RIGHT, "--system", "Be kind.", "--seed", "7"
    )
    assert [each["endpoint"] for each in said["answers"]] == [LEFT, RIGHT]
    for each in said["answers"]:
        assert (each["status"], "sandbox" in each["text"]) == ("done", True)
        assert each["first_token_ms"] > 0
        assert each["tokens_out"] > 0
        assert each["usd_estimated"] > 0
    again = shell.json("chat", "And now?", "--chat", said["chat"])
    assert (again["chat"], len(again["answers"])) == (said["chat"], 2)
    kept = shell.json("chats", "show", said["chat"])
    assert [turn["words"] for turn in kept["turns"]] == ["Who are you?", "And now?"]
    assert (kept["setup"]["system"], kept["setup"]["params"]["seed"]) == ("Be kind.", 7)


def test_one_answer_is_printed_as_it_comes_and_its_figures_beside_it(shell: Shell) -> None:
    done = shell.run("chat", "Who are you?", "--endpoint", LEFT)
    assert "sandbox" in done.stdout
    assert "first token after" in done.stderr
    assert "Kept as" in done.stderr


def test_a_template_is_filled_with_the_words(shell: Shell) -> None:
    said = shell.json("chat", "Guten Tag", "--endpoint", LEFT, "--template", "translate", "--value", "language=Greek")
    (turn,) = shell.json("chats", "show", said["chat"])["turns"]
    assert turn["words"].startswith("Translate the text below into Greek")
    assert turn["words"].endswith("Guten Tag")


def test_what_is_kept_is_listed_found_exported_and_deleted(shell: Shell, tmp_path: Path) -> None:
    chat = shell.json("chat", "Something about zebras", "--endpoint", LEFT)["chat"]
    assert [each["id"] for each in shell.json("chats", "list", "ZEBRAS")] == [chat]
    out = tmp_path / "chats.json"
    shell.run("chats", "export", chat, "--out", str(out))
    assert [each["id"] for each in json.loads(out.read_text())["conversations"]] == [chat]
    assert "Something about zebras" in shell.run("chats", "export", chat, "--markdown").stdout
    assert next(csv.reader(io.StringIO(shell.run("chats", "export", "--feedback", "csv").stdout)))[0] == "conversation"
    (copy,) = shell.json("chats", "import", str(out))
    assert shell.json("chats", "show", copy)["turns"][0]["words"] == "Something about zebras"
    out.write_text(out.read_text().replace('"attempt": 1', '"attempt": 1e99'))
    assert "cannot be imported" in shell.json("chats", "import", str(out), code=1)["error"]["what"]
    assert len(shell.json("chats", "list", "zebras")) == 2
    shell.json("chats", "delete", copy)
    assert shell.json("chats", "delete", chat) == {"deleted": [chat], "failed": []}
    assert shell.json("chats", "list", "zebras") == []
    assert "no such conversation" in shell.json("chats", "show", chat, code=1)["error"]["what"]


def test_more_than_was_allowed_a_minute_is_refused_before_it_is_sent(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEDECK_REQUESTS_PER_MINUTE", "1")
    shell.json("chat", "One", "--endpoint", RIGHT)
    refused = shell.json("chat", "Two", "--endpoint", RIGHT, code=1)["error"]
    assert "one request too many" in refused["what"]
    assert "Ask again in" in refused["next"]


def test_five_endpoints_are_one_too_many(shell: Shell) -> None:
    names = [part for name in "abcde" for part in ("--endpoint", name)]
    assert "One to 4" in shell.json("chat", "Hi", *names, code=1)["error"]["what"]


def test_nothing_a_model_says_moves_the_cursor_or_turns_a_line_round() -> None:
    from cli.chatting import _columns, harmless
    from services.chats import Answer

    evil = "safe\x1b[2J\x1b]0;title\x07\u202etxt\rno\tyes\nनमस्ते"
    assert harmless(evil) == "safe\ufffd[2J\ufffd]0;title\ufffd\ufffdtxt\ufffdno\tyes\nनमस्ते"
    for width in (40, 200):
        assert "\x1b" not in _columns([Answer("", "", "a", text=evil), Answer("", "", "b", text=evil)], width)
