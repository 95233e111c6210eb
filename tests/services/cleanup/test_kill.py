"""A cleanup that is killed after each of its deletions: resumed, it ends with everything gone that was to go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.plans import Runs, RunStatus
from services.state import State
from tests.services.cleanup.account import MINE
from tests.services.cleanup.fake_aws import KeptAws

ROOT = Path(__file__).parents[3]
SECONDS, LATER = 60.0, 1000.0
GOES = 8  # two chains, the role with its policy


def made(path: Path) -> KeptAws:
    aws = KeptAws(path)
    aws.chain("one")
    aws.chain("two")
    aws.make("model", "kept", "another-role", {**MINE, "sagedeck:protected": "yes"})
    aws.write()
    return aws


def deletions(path: Path) -> int:
    aws = KeptAws(path)
    return len(aws.deleted) + (not aws.policies)


@pytest.mark.slow
@pytest.mark.parametrize("after", range(GOES))
def test_killed_after_any_deletion_a_resumed_run_finishes_and_touches_nothing_else(tmp_path: Path, after: int) -> None:
    state, kept = tmp_path / "state.db", tmp_path / "aws.json"
    made(kept)
    arguments = [sys.executable, "-m", "tests.services.cleanup.child", str(state), str(kept)]
    child = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        run_id = child.stdout.readline().strip()
        deadline = time.monotonic() + SECONDS
        while deletions(kept) < after:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    aws = KeptAws(kept)
    runs = Runs(State(state), aws.operators(), owner="ada", worker="second", clock=lambda: time.time() + LATER)
    before = runs.view(run_id)
    for step in before.steps:
        if step.receipt is not None and step.receipt.gone and step.operation.startswith("delete_"):
            assert step.name not in aws.things.get(step.operation.removeprefix("delete_"), {})
    for _ in range(3):
        if runs.view(run_id).status is not RunStatus.DONE:
            runs.resume(run_id)
            runs.wait(run_id, SECONDS)
    assert runs.view(run_id).status is RunStatus.DONE
    left = KeptAws(kept)
    assert {kind: set(things) for kind, things in left.things.items()} == {
        "endpoint": set(), "endpoint_config": set(), "model": {"kept"},
    }  # fmt: skip
    assert not left.role
