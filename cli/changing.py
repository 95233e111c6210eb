"""Commands that change an endpoint that is there: pause and resume, update in place, scale by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import PlanFlag, Script, ScriptFormat, WithScript, carry_out, only_shown, usd
from cli.opening import JsonFlag, YesFlag, answering, app, open_console

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import NewModel, PausedEndpoint
    from services.plans import Plan, RunView


@dataclass(frozen=True, slots=True)
class Way:
    """How a command goes about its plan: shows it, prints it as a script, or carries it out."""

    show_plan: bool
    script: ScriptFormat | None
    yes: bool
    as_json: bool


@app.command(cls=WithScript)
def pause(
    context: typer.Context,
    endpoint: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete an endpoint so that it costs nothing, and keep all it needs to be resumed."""
    with answering(as_json):
        console = open_console(context)
        request = console.changes.pause_request(endpoint)
        way = Way(show_plan, script, yes, as_json)
        _run(console, endpoint, "paused", lambda: console.changes.plan_pause(request), way)


@app.command(cls=WithScript)
def resume(
    context: typer.Context,
    endpoint: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a paused endpoint again as it was, with its tags, components and scaling, and wait until it answers."""
    with answering(as_json):
        console = open_console(context)
        way = Way(show_plan, script, yes, as_json)
        _run(console, endpoint, "resumed", lambda: console.changes.plan_resume(endpoint), way)


@app.command(cls=WithScript)
def discard(
    context: typer.Context,
    endpoint: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a paused endpoint for good: its configuration, and its model where nothing else uses it."""
    with answering(as_json):
        console = open_console(context)
        way = Way(show_plan, script, yes, as_json)
        _run(console, endpoint, "deleted", lambda: console.changes.plan_discard(endpoint), way)


@app.command(cls=WithScript)
def scale(
    context: typer.Context,
    endpoint: str,
    count: Annotated[int | None, typer.Option(help="Instances it is to have.")] = None,
    weight: Annotated[float | None, typer.Option(help="Share of the requests, against the other variants.")] = None,
    variant: Annotated[str, typer.Option(help="Production variant; the only one when left out.")] = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Set the number of instances or the weight of a variant by hand; it answers meanwhile."""
    from services.endpoints import ScaleRequest

    with answering(as_json):
        console = open_console(context)
        request = ScaleRequest(name=endpoint, variant=variant, count=count, weight=weight)
        way = Way(show_plan, script, yes, as_json)
        _run(console, endpoint, "scaled", lambda: console.changes.plan_scale(request), way)


@app.command(cls=WithScript)
def update(
    context: typer.Context,
    endpoint: str,
    instance_type: Annotated[str, typer.Option(help="Instance type it is to run on.")] = "",
    count: Annotated[int, typer.Option(min=0, help="Instances it is to have; as now when left out.")] = 0,
    model: Annotated[str, typer.Option(help="A model that is there, or a JumpStart model id.")] = "",
    variant: Annotated[str, typer.Option(help="Production variant; the only one when left out.")] = "",
    fallback: Annotated[list[str] | None, typer.Option(help="Further type for when there is no capacity.")] = None,
    volume_gb: Annotated[int, typer.Option(min=0, help="Storage of each instance.")] = 0,
    shift: Annotated[str, typer.Option(help="all_at_once, canary, linear or rolling.")] = "all_at_once",
    percent: Annotated[int, typer.Option(help="Of the capacity at a time, but all at once.")] = 10,
    pause_seconds: Annotated[int, typer.Option("--wait-seconds", help="Between its parts.")] = 300,
    alarm: Annotated[list[str] | None, typer.Option(help="CloudWatch alarm that takes the update back.")] = None,
    accept_eula: Annotated[bool, typer.Option("--accept-eula", help="I have read and accept the licence.")] = False,
    config_name: Annotated[str, typer.Option(help="Name of the new configuration; made up when left out.")] = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Change machine, count or model of an endpoint in place; a silent rollback is told as a failure."""
    from services.endpoints import Rollout, UpdateRequest

    with answering(as_json):
        console = open_console(context)
        rollout = Rollout(shift=_shift(shift), percent=percent, wait=pause_seconds, alarms=tuple(alarm or ()))
        request = UpdateRequest(
            name=endpoint, config_name=config_name or console.changes.suggest_config_name(endpoint), variant=variant,
            instance_type=instance_type, count=count, volume_gb=volume_gb,
            model=_model(console, endpoint, model, instance_type, accept_eula),
            fallbacks=tuple(fallback) if fallback else None,
            rollout=Rollout() if shift == "all_at_once" and not alarm else rollout,
        )  # fmt: skip
        way = Way(show_plan, script, yes, as_json)
        _run(console, endpoint, "updated", lambda: console.changes.plan_update(request), way)


def _shift(name: str) -> Any:
    from services.endpoints import Shift
    from services.errors import InvalidRequest

    try:
        return Shift(name)
    except ValueError:
        names = ", ".join(Shift)
        raise InvalidRequest(f"An update cannot be carried out as {name}.", "", f"Choose one of {names}.") from None


def _model(console: Console, endpoint: str, name: str, instance_type: str, accept_eula: bool) -> str | NewModel:
    """A model of the catalogue where it has one of this id, else the name of one that is there."""
    from services.errors import NotFound

    if not name:
        return ""
    try:
        model_id = console.catalog.describe_model(name).id
    except NotFound:
        return name
    kind = instance_type or console.endpoints.describe_endpoint(endpoint).variants[0].instance_type
    return console.changes.catalogue_model(model_id, kind, accept_eula=accept_eula)


def _run(
    console: Console,
    endpoint: str,
    verb: str,
    plan_of: Callable[[], Plan],
    way: Way,
) -> None:
    """Show or carry out a plan, and say what became of the endpoint."""
    from cli.deploy_request import secrets_of

    plan = plan_of()
    if only_shown(console, plan, show_plan=way.show_plan, script=way.script, as_json=way.as_json):
        return
    view = carry_out(console, plan, way.yes, replan=plan_of, confirmed=_agreed, secrets=lambda: secrets_of(plan))
    usd_now = plan.estimate.usd_per_hour
    result = {"endpoint": endpoint, "run": view.id, "status": str(view.status), "usd_per_hour": usd_now}
    typer.echo(
        json.dumps(result | {"steps": _steps(view)}) if way.as_json else f"{endpoint}: {_said(view, verb, usd_now)}"
    )


def _agreed(plan: Plan) -> bool:
    hourly = plan.estimate.usd_per_hour
    if hourly is not None and hourly < 0:
        return typer.confirm(f"This ends {usd(-hourly)}/h. Run it?", err=True)
    return typer.confirm(f"Run this for {usd(hourly)}/h more?", err=True)


def _said(view: RunView, verb: str, hourly: float | None) -> str:
    if view.status != "done":
        return str(view.status)
    if not hourly:
        return f"{verb}; it costs {'an unknown price' if hourly is None else 'what it did'}"
    return f"{verb}; {usd(abs(hourly))}/h {'more' if hourly > 0 else 'less'}"


def _steps(view: RunView) -> list[dict[str, str]]:
    return [{"step": step.id, "status": str(step.status), "receipt": str(step.receipt or "")} for step in view.steps]


def print_paused(console: Console, as_json: bool) -> None:
    """The paused endpoints, with what resuming each would cost."""
    rows = [_paused_row(each) for each in console.changes.list_paused()]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        since = str(row["paused_since"])[:16]
        typer.echo(
            f"{row['name']:<63}  paused {since:<16} {row['hardware']:<26} resumes at {usd(row['usd_per_hour'])}/h"
        )
    if not rows:
        typer.echo("No paused endpoints. `sagedeck pause NAME` makes one.")


def _paused_row(each: PausedEndpoint) -> dict[str, Any]:
    return {
        "name": each.name,
        "status": "Paused",
        "paused_since": each.since.isoformat() if each.since else "",
        "configuration": each.config.name,
        "hardware": each.hardware,
        "usd_per_hour": each.usd_per_hour,
        "usd_per_hour_most": each.usd_most,
        "price_source": each.price_source,
        "model": each.model_id,
        "owner": each.owner,
        "readable": each.memory is not None,
    }
