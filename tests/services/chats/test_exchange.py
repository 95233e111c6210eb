"""Conversations and feedback as files, and back; what is not ours is refused in words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from services.chats import ChatsService, Setup, Vote, feedback_csv, feedback_json, to_markdown
from services.errors import InvalidRequest
from services.inference import ChatParams
from services.state import State
from tests.services.chats.answers import END, Endpoints

SETUP = Setup(
    ("left", "right"), "Be kind.", ChatParams(64, stop=("END",), seed=7), (("user", "2+2"), ("assistant", "4"))
)
EVIL = "```\n# Forged\n````\n=HYPERLINK(1)"


@pytest.fixture
def chats(home: Path) -> ChatsService:
    return Endpoints({"right": (EVIL, END)}).service(State(home / "state.db"))


def talked(chats: ChatsService) -> str:
    asking = chats.ask("First?", SETUP)
    asking.finish()
    chat = asking.conversation
    chats.ask("Second?", SETUP, chat).finish()
    chats.edit(chat, chats.open(chat).path()[1].id, "Second, otherwise?", SETUP).finish()
    chats.regenerate(chat, chats.open(chat).path()[0].id, ["left"]).finish()
    return chat


def test_an_export_comes_back_whole_with_every_branch_attempt_and_figure(chats: ChatsService, home: Path) -> None:
    chat = talked(chats)
    bob = Endpoints().service(State(home / "state.db"), "bob")
    (copy,) = bob.bring_in(chats.export(chat).encode())
    before, after = chats.open(chat), bob.open(copy)
    assert copy != chat
    assert [each.words for each in after.path()] == ["First?", "Second, otherwise?"]
    assert len(after.turns) == 3
    for one, two in zip(before.turns, after.turns, strict=True):
        assert (one.words, one.setup, one.made) == (two.words, two.setup, two.made)
        assert [(a.text, a.figures, a.params, a.attempt, a.chosen) for a in one.answers] == [
            (a.text, a.figures, a.params, a.attempt, a.chosen) for a in two.answers
        ]


def test_all_are_exported_when_none_is_named(chats: ChatsService) -> None:
    talked(chats)
    talked(chats)
    assert len(json.loads(chats.export())["conversations"]) == 2


def test_markdown_holds_the_branch_that_is_shown_and_nothing_in_it_leaves_its_block(chats: ChatsService) -> None:
    text = to_markdown(chats.open(talked(chats)))
    assert "`````text\n```\n# Forged\n````\n=HYPERLINK(1)\n`````" in text
    assert "Second, otherwise?" in text
    assert "Second?" not in text
    assert "first token after 120 ms · 44.0 tokens/s · 5 tokens" in text


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe", b"[]", b'{"format": "other"}', b'{"format": "sagedeck-chats", "version": 1}',
        b'{"format": "sagedeck-chats", "version": 1, "conversations": [{}]}', b"[" * 100_000,
        b'{"format": "sagedeck-chats", "version": 1, "conversations": [{"turns": [{"id": 3}]}]}',
    ],
)  # fmt: skip
def test_what_was_not_exported_here_is_refused_and_nothing_is_added(chats: ChatsService, data: bytes) -> None:
    with pytest.raises(InvalidRequest, match="cannot be imported"):
        chats.bring_in(data)
    assert chats.list() == ()


def test_a_loop_of_turns_and_halves_of_characters_do_no_harm(chats: ChatsService) -> None:
    found = json.loads(chats.export(talked(chats)))
    found["conversations"][0]["turns"][0]["words"] = "half \ud83d"
    (copy,) = chats.bring_in(json.dumps(found).encode())
    assert chats.open(copy).path()[0].words == "half ?"
    found["conversations"][0]["turns"][0]["parent"] = found["conversations"][0]["turns"][1]["id"]
    with pytest.raises(InvalidRequest):
        chats.bring_in(json.dumps(found).encode())


def test_feedback_goes_out_as_a_table_in_which_no_answer_is_a_formula(chats: ChatsService) -> None:
    asking = chats.ask("=1+1", SETUP)
    left, right = asking.finish()
    chats.vote(right.id, Vote.UP)
    chats.prefer(right)
    (row,) = csv.DictReader(io.StringIO(feedback_csv(chats.ratings())))
    assert (row["question"], row["endpoint"], row["vote"], row["preferred"]) == ("'=1+1", "right", "1", "True")
    (record,) = json.loads(feedback_json(chats.ratings()))
    assert (record["answer"], record["parameters"]["max_new_tokens"]) == (EVIL, 64)
    assert left.endpoint == "left"
