"""`sagedeck autopilot jobs|job|stop|candidates`: follow AutoML jobs without a browser."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.autopilot_group import autopilot
from cli.following import PlanFlag, Script, WithScript, a_month, carry_out, only_shown
from cli.opening import JsonFlag, YesFlag, answering, open_console, say
from services.errors import InvalidRequest, SagedeckError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.autopilot import Candidate, Job
    from services.autopilot.watching.leaderboard import Place
    from services.autopilot.watching.report_models import Left
    from services.console import Console

_POLITE_SECONDS = 20.0  # between looks of --wait, at AWS's pace


@autopilot.command()
def jobs(
    context: typer.Context,
    status: Annotated[str, typer.Option(help="Only those: InProgress, Completed, Failed, Stopping, Stopped.")] = "",
    text: Annotated[str, typer.Option("--search", help="Only those whose name holds this.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the AutoML jobs of this account and region, newest first, by list calls alone."""
    with answering(as_json):
        console = open_console(context)
        found = [
            each
            for each in console.autopilot.list_jobs()
            if (not status or each.status.value.casefold() == status.casefold())
            and text.casefold() in each.name.casefold()
        ]
        if as_json:
            typer.echo(json.dumps([_summary(each) for each in found]))
            return
        for each in found:
            made = f"{each.created:%Y-%m-%d %H:%M}" if each.created else ""
            typer.echo(f"{each.name:<34} {each.status.value:<11} {each.stage:<30} {made}  {each.failure}".rstrip())
        if not found:
            typer.echo("There is no such job. `sagedeck autopilot launch FILE --target COLUMN` begins one.")


@autopilot.command()
def job(
    context: typer.Context,
    name: str,
    wait: Annotated[bool, typer.Option(help="Wait until the job has ended.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show a job: its stages, its candidates ranked, why it failed, what it has left in S3 and what that costs."""
    with answering(as_json):
        console = open_console(context)
        found = console.autopilot.describe(name)
        stage = ""
        while wait and found.status.moving:
            if found.stage != stage:
                stage = found.stage
                say(f"  {found.status.value}: {stage}")
            time.sleep(max(0.5, _POLITE_SECONDS / console.catalog.pace))
            found = console.autopilot.describe(name)
        candidates = console.autopilot.candidates(name)
        left, why_not = _left(console, found)
        if as_json:
            typer.echo(json.dumps(_told(console, found, candidates, left, why_not)))
        else:
            _print(console, found, candidates, left, why_not)


@autopilot.command()
def candidates(
    context: typer.Context,
    name: str,
    by: Annotated[str, typer.Option(help="Sort by this metric; the job's objective if left out.")] = "",
    measured: Annotated[str, typer.Option("--set", help="Validation, Train or Test.")] = "Validation",
    as_json: JsonFlag = False,
) -> None:
    """Rank the candidates of a job, with every metric they have."""
    from services.autopilot.watching.leaderboard import Query, leaderboard, metrics_of

    with answering(as_json):
        console = open_console(context)
        found = console.autopilot.describe(name)
        known = console.autopilot.candidates(name)
        if by and known and by not in metrics_of(known, measured):
            has = ", ".join(metrics_of(known, measured)) or "none"
            raise InvalidRequest(f"No candidate has the metric {by[:60]}.", f"They have {has}.", "Choose one of these.")
        places = leaderboard(found, known, Query(metric=by, which=measured))
        if as_json:
            typer.echo(json.dumps([_row(each) for each in places]))
            return
        for each in places:
            _print_place(each)
        if not places:
            typer.echo(f"{name} has no candidate yet." if found.status.moving else f"{name} has no candidates.")


@autopilot.command(cls=WithScript)
def stop(
    context: typer.Context,
    name: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Stop a job; candidates that are finished stay."""
    with answering(as_json):
        console = open_console(context)
        plan = console.autopilot.plan_stop(name)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        view = carry_out(console, plan, yes, replan=lambda: console.autopilot.plan_stop(name))
        found = console.autopilot.describe(name)
        row = {"job": found.name, "status": found.status.value, "run": view.id}
        typer.echo(json.dumps(row) if as_json else f"{found.name}: {found.status.value}.")


def _left(console: Console, found: Job) -> tuple[Left | None, str]:
    try:
        return console.autopilot.left(found), ""
    except SagedeckError as error:
        return None, f"{error.what} {error.why}".strip()


def _summary(each: Job) -> dict[str, Any]:
    moments = {"created": each.created, "changed": each.changed, "ended": each.ended}
    return {
        "job": each.name, "status": each.status.value, "stage": each.stage,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
        "failure": each.failure or None, "partial": list(each.partial),
    }  # fmt: skip


def _told(
    console: Console, found: Job, candidates: Sequence[Candidate], left: Left | None, why_not: str
) -> dict[str, Any]:
    from services.autopilot.watching.following import best_of
    from services.autopilot.watching.leaderboard import leaderboard
    from services.autopilot.watching.metrics import objective_of

    progress = console.autopilot.progress(found, candidates)
    best = best_of(found, candidates)
    stages = [
        {"stage": each.name, "state": each.state.value, "seconds": each.seconds, "typical_seconds": each.typical}
        for each in progress.stages
    ]
    stored = None
    if left is not None:
        stored = {"prefix": left.prefix, "objects": left.count, "bytes": left.size, "complete": left.complete,
                  "usd_per_month": left.usd_per_month, "price": left.price_source}  # fmt: skip
    return _summary(found) | {
        "kind": found.kind.value.removesuffix("JobConfig"), "problem": found.problem or None,
        "target": found.target or None, "objective": objective_of(found) or None, "output": found.output,
        "inputs": dict(found.inputs), "elapsed_seconds": progress.elapsed, "stages": stages,
        "best": best.name if best else None, "endpoint": found.deployed_as or None,
        "candidates": [_row(each) for each in leaderboard(found, candidates)],
        "notebooks": dict(found.notebooks),
        "left": stored, "left_unknown": why_not or None, "diagnosis": _diagnosis(console, found),
    }  # fmt: skip


def _diagnosis(console: Console, found: Job) -> dict[str, str | bool] | None:
    if not found.failure:
        return None
    from services.diagnosis import Place, diagnose_container

    told = diagnose_container(
        found.failure, lambda: console.container_log(Place.AUTOML, found.name), operation="CreateAutoMLJobV2"
    )
    return told.as_dict()


def _row(place: Place) -> dict[str, Any]:
    from services.autopilot.watching.leaderboard import algorithm

    each = place.candidate
    metrics: dict[str, dict[str, float]] = {}
    for measure in each.measures:
        metrics.setdefault(measure.which, {})[measure.name] = measure.value
    return {
        "rank": place.rank, "candidate": each.name, "status": each.status, "algorithm": algorithm(each) or None,
        "objective": each.objective.name if each.objective else None, "value": place.value, "behind": place.behind,
        "metrics": metrics, "failure": each.failure or None,
        "containers": [{"image": one.image, "model_data": one.model_data} for one in each.containers],
    }  # fmt: skip


def _print(console: Console, found: Job, candidates: Sequence[Candidate], left: Left | None, why_not: str) -> None:
    from services.autopilot.watching.leaderboard import leaderboard

    progress = console.autopilot.progress(found, candidates)
    typer.echo(f"{found.name}: {found.status.value}, {found.stage}")
    for stage in progress.stages:
        took = f"{stage.seconds:,.0f} s" if stage.seconds is not None else ""
        typer.echo(f"  {stage.state.value:<8} {stage.words:<28} {took:>9}  usually {stage.typical or 0:,.0f} s")
    if found.failure:
        typer.echo(f"! {found.failure}")
        told = _diagnosis(console, found) or {}
        typer.echo(f"  Cause: {told.get('cause')}. {told.get('fix')}")
    for reason in found.partial:
        typer.echo(f"! Partly failed: {reason}")
    for place in leaderboard(found, candidates):
        _print_place(place)
    if left is not None:
        cost = a_month(left.usd_per_month)
        typer.echo(f"Left in S3: {left.count:,} objects, {left.size:,} bytes, {cost}, at {left.prefix}")
    elif why_not:
        typer.echo(f"! What it left in S3 is not known: {why_not}")


def _print_place(place: Place) -> None:
    each = place.candidate
    value = f"{each.objective.name} {place.value:.5g}" if each.objective and place.value is not None else ""
    typer.echo(f"{place.rank or '-':>4} {each.name:<52} {each.status:<11} {value}".rstrip())
