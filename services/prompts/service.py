"""Templates of one owner: kept with every version, shared with the others on this machine, put back when deleted."""

from __future__ import annotations

import difflib
import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest, LimitExceeded, NotFound, PermissionDenied
from services.prompts import exchange, variables
from services.prompts.built_in import BUILT_IN
from services.prompts.models import Example, PromptDraft, PromptKind, PromptTemplate, Rendered

if TYPE_CHECKING:
    from services.state import State

MOST_PROMPTS = 500  # of one owner: the page lists them all
MOST_VERSIONS = 100  # of one prompt; the oldest go
UNDO_SECONDS = 86_400.0  # a deleted prompt can be brought back for a day
_SCHEMA = """
create table if not exists prompt(
    id text primary key, owner text not null, version integer not null, shared integer not null default 0,
    deleted real);
create table if not exists prompt_version(
    prompt text not null, version integer not null, name text not null, kind text not null, text text not null,
    system text not null, examples text not null, note text not null, saved real not null,
    primary key(prompt, version));
"""
_COLUMNS = "p.id, p.owner, p.shared, v.version, v.name, v.kind, v.text, v.system, v.examples, v.note, v.saved"
_NEWEST = f"select {_COLUMNS} from prompt p join prompt_version v on v.prompt=p.id and v.version=p.version"


class PromptsService:
    """The templates `owner` may use: their own, those others share here, and those that come with the console."""

    def __init__(self, state: State, owner: str, clock: Callable[[], float] = time.time) -> None:
        self._state, self.owner, self._clock = state, owner, clock
        state.ensure("prompts", _SCHEMA)

    def list(self, kind: PromptKind | None = None) -> tuple[PromptTemplate, ...]:
        """Own ones by name, then shared ones, then those that come with the console."""
        sql = f"{_NEWEST} where p.deleted is null and (p.owner=? or p.shared=1)"
        kept = [self._template(row) for row in self._state.read(sql, self.owner)]
        kept.sort(key=lambda each: (not each.mine, each.name.casefold(), each.id))
        return tuple(each for each in (*kept, *BUILT_IN.values()) if kind is None or each.kind is kind)

    def get(self, id: str, version: int = 0) -> PromptTemplate:
        """A template by its id, or by its name where only one has it; an older `version` if given. Raises NotFound."""
        if id in BUILT_IN and version in (0, 1):
            return BUILT_IN[id]
        if version:
            return next((each for each in self.versions(id) if each.version == version), None) or _missing()
        rows = self._state.read(
            f"{_NEWEST} where p.id=? and p.deleted is null and (p.owner=? or p.shared=1)", id, self.owner
        )
        if rows:
            return self._template(rows[0])
        named = [each for each in self.list() if each.name.casefold() == id.strip().casefold()]
        own = [each for each in named if each.mine] or named
        return own[0] if len(own) == 1 else _missing()

    def save(self, draft: PromptDraft, id: str = "") -> PromptTemplate:
        """Keep a draft: as a new template, or as the next version of `id`, which must be the owner's.

        What is unchanged makes no version. Raises InvalidRequest with every fault, NotFound, PermissionDenied,
        LimitExceeded.
        """
        wrong = variables.faults(draft)
        if wrong:
            said = " ".join(f"{fault.field}: {fault.sentence}" for fault in wrong)
            raise InvalidRequest("The prompt cannot be saved.", said, "Mend it and save again.")
        if not id:
            self._check_room(1)
            return self._write(draft, "")
        before = self._own(id)
        return before if before.draft == draft else self._write(draft, before.id)

    def _check_room(self, more: int) -> None:
        there = sum(each.mine for each in self.list())
        if there + more > MOST_PROMPTS:
            raise LimitExceeded(
                f"There would be more than {MOST_PROMPTS} prompts.", f"There are {there} already.",
                "Delete some that are not used.",
            )  # fmt: skip

    def _write(self, draft: PromptDraft, id: str) -> PromptTemplate:
        id, new = id or uuid.uuid4().hex[:12], not id
        with self._state.transaction() as transaction:
            if new:
                self._forget(transaction)
                transaction.execute("insert into prompt(id, owner, version) values(?,?,1)", (id, self.owner))
            else:
                transaction.execute("update prompt set version=version+1 where id=?", (id,))
            examples = json.dumps([[each.input, each.output] for each in draft.examples], ensure_ascii=False)
            transaction.execute(
                "insert into prompt_version select ?, version, ?, ?, ?, ?, ?, ?, ? from prompt where id=?",
                (id, draft.name, draft.kind, draft.text, draft.system, examples, draft.note, self._clock(), id),
            )
            transaction.execute(
                "delete from prompt_version where prompt=? and version <= (select version from prompt where id=?) - ?",
                (id, id, MOST_VERSIONS),
            )
        return self.get(id)

    def _forget(self, transaction: Any) -> None:
        """Remove for good what was deleted long enough ago."""
        before = self._clock() - UNDO_SECONDS
        gone = "select id from prompt where owner=? and deleted < ?"
        transaction.execute(f"delete from prompt_version where prompt in ({gone})", (self.owner, before))
        transaction.execute("delete from prompt where owner=? and deleted < ?", (self.owner, before))

    def versions(self, id: str) -> tuple[PromptTemplate, ...]:
        """Every version of a template, newest first; of somebody else's the newest alone. Raises NotFound.

        What stood in an earlier version was not what its owner shared.
        """
        if id in BUILT_IN:
            return (BUILT_IN[id],)
        rows = self._state.read(
            f"select {_COLUMNS} from prompt p join prompt_version v on v.prompt=p.id"
            " where p.id=? and p.deleted is null and (p.owner=? or (p.shared=1 and v.version=p.version))"
            " order by v.version desc",
            id,
            self.owner,
        )
        return tuple(self._template(row) for row in rows) or _missing()

    def compare(self, id: str, older: int, newer: int) -> str:
        """What changed between two versions, as a unified diff; "" when nothing did. Raises NotFound."""
        one, two = (exchange.to_markdown(self.get(id, version).draft).splitlines() for version in (older, newer))
        return "\n".join(difflib.unified_diff(one, two, f"version {older}", f"version {newer}", lineterm="", n=2))

    def restore(self, id: str, version: int) -> PromptTemplate:
        """Make an older version the newest, as a version of its own. Raises NotFound, PermissionDenied."""
        return self.save(self.get(id, version).draft, id)

    def share(self, id: str, shared: bool = True) -> PromptTemplate:
        """Show a template to the other owners on this machine, or no longer; only its owner may edit it."""
        id = self._own(id).id
        self._state.write("update prompt set shared=? where id=? and owner=?", int(shared), id, self.owner)
        return self.get(id)

    def delete(self, id: str) -> PromptTemplate:
        """Take a template away with its versions; `undelete` brings it back for a day.

        Raises NotFound, PermissionDenied.
        """
        gone = self._own(id)
        with self._state.transaction() as transaction:
            self._forget(transaction)
            sql = "update prompt set deleted=? where id=? and owner=?"
            transaction.execute(sql, (self._clock(), gone.id, self.owner))
        return gone

    def undelete(self, id: str) -> PromptTemplate:
        """Bring back a deleted template of this owner. Raises NotFound."""
        self._state.write("update prompt set deleted=null where id=? and owner=?", id, self.owner)
        return self.get(id)

    def render(self, prompt: str | PromptTemplate, values: Mapping[str, str]) -> Rendered:
        """A template with its values. Raises NotFound, and InvalidRequest when a value is missing or unknown."""
        template = self.get(prompt) if isinstance(prompt, str) else prompt
        return variables.render(template.draft, values)

    def export(self, id: str, *, markdown: bool = False) -> str:
        """A template as a file for elsewhere: JSON, or Markdown to be read by people as well. Raises NotFound."""
        draft = self.get(id).draft
        return exchange.to_markdown(draft) if markdown else exchange.to_json((draft,))

    def bring_in(self, name: str, content: bytes) -> tuple[PromptTemplate, ...]:
        """Save every template of an exported file as the owner's.

        Raises InvalidRequest and LimitExceeded, and then saves none.
        """
        drafts = exchange.read(name, content)
        for draft in drafts:
            if wrong := variables.faults(draft):
                raise InvalidRequest(
                    f"The prompt “{draft.name[:80]}” in {name} cannot be used.",
                    " ".join(fault.sentence for fault in wrong),
                    "Mend the file and import it again.",
                )
        self._check_room(len(drafts))
        return tuple(self.save(draft) for draft in drafts)

    def _own(self, id: str) -> PromptTemplate:
        found = self.get(id)
        if not found.mine:
            raise PermissionDenied(
                f"“{found.name}” belongs to {'the console' if found.built_in else 'somebody else'}.",
                "Only its owner may change it.",
                "Save a copy and change that.",
            )
        return found

    def _template(self, row: Any) -> PromptTemplate:
        draft = PromptDraft(
            name=row["name"],
            kind=PromptKind(row["kind"]),
            text=row["text"],
            system=row["system"],
            examples=tuple(Example(*pair) for pair in json.loads(row["examples"])),
            note=row["note"],
        )
        mine = row["owner"] == self.owner
        return PromptTemplate(
            row["id"], draft, row["version"], row["saved"], row["owner"], mine=mine, shared=bool(row["shared"])
        )


def _missing() -> Any:
    raise NotFound("There is no such prompt.", "", "Look at the list of prompts.")
