"""Background jobs: found again, cancelled, failed in plain words, and interrupted when their process is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.errors import InvalidRequest, NotFound, SagedeckError
from services.jobs import STALE_SECONDS, JobHandle, Jobs, JobStatus
from services.state import State


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(State(tmp_path / "state.db"))


def settled(jobs: Jobs, job_id: str, owner: str = "ana") -> Any:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        view = jobs.view(job_id, owner)
        if view and view.status is not JobStatus.RUNNING:
            return view
        time.sleep(0.01)
    raise AssertionError("the job did not end")


def test_a_finished_job_keeps_its_result(jobs: Jobs) -> None:
    view = settled(jobs, jobs.start("ingest", "ana", "Read files", lambda handle: {"chunks": 3}))
    assert (view.status, view.progress, dict(view.result)) == (JobStatus.DONE, 1, {"chunks": 3})


def test_a_job_is_found_again_by_another_console_on_the_same_state(tmp_path: Path) -> None:
    release = threading.Event()

    def work(handle: JobHandle) -> None:
        handle.report(0.5, "half", file="a.pdf")
        assert release.wait(5)

    first = Jobs(State(tmp_path / "state.db"))
    job_id = first.start("ingest", "ana", "Read files", work)
    other = Jobs(State(tmp_path / "state.db"))
    deadline = time.monotonic() + 5
    view = other.view(job_id, "ana")
    while time.monotonic() < deadline and not (view and view.detail):
        view = other.view(job_id, "ana")
    assert view is not None
    assert (view.status, view.progress, view.detail, view.facts) == (
        JobStatus.RUNNING,
        0.5,
        "half",
        {"file": "a.pdf"},
    )
    release.set()
    settled(other, job_id)


def test_nobody_sees_or_stops_another_owners_job(jobs: Jobs) -> None:
    job_id = jobs.start("ingest", "ana", "Read files", lambda handle: None)
    settled(jobs, job_id)
    assert jobs.view(job_id, "bob") is None
    assert jobs.list("bob") == ()
    with pytest.raises(NotFound):
        jobs.cancel(job_id, "bob")


def test_a_cancelled_job_stops_at_its_next_checkpoint(jobs: Jobs) -> None:
    started = threading.Event()

    def work(handle: JobHandle) -> None:
        started.set()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            handle.checkpoint()

    job_id = jobs.start("ingest", "ana", "Read files", work)
    assert started.wait(5)
    jobs.cancel(job_id, "ana")
    assert settled(jobs, job_id).status is JobStatus.CANCELLED


def _fail(error: Exception) -> Callable[[JobHandle], None]:
    def work(handle: JobHandle) -> None:
        raise error

    return work


def test_a_known_error_is_kept_in_its_own_words(jobs: Jobs) -> None:
    view = settled(jobs, jobs.start("x", "ana", "t", _fail(InvalidRequest("No.", "Because.", "Do this."))))
    assert view.status is JobStatus.FAILED
    assert (view.problem.what, view.problem.why, view.problem.next) == ("No.", "Because.", "Do this.")


def test_an_unexpected_error_does_not_show_its_text(jobs: Jobs) -> None:
    view = settled(jobs, jobs.start("x", "ana", "t", _fail(RuntimeError("password is hunter2"))))
    assert "hunter2" not in repr(view)
    assert "RuntimeError" in view.problem.why


def test_the_same_running_key_is_not_started_twice(jobs: Jobs) -> None:
    release = threading.Event()

    def work(handle: JobHandle) -> None:
        assert release.wait(5)

    first = jobs.start("ingest", "ana", "t", work, key="folder")
    assert jobs.start("ingest", "ana", "t", work, key="folder") == first
    assert jobs.start("ingest", "bob", "t", lambda handle: None, key="folder") != first
    release.set()
    settled(jobs, first)
    again = jobs.start("ingest", "ana", "t", lambda handle: None, key="folder")
    assert again != first
    settled(jobs, again)


def test_a_job_whose_process_went_away_reads_as_interrupted(tmp_path: Path) -> None:
    now = [1000.0]
    state = State(tmp_path / "state.db")
    jobs = Jobs(state, clock=lambda: now[0])
    job_id = jobs.start("ingest", "ana", "t", lambda handle: None)
    settled(jobs, job_id)
    state.write("update jobs set status='running', ended=null where id=?", job_id)
    now[0] += STALE_SECONDS + 1
    view = jobs.view(job_id, "ana")
    assert view is not None
    assert view.status is JobStatus.INTERRUPTED


def test_a_full_disk_for_a_moment_does_not_end_the_heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.jobs.HEARTBEAT_SECONDS", 0.005)
    state, written, beaten = State(tmp_path / "state.db"), State.write, threading.Event()
    tried: list[str] = []

    def write(self: State, sql: str, *args: object) -> int:
        if "set heartbeat" in sql:
            tried.append(sql)
            if len(tried) < 3:
                raise SagedeckError("The state database cannot be used.", "The disk is full.")
            beaten.set()
        return written(self, sql, *args)

    monkeypatch.setattr(State, "write", write)

    def work(handle: JobHandle) -> dict[str, Any]:
        return {"beaten": beaten.wait(10)}

    jobs = Jobs(state)
    assert settled(jobs, jobs.start("ingest", "ana", "Read files", work)).result == {"beaten": True}
