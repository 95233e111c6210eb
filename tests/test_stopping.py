"""A command that is ended in mid-deployment, by Ctrl-C or by `kill`, says what stands and what it costs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from cli.following import carry_out
from services.connection import Mode
from services.errors import SagedeckError
from services.plans import Estimate, Plan, RunStatus, RunView


class StartedRuns:
    """One run that never ends; `wait` is where the command is when it is ended."""

    def __init__(self, number: int) -> None:
        self.number = number

    def start(self, plan: Plan, *, confirmed: Plan, secrets: Mapping[str, str]) -> str:
        return "run-1"

    def view(self, run_id: str) -> RunView:
        return RunView(run_id, "Deploy", RunStatus.RUNNING, (), Plan("Deploy", ()), 0.0, None, 1.5)

    def under_way(self, run_id: str) -> bool:
        return False

    def wait(self, run_id: str, timeout: float) -> RunView:
        os.kill(os.getpid(), self.number)
        return self.view(run_id)


class StartedConsole:
    def __init__(self, number: int) -> None:
        self.runs = StartedRuns(number)
        self.connection = type("At", (), {"mode": Mode.SANDBOX})
        self.refreshed = 0

    def refresh(self) -> None:
        self.refreshed += 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_ended_says_what_still_costs(number: int) -> None:
    console: Any = StartedConsole(number)
    before = signal.getsignal(signal.SIGTERM)
    plan = Plan("Deploy", (), estimate=Estimate(1.5))
    with pytest.raises(SagedeckError, match="half-way") as told:
        carry_out(console, plan, True, replan=lambda: plan)
    assert "$1.500/h" in told.value.why
    assert signal.getsignal(signal.SIGTERM) is before
    assert console.refreshed == 1


def test_beside_the_main_thread_signals_are_left_alone() -> None:
    console: Any = StartedConsole(signal.SIGTERM)
    console.runs.wait = lambda run_id, timeout: RunView(
        run_id, "Deploy", RunStatus.DONE, (), Plan("Deploy", ()), 0.0, 1.0, 0.0
    )
    plan, found = Plan("Deploy", ()), []
    thread = threading.Thread(target=lambda: found.append(carry_out(console, plan, True, replan=lambda: plan).status))
    thread.start()
    thread.join(10)
    assert found == [RunStatus.DONE]
