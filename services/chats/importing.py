"""Conversations of an export, read back: every value is of its kind and within its bounds, or the file is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from services.chats.models import (
    MOST_ENDPOINTS,
    TITLE_LONGEST,
    Answer,
    AnswerStatus,
    Conversation,
    Figures,
    Setup,
    Turn,
    Vote,
    title_of,
)
from services.errors import InvalidRequest, Problem
from services.inference import ChatParams

FORMAT = "sagedeck-chats"
MOST_BYTES = 50_000_000
MOST_AT_ONCE = 2_000  # conversations of one file
MOST_TURNS = 5_000  # of one conversation
MOST_ATTEMPTS = 10_000
MOST_EXAMPLES = 200  # messages before a conversation
MOST_STOPS = 64
LONGEST_NAME = 256  # of an endpoint; AWS allows 63
LATEST = 4e9  # Unix seconds: the year 2096
MOST_TOKENS = 10_000_000
_COUNTS = ("tokens_in", "tokens_out")


def from_json(data: bytes) -> list[Conversation]:
    """The conversations of an export. Raises InvalidRequest saying what is wrong."""
    if len(data) > MOST_BYTES:
        raise _refused(f"It has {len(data):,} bytes, and {MOST_BYTES:,} are read at most.")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _refused("It is no JSON.") from None
    if not isinstance(found, Mapping) or found.get("format") != FORMAT or found.get("version") != 1:
        raise _refused("It was not exported by this console.")
    listed = found.get("conversations")
    if not isinstance(listed, list) or len(listed) > MOST_AT_ONCE:
        raise _refused(f"It has no list of at most {MOST_AT_ONCE:,} conversations.")
    try:
        return [_conversation(each) for each in listed]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _refused(f"One of its conversations is not whole ({type(error).__name__}).") from None


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest("This file cannot be imported.", why, "Choose a JSON file that was exported here.")


def _conversation(found: Mapping[str, Any]) -> Conversation:
    turns, known = [], set()
    for each in _list(found["turns"], MOST_TURNS):
        turn = _turn(each)
        if turn.id in known or (turn.parent and turn.parent not in known):
            raise ValueError("a turn after one that is not there")
        known.add(turn.id)
        turns.append(turn)
    setup = _setup(found["setup"])
    title = " ".join(_text(found["title"]).split()) or title_of(turns[0].words if turns else "Imported")
    return Conversation(
        _text(found["id"]), title[:TITLE_LONGEST], _moment(found["created"]), _moment(found["updated"]), setup,
        _text(found["leaf"]), found.get("pinned") is True, tuple(turns),
    )  # fmt: skip


def _turn(found: Mapping[str, Any]) -> Turn:
    id = _text(found["id"])
    answers = tuple(_answer(id, each) for each in _list(found["answers"], MOST_ATTEMPTS))
    return Turn(
        id, _text(found["parent"]), _text(found["words"]), _moment(found["made"]), _setup(found["setup"]), answers
    )


def _answer(turn: str, found: Mapping[str, Any]) -> Answer:
    status = AnswerStatus(found["status"])
    return Answer(
        "", turn, _name(found["endpoint"]), _whole(found["attempt"], 1, MOST_ATTEMPTS), found["chosen"] is True,
        AnswerStatus.STOPPED if status is AnswerStatus.RUNNING else status, _text(found["text"]),
        _problem(found.get("problem")), _figures(found["figures"]), _params(found["params"]),
        Vote(_whole(found["vote"], -1, 1)), found["preferred"] is True, _text(found.get("note", "")),
        _moment(found["made"]),
    )  # fmt: skip


def _problem(found: Mapping[str, Any] | None) -> Problem | None:
    return None if found is None else Problem(**{key: _text(value) for key, value in found.items()})


def _figures(found: Mapping[str, Any]) -> Figures:
    values: dict[str, Any] = {}
    for key, value in found.items():
        if value is not None:
            value = _whole(value, 0, MOST_TOKENS) if key in _COUNTS else _number(value, 0.0, 1e12)
        values[key] = value
    return Figures(**values)


def _setup(found: Mapping[str, Any]) -> Setup:
    endpoints = tuple(map(_name, _list(found["endpoints"], MOST_ENDPOINTS)))
    if not endpoints or len(set(endpoints)) != len(endpoints):
        raise ValueError("no endpoint, or one twice")
    examples = tuple((_role(role), _text(text)) for role, text in _list(found.get("examples", []), MOST_EXAMPLES))
    skip = _whole(found.get("skip", 0), 0, MOST_TURNS * 2)
    return Setup(endpoints, _text(found["system"]), _params(found["params"]), examples, skip)


def _params(found: Mapping[str, Any]) -> ChatParams:
    """Parameters, each of which the fields of the page can show."""
    if unknown := set(found) - {each.name for each in fields(ChatParams)}:
        raise ValueError(f"unknown: {len(unknown)}")
    usual = ChatParams()

    def given(name: str, kind: Any, least: float, most: float) -> Any:
        value = found.get(name, getattr(usual, name))
        return None if value is None and getattr(usual, name) is None else kind(value, least, most)

    return ChatParams(
        given("max_new_tokens", _whole, 1, MOST_TOKENS), given("temperature", _number, 0, 100),
        given("top_p", _number, 0, 1), given("repetition_penalty", _number, 0, 100),
        tuple(map(_text, _list(found.get("stop", []), MOST_STOPS))), given("top_k", _whole, 0, 2**31),
        given("seed", _whole, 0, 2**63 - 1),
    )  # fmt: skip


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise TypeError("no list, or too long a one")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value.encode(errors="replace").decode().replace("\0", "")


def _name(value: object) -> str:
    name = _text(value)
    if not name or len(name) > LONGEST_NAME:
        raise ValueError("no name")
    return name


def _role(value: object) -> str:
    if value not in ("user", "assistant"):
        raise ValueError("no role of an example")
    return str(value)


def _number(value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("no number")
    if not least <= value <= most:
        raise ValueError("too large or too small")
    return value


def _whole(value: object, least: float, most: float) -> int:
    if not isinstance(value, int):
        raise TypeError("no whole number")
    return int(_number(value, least, most))


def _moment(value: object) -> float:
    return _number(value, 0.0, LATEST)
