"""`sagedeck autopilot launch`: a table, and everything Autopilot can be told, becomes a job by a plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.autopilot_group import autopilot
from cli.autopilot_options import Options
from cli.autopilot_request import option_of, request_of
from cli.deploy_options import taking
from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown
from cli.opening import JsonFlag, YesFlag, answering, open_console, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.autopilot import AutopilotRequest, Ceiling, Seen
    from services.console import Console
    from services.deploy import Problem
    from services.plans import RunView


@autopilot.command(cls=WithScript)
@taking(Options)
def launch(
    context: typer.Context,
    data: Annotated[str, typer.Argument(help="A file of this machine, or s3://bucket/prefix.")],
    show_plan: PlanFlag = False,
    script: Script = None,
    wait: Annotated[bool, typer.Option(help="Wait until the job has ended.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
    *,
    options: Options,
) -> None:
    """Launch an AutoML job: the data are examined first, repaired on a copy where that is safe, and uploaded."""
    with answering(as_json):
        console = open_console(context)
        request = request_of(console, data, options, wait=wait)
        _refuse(console.autopilot.request_problems(request), as_json)
        seen = console.autopilot.examine(request, say=say)
        request = console.autopilot.resolved(request, seen)
        _refuse(console.autopilot.request_problems(request, seen), as_json)
        told = console.autopilot.ceiling(request, seen)
        plan = console.autopilot.plan_seen(request, seen)
        if not as_json and not script:
            _say_cost(told)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        view = carry_out(console, plan, yes, replan=lambda: console.autopilot.plan_seen(request, seen))
        row = _row(console, request, seen, told, view)
        words = f"{row['job']}: {row['status']}. Its results go to {row['output']}"
        typer.echo(json.dumps(row) if as_json else words)


def _row(
    console: Console, request: AutopilotRequest, seen: Mapping[str, Seen], told: Ceiling, view: RunView
) -> dict[str, Any]:
    job = console.autopilot.describe(request.name)
    return {
        "job": job.name,
        "status": str(job.status),
        "run": view.id,
        "target": request.target,
        "output": job.output,
        "data": dict(job.inputs),
        "repaired": {name: list(each.changes) for name, each in seen.items() if each.changes},
        "usd_most": told.usd_most,
        "usd_likely": told.usd_likely,
        "usd_per_hour": told.usd_per_hour_after,
    }


def _say_cost(told: Ceiling) -> None:
    most = "is not known" if told.usd_most is None else f"${told.usd_most:,.2f}"
    likely = "" if told.usd_likely is None else f", likely about ${told.usd_likely:,.2f}"
    say(f"The most it can cost: {most}{likely}. {told.basis}")


def _refuse(problems: Sequence[Problem], as_json: bool) -> None:
    """Say what is wrong, each with its option, and leave with 2; nothing when nothing is."""
    if not problems:
        return
    lines = [f"{option_of(each.field) or each.field}: {each.words}" for each in problems]
    if as_json:
        rows = [{"option": option_of(each.field), "field": each.field, "words": each.words} for each in problems]
        what, next = "This job cannot be launched as asked.", "Correct the options or the data and try again."
        typer.echo(json.dumps({"error": {"what": what, "why": " ".join(lines), "next": next, "problems": rows}}))
    else:
        say("\n".join(lines))
    raise typer.Exit(2)
