"""`sagedeck batch …`: transform jobs without a browser."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.batch_group import batch
from cli.batch_lines import job_line, job_row, progress_row
from cli.batch_options import Options
from cli.batch_request import refuse, request_of
from cli.deploy_options import taking
from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown
from cli.opening import JsonFlag, YesFlag, answering, open_console, say
from services.errors import SagedeckError

if TYPE_CHECKING:
    from services.batch import TransformJob
    from services.console import Console

EVERY_SECONDS, WAIT_SECONDS = 15.0, 5 * 24 * 3600.0


@batch.command(cls=WithScript)
@taking(Options)
def run(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model of SageMaker, or an endpoint whose model is taken.")],
    source: Annotated[str, typer.Argument(metavar="INPUT", help="An S3 prefix or manifest, or a local file.")],
    wait: Annotated[bool, typer.Option("--wait", help="Follow it until it has ended.")] = False,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
    *,
    options: Options,
) -> None:
    """Have a model answer everything that lies at INPUT."""
    with answering(as_json):
        console = open_console(context)
        request = request_of(console, model, source, options)
        refuse(console, request)
        plan = console.batch.plan(request)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        view = carry_out(console, plan, yes, replan=lambda: console.batch.plan(request))
        job = _followed(console, request.name) if wait else console.batch.describe(request.name)
        row = {"run": view.id, **job_row(console, job)}
        typer.echo(json.dumps(row) if as_json else job_line(console, job))
        if job.status in ("Failed", "Stopped"):
            say(f"`sagedeck batch job {job.name}` says which objects have no answers, and why.")
            raise typer.Exit(1)


@batch.command()
def jobs(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=500, help="How many, the newest first.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """List transform jobs, whoever made them."""
    with answering(as_json):
        console = open_console(context)
        found = console.batch.described(console.batch.list_jobs(most))
        if as_json:
            typer.echo(json.dumps([job_row(console, each) for each in found]))
            return
        for each in found:
            typer.echo(job_line(console, each))
        if not found:
            typer.echo("There is no transform job. `sagedeck batch run MODEL s3://bucket/prefix/` makes one.")


@batch.command()
def job(context: typer.Context, name: str, as_json: JsonFlag = False) -> None:
    """One job: state, cost, how many objects are answered, and why others are not."""
    from services.batch import explained

    with answering(as_json):
        console = open_console(context)
        found = console.batch.describe(name)
        progress = console.batch.progress(found)
        row = job_row(console, found) | progress_row(progress)
        if not found.status.moving:
            missing = explained(progress, _log(console, name))
            row["missing"] = [{"input": str(each.source), "log": list(each.words)} for each in missing]
            row |= _diagnosed(console, found, next((each.said for each in missing if each.said), ""))
        if as_json:
            typer.echo(json.dumps(row))
            return
        typer.echo(job_line(console, found))
        for key in ("input", "output", "model", "done", "total", "failure"):
            typer.echo(f"  {key:<8} {row.get(key)}")
        for each in row.get("missing", ()):
            typer.echo(f"  no answer: {each['input']}  {' '.join(each['log'])}")
        if "diagnosis" in row:
            typer.echo(f"  {row['diagnosis']['words']} {row['diagnosis']['fix']}")


@batch.command(cls=WithScript)
def stop(
    context: typer.Context,
    name: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Stop a job and wait until it stands still; what it has written stays."""
    with answering(as_json):
        console = open_console(context)
        plan = console.batch.plan_stop(name)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        view = carry_out(console, plan, yes, replan=lambda: console.batch.plan_stop(name))
        found = console.batch.describe(name)
        typer.echo(
            json.dumps({"run": view.id, **job_row(console, found)}) if as_json else job_line(console, found)
        )  # fmt: skip


def _followed(console: Console, name: str) -> TransformJob:
    pace, deadline = console.catalog.pace, time.monotonic() + WAIT_SECONDS
    told = -1
    while True:
        found = console.batch.describe(name)
        if not found.status.moving or time.monotonic() > deadline:
            return found
        progress = console.batch.progress(found)
        if progress.done != told:
            told = progress.done
            say(f"  {found.status}: {told} of {progress.total} objects answered")
        time.sleep(max(0.5, EVERY_SECONDS / pace))


def _diagnosed(console: Console, found: TransformJob, said: str) -> dict[str, Any]:
    """Why it failed: from what the model answered to the first object, else from AWS's reason and the whole log."""
    from services.diagnosis import Place, diagnose_container

    if not found.failure:
        return {}
    told = console.diagnosis(said, operation="CreateTransformJob") if said else None
    if told is None or told.cause == "unknown":
        read = partial(console.container_log, Place.TRANSFORM, found.name)
        told = diagnose_container(found.failure, read, operation="CreateTransformJob")
    return {"diagnosis": {"cause": str(told.cause), "words": told.words, "fix": told.fix}}


def _log(console: Console, name: str) -> list[str]:
    from services.diagnosis import Place

    try:
        return [line.text for line in console.container_log(Place.TRANSFORM, name).lines]
    except SagedeckError:
        return []
