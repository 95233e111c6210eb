"""What an owner has chosen for their documents, such as by an evaluation: how to cut, embed, search and answer."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from services.documents import Method
from services.knowledge.files import ChunkPlan
from services.knowledge.models import SearchMode, SearchSettings

if TYPE_CHECKING:
    from services.state import State

_SCHEMA = """
create table if not exists knowledge_default(owner text primary key, chosen text not null, made real not null);
"""


@dataclass(frozen=True, slots=True)
class KnowledgeDefaults:
    """What pages begin with; empty names mean the newest endpoint that fits.

    embedding, chat   endpoints' names, used while they are in service
    prompt, rules     the prompt's name and its rules; "" is the usual one
    origin            where the choice comes from, in a few words; "" when nothing was chosen
    """

    chunks: ChunkPlan = field(default_factory=ChunkPlan)
    search: SearchSettings = field(default_factory=SearchSettings)
    embedding: str = ""
    chat: str = ""
    prompt: str = ""
    rules: str = ""
    origin: str = ""


class Defaults:
    """The defaults of one owner."""

    def __init__(self, state: State, owner: str) -> None:
        self._state, self._owner = state, owner
        state.ensure("knowledge defaults", _SCHEMA)

    def read(self) -> KnowledgeDefaults:
        """What was chosen last, or the console's own defaults."""
        rows = self._state.read("select chosen from knowledge_default where owner=?", self._owner)
        try:
            return _told(json.loads(rows[0]["chosen"])) if rows else KnowledgeDefaults()
        except (ValueError, KeyError, TypeError):  # written by another version
            return KnowledgeDefaults()

    def write(self, chosen: KnowledgeDefaults) -> None:
        """Keep a choice; which documents to look into is not part of it."""
        told = asdict(chosen)
        told["search"] = {key: value for key, value in told["search"].items() if key not in ("documents", "metadata")}
        text = json.dumps(told, ensure_ascii=False)
        self._state.write("insert or replace into knowledge_default values(?,?,?)", self._owner, text, time.time())

    def clear(self) -> None:
        """Go back to the console's own."""
        self._state.write("delete from knowledge_default where owner=?", self._owner)


def _told(told: Mapping[str, Any]) -> KnowledgeDefaults:
    cut, search = told["chunks"], told["search"]
    known = {key: value for key, value in search.items() if key in SearchSettings.__dataclass_fields__}
    return KnowledgeDefaults(
        chunks=ChunkPlan(int(cut["size"]), int(cut["overlap"]), Method(cut["method"])),
        search=SearchSettings(**{**known, "mode": SearchMode(search["mode"])}),
        **{name: str(told.get(name, "")) for name in ("embedding", "chat", "prompt", "rules", "origin")},
    )
