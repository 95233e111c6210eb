"""Plans on the command line: confirmed, carried out, followed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import typer

from cli.opening import say
from services.connection import Mode
from services.errors import InvalidRequest, SagedeckError

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan, RunView


def carry_out(console: Console, plan: Plan, yes: bool, *, wait: bool = True) -> RunView:
    """Confirm, run and follow a plan; what happens goes to standard error. Raises when it did not succeed."""
    from services.plans import RunStatus

    if not yes and console.connection.mode is Mode.AWS:
        _confirm(plan)
    run = console.runs.start(plan)
    view, told = console.runs.view(run), set()
    while not view.status.ended and (wait or not any(step.receipt for step in view.steps)):
        view = console.runs.wait(run, 0.5)
        for step in view.steps:
            if (step.id, step.status) not in told and step.status not in ("waiting", "skipped"):
                told.add((step.id, step.status))
                say(f"  {step.status:<13} {step.reason}")
    console.refresh()
    if view.status is RunStatus.DONE or not view.status.ended:
        return view
    problem = next((step.problem for step in view.steps if step.problem), view.problem)
    still = f"What stands still costs {usd(view.usd_per_hour)}/h." if view.usd_per_hour != 0 else ""
    raise SagedeckError(
        problem.what if problem else f"The run ended as {view.status}.",
        problem.why if problem else "",
        " ".join(part for part in (problem.next if problem else "", still) if part),
    )


def _confirm(plan: Plan) -> None:
    print_plan(plan, as_json=False)
    if not sys.stdin.isatty():
        raise InvalidRequest("This changes an AWS account and nobody is there to confirm it.", "", "Add --yes.")
    if not typer.confirm(f"Run this for {usd(plan.estimate.usd_per_hour)}/h?", err=True):
        raise typer.Exit(1)


def print_plan(plan: Plan, as_json: bool) -> None:
    from services.plans import policy, shown

    rows = [
        {"id": step.id, "call": f"{step.service}.{step.operation}", "reason": step.reason, "after": list(step.after)}
        | {"parameters": shown(step.parameters)}
        for step in plan.steps
    ]
    if as_json:
        document = {"title": plan.title, "usd_per_hour": plan.estimate.usd_per_hour, "steps": rows}
        typer.echo(json.dumps(document | {"warnings": list(plan.warnings), "policy": policy(plan)}, default=str))
        return
    say(f"{plan.title}: {usd(plan.estimate.usd_per_hour)}/h")
    for row in rows:
        say(f"  {row['call']:<40} {row['reason']}")
    for warning in plan.warnings:
        say(f"  ! {warning}")


def usd(amount: float | None) -> str:
    return "unknown price" if amount is None else f"${amount:.3f}"
