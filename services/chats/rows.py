"""Conversations as rows of the state database, and back. Every statement carries the owner."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from services.chats.models import Answer, AnswerStatus, Conversation, Figures, Listing, Setup, Turn, Vote
from services.errors import Problem
from services.inference import ChatParams
from services.state import State

STALE_SECONDS = 15.0  # an answer whose console has not been heard of for this long is no longer being written
EXCERPT = 120  # characters around what a search found
ENDED = "The console ended while this was being written; what had come was kept."

SCHEMA = """
create table if not exists chat_conversations(
    id text primary key, owner text not null, title text not null, folded text not null, created real not null,
    updated real not null, pinned integer not null default 0, setup text not null, leaf text not null default '',
    deleted real);
create index if not exists chat_conversations_by_owner on chat_conversations(owner, updated);
create table if not exists chat_turns(
    id text primary key, conversation text not null, owner text not null, parent text not null, words text not null,
    folded text not null, setup text not null, made real not null);
create index if not exists chat_turns_by_conversation on chat_turns(conversation);
create table if not exists chat_answers(
    id text primary key, turn text not null, conversation text not null, owner text not null, endpoint text not null,
    attempt integer not null, chosen integer not null, status text not null, text text not null default '',
    folded text not null default '', problem text, figures text not null default '{}', params text not null,
    vote integer not null default 0, preferred integer not null default 0, note text not null default '',
    made real not null, heard real not null);
create index if not exists chat_answers_by_conversation on chat_answers(conversation);
"""


def folded(text: str) -> str:
    """Text as it is searched: without accents and case."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).casefold()


def put_conversation(into: Any, owner: str, one: Conversation) -> None:
    """Insert a conversation's own row."""
    into.execute(
        "insert into chat_conversations(id, owner, title, folded, created, updated, pinned, setup, leaf)"
        " values(?,?,?,?,?,?,?,?,?)",
        (one.id, owner, one.title, folded(one.title), one.created, one.updated, int(one.pinned), of_setup(one.setup),
         one.leaf),
    )  # fmt: skip


def put_turn(into: Any, owner: str, conversation: str, turn: Turn) -> None:
    """Insert a turn without its answers."""
    into.execute(
        "insert into chat_turns values(?,?,?,?,?,?,?,?)",
        (turn.id, conversation, owner, turn.parent, turn.words, folded(turn.words), of_setup(turn.setup), turn.made),
    )


def put_answer(into: Any, owner: str, conversation: str, answer: Answer, heard: float) -> None:
    """Insert an answer."""
    problem = json.dumps(answer.problem.as_dict()) if answer.problem else None
    into.execute(
        "insert into chat_answers values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (answer.id, answer.turn, conversation, owner, answer.endpoint, answer.attempt, int(answer.chosen),
         answer.status, answer.text, folded(answer.text), problem, json.dumps(asdict(answer.figures)),
         json.dumps(asdict(answer.params)), int(answer.vote), int(answer.preferred), answer.note, answer.made, heard),
    )  # fmt: skip


def update_answer(state: State, owner: str, answer: Answer, heard: float) -> None:
    """Keep what has come of an answer; votes and what is chosen stay as they are."""
    problem = json.dumps(answer.problem.as_dict()) if answer.problem else None
    state.write(
        "update chat_answers set status=?, text=?, folded=?, problem=?, figures=?, note=?, heard=?"
        " where id=? and owner=?",
        answer.status, answer.text, folded(answer.text), problem, json.dumps(asdict(answer.figures)), answer.note,
        heard, answer.id, owner,
    )  # fmt: skip


def read_conversation(state: State, owner: str, id: str, now: float) -> Conversation | None:
    """A conversation with all its turns and answers; None where this owner has none of this id."""
    found = state.read("select * from chat_conversations where id=? and owner=? and deleted is null", id, owner)
    if not found:
        return None
    answers: dict[str, list[Answer]] = {}
    sql = "select * from chat_answers where conversation=? and owner=? order by made, attempt, rowid"
    for row in state.read(sql, id, owner):
        answers.setdefault(row["turn"], []).append(to_answer(row, now))
    sql = "select * from chat_turns where conversation=? and owner=? order by made, rowid"
    turns = tuple(
        Turn(
            row["id"], row["parent"], row["words"], row["made"], to_setup(row["setup"]),
            tuple(answers.get(row["id"], ())),
        )
        for row in state.read(sql, id, owner)
    )  # fmt: skip
    (row,) = found
    return Conversation(
        row["id"], row["title"], row["created"], row["updated"], to_setup(row["setup"]), row["leaf"],
        bool(row["pinned"]), turns,
    )  # fmt: skip


def to_answer(row: Any, now: float) -> Answer:
    """An answer's row; one that nobody writes any longer counts as stopped."""
    status, note = AnswerStatus(row["status"]), row["note"]
    if status is AnswerStatus.RUNNING and now - row["heard"] > STALE_SECONDS:
        status, note = AnswerStatus.STOPPED, ENDED
    problem = Problem(**json.loads(row["problem"])) if row["problem"] else None
    return Answer(
        row["id"], row["turn"], row["endpoint"], row["attempt"], bool(row["chosen"]), status, row["text"], problem,
        Figures(**json.loads(row["figures"])), to_params(json.loads(row["params"])), Vote(row["vote"]),
        bool(row["preferred"]), note, row["made"],
    )  # fmt: skip


def of_setup(setup: Setup) -> str:
    """A setup as JSON."""
    return json.dumps(asdict(setup), ensure_ascii=False)


def to_setup(text: str) -> Setup:
    """A setup from its JSON."""
    found = json.loads(text)
    return Setup(
        tuple(found["endpoints"]), found["system"], to_params(found["params"]),
        tuple((role, said) for role, said in found["examples"]), found["skip"],
    )  # fmt: skip


def to_params(found: Mapping[str, Any]) -> ChatParams:
    """Parameters from their JSON."""
    return ChatParams(**{**found, "stop": tuple(found.get("stop", ()))})


def find(state: State, owner: str, query: str) -> dict[str, str] | None:
    """Conversations in which every word of the query occurs, with an excerpt; None: no query, all of them."""
    words = folded(query).split()
    if not words:
        return None
    hits: dict[str, str] = {}
    for number, word in enumerate(words):
        found: dict[str, str] = {}
        for table, key, text in _SEARCHED:
            sql = f"select {key} as id, {text} as said, folded from {table} where owner=? and instr(folded, ?) > 0"
            for row in state.read(sql, owner, word):
                found.setdefault(row["id"], _excerpt(row["said"], row["folded"], word))
        hits = found if number == 0 else {id: said for id, said in hits.items() if id in found}
    return hits


_SEARCHED = (
    ("chat_turns", "conversation", "words"),
    ("chat_answers", "conversation", "text"),
    ("chat_conversations", "id", "title"),
)


def _excerpt(said: str, plain: str, word: str) -> str:
    at = plain.find(word) if len(plain) == len(said) else 0
    start = max(0, at - EXCERPT // 3)
    text = " ".join(said[start : start + EXCERPT].split())
    return f"{'…' if start else ''}{text}{'…' if len(said) > start + EXCERPT else ''}"


def listings(state: State, owner: str, hits: Mapping[str, str] | None, limit: int = -1) -> list[Listing]:
    """The history, pinned ones first, then the newest; all of it where no limit is given."""
    rows: Iterable[Any] = state.read(
        "select c.*, (select count(*) from chat_turns t where t.conversation = c.id) as turns"
        " from (select * from chat_conversations where owner=? and deleted is null"
        " order by pinned desc, updated desc, rowid desc limit ?) c order by pinned desc, updated desc",
        owner,
        limit if hits is None else -1,
    )
    return [
        Listing(
            row["id"], row["title"], row["updated"], bool(row["pinned"]), row["turns"],
            to_setup(row["setup"]).endpoints, (hits or {}).get(row["id"], ""),
        )
        for row in rows
        if hits is None or row["id"] in hits
    ]  # fmt: skip
