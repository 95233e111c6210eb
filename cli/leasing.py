"""Leases without a browser: list them, give and extend one, and end what has ended, for cron."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown, usd
from cli.lease_words import hours_of
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from services.errors import InvalidRequest, SagedeckError

if TYPE_CHECKING:
    from services.console import Console
    from services.leases import Due, Lease, LeaseRequest

READ_SECONDS = 600.0


@app.command()
def leases(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the endpoints that have an end, with what each still costs until then."""
    with answering(as_json):
        console = open_console(context)
        found = _all(console)
        if as_json:
            typer.echo(json.dumps([_row(console, each) for each in found]))
            return
        for each in found:
            _print(console, each)
        if not found:
            typer.echo("No endpoint has an end. `sagedeck lease NAME --hours 8` gives it one.")


@app.command(cls=WithScript)
def lease(
    context: typer.Context,
    endpoint: str,
    hours: Annotated[str, typer.Option(help="Ends so long from now: 8h, 30m, 2d, 1w.")] = "",
    extend: Annotated[str, typer.Option(help="Ends so much later than agreed: 8h, 1d.")] = "",
    until: Annotated[str, typer.Option(help="Ends at this time in UTC: 2026-12-01T18:00Z.")] = "",
    then: Annotated[str, typer.Option(help="What happens at the end: delete or pause.")] = "",
    reason: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    end: Annotated[bool, typer.Option("--end", help="Take the lease away: it runs until somebody ends it.")] = False,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Show an endpoint's lease, give it one, extend or change it, or take it away."""
    with answering(as_json):
        console = open_console(context)
        asked = _asked(console, endpoint, hours, extend, until, then, reason, end)
        if asked is None:
            _show(console, endpoint, as_json)
            return
        plan = console.leases.plan(asked, why_not=console.why_not_scheduled())
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        for warning in plan.warnings:
            say(f"  ! {warning}")
        view = carry_out(console, plan, yes, replan=lambda: console.leases.plan(asked, why_not=_why_not(console)))
        found = _of(console, endpoint)
        if as_json:
            told = {"run": view.id, "status": str(view.status), "lease": _row(console, found) if found else None}
            typer.echo(json.dumps({"endpoint": endpoint, **told}))
        elif found:
            _print(console, found)
        else:
            typer.echo(f"{endpoint}: it has no lease now.")


@app.command()
def reap(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also endpoints that this console did not make.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete or pause the endpoints whose lease has ended, as was agreed: for cron, with --yes."""
    with answering(as_json):
        console = open_console(context)
        due = console.leases.due(_all(console), everything=everything)
        rows = [_reap(console, each, everything=everything, dry_run=dry_run, yes=yes) for each in due]
        failed = [row for row in rows if row["done"] == "failed"]
        if as_json:
            typer.echo(json.dumps({"dry_run": dry_run, "endpoints": rows}))
        else:
            for row in rows:
                typer.echo(f"{row['endpoint']}: {row['done']}{': ' + row['why'] if row['why'] else ''}")
            if not rows:
                typer.echo("No lease has ended.")
        if failed:
            raise typer.Exit(1)


def _reap(console: Console, due: Due, *, everything: bool, dry_run: bool, yes: bool) -> dict[str, Any]:
    """End one endpoint; what goes wrong with it stops no other."""
    one = due.lease
    row: dict[str, Any] = {
        "endpoint": one.endpoint, "ended": one.ends.isoformat(), "then": one.then, "usd_per_hour": one.usd_per_hour,
        "run": None, "why": due.why_not,
    }  # fmt: skip
    if due.why_not:
        return row | {"done": "left alone"}
    try:
        plan = console.leases.plan_reap(one, everything=everything)
        calls = [f"{step.service}.{step.operation}" for step in plan]
        if dry_run:
            return row | {"done": f"would be {one.then}d", "steps": calls}
        view = carry_out(
            console, plan, yes, replan=lambda: console.leases.plan_reap(one, everything=everything)
        )  # fmt: skip
        return row | {"done": f"{one.then}d", "run": view.id, "steps": calls}
    except InvalidRequest as error:
        return row | {"done": "left alone", "why": f"{error.what} {error.why}".strip()}
    except SagedeckError as error:
        return row | {"done": "failed", "why": f"{error.what} {error.why}".strip()}


def _asked(
    console: Console, endpoint: str, hours: str, extend: str, until: str, then: str, reason: str | None, end: bool
) -> LeaseRequest | None:
    """The request that the options make; None: it is only to be shown. Raises InvalidRequest."""
    from dataclasses import replace

    from services.leases import LeaseRequest

    if sum((bool(hours), bool(extend), bool(until), end)) > 1:
        why = "--hours, --extend, --until and --end exclude each other."
        raise InvalidRequest("A lease has one end.", why, "Give one of them.")
    if end:
        return LeaseRequest(endpoint=endpoint)
    if not (hours or extend or until or then or reason is not None):
        return None
    found = _of(console, endpoint)
    then, words = then or (found.then if found else "delete"), reason
    words = (found.reason if found else "") if words is None else words
    if hours or until:
        length = hours_of(hours) if hours else 0.0
        return console.leases.request(endpoint, hours=length, until=until, reason=words, then=then)
    if found is None:
        raise InvalidRequest(f"{endpoint[:70]} has no lease to change.", "", "Give it an end with --hours or --until.")
    request = console.leases.extended(found, hours_of(extend) * 3600) if extend else None
    return replace(request or LeaseRequest(endpoint=endpoint, ends=found.ends), reason=words, then=then)


def _all(console: Console) -> tuple[Lease, ...]:
    """Every lease, once all endpoints are read; what could not be read is said, not left out in silence."""
    looked = console.inventory.settled(READ_SECONDS)
    if looked.problem is not None:
        say(f"! Not everything could be read: {looked.problem.what} {looked.problem.why}".rstrip())
    if looked.failed:
        say(f"! Could not be read: {', '.join(looked.failed)}")
    try:
        schedules = console.leases.schedules()
    except SagedeckError as error:
        say(f"! Schedules could not be read: {error.what} {error.why}".rstrip())
        schedules = ()
    found = (console.leases.of(detail, schedules) for detail in looked.details.values())
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.ends, each.endpoint)))


def _of(console: Console, endpoint: str) -> Lease | None:
    detail = console.endpoints.describe_endpoint(endpoint)
    try:
        schedules = console.leases.schedules_of(endpoint)
    except SagedeckError:
        schedules = ()
    return console.leases.of(detail, schedules)


def _why_not(console: Console) -> str:
    return console.why_not_scheduled()


def _show(console: Console, endpoint: str, as_json: bool) -> None:
    found = _of(console, endpoint)
    if as_json:
        typer.echo(json.dumps(_row(console, found) if found else None))
    elif found:
        _print(console, found)
    else:
        typer.echo(f"{endpoint} has no lease. `sagedeck lease {endpoint} --hours 8` gives it one.")


def _row(console: Console, each: Lease) -> dict[str, Any]:
    now = console.leases.now()
    return {
        "endpoint": each.endpoint, "owner": each.owner, "reason": each.reason, "ends": each.ends.isoformat(),
        "seconds_left": round(each.seconds_left(now)), "then": each.then, "enforced_by": str(each.enforced_by) or None,
        "schedule": each.schedule or None, "status": each.status, "usd_per_hour": each.usd_per_hour,
        "usd_left": each.usd_left(now), "usd_whole": each.usd_whole(), "problem": each.problem or None,
    }  # fmt: skip


def _print(console: Console, each: Lease) -> None:
    left = each.seconds_left(console.leases.now())
    when = f"{left / 3600:,.1f} h left" if left > 0 else f"ended {-left / 3600:,.1f} h ago"
    stake = each.usd_left(console.leases.now())
    kept = {"scheduler": "by AWS", "reap": "by sagedeck reap"}.get(str(each.enforced_by), "by nobody")
    typer.echo(
        f"{each.endpoint:<63}  {each.ends:%Y-%m-%d %H:%M} UTC  {when:<16} {each.then}, {kept:<17} "
        f"{usd(stake)} until then  {each.owner}"
    )
    if each.problem:
        typer.echo(f"  ! {each.problem}")
