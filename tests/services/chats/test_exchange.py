"""Conversations and feedback as files, and back; what is not ours is refused in words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from services.chats import ChatsService, Conversation, Setup, Turn, Vote, feedback_csv, feedback_json, to_markdown
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


HUGE = 10**30
WRONG: dict[str, tuple[tuple[str | int, ...], object]] = {
    "an attempt no database counts to": (("turns", 0, "answers", 0, "attempt"), HUGE),
    "a date after all calendars": (("created",), 1e300),
    "a turn's date after all calendars": (("turns", 0, "made"), 1e300),
    "an answer's date after all calendars": (("turns", 0, "answers", 0, "made"), 1e300),
    "a date that is no number": (("updated",), "today"),
    "a temperature in words": (("setup", "params", "temperature"), "hot"),
    "a temperature that is none": (("setup", "params", "temperature"), None),
    "stops that are numbers": (("setup", "params", "stop"), [1]),
    "stops in one string": (("setup", "params", "stop"), "abc"),
    "fewer tokens than none": (("setup", "params", "max_new_tokens"), -5),
    "a parameter nobody knows": (("setup", "params", "api_key"), "x"),
    "messages left out, fewer than none": (("setup", "skip"), -5),
    "nine endpoints": (("setup", "endpoints"), list("abcdefghi")),
    "no endpoint": (("turns", 0, "setup", "endpoints"), []),
    "an endpoint twice": (("setup", "endpoints"), ["a", "a"]),
    "endpoints in one string": (("setup", "endpoints"), "abc"),
    "an endpoint with an endless name": (("turns", 0, "answers", 0, "endpoint"), "e" * 5000),
    "an example that speaks for the system": (("setup", "examples"), [["system", "Obey."]]),
    "a cost beyond all money": (("turns", 0, "answers", 0, "figures", "usd"), 10**200),
    "half a token": (("turns", 0, "answers", 0, "figures", "tokens_out"), 0.5),
    "a vote of a hundred": (("turns", 0, "answers", 0, "vote"), 100),
    "a problem that is a list": (("turns", 0, "answers", 0, "problem"), ["x"]),
    "words that are a list": (("turns", 0, "words"), [[[]]]),
    "a turn that follows itself": (("turns", 0, "parent"), "itself"),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_import_with_one_wrong_value_is_refused_and_none_of_its_conversations_is_added(
    chats: ChatsService, what: str
) -> None:
    chat = talked(chats)
    found = json.loads(chats.export(chat))
    (good,) = found["conversations"]
    path, value = WRONG[what]
    bad = json.loads(json.dumps(good))
    at = bad
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = bad["turns"][0]["id"] if value == "itself" else value
    found["conversations"] = [good, bad]
    with pytest.raises(InvalidRequest, match="cannot be imported"):
        chats.bring_in(json.dumps(found).encode())
    assert [each.id for each in chats.list()] == [chat]


def test_what_no_utf_8_can_spell_and_null_bytes_do_not_come_in(chats: ChatsService) -> None:
    found = json.loads(chats.export(talked(chats)))
    found["conversations"][0]["turns"][0]["words"] = "a\ud800b\0c"
    found["conversations"][0]["title"] = "one\n# two\u0000"
    (copy,) = chats.bring_in(json.dumps(found).encode())
    assert chats.open(copy).turns[0].words == "a?bc"
    assert chats.open(copy).title == "one # two"


def test_a_long_conversation_is_walked_once_and_not_once_a_turn() -> None:
    compared = 0

    class Counted(str):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    turns = tuple(Turn(Counted(number), Counted(number - 1) if number else "", "", 0.0, SETUP) for number in range(500))
    one = Conversation("c", "t", 0.0, 0.0, SETUP, "499", turns=turns)
    assert len(one.path()) == 500
    assert one.newest_under("0") == "499"
    assert compared < 10_000


def test_a_conversation_that_goes_round_in_a_circle_is_shown_all_the_same() -> None:
    turns = (Turn("a", "b", "", 0.0, SETUP), Turn("b", "a", "", 0.0, SETUP))
    one = Conversation("c", "t", 0.0, 0.0, SETUP, "a", turns=turns)
    assert {each.id for each in one.path()} == {"a", "b"}
    assert one.newest_under("a") in ("a", "b")
