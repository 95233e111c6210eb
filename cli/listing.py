"""The list of endpoints without a browser: the same columns and filters as the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.changing import print_paused
from cli.following import usd
from cli.opening import JsonFlag, answering, app, open_console, say

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, FoundEndpoints
    from services.endpoints.looked import Looked
    from services.metrics import Traffic

READ_SECONDS = 600.0  # 2,000 endpoints at the polite rate take 200
SAID_SECONDS = 3.0


@app.command()
def endpoints(
    context: typer.Context,
    paused: Annotated[bool, typer.Option("--paused", help="Those that are paused, and what resuming costs.")] = False,
    text: Annotated[str, typer.Option(help="Words that all occur in name, model, owner, instance type or tags.")] = "",
    status: Annotated[str, typer.Option(help="Only those of this status, as AWS writes it: InService, Failed…")] = "",
    owner: Annotated[str, typer.Option(help="Only those made for this owner.")] = "",
    traffic: Annotated[
        bool, typer.Option("--traffic", help="Requests of the last day, which CloudWatch bills.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the endpoints of the account and region, with what they cost and what wants a person."""
    with answering(as_json):
        console = open_console(context)
        if paused:
            print_paused(console, as_json)
            return
        found, looked = _found(console, text, status, owner)
        details = [row.detail for row in found.rows if row.detail is not None]
        seen = console.metrics.traffic(details) if traffic else None
        rows = [
            _row(console, looked, row.summary.name) | _requests(seen, row.summary.name) for row in found.rows
        ]  # fmt: skip
        told: dict[str, list[dict[str, str]]] = {}
        for concern in console.concerns(details):
            told.setdefault(concern.endpoint, []).append(concern.as_dict())
        rows = [row | {"concerns": told.get(row["name"], [])} for row in rows]
        if as_json:
            typer.echo(json.dumps(rows))
            return
        for row in rows:
            _print(row)
        if not rows:
            found_none = bool(looked.summaries)
            typer.echo("No endpoint matches." if found_none else "No endpoints. `sagedeck deploy MODEL` makes one.")


def endpoint_row(detail: EndpointDetail, now: float) -> dict[str, Any]:
    """What is told of one endpoint; `now` in seconds since the epoch by the other side's clock."""
    return {
        "name": detail.name,
        "status": detail.status,
        "instance_type": detail.instance_type,
        "instance_count": detail.count,
        "usd_per_hour": detail.usd_per_hour,
        "usd_so_far": detail.usd_so_far(now),
        "price_source": detail.price_source,
        "model": detail.model_id,
        "task": detail.task,
        "owner": detail.owner,
        "created": detail.created.isoformat(),
        "arn": detail.arn,
        "failure": detail.failure,
    }


def _found(console: Console, text: str, status: str, owner: str) -> tuple[FoundEndpoints, Looked]:
    """What matches, once everything is read; how long that takes is said, and what could not be read."""
    from services.endpoints import EndpointQuery, EndpointRow, find_endpoints

    names = [each.name for each in console.inventory.states()]
    seconds = 2 * len(names) / console.inventory.pace.rate
    if seconds > SAID_SECONDS:
        say(f"Reading {len(names)} endpoints politely: about {seconds:.0f} s.")
    looked = console.inventory.settled(READ_SECONDS)
    if looked.problem is not None:
        say(f"! Not everything could be read: {looked.problem.what} {looked.problem.why}".rstrip())
    if looked.failed:
        say(f"! Could not be read: {', '.join(looked.failed)}")
    rows = [
        EndpointRow(summary=each, detail=detail, task=detail.task if detail else "")
        for each in looked.summaries
        for detail in (looked.details.get(each.name),)
    ]
    named = {row.owner for row in rows if owner and row.owner.rsplit("/", 1)[-1] == owner}
    owner = named.pop() if len(named) == 1 else owner  # "ana" is enough where there is one
    return find_endpoints(EndpointQuery(text=text, status=status, owner=owner), rows), looked


def _row(console: Console, looked: Looked, name: str) -> dict[str, Any]:
    detail = looked.details.get(name)
    if detail is not None:
        return endpoint_row(detail, console.connection.now())
    summary = next(each for each in looked.summaries if each.name == name)
    return {
        "name": name, "status": summary.status, "instance_type": None, "instance_count": None, "usd_per_hour": None,
        "usd_so_far": None, "price_source": None, "model": None, "task": None, "owner": None,
        "created": summary.created.isoformat(), "arn": summary.arn, "failure": None,
    }  # fmt: skip


def _requests(seen: dict[str, Traffic] | None, name: str) -> dict[str, Any]:
    """The requests of the last day, where they were asked for; None of an endpoint that could not be read."""
    if seen is None:
        return {}
    traffic = seen.get(name)
    return {
        "requests_1d": traffic.total if traffic else None,
        "error_share": traffic.error_share if traffic and traffic.total else None,
    }


def _print(row: dict[str, Any]) -> None:
    count = f" x {row['instance_count']}" if row["instance_count"] else ""
    hardware = f"{row['instance_type'] or 'not read'}{count}"
    so_far = "" if row["usd_so_far"] is None else f"  ${row['usd_so_far']:,.2f} so far"
    requests = f"  {row['requests_1d']:,.0f} requests" if row.get("requests_1d") is not None else ""
    errors = f", {row['error_share']:.1%} failed" if row.get("error_share") else ""
    typer.echo(
        f"{row['name']:<63}  {row['status']:<12} {hardware:<22} {usd(row['usd_per_hour'])}/h{so_far}{requests}{errors}"
    )
    for one in row["concerns"]:
        typer.echo(f"  ! {one['what']} {one['next']}")
