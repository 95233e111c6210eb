"""Conversations and feedback as files: Markdown for people, JSON (read back by importing.py), CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from services.chats.importing import FORMAT
from services.chats.models import Answer, Conversation, Rating, Vote
from services.legible import cell


def to_json(conversations: Iterable[Conversation]) -> str:
    """Conversations with every branch, attempt and figure."""
    return json.dumps(
        {"format": FORMAT, "version": 1, "conversations": [asdict(each) for each in conversations]},
        ensure_ascii=False,
        indent=2,
    )


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
        table.writerow({name: cell(value) for name, value in _record(each).items()})
    return out.getvalue()
