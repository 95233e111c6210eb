"""A training in a worker process: what becomes of it when the worker dies, takes too long or is not wanted any more."""

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from sandbox.tabular import training_run, workers
from sandbox.tabular.training_run import Run

Started = list[Any]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The worker processes that a test starts."""
    made: Started = []
    start = workers.start

    def noted(task: str) -> Any:
        made.append(start(task))
        return made[-1]

    monkeypatch.setattr(workers, "start", noted)
    return made


def _run(request: dict[str, Any], wanted: Any = lambda: True) -> Run:
    return Run(lambda folder: request, lambda event: event, wanted)


def _is_over(run: Run) -> bool:
    return not run.wait(lambda: False, 60.0) and run.over


class _Blocks(dict[str, Any]):
    """A request that leaves the worker waiting for its data."""

    def __init__(self, folder: Path) -> None:
        pipe = folder / "pipe"
        os.mkfifo(pipe)
        super().__init__(kind="tabular", files=[str(pipe)], target="y", job="j", seconds=30, out=str(folder))


def test_a_worker_that_dies_fails_the_training_in_words(tmp_path: Path, started: Started) -> None:
    run = _run(_Blocks(tmp_path))
    while not started:
        run.wait(lambda: bool(started), 0.05)
    started[0].send_signal(signal.SIGKILL)
    assert _is_over(run)
    assert [event["reason"] for event in run.events] == [training_run._DIED]
    assert started[0].returncode == -signal.SIGKILL


def test_a_training_that_takes_too_long_is_ended(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "SECONDS", 0.3)
    run = _run(_Blocks(tmp_path))
    assert _is_over(run)
    assert [event["reason"] for event in run.events] == [training_run._LATE]
    assert started[0].returncode is not None


def test_a_training_nobody_wants_any_more_ends_without_a_word(tmp_path: Path, started: Started) -> None:
    unwanted = threading.Event()
    run = _run(_Blocks(tmp_path), lambda: not unwanted.is_set())
    while not started:
        run.wait(lambda: bool(started), 0.05)
    unwanted.set()
    assert _is_over(run)
    assert run.events == []
    assert started[0].returncode is not None


def test_a_worker_ends_when_the_sandbox_is_gone(tmp_path: Path) -> None:
    worker = workers.start("train")
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write(json.dumps(_Blocks(tmp_path)).encode() + b"\n")
    worker.stdin.close()
    assert worker.stdout.read() == b""
    worker.stdout.close()
    assert worker.wait(30) == 1
