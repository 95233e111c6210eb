"""A worker that is killed, one that loses its run, and two that want the same run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.errors import RunTaken
from services.plans import Runs, RunStatus, Step, StepStatus, Until
from services.plans.journal import Journal, LeaseLost
from services.state import State
from tests.services.plans.child import FolderWorld
from tests.services.plans.world import Clock, World, making, plan, waiting

ROOT = Path(__file__).parents[3]
SECONDS = 30.0
LATER = 1000.0  # seconds after which a worker's last beat is stale


def things(tmp_path: Path) -> list[tuple[str, str]]:
    """Name and content of all that was made, what was made twice named twice."""
    paths = (tmp_path / "world").glob("*.thing")
    return sorted((path.name.partition(".")[0], path.read_text(encoding="utf-8")) for path in paths)


def count(tmp_path: Path) -> int:
    return len(list((tmp_path / "world").glob("*.thing")))


def killed_midway(tmp_path: Path, changes: int) -> str:
    """Start the long plan in another process and kill -9 it once it has made `changes` changes; the run's id."""
    where = [str(tmp_path / "state.db"), str(tmp_path / "world")]
    arguments = [sys.executable, "-m", "tests.services.plans.child", *where, "0.03"]
    child = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        run_id: str = child.stdout.readline().strip()
        deadline = time.monotonic() + SECONDS
        while count(tmp_path) < changes:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    return run_id


def killed_while_undoing(tmp_path: Path, left: int) -> str:
    """Let the long plan be done and undone in another process; kill -9 it when `left` things are left."""
    where = [str(tmp_path / "state.db"), str(tmp_path / "world")]
    arguments = [sys.executable, "-m", "tests.services.plans.child", *where, "0", "undo"]
    child = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        run_id: str = child.stdout.readline().strip()
        most, deadline = 0, time.monotonic() + SECONDS
        while most < 12 or count(tmp_path) > left:
            most = max(most, count(tmp_path))
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    return run_id


def runs_later(tmp_path: Path, world: FolderWorld) -> Runs:
    return Runs(
        State(tmp_path / "state.db"), lambda _: world, owner="ann", worker="second", clock=lambda: time.time() + LATER
    )


@pytest.mark.parametrize("changes", [1, 4, 7])
def test_after_kill_9_a_resumed_run_loses_nothing_and_doubles_nothing(tmp_path: Path, changes: int) -> None:
    run_id = killed_midway(tmp_path, changes)
    world = FolderWorld(tmp_path / "world", 0.0)
    runs = runs_later(tmp_path, world)
    view = runs.view(run_id)
    assert view.status is RunStatus.INTERRUPTED
    assert any(step.status is not StepStatus.DONE for step in view.steps)
    runs.resume(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.DONE
    assert {step.status for step in view.steps} == {StepStatus.DONE}
    made = things(tmp_path)
    assert [name for name, _ in made] == sorted(f"t{number}" for number in range(12))
    assert dict(made)["t11"] == "made of arn:aws:library:::thing/t8"
    assert len(runs.undo_plan(run_id).steps) == 12


def test_after_kill_9_cancelling_takes_back_all_that_was_made(tmp_path: Path) -> None:
    run_id = killed_midway(tmp_path, 5)
    runs = runs_later(tmp_path, FolderWorld(tmp_path / "world", 0.0))
    runs.cancel(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.CANCELLED
    assert things(tmp_path) == []
    assert view.usd_per_hour == 0.0


@pytest.mark.parametrize("left", [10, 4])
def test_after_kill_9_while_undoing_resuming_takes_back_the_rest(tmp_path: Path, left: int) -> None:
    run_id = killed_while_undoing(tmp_path, left)
    runs = runs_later(tmp_path, FolderWorld(tmp_path / "world", 0.0))
    view = runs.view(run_id)
    assert view.status is RunStatus.INTERRUPTED
    assert view.undo_steps
    runs.resume(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.UNDONE
    assert things(tmp_path) == []


def two_workers(tmp_path: Path, world: World, clock: Clock) -> tuple[Runs, Runs]:
    state = State(tmp_path / "state.db")
    first, second = (
        Runs(state, lambda _: world, owner="ann", worker=name, clock=clock, sleep=lambda _: time.sleep(0.002))
        for name in ("first", "second")
    )
    return first, second


FOREVER = Until(path="Status", done=("Never",), deadline=1e12)


def test_one_worker_at_a_time_holds_a_run(tmp_path: Path) -> None:
    first, second = two_workers(tmp_path, World(), Clock())
    run_id = first.start(plan(making("a"), waiting("a", manner=FOREVER)))
    assert second.view(run_id).status in (RunStatus.WAITING, RunStatus.RUNNING)
    with pytest.raises(RunTaken):
        second.resume(run_id)
    first.cancel(run_id)
    assert first.wait(run_id, SECONDS).status is RunStatus.CANCELLED


def test_another_worker_may_cancel_and_the_holder_hears_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.plans.runs.BEAT_SECONDS", 0.02)
    world = World()
    first, second = two_workers(tmp_path, world, Clock())
    run_id = first.start(plan(making("a"), waiting("a", manner=FOREVER)))
    second.cancel(run_id)
    assert second.wait(run_id, SECONDS).status is RunStatus.CANCELLED
    assert world.things == {}
    assert first.wait(run_id, SECONDS).status is RunStatus.CANCELLED


def test_a_worker_that_slept_too_long_stops_when_another_took_its_run(tmp_path: Path) -> None:
    clock, asleep, awake = Clock(), World(), World()
    state = State(tmp_path / "state.db")
    first = Runs(state, lambda _: asleep, owner="ann", worker="first", clock=clock)
    second = Runs(state, lambda _: awake, owner="ann", worker="second", clock=clock)
    called, wake = threading.Event(), threading.Event()

    def sleeps(_: Mapping[str, Any]) -> Mapping[str, Any]:
        called.set()
        wake.wait(SECONDS)
        return {}

    asleep.special["put_thing"], awake.special["put_thing"] = sleeps, lambda _: {}
    put = Step(id="put", service="library", operation="put_thing", reason="Put.")
    run_id = first.start(plan(put, making("b", "put")))
    assert called.wait(SECONDS)
    clock.now += LATER
    assert second.view(run_id).status is RunStatus.INTERRUPTED
    second.resume(run_id)
    assert second.wait(run_id, SECONDS).status is RunStatus.DONE
    wake.set()
    assert first.wait(run_id, SECONDS).status is RunStatus.DONE
    assert ("create_thing", "b") not in asleep.calls
    assert ("create_thing", "b") in awake.calls


def test_a_lost_run_takes_no_entry_of_its_former_holder(tmp_path: Path) -> None:
    journal = Journal(State(tmp_path / "state.db"), "ann")
    journal.create("run", plan(making("a")), "first", 0.0)
    assert not journal.take("run", "second", 5.0)
    assert journal.take("run", "second", LATER)
    with pytest.raises(LeaseLost):
        journal.beat("run", "first", LATER)
    assert journal.beat("run", "second", LATER) is False
