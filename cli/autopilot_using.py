"""`sagedeck autopilot deploy` and `predict`: a candidate as an endpoint, and predictions of files by it or by a job."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.autopilot_group import autopilot
from cli.autopilot_predicting import by_batch, by_endpoint, fetched, finished, one_row
from cli.following import PlanFlag, Script, ScriptFormat, WithScript, carry_out, only_shown
from cli.lease_words import hours_of
from cli.listing import endpoint_row
from cli.opening import JsonFlag, YesFlag, answering, open_console, say
from services.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from services.access import RoleChoice
    from services.autopilot import Candidate, Job
    from services.autopilot.using.candidate_planner import BatchAsk
    from services.console import Console
    from services.deploy import DeployRequest, Serverless
    from services.plans import Plan

OWN = "own"  # the console's execution role
CandidateOption = Annotated[str, typer.Option("--candidate", help="The candidate's name; the best one if left out.")]
RoleOption = Annotated[str, typer.Option("--role", help="ARN of the execution role; the job's own if left out.")]


@autopilot.command(cls=WithScript)
def deploy(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="The AutoML job.")],
    candidate: CandidateOption = "",
    name: Annotated[str, typer.Option(help="The endpoint's name; one with the time in it if left out.")] = "",
    serverless: Annotated[bool, typer.Option(help="Without machines: billed by the request.")] = False,
    memory_mb: Annotated[int, typer.Option(help="Of a serverless endpoint: 1024 to 6144 by 1024; 0 chooses.")] = 0,
    concurrency: Annotated[int, typer.Option(help="Of a serverless endpoint: requests at a time, 1 to 200.")] = 5,
    instance_type: Annotated[str, typer.Option(help="The smallest usual one that fits if left out.")] = "",
    count: Annotated[int, typer.Option(help="Instances.")] = 1,
    role: RoleOption = "",
    own_role: Annotated[bool, typer.Option(help="Use the console's execution role, made if need be.")] = False,
    lease: Annotated[str, typer.Option(help="When it is to end: 8h, 2d; left out, as the setting says.")] = "",
    lease_then: Annotated[str, typer.Option(help="delete or pause.")] = "delete",
    show_plan: PlanFlag = False,
    script: Script = None,
    wait: Annotated[bool, typer.Option(help="Wait until it is in service.")] = True,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Deploy a candidate of an AutoML job, real-time or serverless, and wait until it answers."""
    from services.deploy import Serverless

    with answering(as_json):
        console = open_console(context)
        mode = Serverless(memory_mb=memory_mb, concurrency=concurrency) if serverless else None
        hours = hours_of(lease) if lease else float(console.settings.lease_hours)
        request = request_of(
            console, job, candidate, role if not own_role else OWN, name=name, mode=mode, instance_type=instance_type,
            count=count, lease=(hours, lease_then, ""),
        )  # fmt: skip
        plan = console.deploy.plan_deploy(request)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        view = carry_out(console, plan, yes, replan=lambda: console.deploy.plan_deploy(request), wait=wait)
        detail = console.endpoints.describe_endpoint(request.endpoint_name)
        row = {"run": view.id, "job": job, "candidate": detail.tag("candidate")}
        row |= endpoint_row(detail, console.connection.now())
        typer.echo(json.dumps(row) if as_json else f"{row['name']}: {row['status']}, {row['candidate']}")


def request_of(
    console: Console, job: str, candidate: str, role: str, *, name: str, mode: Serverless | None, **more: Any
) -> DeployRequest:
    """A candidate as a deployment; `role`: an ARN, "" the job's, or OWN. Raises NotFound."""
    from services.autopilot.using.candidates import request_for, suggested_memory

    found = console.autopilot.describe(job)
    chosen = console.predictions.sized(candidate_of(console, found, candidate))
    if mode is not None and not mode.memory_mb:
        mode = replace(mode, memory_mb=suggested_memory(chosen))
    choice = role_of(console, found, role)
    request = request_for(found, chosen, name="", role=choice, owner=console.owner, mode=mode, **more)
    return console.deploy.dated(replace(request, endpoint_name=name or console.deploy.suggest_name(request.source)))


def candidate_of(console: Console, job: Job, name: str) -> Candidate:
    """The candidate of that name, else the best one. Raises NotFound."""
    from services.autopilot.using.candidates import usable

    able = usable(console.autopilot.candidates(job.name))
    wanted = name or (job.best.name if job.best else "")
    chosen = next((each for each in able if each.name == wanted), None)
    if chosen is None and not name:
        chosen = next(iter(able), None)
    if chosen is None:
        names = ", ".join(each.name for each in able[:10])
        raise NotFound(
            f"{job.name} has no candidate {name} that can be used." if name else f"{job.name} has no candidate yet.",
            f"It has {names}." if names else f"It is {job.status}.",
            "`sagedeck autopilot candidates` lists them." if names else "Wait until it has trained one.",
        )
    return chosen


def role_of(console: Console, job: Job, given: str) -> RoleChoice:
    """The role that was named, the console's own (OWN), or the job's ("")."""
    from services.access import ExistingRole

    if given == OWN or not (given or job.role):
        return console.access.request()
    return ExistingRole(given or job.role)


@autopilot.command(cls=WithScript)
def predict(
    context: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[JOB] [FILE]...", help="The AutoML job, and files; with --endpoint files alone."),
    ] = None,
    endpoint: Annotated[str, typer.Option(help="The endpoint to ask; else the job's newest that answers.")] = "",
    row: Annotated[str, typer.Option(help='One row as JSON: {"column": value, …}.')] = "",
    batch: Annotated[bool, typer.Option(help="By a transform job, without an endpoint; FILE may be s3://….")] = False,
    candidate: CandidateOption = "",
    instance_type: Annotated[str, typer.Option(help="Of a transform job.")] = "",
    count: Annotated[int, typer.Option(help="Instances of a transform job.")] = 1,
    role: RoleOption = "",
    own_role: Annotated[bool, typer.Option(help="Use the console's execution role, made if need be.")] = False,
    into: Annotated[str, typer.Option(help="Where the predictions go; FILE.predictions.csv if left out.")] = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Predict rows of files beside their input, and measure the predictions where the file holds the target."""
    with answering(as_json):
        console = open_console(context)
        job, files = _told(console, list(what or ()), endpoint, into)
        if row:
            rows = [one_row(console, job, endpoint, row)]
        elif batch:
            found, chosen = console.autopilot.describe(job), OWN if own_role else role
            who = candidate_of(console, found, candidate), role_of(console, found, chosen)
            asked = [
                by_batch(console, found, who[0], file, who[1], instance_type=instance_type, count=count)
                for file in files
            ]
            if asked and _shown(console, asked[0], show_plan, script, as_json):
                return
            rows = [_transformed(console, *pair, yes, into) for pair in zip(asked, files, strict=True)]
        else:
            rows = [by_endpoint(console, job, endpoint, file, into or _beside(file)) for file in files]
        _tell(rows, as_json)


def _shown(console: Console, asked: BatchAsk, show_plan: bool, script: ScriptFormat | None, as_json: bool) -> bool:
    """Whether the plan was to be seen and no more; of several files that of the first."""
    plan = console.batch_predictions.plan(asked)
    return only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json)


def _tell(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows[0] if len(rows) == 1 else rows))
        return
    for each in rows:
        typer.echo(_words(each))


def _told(console: Console, what: list[str], endpoint: str, into: str) -> tuple[str, list[str]]:
    """The job and the files; the job of an endpoint that this console deployed is in its tag."""
    job = console.endpoints.describe_endpoint(endpoint).tag("autopilot-job") if endpoint else ""
    if not job and not what:
        raise InvalidRequest("Which job?", "", "Name the AutoML job, or --endpoint with one that was deployed here.")
    files = what[1:] if not job or what[:1] == [job] else what
    if into and len(files) > 1:
        raise InvalidRequest("--into is for one file.", "", "Leave it out: each file gets its own beside it.")
    return job or what[0], files


def _beside(file: str) -> str:
    name = file.rstrip("/").rpartition("/")[2] if file.startswith("s3://") else file
    return f"{name}.predictions.csv"


def _transformed(console: Console, asked: BatchAsk, file: str, yes: bool, into: str) -> dict[str, Any]:
    """Carry out the plan of a transform job, wait for the job, and fetch its answers."""

    def planned() -> Plan:
        return console.batch_predictions.plan(asked)

    carry_out(console, planned(), yes, replan=planned)
    say(f"The transform job {asked.name} runs; `sagedeck batch` knows it too.")
    finished(console, asked.name)
    started = console.batch_predictions.start_fetching(asked.name)
    return {"transform_job": asked.name, **fetched(console, started, into or _beside(file))}


def _words(row: dict[str, Any]) -> str:
    if "prediction" in row:
        told = ", ".join(f"{label} {share:.1%}" for label, share in row.get("probabilities", {}).items())
        return f"{row['prediction']}{f' ({told})' if told else ''}"
    scores = ", ".join(f"{name} {value:.4g}" for name, value in row.get("scores", {}).items())
    return f"{row['rows']:,} rows predicted into {row['into']}{f'; {scores}' if scores else ''}"
