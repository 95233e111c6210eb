"""What one owner asked their documents, and what came of it: kept over a reload, judged with a thumb, exported."""

from __future__ import annotations

import json
import time
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from services.errors import NotFound, Problem
from services.knowledge.events import Citation
from services.knowledge.models import AskRequest, Evidence, Passage, SearchMode, SearchSettings, StoreKind
from services.legible import spelled

if TYPE_CHECKING:
    from services.state import State

T = TypeVar("T")
MOST_CONVERSATIONS = 200  # of one owner; the oldest go, but for those with a judgement, which is there to be exported
SCHEMA = """
create table if not exists asked_turn(
    id text primary key, owner text not null, conversation text not null, question text not null, told text not null,
    at real not null, vote integer not null default 0, comment text not null default '');
create index if not exists asked_turn_by_owner on asked_turn(owner, conversation, at);
"""


@dataclass(frozen=True, slots=True)
class AskedTurn:
    """A question with what came of it so far.

    searched     the question as it was searched for, where that is another; `by_model` if a model wrote it so
    not_found    why the documents are said not to hold the answer
    stopped      whether the stream was cut off; what had arrived is in `text`
    usd          what the language endpoint cost in this time; None where its price is not known
    rescored     how many passages words were weighed among, where the database has no keyword index (Found)
    vote         1 good, -1 bad, 0 not judged; `comment` says why
    """

    id: str
    conversation: str
    request: AskRequest
    text: str = ""
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    evidence: Evidence | None = None
    searched: str = ""
    by_model: bool = False
    not_found: str = ""
    stopped: bool = False
    problem: Problem | None = None
    seconds: float = 0.0
    first_token: float | None = None
    tokens: int | None = None
    usd: float | None = None
    rescored: int = 0
    at: float = 0.0
    vote: int = 0
    comment: str = ""

    @property
    def question(self) -> str:
        """What was asked."""
        return self.request.question


@dataclass(frozen=True, slots=True)
class AskedConversation:
    """A conversation with one's documents: its first question is its title; `at` is its last turn's Unix time."""

    id: str
    title: str
    turns: int
    at: float


def folded(text: str) -> str:
    """Text as it is searched: without accents and case."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).casefold()


def history_of(turns: Sequence[AskedTurn], most: int = 6) -> tuple[tuple[str, str], ...]:
    """The last `most` answered turns as (role, text) pairs."""
    kept = [turn for turn in turns if turn.text][-most:]
    return tuple(pair for turn in kept for pair in (("user", turn.question), ("assistant", turn.text)))


class Asked:
    """One owner's questions and answers in the state database."""

    def __init__(self, state: State, owner: str, clock: Callable[[], float] = time.time) -> None:
        self._state, self._owner, self._clock = state, owner, clock
        state.ensure("asked", SCHEMA)

    def begin(self, conversation: str, request: AskRequest) -> AskedTurn:
        """Keep a question from its first moment, as stopped: whoever answers it may be ended at any time."""
        request = replace(request, question=spelled(request.question))
        turn = AskedTurn(uuid.uuid4().hex, conversation or uuid.uuid4().hex, request, stopped=True, at=self._clock())
        self.keep(turn)
        self._prune()
        return turn

    def keep(self, turn: AskedTurn) -> None:
        """Write a turn down as it is now; a judgement that was given stays."""
        self._state.write(
            "insert into asked_turn(id, owner, conversation, question, told, at) values(?,?,?,?,?,?)"
            " on conflict(id) do update set told=excluded.told where owner=excluded.owner",
            turn.id, self._owner, turn.conversation, turn.question, _told(turn), turn.at,
        )  # fmt: skip

    def turns(self, conversation: str) -> tuple[AskedTurn, ...]:
        """The turns of a conversation in order; none where this owner has no such conversation."""
        sql = "select * from asked_turn where owner=? and conversation=? order by at, rowid"
        return tuple(_turn(row) for row in self._state.read(sql, self._owner, conversation))

    def conversations(self, words: str = "") -> tuple[AskedConversation, ...]:
        """Conversations, newest first; with `words` those in which a question or an answer holds them."""
        rows = self._state.read(
            "select conversation, question, json_extract(told, '$.text') as said, at from asked_turn where owner=?"
            " order by at, rowid",
            self._owner,
        )  # fmt: skip
        wanted, found = folded(words), dict[str, AskedConversation]()
        hits: set[str] = set()
        for row in rows:
            id = row["conversation"]
            known = found.get(id, AskedConversation(id, row["question"], 0, 0.0))
            found[id] = replace(known, turns=known.turns + 1, at=row["at"])
            if wanted in folded(f"{row['question']}\n{row['said'] or ''}"):
                hits.add(id)
        return tuple(sorted((found[id] for id in hits), key=lambda each: -each.at))

    def delete(self, conversation: str) -> None:
        """Remove a conversation with its answers, passages and judgements."""
        self._state.write("delete from asked_turn where owner=? and conversation=?", self._owner, conversation)

    def drop(self, turns: Sequence[AskedTurn]) -> None:
        """Remove turns, as when a question before them is asked anew."""
        with self._state.transaction() as transaction:
            for turn in turns:
                transaction.execute("delete from asked_turn where owner=? and id=?", (self._owner, turn.id))

    def judge(self, turn: str, vote: int, comment: str = "") -> None:
        """Keep what somebody thinks of an answer: 1, -1, or 0 for nothing. Raises NotFound."""
        sql = "update asked_turn set vote=?, comment=? where owner=? and id=?"
        if not self._state.write(sql, max(-1, min(1, vote)), comment[:2000], self._owner, turn):
            raise NotFound("There is no such answer.", "", "It may have been removed; ask again.")

    def judged(self) -> tuple[AskedTurn, ...]:
        """Every turn that was judged, newest first."""
        sql = "select * from asked_turn where owner=? and (vote != 0 or comment != '') order by at desc"
        return tuple(_turn(row) for row in self._state.read(sql, self._owner))

    def _prune(self) -> None:
        self._state.write(
            "delete from asked_turn where owner=? and vote=0 and comment='' and conversation not in"
            " (select conversation from asked_turn where owner=? group by conversation order by max(at) desc limit ?)",
            self._owner, self._owner, MOST_CONVERSATIONS,
        )  # fmt: skip


def _told(turn: AskedTurn) -> str:
    told = {name: value for name, value in asdict(turn).items() if name not in ("vote", "comment", "citations")}
    told["citations"] = [
        {"number": each.number, "passage": asdict(each.passage), "inferred": each.inferred, "unfound": each.unfound}
        for each in turn.citations
    ]
    return spelled(json.dumps(told, ensure_ascii=False, default=str))


def _turn(row: Any) -> AskedTurn:
    told: dict[str, Any] = json.loads(row["told"])
    told["passages"] = tuple(_made(Passage, each) for each in told["passages"])
    told["citations"] = tuple(
        Citation(each["number"], _made(Passage, each["passage"]), each["inferred"], tuple(each["unfound"]))
        for each in told["citations"]
    )
    for name, kind in (("evidence", Evidence), ("problem", Problem)):
        told[name] = _made(kind, told[name]) if told[name] else None
    told |= {"request": _request(told["request"]), "vote": row["vote"], "comment": row["comment"]}
    return _made(AskedTurn, told)


def _request(told: dict[str, Any]) -> AskRequest:
    settings = told["settings"]
    settings |= {"mode": SearchMode(settings["mode"]), "documents": tuple(settings["documents"])}
    told |= {"store": StoreKind(told["store"]), "settings": _made(SearchSettings, settings)}
    return _made(AskRequest, told | {"history": tuple((role, text) for role, text in told["history"])})


def _made(kind: type[T], told: Mapping[str, Any]) -> T:
    """What was written down by another version may hold more than this one knows."""
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in told.items() if name in names})
