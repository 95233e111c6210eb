"""Plans on the command line: what is confirmed is what runs, and nothing is left running unsaid."""

from __future__ import annotations

import io
import json
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from cli.following import carry_out
from services.connection import Mode, sandbox_at
from services.console import Console
from services.errors import InvalidRequest, PlanChanged, SagedeckError
from services.plans import Plan, RunStatus, StepStatus
from tests.sandbox.server import start_sandbox

MODEL = "huggingface-sentencesimilarity-all-MiniLM-L6-v2"


class Terminal(io.StringIO):
    """A standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "600") as url:
        yield url


@pytest.fixture
def console(url: str, home: Path) -> Console:
    """A console that takes the sandbox for a real account."""
    return Console(replace(sandbox_at(url), mode=Mode.AWS), folder=home)


def role_plan(console: Console, name: str) -> Plan:
    return console.access.plan_role(console.access.request(name))


def endpoint_plan(console: Console, name: str) -> Plan:
    from cli.deploy_options import Options
    from cli.deploy_request import requests_of
    from cli.deploying import plan_of

    wanted, _ = requests_of(console, [MODEL], Options(name=[name], instance_type=["ml.c6i.xlarge"]))
    return plan_of(console, wanted)


def test_a_person_says_yes_and_the_plan_made_anew_is_what_runs(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: True)
    plan = role_plan(console, "sagedeck-yes")
    view = carry_out(console, plan, False, replan=lambda: role_plan(console, "sagedeck-yes"))
    assert view.status is RunStatus.DONE
    assert console.access.find_role("sagedeck-yes") is not None


def test_a_plan_that_changed_since_it_was_confirmed_does_not_run(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    plan = role_plan(console, "sagedeck-before")
    with pytest.raises(PlanChanged):
        carry_out(console, plan, False, replan=lambda: role_plan(console, "sagedeck-after"), confirmed=lambda _: True)
    assert console.runs.list() == ()


def test_nothing_runs_after_a_no_or_where_nobody_can_be_asked(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = role_plan(console, "sagedeck-no")
    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(typer.Exit):
        carry_out(console, plan, False, replan=lambda: plan, confirmed=lambda _: False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(InvalidRequest, match="--yes"):
        carry_out(console, plan, False, replan=lambda: plan)
    assert console.runs.list() == ()


def test_without_waiting_everything_is_still_asked_for(console: Console) -> None:
    plan = endpoint_plan(console, "unwatched")
    view = carry_out(console, plan, True, replan=lambda: plan, wait=False)
    statuses = {step.id: step.status for step in view.steps}
    assert statuses["create-endpoint-unwatched"] is StepStatus.DONE
    assert console.endpoints.describe_endpoint("unwatched").status in ("Creating", "InService")


def test_stopping_the_command_says_what_stands_and_what_it_costs(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = endpoint_plan(console, "stopped")
    wait = console.runs.wait

    def interrupted(run: str, timeout: float) -> object:
        wait(run, 60.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(console.runs, "wait", interrupted)
    with pytest.raises(SagedeckError) as caught:
        carry_out(console, plan, True, replan=lambda: plan)
    assert "interrupted" in caught.value.what
    assert "/h" in caught.value.why
    assert "undo" in caught.value.next


def test_what_made_a_run_fail_is_said_with_what_to_do_and_where_it_goes_on(
    console: Console, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = json.dumps({"kind": "missing-artifact"}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/_sandbox/faults", fault, method="POST")).close()
    plan = endpoint_plan(console, "without-weights")
    with pytest.raises(SagedeckError) as caught:
        carry_out(console, plan, True, replan=lambda: plan)
    urllib.request.urlopen(urllib.request.Request(f"{url}/_sandbox/faults", method="DELETE")).close()
    told = capsys.readouterr().err
    assert "Cause (artifact_unavailable): The files in S3 cannot be read." in told
    assert "What to do: Check that the S3 path exists" in told
    assert "Until then, trying again will not help." in told
    assert "`sagedeck resume-run" in caught.value.next
