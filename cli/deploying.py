"""Commands about endpoints: deploy, chat, delete, and take everything down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.deploy_options import Options, taking_options
from cli.deploy_request import mendable, refuse, requests_of, secrets_of
from cli.deploy_saved import load_requests, save_requests
from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown
from cli.lease_words import leased
from cli.listing import endpoint_row
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from cli.preflight_lines import as_one, say_stops
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.console import Console
    from services.deploy import DeployRequest, Problem
    from services.plans import Plan


@app.command(cls=WithScript)
@taking_options
def deploy(
    context: typer.Context,
    models: Annotated[list[str] | None, typer.Argument(help="JumpStart model ids; two make a pair.")] = None,
    show_plan: PlanFlag = False,
    script: Script = None,
    request: Annotated[Path | None, typer.Option(help="Deploy what this file says (see --save-request).")] = None,
    save_request: Annotated[
        Path | None, typer.Option(help="Write what is asked for into this file, no secret in it; change nothing.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the endpoints are in service.")] = True,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
    *,
    options: Options,
) -> None:
    """Deploy models side by side, and wait until they answer: of the catalogue, of the hub, or of one's own."""
    with answering(as_json):
        console = open_console(context)
        wanted, unread = wanted_of(console, models or [], options, request)
        wanted = [leased(console, each, options) for each in wanted]
        refuse([*unread, *(problem for each in wanted for problem in mendable(console, each))], as_json)
        if save_request:
            save_requests(wanted, save_request, as_json)
            return
        plan = plan_of(console, wanted)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        say_stops(console, wanted, plan)
        view = carry_out(
            console, plan, yes, replan=lambda: plan_of(console, wanted), wait=wait, secrets=lambda: secrets_of(plan)
        )
        details = console.endpoints.describe_many(each.endpoint_name for each in wanted)
        rows = [endpoint_row(each, console.connection.now()) for each in details]
        result = {"run": view.id, "status": str(view.status), "usd_per_hour": view.usd_per_hour, "endpoints": rows}
        typer.echo(json.dumps(result) if as_json else "\n".join(f"{row['name']}: {row['status']}" for row in rows))


@app.command()
def chat(
    context: typer.Context,
    endpoint: str,
    prompt: Annotated[str, typer.Option(help="What to ask.")],
    system: Annotated[str, typer.Option(help="System prompt.")] = "",
    max_new_tokens: Annotated[int, typer.Option(min=1)] = 512,
    temperature: Annotated[float, typer.Option(min=0.0)] = 0.2,
    as_json: JsonFlag = False,
) -> None:
    """Say one thing to a chat endpoint and print its answer as it comes."""
    from services.inference import ChatParams, Message

    with answering(as_json):
        console = open_console(context)
        messages = [*([Message("system", system)] if system else []), Message("user", prompt)]
        pieces, timing = [], None
        params = ChatParams(max_new_tokens=max_new_tokens, temperature=temperature)
        for delta in console.stream(endpoint, messages, params):
            pieces.append(delta.text)
            timing = delta.timing or timing
            if not as_json:
                typer.echo(delta.text, nl=False)
        if not as_json:
            typer.echo()
            return
        total, first = (timing.total_ms, timing.first_token_ms) if timing else (None, None)
        typer.echo(
            json.dumps({"endpoint": endpoint, "text": "".join(pieces), "total_ms": total, "first_token_ms": first})
        )


@app.command()
def delete(context: typer.Context, endpoint: str, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Delete an endpoint with its configuration and model, by exact name."""
    with answering(as_json):
        console = open_console(context)
        plan = console.endpoints.plan_delete(endpoint)
        view = carry_out(console, plan, yes, replan=lambda: console.endpoints.plan_delete(endpoint))
        receipts = [
            {"step": step.id, "status": str(step.status), "receipt": str(step.receipt or "")} for step in view.steps
        ]
        result = {"endpoint": endpoint, "run": view.id, "status": str(view.status), "steps": receipts}
        typer.echo(
            json.dumps(result) if as_json else f"{endpoint}: {'deleted' if view.status == 'done' else view.status}"
        )


@app.command()
def down(context: typer.Context, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Take down everything this console made for you: endpoints, models, its role, documents, collections."""
    with answering(as_json):
        console = open_console(context)
        taken = console.cleanup.plan_take_down()
        for item in taken.items:
            say(f"  {item.kind} {item.name}: {item.why}")
        for kept in taken.kept:
            say(f"  stays: {kept.kind} {kept.name}: {kept.why}")
        for warning in taken.plan.warnings:
            say(f"  ! {warning}")
        say("  Not of this: jobs under way, notebook instances, Studio, log groups and files in S3. `sagedeck cleanup`")
        say("  shows and removes them.")
        if not taken.items:
            typer.echo(json.dumps({"items": 0}) if as_json else "There is nothing to take down.")
            return

        def typed(_: Plan) -> bool:
            return taken.confirmed_by(typer.prompt(f'Type "{taken.confirmation}" to confirm', err=True))

        view = carry_out(
            console, taken.plan, yes, replan=lambda: console.cleanup.plan_take_down().plan, confirmed=typed
        )
        result = {"items": len(taken.items), "run": view.id, "status": str(view.status)}
        typer.echo(json.dumps(result) if as_json else f"{len(taken.items)} items: {view.status}")


def wanted_of(
    console: Console, models: list[str], options: Options, request: Path | None
) -> tuple[list[DeployRequest], list[Problem]]:
    """What is asked for, by the options or by a file, and what of it could not be read."""
    if request is None:
        return requests_of(console, models, options)
    if models or options.hub or options.image:
        raise InvalidRequest("--request says already what is deployed.", "", "Leave out the models, --hub and --image.")
    return load_requests(console, request, accept_eula=options.accept_eula), []


def plan_of(console: Console, wanted: list[DeployRequest]) -> Plan:
    from services.deploy import RagPairRequest

    asked = as_one(wanted)
    return console.deploy.plan_pair(asked) if isinstance(asked, RagPairRequest) else console.deploy.plan_deploy(asked)
