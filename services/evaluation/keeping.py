"""What the evaluation room keeps in the state database: question sets, runs, and every outcome, by owner."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest, NotFound
from services.evaluation.grid import setting_dict, setting_of
from services.evaluation.models import Item, Outcome, Place, QuestionSet, RunRequest, Seen, SetSummary, Setting, Source

if TYPE_CHECKING:
    from services.state import State

LONGEST_NAME = 80

_SCHEMA = """
create table if not exists evaluation_set(
    id text primary key, owner text not null, name text not null, version text not null, items text not null,
    questions integer not null, unanswerable integer not null, made real not null, draft integer not null default 0,
    note text not null default '');
create index if not exists evaluation_set_by_owner on evaluation_set(owner, made);
create table if not exists evaluation_run(
    id text primary key, owner text not null, name text not null, questions text not null, sources text not null,
    settings text not null, job text not null default '', made real not null, timings text not null default '{}',
    prices text not null default '{}');
create index if not exists evaluation_run_by_owner on evaluation_run(owner, made);
create table if not exists evaluation_outcome(
    run text not null, setting text not null, question text not null, outcome text not null,
    primary key(run, setting, question)) without rowid;
create table if not exists evaluation_pace(
    owner text not null, what text not null, seconds real not null, primary key(owner, what));
"""


def version_of(items: Iterable[Item]) -> str:
    """The version of a set's content: the same questions with the same expectations, in whatever order, have one."""
    lines = sorted(json.dumps(asdict(replace(item, origin="")), sort_keys=True, ensure_ascii=False) for item in items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:10]


def item_of(told: Mapping[str, Any]) -> Item:
    """A question from its JSON."""
    return Item(**{**told, "answers": tuple(told["answers"]), "place": Place(**told["place"])})


def outcome_of(text: str) -> Outcome:
    """An outcome from its JSON."""
    told = json.loads(text)
    return Outcome(**{**told, "seen": tuple(Seen(**each) for each in told["seen"])})


def _told(outcome: Outcome) -> dict[str, Any]:
    """An outcome for JSON; dataclasses.asdict copies every value, which takes longer than the search."""
    told = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
    told["seen"] = [{name: getattr(each, name) for name in Seen.__dataclass_fields__} for each in outcome.seen]
    return told


class Keeping:
    """The question sets and runs of one owner."""

    def __init__(self, state: State, owner: str) -> None:
        self._state, self.owner = state, owner
        state.ensure("evaluation", _SCHEMA)

    # -- question sets

    def save(self, name: str, items: Sequence[Item], *, draft: bool = False, note: str = "") -> QuestionSet:
        """Keep questions under a name; the same content under it again is the set that is there.

        InvalidRequest without a name or a question, and where two questions have one id.
        """
        name = " ".join(name.split())[:LONGEST_NAME]
        if not name:
            raise InvalidRequest("The questions have no name.", "", "Give them one.")
        if not items:
            raise InvalidRequest("There is no question left.", "", "Keep or add at least one.")
        if len({item.id for item in items}) != len(items):
            raise InvalidRequest("Two questions have the same id.", "", "Give each its own.")
        version, now = version_of(items), time.time()
        for row in self._state.read(
            "select id from evaluation_set where owner=? and name=? and version=? and draft=?",
            self.owner, name, version, draft,
        ):  # fmt: skip
            self._state.write("update evaluation_set set made=? where id=?", now, row["id"])
            return self.set(row["id"])
        made = QuestionSet(uuid.uuid4().hex[:16], name, version, tuple(items), now, draft, note)
        self._state.write(
            "insert into evaluation_set values(?,?,?,?,?,?,?,?,?,?)",
            made.id, self.owner, name, version, json.dumps([asdict(item) for item in items], ensure_ascii=False),
            len(items), sum(item.unanswerable for item in items), now, draft, note,
        )  # fmt: skip
        return made

    def set(self, id: str) -> QuestionSet:
        """A question set with its questions. NotFound."""
        for row in self._state.read("select * from evaluation_set where id=? and owner=?", id, self.owner):
            items = tuple(item_of(each) for each in json.loads(row["items"]))
            facts = row["id"], row["name"], row["version"], items, row["made"], bool(row["draft"]), row["note"]
            return QuestionSet(*facts)
        raise NotFound("There is no such question set.", "It was deleted, or is somebody else's.", "Choose another.")

    def sets(self) -> tuple[SetSummary, ...]:
        """All question sets with their versions, newest first."""
        rows = self._state.read(
            "select id, name, version, questions, unanswerable, made, draft, note from evaluation_set where owner=?"
            " order by made desc limit 500", self.owner,
        )  # fmt: skip
        return tuple(SetSummary(**{**dict(row), "draft": bool(row["draft"])}) for row in rows)

    def delete_set(self, id: str) -> None:
        """Delete a version of a set. InvalidRequest while a run that asked it is kept."""
        if self._state.read("select 1 from evaluation_run where questions=? and owner=?", id, self.owner):
            raise InvalidRequest("A run asked these questions.", "", "Delete that run first.")
        self._state.write("delete from evaluation_set where id=? and owner=?", id, self.owner)

    # -- runs

    def add_run(self, request: RunRequest, prices: Mapping[str, float | None]) -> str:
        """Write a run down; its id."""
        run = uuid.uuid4().hex[:16]
        self._state.write(
            "insert into evaluation_run(id,owner,name,questions,sources,settings,made,prices) values(?,?,?,?,?,?,?,?)",
            run, self.owner, request.name, request.questions, json.dumps([asdict(each) for each in request.sources]),
            json.dumps([setting_dict(each) for each in request.settings], ensure_ascii=False), time.time(),
            json.dumps(dict(prices)),
        )  # fmt: skip
        return run

    def run_row(self, run: str) -> Any:
        """A run's row. NotFound."""
        for row in self._state.read("select * from evaluation_run where id=? and owner=?", run, self.owner):
            return row
        raise NotFound("There is no such evaluation.", "It was deleted, or is somebody else's.", "Choose another.")

    def request_of(self, run: str) -> RunRequest:
        """What a run was asked to do."""
        row = self.run_row(run)
        sources = tuple(Source(**each) for each in json.loads(row["sources"]))
        return RunRequest(row["name"], row["questions"], sources, self.settings_of(row))

    @staticmethod
    def settings_of(row: Any) -> tuple[Setting, ...]:
        """The settings of a run's row."""
        return tuple(setting_of(each) for each in json.loads(row["settings"]))

    def run_rows(self, limit: int = 100) -> list[Any]:
        """The runs' rows, newest first."""
        sql = "select * from evaluation_run where owner=? order by made desc limit ?"
        return self._state.read(sql, self.owner, limit)

    def set_job(self, run: str, job: str) -> None:
        """Say which job carries a run out."""
        self._state.write("update evaluation_run set job=? where id=? and owner=?", job, run, self.owner)

    def add_timings(self, run: str, timings: Mapping[str, float]) -> None:
        """Add seconds to what a run's parts have taken so far."""
        with self._state.transaction() as transaction:
            row = transaction.execute("select timings from evaluation_run where id=?", (run,)).fetchone()
            held = json.loads(row["timings"]) if row else {}
            summed = {key: held.get(key, 0.0) + timings.get(key, 0.0) for key in {*held, *timings}}
            transaction.execute("update evaluation_run set timings=? where id=?", (json.dumps(summed), run))

    def delete_run(self, run: str) -> None:
        """Delete a run with its outcomes."""
        self.run_row(run)
        with self._state.transaction() as transaction:
            transaction.execute("delete from evaluation_outcome where run=?", (run,))
            transaction.execute("delete from evaluation_run where id=? and owner=?", (run, self.owner))

    # -- outcomes

    def add_outcomes(self, run: str, setting: str, outcomes: Sequence[Outcome]) -> None:
        """Keep outcomes, in one transaction."""
        with self._state.transaction() as transaction:
            transaction.executemany(
                "insert or replace into evaluation_outcome values(?,?,?,?)",
                [(run, setting, one.question, json.dumps(_told(one), ensure_ascii=False)) for one in outcomes],
            )

    def outcomes(self, run: str, setting: str) -> dict[str, Outcome]:
        """What is kept of a setting, by question."""
        sql = "select question, outcome from evaluation_outcome where run=? and setting=?"
        rows = self._state.read(sql, run, setting)
        return {row["question"]: outcome_of(row["outcome"]) for row in rows}

    def done(self, run: str) -> dict[str, int]:
        """How many questions of each setting are done."""
        rows = self._state.read("select setting, count(*) n from evaluation_outcome where run=? group by setting", run)
        return {row["setting"]: int(row["n"]) for row in rows}

    # -- pace

    def pace(self, what: str) -> float | None:
        """Seconds one of `what` took when last measured, None before that."""
        rows = self._state.read("select seconds from evaluation_pace where owner=? and what=?", self.owner, what)
        return float(rows[0]["seconds"]) if rows else None

    def set_pace(self, what: str, seconds: float) -> None:
        """Remember how long one of `what` takes."""
        self._state.write("insert or replace into evaluation_pace values(?,?,?)", self.owner, what, seconds)
