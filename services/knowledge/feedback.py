"""Conversations and judgements as files: Markdown and JSON of a conversation, CSV and JSON of what was judged."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.knowledge.asked import AskedTurn
from services.knowledge.models import Passage
from services.legible import cell

_MARKUP = re.compile(r"<|\[(?!\d{1,3}\])|(?<!\d)\]")
COLUMNS = ("asked", "vote", "comment", "question", "searched", "answer", "sources", "embedding", "language", "seconds")


def conversation_markdown(turns: Sequence[AskedTurn]) -> str:
    """A conversation to be read. Links and images of an answer are written out: they load nowhere either."""
    lines = [f"# {_plain(turns[0].question)}" if turns else "# Nothing asked"]
    for turn in turns:
        lines += ["", f"## {_plain(turn.question)}", ""]
        if turn.searched:
            lines += [f"*Searched for: {_plain(turn.searched)}*", ""]
        lines.append(_MARKUP.sub(r"\\\g<0>", turn.text) if turn.text else f"*{_plain(_said(turn))}*")
        if turn.citations:
            lines.append("")
        for each in turn.citations:
            lines.append(f"- \\[{each.number}\\] {_plain(place_of(each.passage))}")
            lines += [f"  > {line}" for line in _MARKUP.sub(r"\\\g<0>", each.passage.text).splitlines()]
    return "\n".join(lines) + "\n"


def conversation_json(turns: Sequence[AskedTurn]) -> str:
    """A conversation for programs."""
    return json.dumps([as_dict(turn) for turn in turns], ensure_ascii=False, indent=2)


def as_dict(turn: AskedTurn) -> dict[str, Any]:
    """A turn as JSON has it."""
    return {
        "asked": _time(turn.at),
        "question": turn.question,
        "searched": turn.searched or turn.question,
        "answer": turn.text,
        "not_in_documents": turn.not_found or None,
        "citations": [
            {"number": each.number, "source": place_of(each.passage), "text": each.passage.text,
             "words_not_found": list(each.unfound)}
            for each in turn.citations
        ],
        "passages": [
            {"source": place_of(each), "score": each.score, "cosine": each.cosine, "keyword": each.keyword,
             "rerank": each.rerank, "text": each.text}
            for each in turn.passages
        ],
        "embedding": turn.request.embedding,
        "language": turn.request.chat,
        "seconds": round(turn.seconds, 3),
        "usd": turn.usd,
        "vote": turn.vote,
        "comment": turn.comment,
    }  # fmt: skip


def feedback_json(turns: Sequence[AskedTurn]) -> str:
    """Judged turns for programs."""
    return conversation_json(turns)


def feedback_csv(turns: Sequence[AskedTurn]) -> str:
    """Judged turns as a table; a cell that a spreadsheet would calculate begins with an apostrophe."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for turn in turns:
        sources = "; ".join(dict.fromkeys(place_of(each.passage) for each in turn.citations))
        row = (_time(turn.at), str(turn.vote), turn.comment, turn.question, turn.searched, turn.text or _said(turn),
               sources, turn.request.embedding, turn.request.chat, f"{turn.seconds:.2f}")  # fmt: skip
        table.writerow([row[0], row[1], *map(cell, row[2:])])
    return out.getvalue()


def _said(turn: AskedTurn) -> str:
    if turn.not_found:
        return f"Not in the documents. {turn.not_found}"
    return turn.problem.what if turn.problem else "Stopped before anything came."


def place_of(passage: Passage) -> str:
    """Where a passage stands, in words: file, page or label, section."""
    label = passage.metadata.get("label") or f"p. {passage.page}"
    section = passage.metadata.get("section")
    return f"{passage.source}, {label}" + (f", {section}" if section else "")


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
