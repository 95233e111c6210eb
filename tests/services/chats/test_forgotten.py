"""What a limit keeps from being asked again, what deletion leaves, and words that no UTF-8 can spell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from services.chats import Setup
from services.errors import RequestTooLong
from services.inference import ChatParams, Message
from services.state import State
from tests.services.chats.answers import Endpoints
from tests.services.chats.test_conversations import ONE, said


def test_what_was_deleted_is_gone_for_good_after_a_day_without_another_deletion(home: Path) -> None:
    now = 1_000_000.0
    state = State(home / "state.db")
    chats = Endpoints().service(state, clock=lambda: now)
    chat = chats.ask("A secret.", Setup(("left",))).conversation
    chats.delete(chat)
    now += 86_400 - 1
    chats.ask("Something else.", Setup(("left",))).finish()
    assert state.read("select count(*) from chat_turns where conversation=?", chat)[0][0] == 1
    now += 2
    chats.ask("And more.", Setup(("left",))).finish()
    for table, name in (("chat_conversations", "id"), ("chat_turns", "conversation"), ("chat_answers", "conversation")):
        assert not state.read(f"select 1 from {table} where {name}=?", chat)


def test_half_a_character_typed_in_a_terminal_is_asked_and_kept_as_a_mark(home: Path) -> None:
    chats = Endpoints().service(State(home / "state.db"))
    asking = chats.ask("What is \udcff?", Setup(("left",)))
    asking.finish()
    assert chats.open(asking.conversation).turns[0].words == "What is \ufffd?"


@pytest.mark.parametrize("again", ["regenerate", "edit"])
def test_asking_again_past_a_limit_sends_and_keeps_nothing(home: Path, again: str) -> None:
    refused: list[RequestTooLong] = []

    def check(endpoint: str, messages: Sequence[Message], params: ChatParams) -> None:
        if refused:
            raise refused[0]

    endpoints = Endpoints()
    chats = endpoints.service(State(home / "state.db"), check=check)
    chat = said(chats, "Hello")
    before = chats.open(chat)
    refused.append(RequestTooLong("Too long."))
    ask: Callable[[str, str], object] = chats.regenerate
    if again == "edit":
        ask = partial(chats.edit, words="Otherwise", setup=ONE)
    with pytest.raises(RequestTooLong):
        ask(chat, before.leaf)
    assert chats.open(chat) == before
    assert len(endpoints.sent) == 1
