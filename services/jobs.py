"""Background jobs that outlive the page that started them, with a journal that outlives the process.

A job runs in a daemon thread and knows nothing of any page. Its row carries a heartbeat, so that a job whose process
died is seen as interrupted instead of running for ever.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.errors import NotFound, Problem, SagedeckError, problem_of
from services.state import State

HEARTBEAT_SECONDS = 2.0
STALE_SECONDS = 15.0  # seven missed heartbeats: long enough for a busy machine, short enough to wait for

_SCHEMA = """
create table if not exists jobs(
    id text primary key, kind text not null, owner text not null, title text not null, key text not null,
    payload text not null, status text not null, progress real, detail text not null default '',
    facts text not null default '{}', result text, problem text, cancel integer not null default 0,
    worker text not null, heartbeat real not null, started real not null, ended real);
create index if not exists jobs_by_owner on jobs(owner, started);
"""

_log = logging.getLogger(__name__)


class JobStatus(StrEnum):
    """Where a job is. INTERRUPTED: its process went away; starting it again goes on where it was."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class JobCancelled(SagedeckError):
    """Raised inside a job at its next checkpoint after somebody asked it to stop."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as a page shows it. `progress` is 0..1 or None when unknown; times are Unix seconds."""

    id: str
    kind: str
    owner: str
    title: str
    status: JobStatus
    progress: float | None
    detail: str
    facts: Mapping[str, Any]
    payload: Mapping[str, Any]
    result: Mapping[str, Any] | None
    problem: Problem | None
    started: float
    ended: float | None


class JobHandle:
    """What a running job is given: to say how far it is, and to hear that it should stop."""

    def __init__(self, jobs: Jobs, job_id: str) -> None:
        self._jobs = jobs
        self.id = job_id

    def report(self, progress: float | None, detail: str = "", **facts: Any) -> None:
        """Say how far the job is (0..1, or None) and what it is doing; `facts` must be JSON and replace older ones."""
        self._jobs.report(self.id, progress, detail, facts)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._jobs.cancel_asked(self.id)

    def checkpoint(self) -> None:
        """Stop here, by JobCancelled, when somebody asked for it."""
        if self.cancelled:
            raise JobCancelled("Stopped as asked.", "", "What was finished before is kept.")


Work = Callable[[JobHandle], Mapping[str, Any] | None]


class Jobs:
    """The background jobs of this state database."""

    def __init__(self, state: State, *, worker: str = "", clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._clock = clock
        self.worker = worker or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        state.ensure("jobs", _SCHEMA)

    def start(
        self,
        kind: str,
        owner: str,
        title: str,
        work: Work,
        *,
        key: str = "",
        payload: Mapping[str, Any] | None = None,
    ) -> str:
        """Start `work` in the background and return the job's id.

        A job with the same owner, kind and non-empty `key` that is still running is returned instead of a second one.
        """
        job_id, now = uuid.uuid4().hex, self._clock()
        with self._state.transaction() as transaction:
            running = transaction.execute(
                "select id from jobs where owner=? and kind=? and key=? and key<>'' and status=? and heartbeat>?",
                (owner, kind, key, JobStatus.RUNNING, now - STALE_SECONDS),
            ).fetchone()
            if running:
                return str(running["id"])
            transaction.execute(
                "insert into jobs(id,kind,owner,title,key,payload,status,worker,heartbeat,started)"
                " values(?,?,?,?,?,?,?,?,?,?)",
                (job_id, kind, owner, title, key, json.dumps(payload or {}), JobStatus.RUNNING, self.worker, now, now),
            )
        threading.Thread(target=self._run, args=(job_id, work), name=f"job-{kind}", daemon=True).start()
        return job_id

    def _run(self, job_id: str, work: Work) -> None:
        stop = threading.Event()
        threading.Thread(target=self._beat, args=(job_id, stop), name="job-heartbeat", daemon=True).start()
        status, result, problem = JobStatus.DONE, None, None
        try:
            result = work(JobHandle(self, job_id))
        except JobCancelled:
            status = JobStatus.CANCELLED
        except Exception as error:  # noqa: BLE001 - a job's thread is where its errors end: they become its result
            _log.warning("job %s failed: %s", job_id, type(error).__name__)
            status, problem = JobStatus.FAILED, problem_of(error)
        finally:
            stop.set()
        self._state.write(
            "update jobs set status=?, result=?, problem=?, ended=?,"
            " progress=case when ?='done' then 1 else progress end where id=?",
            status,
            json.dumps(result) if result is not None else None,
            json.dumps(problem.as_dict()) if problem else None,
            self._clock(),
            status,
            job_id,
        )

    def _beat(self, job_id: str, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                self._state.write("update jobs set heartbeat=? where id=?", self._clock(), job_id)
            except SagedeckError as error:  # a full disk may have room again before the next beat
                _log.warning("job %s missed a beat: %s", job_id, error.why)
        self._state.close()

    def report(self, job_id: str, progress: float | None, detail: str, facts: Mapping[str, Any]) -> None:
        """Write down how far a job is; it counts as a heartbeat."""
        self._state.write(
            "update jobs set progress=?, detail=?, facts=case when ?='{}' then facts else ? end, heartbeat=?"
            " where id=?",
            progress,
            detail,
            json.dumps(facts),
            json.dumps(facts),
            self._clock(),
            job_id,
        )

    def cancel_asked(self, job_id: str) -> bool:
        """Whether somebody asked this job to stop."""
        rows = self._state.read("select cancel from jobs where id=?", job_id)
        return bool(rows and rows[0]["cancel"])

    def cancel(self, job_id: str, owner: str) -> None:
        """Ask a job of this owner to stop at its next checkpoint. NotFound when there is none."""
        if not self._state.write("update jobs set cancel=1 where id=? and owner=?", job_id, owner):
            raise NotFound("There is no such job.", "It may belong to somebody else.", "Look at the list of activity.")

    def view(self, job_id: str, owner: str) -> JobView | None:
        """One job of this owner, or None."""
        rows = self._state.read("select * from jobs where id=? and owner=?", job_id, owner)
        return self._view(rows[0]) if rows else None

    def list(self, owner: str, kind: str | None = None, limit: int = 50) -> tuple[JobView, ...]:
        """The newest jobs of this owner, of one kind or of all."""
        rows = self._state.read(
            "select * from jobs where owner=? and (? is null or kind=?) order by started desc limit ?",
            owner,
            kind,
            kind,
            limit,
        )
        return tuple(self._view(row) for row in rows)

    def _view(self, row: Any) -> JobView:
        status = JobStatus(row["status"])
        if status is JobStatus.RUNNING and row["heartbeat"] < self._clock() - STALE_SECONDS:
            status = JobStatus.INTERRUPTED
        return JobView(
            id=row["id"],
            kind=row["kind"],
            owner=row["owner"],
            title=row["title"],
            status=status,
            progress=row["progress"],
            detail=row["detail"],
            facts=json.loads(row["facts"]),
            payload=json.loads(row["payload"]),
            result=json.loads(row["result"]) if row["result"] else None,
            problem=Problem(**json.loads(row["problem"])) if row["problem"] else None,
            started=row["started"],
            ended=row["ended"],
        )
