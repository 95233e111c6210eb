"""What the state database holds of a document's text besides its passages: gone when the document is deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from services.knowledge import asked, ingests

if TYPE_CHECKING:
    from services.state import State

REMOVED = "(This passage was removed with its document.)"


def erase(state: State, owner: str, document: str) -> None:
    """Take a document's text (by its sha256) out of what this owner asked, and passages a person made of it.

    Answers that were given stay, with the name and the place of what they cite: deleting the conversation removes them.
    """
    state.ensure("asked", asked.SCHEMA)
    state.ensure("knowledge-ingests", ingests.SCHEMA)
    with state.transaction() as transaction:
        transaction.execute("delete from knowledge_edit where owner=? and document=?", (owner, document))
        rows = transaction.execute(
            "select id, told from asked_turn where owner=? and instr(told, ?) > 0", (owner, document)
        ).fetchall()
        for row in rows:
            told = json.loads(row["told"])
            for passage in (*told["passages"], *(each["passage"] for each in told["citations"])):
                _blank(passage, document)
            transaction.execute(
                "update asked_turn set told=? where id=?", (json.dumps(told, ensure_ascii=False), row["id"])
            )


def _blank(passage: dict[str, Any], document: str) -> None:
    if passage["document"] == document:
        passage["text"] = REMOVED
