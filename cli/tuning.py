"""`sagedeck tune …`: check a text, fine-tune a JumpStart model on it, follow, stop, and deploy what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.deploy_options import taking
from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown, usd
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from cli.tuning_options import FormatName, Options, request_of, template_of
from cli.tuning_rows import job_row, report_words, summary_row
from services.legible import legible

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

tune = typer.Typer(no_args_is_help=True, help="Fine-tune: check a text, train, follow, stop, deploy the result.")
app.add_typer(tune, name="tune")


@tune.command()
def check(
    file: Annotated[Path, typer.Argument(help="JSON lines, a JSON list, a CSV table, or plain text.")],
    format: Annotated[FormatName, typer.Option(help="What it is for.")] = FormatName.INSTRUCTION,
    template: Annotated[Path | None, typer.Option(help="A template.json with prompt and completion.")] = None,
    prompt: Annotated[str, typer.Option(help="What is asked; columns in braces: {question}.")] = "",
    completion: Annotated[str, typer.Option(help="What is answered: {answer}.")] = "",
    max_tokens: Annotated[int, typer.Option(help="Tokens the model reads of a row (max_input_length).")] = 1024,
    repaired: Annotated[Path | None, typer.Option(help="Write a copy with the safe repairs made.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Examine a text: may a model be tuned on it, and what would mend it? Asks no account."""
    from services.errors import InvalidRequest
    from services.tuning import Format
    from services.tuning import check as examine
    from services.tuning import repaired as write

    with answering(as_json):
        if not file.is_file():
            raise InvalidRequest(f"There is no file {file}.", "", "Name a file of this machine.")
        given = template_of(template, prompt, completion)
        report = examine(file, Format(format.value), template=given, limit=max_tokens)
        copy = write(file, report, repaired) if repaired and report.repairs and report.rows else None
        if as_json:
            row = report.as_dict() | ({"copy": str(copy)} if copy else {})
            typer.echo(json.dumps(row, ensure_ascii=True))
            return
        typer.echo(report_words(report))
        if copy:
            say(f"The copy is {copy}.")


@tune.command(cls=WithScript)
@taking(Options)
def run(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="JumpStart model id.")],
    text: Annotated[str, typer.Argument(help="A file, s3://bucket/file.jsonl, or s3://bucket/prefix/.")],
    options: Options,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Fine-tune a model on a text: look at it, plan, confirm, begin. `tune job NAME` follows it."""
    with answering(as_json):
        console = open_console(context)
        request, learned = request_of(console, model, text, options)

        def plan_of() -> Plan:
            return console.tuning.plan(request, learned)

        plan, price = plan_of(), console.tuning.ceiling(request, learned)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        for words in (*plan.warnings, *price.words):
            say(f"  ! {words}")
        view = carry_out(console, plan, yes, replan=plan_of)
        row = {
            "job": request.job_name, "run": view.id, "status": str(view.status), "usd_most": price.most,
            "usd_likely": price.likely,
        }  # fmt: skip
        most = "an unknown price" if price.most is None else usd(price.most)
        words = f"{request.job_name}: begun; at most {most}. `sagedeck tune job {request.job_name}` follows it."
        typer.echo(json.dumps(row) if as_json else words)


@tune.command()
def jobs(
    context: typer.Context,
    find: Annotated[str, typer.Option(help="A part of the name.")] = "",
    most: Annotated[int, typer.Option(help="At most so many, the newest first.")] = 500,
    as_json: JsonFlag = False,
) -> None:
    """List the account's training jobs, newest first."""
    with answering(as_json):
        found = [each for each in open_console(context).tuning.list_jobs() if find.lower() in each.name.lower()][:most]
        if as_json:
            typer.echo(json.dumps([summary_row(each) for each in found]))
            return
        for each in found:
            typer.echo(f"{each.name}: {each.status.value}, made {each.created:%Y-%m-%d %H:%M}")
        if not found:
            typer.echo("There is no training job. `sagedeck tune run MODEL FILE` begins one.")


@tune.command()
def job(context: typer.Context, name: str, as_json: JsonFlag = False) -> None:
    """Show one training job: how far it is, what it costs, its losses, what it left in S3, and why it failed."""
    from services.tuning import verdict

    with answering(as_json):
        console = open_console(context)
        found = console.tuning.describe(name)
        row = job_row(console, found)
        if as_json:
            typer.echo(json.dumps(row))
            return
        typer.echo(f"{found.name}: {found.status.value} ({found.stage})")
        cost = "an unknown price" if row["usd"] is None else usd(row["usd"])
        typer.echo(f"Billed {row['billed_seconds']:.0f} s, {cost}{' so far' if found.status.moving else ''}.")
        for metric, points in row["losses"].items():
            typer.echo(f"{metric}: {points[-1][1]:.4f} after {len(points)} measurements")
        said = verdict(console.tuning.curves(found))
        for line in filter(None, (said, legible(found.failure), row["cause"])):
            typer.echo(line)
        if found.artifact:
            typer.echo(f"The result lies at {found.artifact}. `sagedeck tune deploy {found.name}` deploys it.")


@tune.command(cls=WithScript)
def stop(
    context: typer.Context, name: str, show_plan: PlanFlag = False, script: Script = None, yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Stop a training job, and wait until it stands still."""
    with answering(as_json):
        console = open_console(context)
        _carried(
            console,
            name,
            lambda: console.tuning.plan_stop(name),
            show_plan,
            script,
            yes,
            as_json,
            {"job": name},
            "stopped",
        )


@tune.command(cls=WithScript)
def deploy(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="A training job that has completed.")],
    name: Annotated[str, typer.Option(help="Endpoint name; the job's when left out.")] = "",
    instance_type: Annotated[str, typer.Option(help="The base model's own when left out.")] = "",
    role: Annotated[str, typer.Option(help="ARN of an execution role.")] = "",
    lease: Annotated[float, typer.Option(help="Ends by itself after so many hours; 0 never.")] = 0.0,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Deploy what a training made, on its base model's container; no licence is asked for again."""
    from services.access import ExistingRole

    with answering(as_json):
        console = open_console(context)
        found = console.tuning.describe(job)
        request = console.tuning.deploy_request(
            found, endpoint_name=name, instance_type=instance_type, role=ExistingRole(role) if role else None,
            lease_hours=lease,
        )  # fmt: skip
        row = {"job": job, "endpoint": request.endpoint_name}
        _carried(
            console, request.endpoint_name, lambda: console.tuning.plan_deploy(found, request), show_plan, script, yes,
            as_json, row, "deployed",
        )  # fmt: skip


def _carried(
    console: Console, name: str, plan_of: Callable[[], Plan], show_plan: bool, script: Any, yes: bool, as_json: bool,
    row: dict[str, Any], verb: str,
) -> None:  # fmt: skip
    plan = plan_of()
    if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
        return
    for warning in plan.warnings:
        say(f"  ! {warning}")
    view = carry_out(console, plan, yes, replan=plan_of)
    typer.echo(json.dumps(row | {"run": view.id, "status": str(view.status)}) if as_json else f"{name}: {verb}")
