"""One endpoint in full: what it is made of, what it costs, what wants a person, and what happened to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import usd
from cli.opening import JsonFlag, answering, app, open_console

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import Composition, EndpointDetail

MOST_EVENTS = 200


@app.command()
def endpoint(
    context: typer.Context,
    name: str,
    events: Annotated[bool, typer.Option("--events", help="Also what happened to it and who did it.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Describe an endpoint: variants, components, configuration, models, tags, concerns."""
    with answering(as_json):
        console = open_console(context)
        detail = console.detail(name)
        told = _told(console, detail, events)
        if as_json:
            typer.echo(json.dumps(told))
            return
        typer.echo("\n".join(_lines(told)))


def _told(console: Console, detail: EndpointDetail, events: bool) -> dict[str, Any]:
    made = console.history.composition(detail.name)
    told: dict[str, Any] = {
        "name": detail.name,
        "status": detail.status,
        "failure": detail.failure,
        "arn": detail.arn,
        "url": detail.url,
        "created": detail.created.isoformat(),
        "modified": detail.modified.isoformat(),
        "owner": detail.owner,
        "usd_per_hour": detail.usd_per_hour,
        "price_source": detail.price_source,
        "asynchronous": detail.asynchronous,
        "tags": dict(detail.tags),
        "concerns": [each.as_dict() for each in console.concerns([detail])],
        **_made(made, detail),
    }
    if events:
        timeline = console.history.timeline(detail.name)
        told["events"] = [each.as_dict() for each in timeline.events[:MOST_EVENTS]]
        told["problems"] += list(timeline.problems)
    return told


def _made(made: Composition, detail: EndpointDetail) -> dict[str, Any]:
    parts = made.as_dict()
    configuration = {"name": detail.config_name, "made": parts["configured"], "settings": dict(made.settings)}
    roles = list(made.roles)
    kept = {key: list(parts[key]) for key in ("variants", "components", "models", "problems")}
    return {**kept, "configuration": configuration, "roles": roles}


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [
        f"{told['name']}  {told['status']}  {usd(told['usd_per_hour'])}/h  {told['owner'] or 'made by somebody else'}",
        f"  {told['arn']}",
        f"  {told['url']}",
    ]
    lines += [f"  {told['failure']}"] if told["failure"] else []
    for each in told["variants"]:
        memory = f"serverless, {each['memory_mb']} MB" if each["memory_mb"] else ""
        runs = memory or f"{each['instance_type'] or 'instance pools'} x {each['count']} of {each['desired']}"
        share = "" if each["weight"] is None else f", weight {each['weight']:g}"
        lines.append(f"  variant {each['name']}: {runs}{share}, model {each['model'] or 'components'}")
    for each in told["components"]:
        copies = f"{each['copies']} of {each['desired']} copies"
        lines.append(f"  component {each['name']}: {each['status']}, {copies}, {each['resources']}")
    for each in told["models"]:
        lines += [f"  model {each['name']}: {one['image']} {one['artifact']}".rstrip() for one in each["containers"]]
    lines += [f"  {name}: {value}" for name, value in told["configuration"]["settings"].items()]
    lines += [f"  tag {key}={value}" for key, value in told["tags"].items()]
    lines += [f"  ! {each['what']} {each['next']}" for each in told["concerns"]]
    lines += [f"  ! {each}" for each in told["problems"]]
    for each in told.get("events", ()):
        who = f" by {each['who']}" if each["who"] else ""
        lines.append(f"  {_moment(each['at'])}  {each['what']}{who}  {each['about']}".rstrip())
    return lines


def _moment(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
