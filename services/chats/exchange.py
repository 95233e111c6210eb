"""Conversations and feedback as files: Markdown for people, JSON that is read back, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from services.chats.models import Answer, AnswerStatus, Conversation, Figures, Rating, Setup, Turn, Vote, title_of
from services.chats.rows import to_params
from services.errors import InvalidRequest, Problem

FORMAT = "sagedeck-chats"
MOST_BYTES = 50_000_000
MOST_AT_ONCE = 2_000  # conversations of one file
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(conversations: Iterable[Conversation]) -> str:
    """Conversations with every branch, attempt and figure."""
    return json.dumps(
        {"format": FORMAT, "version": 1, "conversations": [asdict(each) for each in conversations]},
        ensure_ascii=False,
        indent=2,
    )


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
    for each in found["turns"]:
        turn = _turn(each)
        if turn.id in known or (turn.parent and turn.parent not in known):
            raise ValueError("a turn after one that is not there")
        known.add(turn.id)
        turns.append(turn)
    setup = _setup(found["setup"])
    title = _text(found["title"]) or title_of(turns[0].words if turns else "Imported")
    return Conversation(
        _text(found["id"]), title[:200], _number(found["created"]), _number(found["updated"]), setup,
        _text(found["leaf"]), found.get("pinned") is True, tuple(turns),
    )  # fmt: skip


def _turn(found: Mapping[str, Any]) -> Turn:
    id = _text(found["id"])
    answers = tuple(_answer(id, each) for each in found["answers"])
    return Turn(
        id, _text(found["parent"]), _text(found["words"]), _number(found["made"]), _setup(found["setup"]), answers
    )


def _answer(turn: str, found: Mapping[str, Any]) -> Answer:
    status = AnswerStatus(found["status"])
    problem = found.get("problem")
    return Answer(
        "", turn, _text(found["endpoint"]), int(found["attempt"]), found["chosen"] is True,
        AnswerStatus.STOPPED if status is AnswerStatus.RUNNING else status, _text(found["text"]),
        Problem(**{key: _text(value) for key, value in problem.items()}) if problem else None,
        Figures(**{key: None if value is None else _number(value) for key, value in found["figures"].items()}),
        to_params(found["params"]), Vote(found["vote"]), found["preferred"] is True, _text(found.get("note", "")),
        _number(found["made"]),
    )  # fmt: skip


def _setup(found: Mapping[str, Any]) -> Setup:
    endpoints = tuple(_text(each) for each in found["endpoints"])
    examples = tuple((_text(role), _text(text)) for role, text in found.get("examples", ()))
    return Setup(endpoints, _text(found["system"]), to_params(found["params"]), examples, int(found.get("skip", 0)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value.encode(errors="replace").decode()


def _number(value: object) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("no number")
    return value


def to_markdown(conversation: Conversation) -> str:
    """The branch that is shown, to be read: every message in a block that nothing inside can close."""
    setup = conversation.setup
    lines = [f"# {_one_line(conversation.title)}", "", f"{_day(conversation.created)} · {', '.join(setup.endpoints)}"]
    if setup.system.strip():
        lines += ["", "## System prompt", "", *_block(setup.system)]
    for number, turn in enumerate(conversation.path(), 1):
        lines += ["", f"## {number}. Question", "", *_block(turn.words)]
        for answer in turn.shown:
            lines += ["", f"### {_one_line(answer.endpoint)}", "", *_block(answer.text or "(nothing)")]
            lines += ["", f"_{figures_line(answer)}_"]
    return "\n".join(lines) + "\n"


def figures_line(answer: Answer) -> str:
    """An answer's figures and vote in one line."""
    figures, parts = answer.figures, [str(answer.status)]
    if figures.first_token_ms is not None:
        parts.append(f"first token after {figures.first_token_ms:,.0f} ms")
    if figures.tokens_per_second is not None:
        parts.append(f"{figures.tokens_per_second:,.1f} tokens/s")
    if figures.tokens_out is not None:
        parts.append(f"{figures.tokens_out:,} tokens")
    if figures.seconds is not None:
        parts.append(f"{figures.seconds:.2f} s")
    if figures.usd is not None:
        parts.append(f"about ${figures.usd:.6f}")
    if answer.problem is not None:
        parts.append(_one_line(answer.problem.what))
    parts += {Vote.UP: ["voted up"], Vote.DOWN: ["voted down"]}.get(answer.vote, [])
    return " · ".join([*parts, *(["preferred"] if answer.preferred else [])])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _block(text: str) -> list[str]:
    longest = max((len(run) for run in "".join(sign if sign == "`" else " " for sign in text).split()), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}text", text, ticks]


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


_FIELDS = (
    "conversation", "title", "question", "endpoint", "answer", "vote", "preferred", "status", "first_token_ms",
    "tokens_per_second", "tokens_in", "tokens_out", "seconds", "usd", "attempt", "at",
)  # fmt: skip


def _record(rating: Rating) -> dict[str, Any]:
    answer = rating.answer
    values = {
        **asdict(answer.figures), "conversation": rating.conversation, "title": rating.title,
        "question": rating.question, "endpoint": answer.endpoint, "answer": answer.text, "vote": int(answer.vote),
        "preferred": answer.preferred, "status": str(answer.status), "attempt": answer.attempt,
        "at": datetime.fromtimestamp(answer.made, UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    return {name: values[name] for name in _FIELDS}


def feedback_json(ratings: Sequence[Rating]) -> str:
    """Votes as a list of objects, with the parameters of each answer."""
    found = [{**_record(each), "parameters": asdict(each.answer.params)} for each in ratings]
    return json.dumps(found, ensure_ascii=False, indent=2)


def feedback_csv(ratings: Sequence[Rating]) -> str:
    """Votes as a table; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    table = csv.DictWriter(out, _FIELDS, lineterminator="\r\n")
    table.writeheader()
    for each in ratings:
        table.writerow({name: _tame(value) for name, value in _record(each).items()})
    return out.getvalue()


def _tame(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
