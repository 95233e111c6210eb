"""Cost Explorer's answers, kept because each costs, and a count of what was asked this month.

Both lie in the state database, so that a restart asks nothing again. Who may see what: rows carry the scope, which is
the world, partition, account and principal that asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.state import State

_SCHEMA = """
create table if not exists cost_answers(
  scope text not null, asked text not null, answer text not null, at real not null, primary key(scope, asked));
create table if not exists cost_requests(scope text not null, at real not null);
create index if not exists cost_requests_by_scope on cost_requests(scope, at);
"""
FORGOTTEN_SECONDS = 40 * 86400.0

Answer = Mapping[str, Any]


class KeptAnswers:
    """Answers by what was asked. `now` is the other side's clock, seconds since the epoch."""

    def __init__(self, state: State, scope: tuple[str, ...], now: Callable[[], float]) -> None:
        self._state, self._scope, self._now = state, json.dumps(scope), now
        state.ensure("costs", _SCHEMA)

    def find(self, asked: Answer, seconds: float) -> tuple[Answer, float] | None:
        """The answer to this that is not older than so many seconds, and when it was given."""
        sql = "select answer, at from cost_answers where scope=? and asked=?"
        for row in self._state.read(sql, self._scope, _written(asked)):
            if 0 <= self._now() - row["at"] <= seconds:
                return json.loads(row["answer"]), float(row["at"])
        return None

    def put(self, asked: Answer, answer: Answer) -> float:
        """Keep an answer in place of an earlier one; when that was."""
        now = self._now()
        self._state.write(
            "insert or replace into cost_answers(scope, asked, answer, at) values(?,?,?,?)",
            self._scope, _written(asked), json.dumps(answer, default=str), now,
        )  # fmt: skip
        self._state.write("delete from cost_answers where scope=? and at<?", self._scope, now - FORGOTTEN_SECONDS)
        return now

    def count(self) -> None:
        """One request is being made, and paid."""
        now = self._now()
        self._state.write("insert into cost_requests(scope, at) values(?,?)", self._scope, now)
        self._state.write("delete from cost_requests where scope=? and at<?", self._scope, now - FORGOTTEN_SECONDS)

    def counted(self, since: float) -> int:
        """How many were made since a moment."""
        rows = self._state.read("select count(*) as n from cost_requests where scope=? and at>=?", self._scope, since)
        return int(rows[0]["n"])


def _written(asked: Answer) -> str:
    return json.dumps(asked, sort_keys=True)
