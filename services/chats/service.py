"""What pages and the command line call."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from services.chats import exchange, importing, rows
from services.chats.asking import Asking, Live
from services.chats.models import (
    MOST_ENDPOINTS,
    TITLE_LONGEST,
    Answer,
    Conversation,
    Listing,
    Rating,
    Setup,
    Turn,
    Vote,
    messages,
    title_of,
)
from services.errors import InvalidRequest, NotFound
from services.inference import ChatParams, Delta, Message
from services.legible import spelled
from services.state import State

MOST_LISTED = 200
UNDO_SECONDS = 86_400.0  # a deleted conversation can be brought back for a day
Stream = Callable[[str, Sequence[Message], ChatParams], Iterator[Delta]]
Check = Callable[[str, Sequence[Message], ChatParams], None]

_under_way: dict[tuple[str, str, str], Asking] = {}  # of this process: a reloaded page finds its answer here
_lock = threading.Lock()


class ChatsService:
    """The conversations of one owner.

    stream         an endpoint's answer to messages, piece by piece
    usd_per_hour   what all instances of an endpoint cost, None where it is not known
    check          raises RequestTooLong or RateLimited where an endpoint would not be asked now
    """

    def __init__(
        self,
        state: State,
        owner: str,
        *,
        stream: Stream,
        usd_per_hour: Callable[[str], float | None],
        check: Check = lambda *_: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state, self.owner, self._stream, self._check, self._clock = state, owner, stream, check, clock
        self._usd_per_hour = usd_per_hour
        state.ensure("chats", rows.SCHEMA)

    def list(self, query: str = "", limit: int = MOST_LISTED) -> tuple[Listing, ...]:
        """The history, pinned ones first, then the newest; with a query those that hold all its words."""
        hits = rows.find(self._state, self.owner, query)
        return tuple(rows.listings(self._state, self.owner, hits, limit)[:limit])

    def open(self, id: str) -> Conversation:
        """A conversation with every branch. Raises NotFound."""
        found = rows.read_conversation(self._state, self.owner, id, self._clock())
        if found is None:
            raise NotFound(
                "There is no such conversation.", "It may have been deleted.", "Choose another, or begin one."
            )
        return found

    def under_way(self, id: str) -> Asking | None:
        """The answers of this conversation that this process is writing now."""
        return _under_way.get(self._key(id))

    def ask(self, words: str, setup: Setup, conversation: str = "", *, after: str | None = None) -> Asking:
        """Ask all endpoints of the setup at once; without a conversation a new one begins.

        after   the turn it follows: the last one shown when left out, "" the beginning. Another one than the last makes
                a branch, and the old one stays. Raises InvalidRequest, NotFound, RequestTooLong and RateLimited, and
                then nothing was sent or kept.
        """
        self._check_setup(words, setup)
        words = spelled(words)
        known = self.open(conversation) if conversation else None
        parent = after if after is not None else known.leaf if known else ""
        path = known.path(parent) if known and parent else ()
        for endpoint in setup.endpoints:
            self._check(endpoint, messages(setup, path, endpoint, words), setup.params)
        self._make_room(known)
        now = self._clock()
        self._forget(now - UNDO_SECONDS)
        turn = Turn(_id(), parent, words, now, setup)
        answers = [Answer(_id(), turn.id, each, params=setup.params, made=now) for each in setup.endpoints]
        id = known.id if known else _id()
        with self._state.transaction() as into:
            if known is None:
                rows.put_conversation(into, self.owner, Conversation(id, title_of(words), now, now, setup, turn.id))
            rows.put_turn(into, self.owner, id, turn)
            for answer in answers:
                rows.put_answer(into, self.owner, id, answer, now)
            sql = "update chat_conversations set updated=?, leaf=?, setup=? where id=? and owner=?"
            into.execute(sql, (now, turn.id, rows.of_setup(setup), id, self.owner))
        return self._begin(id, turn, path, answers)

    def edit(self, conversation: str, turn: str, words: str, setup: Setup) -> Asking:
        """Ask an earlier turn in other words: a branch beside it. Raises as `ask` does."""
        return self.ask(words, setup, conversation, after=self._turn(self.open(conversation), turn).parent)

    def regenerate(
        self, conversation: str, turn: str, endpoints: Sequence[str] = (), setup: Setup | None = None
    ) -> Asking:
        """Ask these endpoints (or all of the turn) once more; the answers before stay as earlier attempts.

        Raises as `ask` does.
        """
        known = self.open(conversation)
        before = self._turn(known, turn)
        setup = replace(setup or before.setup, endpoints=tuple(endpoints) or before.setup.endpoints)
        path = known.path(before.parent) if before.parent else ()
        for endpoint in setup.endpoints:
            self._check(endpoint, messages(setup, path, endpoint, before.words), setup.params)
        self._make_room(known)
        now = self._clock()
        answers = [
            Answer(_id(), turn, each, len(before.attempts(each)) + 1, params=setup.params, made=now)
            for each in setup.endpoints
        ]
        with self._state.transaction() as into:
            for answer in answers:
                sql = "update chat_answers set chosen=0 where turn=? and endpoint=? and owner=?"
                into.execute(sql, (turn, answer.endpoint, self.owner))
                rows.put_answer(into, self.owner, conversation, answer, now)
            into.execute(
                "update chat_conversations set updated=? where id=? and owner=?", (now, conversation, self.owner)
            )
        return self._begin(conversation, replace(before, setup=setup), path, answers)

    def _begin(self, id: str, turn: Turn, path: Sequence[Turn], answers: Sequence[Answer]) -> Asking:
        key = self._key(id)

        def keep(answer: Answer) -> None:
            rows.update_answer(self._state, self.owner, answer, self._clock())

        def done() -> None:
            with _lock:
                if _under_way.get(key) is asking:
                    del _under_way[key]

        asking = Asking(id, turn.id, keep, done)
        lives = []
        for answer in answers:
            sent = messages(turn.setup, path, answer.endpoint, turn.words)
            ask = partial(self._stream, answer.endpoint, sent, turn.setup.params)
            lives.append(Live(answer, ask, partial(self._usd_per_hour, answer.endpoint), keep, asking.news))
        with _lock:
            _under_way[key] = asking
        asking.start(lives)
        return asking

    def _make_room(self, known: Conversation | None) -> None:
        """Whatever is still being written in this conversation ends, as if it had been stopped."""
        current = self.under_way(known.id) if known else None
        if current is not None:
            current.stop()

    def choose_branch(self, conversation: str, turn: str) -> None:
        """Show the branch that begins with this turn, to its newest end."""
        known = self.open(conversation)
        leaf = known.newest_under(self._turn(known, turn).id)
        sql = "update chat_conversations set leaf=? where id=? and owner=?"
        self._state.write(sql, leaf, conversation, self.owner)

    def choose_attempt(self, conversation: str, answer: Answer) -> None:
        """Show another attempt of an endpoint; what comes next is asked after that one."""
        sql = "update chat_answers set chosen=(id=?) where turn=? and endpoint=? and conversation=? and owner=?"
        self._state.write(sql, answer.id, answer.turn, answer.endpoint, conversation, self.owner)

    def vote(self, answer: str, vote: Vote) -> None:
        """Keep what a person thought of an answer."""
        self._state.write("update chat_answers set vote=? where id=? and owner=?", int(vote), answer, self.owner)

    def prefer(self, answer: Answer, preferred: bool = True) -> None:
        """Keep which of a turn's answers was the best; only one is."""
        sql = "update chat_answers set preferred=(id=? and ?) where turn=? and owner=?"
        self._state.write(sql, answer.id, int(preferred), answer.turn, self.owner)

    def rename(self, id: str, title: str) -> None:
        """Give a conversation another title. Raises InvalidRequest for none."""
        title = " ".join(title.split())[:TITLE_LONGEST]
        if not title:
            raise InvalidRequest("A conversation needs a title.", "", "Write some words.")
        sql = "update chat_conversations set title=?, folded=? where id=? and owner=?"
        self._state.write(sql, title, rows.folded(title), id, self.owner)

    def pin(self, id: str, pinned: bool) -> None:
        """Keep a conversation at the top of the history, or no longer."""
        self._state.write("update chat_conversations set pinned=? where id=? and owner=?", int(pinned), id, self.owner)

    def delete(self, id: str) -> None:
        """Take a conversation out of the history; `restore` brings it back for a day. Raises NotFound."""
        self.open(id)
        current = self.under_way(id)
        if current is not None:
            current.stop()
        now = self._clock()
        self._state.write("update chat_conversations set deleted=? where id=? and owner=?", now, id, self.owner)
        self._forget(now - UNDO_SECONDS)

    def restore(self, id: str) -> None:
        """Bring a deleted conversation back."""
        self._state.write("update chat_conversations set deleted=null where id=? and owner=?", id, self.owner)

    def _forget(self, before: float) -> None:
        """Remove for good what was deleted long enough ago."""
        gone = "(select id from chat_conversations where owner=? and deleted < ?)"
        with self._state.transaction() as into:
            for table in ("chat_answers", "chat_turns"):
                into.execute(f"delete from {table} where conversation in {gone}", (self.owner, before))
            into.execute("delete from chat_conversations where owner=? and deleted < ?", (self.owner, before))

    def fork(self, id: str, turn: str = "") -> str:
        """A new conversation of what was said up to this turn (the last one shown when left out); its id."""
        known = self.open(id)
        path = known.path(turn)
        copy = replace(known, title=f"{known.title} (fork)", pinned=False, turns=path, leaf=path[-1].id if path else "")
        with self._state.transaction() as into:
            return self._put(into, copy)

    def export(self, *ids: str) -> str:
        """These conversations, or all of them, as JSON. Raises NotFound."""
        wanted = ids or tuple(each.id for each in rows.listings(self._state, self.owner, None))
        return exchange.to_json([self.open(id) for id in wanted])

    def bring_in(self, data: bytes) -> tuple[str, ...]:
        """Add the conversations of an export under new ids; theirs. Raises InvalidRequest, and then adds none."""
        found = importing.from_json(data)
        with self._state.transaction() as into:
            return tuple(self._put(into, each) for each in found)

    def _put(self, into: Any, one: Conversation) -> str:
        """Keep a conversation from elsewhere under ids of our own."""
        now, id = self._clock(), _id()
        ids = {turn.id: _id() for turn in one.turns}
        leaf = ids.get(one.leaf, ids[one.turns[-1].id] if one.turns else "")
        rows.put_conversation(into, self.owner, replace(one, id=id, leaf=leaf, updated=now))
        for turn in one.turns:
            moved = replace(turn, id=ids[turn.id], parent=ids.get(turn.parent, ""))
            rows.put_turn(into, self.owner, id, moved)
            for answer in turn.answers:
                rows.put_answer(into, self.owner, id, replace(answer, id=_id(), turn=moved.id), 0.0)
        return id

    def ratings(self) -> tuple[Rating, ...]:
        """Every answer that was voted on, with its question."""
        found = []
        for each in rows.listings(self._state, self.owner, None):
            known = self.open(each.id)
            for turn in known.turns:
                rated = [answer for answer in turn.answers if answer.vote is not Vote.NONE or answer.preferred]
                found += [Rating(known.id, known.title, turn.words, answer) for answer in rated]
        return tuple(found)

    def _key(self, id: str) -> tuple[str, str, str]:
        return (str(self._state.path), self.owner, id)

    def _turn(self, known: Conversation, turn: str) -> Turn:
        found = known.turn(turn)
        if found is None:
            raise NotFound("This conversation has no such turn.", "", "Reload the page.")
        return found

    @staticmethod
    def _check_setup(words: str, setup: Setup) -> None:
        if not words.strip():
            raise InvalidRequest("There is nothing to send.", "", "Write something.")
        if not 1 <= len(set(setup.endpoints)) == len(setup.endpoints) <= MOST_ENDPOINTS:
            asked = f"{len(setup.endpoints)} were chosen."
            raise InvalidRequest(f"One to {MOST_ENDPOINTS} different endpoints can be asked at once.", asked)


def _id() -> str:
    return uuid.uuid4().hex[:16]
