"""Leases without a browser: of endpoints and notebook instances; listed, given, extended, and ended, for cron."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown, usd
from cli.lease_words import hours_of
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from services.errors import InvalidRequest, SagedeckError
from services.plans.leasing import ENDED, WAYS, LeaseKind

if TYPE_CHECKING:
    from services.console import Console
    from services.leases import Due, Lease, Leased, LeaseRequest
    from services.resources import Holdings

READ_SECONDS, TAGS_SECONDS = 600.0, 60.0


@app.command()
def leases(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the endpoints and notebook instances that have an end, with what each still costs until then."""
    with answering(as_json):
        console = open_console(context)
        found = _all(console)
        if as_json:
            typer.echo(json.dumps([_row(console, each) for each in found]))
            return
        for each in found:
            _print(console, each)
        if not found:
            typer.echo("Nothing has an end. `sagedeck lease NAME --hours 8` gives an endpoint one.")


@app.command(cls=WithScript)
def lease(
    context: typer.Context,
    name: str,
    notebook: Annotated[bool, typer.Option("--notebook", help="NAME is a notebook instance; it is stopped.")] = False,
    hours: Annotated[str, typer.Option(help="Ends so long from now: 8h, 30m, 2d, 1w.")] = "",
    extend: Annotated[str, typer.Option(help="Ends so much later than agreed: 8h, 1d.")] = "",
    until: Annotated[str, typer.Option(help="Ends at this time in UTC: 2026-12-01T18:00Z.")] = "",
    then: Annotated[str, typer.Option(help="What then happens: delete or pause; a notebook instance stops.")] = "",
    reason: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    end: Annotated[bool, typer.Option("--end", help="Take the lease away: it runs until somebody ends it.")] = False,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Show the lease of an endpoint or notebook instance, give it one, extend or change it, or take it away."""
    with answering(as_json):
        console = open_console(context)
        kind = LeaseKind.NOTEBOOK if notebook else LeaseKind.ENDPOINT
        asked = _asked(console, name, kind, hours, extend, until, then, reason, end)
        if asked is None:
            _show(console, name, kind, as_json)
            return
        plan = console.leases.plan(asked, why_not=console.why_not_scheduled())
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        for warning in plan.warnings:
            say(f"  ! {warning}")
        view = carry_out(console, plan, yes, replan=lambda: console.leases.plan(asked, why_not=_why_not(console)))
        found = _of(console, name, kind)
        if as_json:
            told = {"run": view.id, "status": str(view.status), "lease": _row(console, found) if found else None}
            typer.echo(json.dumps({**_named(name, kind), **told}))
        elif found:
            _print(console, found)
        else:
            typer.echo(f"{name}: it has no lease now.")


@app.command()
def reap(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what this console did not make.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete, pause or stop what has a lease that has ended, as was agreed: for cron, with --yes."""
    with answering(as_json):
        console = open_console(context)
        due = console.leases.due(_all(console), everything=everything)
        rows = [_reap(console, each, everything=everything, dry_run=dry_run, yes=yes) for each in due]
        failed = [row for row in rows if row["done"] == "failed"]
        if as_json:
            typer.echo(json.dumps({"dry_run": dry_run, "endpoints": rows}))
        else:
            for row in rows:
                typer.echo(f"{row['name']}: {row['done']}{': ' + row['why'] if row['why'] else ''}")
            if not rows:
                typer.echo("No lease has ended.")
        if failed:
            raise typer.Exit(1)


def _reap(console: Console, due: Due, *, everything: bool, dry_run: bool, yes: bool) -> dict[str, Any]:
    """End one thing; what goes wrong with it stops no other."""
    one = due.lease
    row: dict[str, Any] = {
        **_named(one.name, one.kind), "ended": one.ends.isoformat(), "then": one.then, "usd_per_hour": one.usd_per_hour,
        "run": None, "why": due.why_not,
    }  # fmt: skip
    if due.why_not:
        return row | {"done": "left alone"}
    try:
        plan = console.leases.plan_reap(one, everything=everything)
        calls = [f"{step.service}.{step.operation}" for step in plan]
        if dry_run:
            return row | {"done": f"would be {ENDED[one.then]}", "steps": calls}
        view = carry_out(
            console, plan, yes, replan=lambda: console.leases.plan_reap(one, everything=everything)
        )  # fmt: skip
        return row | {"done": ENDED[one.then], "run": view.id, "steps": calls}
    except InvalidRequest as error:
        return row | {"done": "left alone", "why": f"{error.what} {error.why}".strip()}
    except SagedeckError as error:
        return row | {"done": "failed", "why": f"{error.what} {error.why}".strip()}


def _asked(
    console: Console, name: str, kind: LeaseKind, hours: str, extend: str, until: str, then: str, reason: str | None,
    end: bool,
) -> LeaseRequest | None:  # fmt: skip
    """The request that the options make; None: it is only to be shown. Raises InvalidRequest."""
    from dataclasses import replace

    from services.leases import LeaseRequest

    if sum((bool(hours), bool(extend), bool(until), end)) > 1:
        why = "--hours, --extend, --until and --end exclude each other."
        raise InvalidRequest("A lease has one end.", why, "Give one of them.")
    if end:
        return LeaseRequest(name=name, kind=kind)
    if not (hours or extend or until or then or reason is not None):
        return None
    found = _of(console, name, kind)
    then, words = then or (found.then if found else WAYS[kind][0]), reason
    words = (found.reason if found else "") if words is None else words
    if hours or until:
        length = hours_of(hours) if hours else 0.0
        return console.leases.request(name, hours=length, until=until, reason=words, then=then, kind=kind)
    if found is None:
        raise InvalidRequest(f"{name[:70]} has no lease to change.", "", "Give it an end with --hours or --until.")
    request = console.leases.extended(found, hours_of(extend) * 3600) if extend else None
    return replace(request or LeaseRequest(name=name, ends=found.ends, kind=kind), reason=words, then=then)


def _all(console: Console) -> tuple[Lease, ...]:
    """Every lease, once all that may have one is read; what could not be read is said, not left out in silence."""
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
    found = [console.leases.of(detail, schedules) for detail in looked.details.values()]
    found += [console.leases.of(each, schedules) for each in _notebooks(console)]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.ends, each.name)))


def _notebooks(console: Console) -> tuple[Leased, ...]:
    """The notebook instances, once their list and tags are read; what could not be is said."""
    from services.resources import Kind

    def read(held: Holdings) -> bool:
        return not held.listing and all(each.tags is not None for each in held.of(Kind.NOTEBOOK))

    held = console.resources.settled(TAGS_SECONDS, until=read)
    for gap in held.gaps:
        if gap.kind is Kind.NOTEBOOK:
            say(f"! {gap.why}")
    found = console.leases.notebooks(held)
    unread = [each.name for each in found if each.unread]
    if unread:
        say(f"! Tags could not be read: {', '.join(unread)}")
    return found


def _of(console: Console, name: str, kind: LeaseKind) -> Lease | None:
    detail = console.leases.find(name, kind)
    try:
        schedules = console.leases.schedules_of(name, kind)
    except SagedeckError:
        schedules = ()
    return console.leases.of(detail, schedules)


def _why_not(console: Console) -> str:
    return console.why_not_scheduled()


def _show(console: Console, name: str, kind: LeaseKind, as_json: bool) -> None:
    found = _of(console, name, kind)
    if as_json:
        typer.echo(json.dumps(_row(console, found) if found else None))
    elif found:
        _print(console, found)
    else:
        way = " --notebook" if kind is LeaseKind.NOTEBOOK else ""
        typer.echo(f"{name} has no lease. `sagedeck lease {name}{way} --hours 8` gives it one.")


def _named(name: str, kind: LeaseKind) -> dict[str, Any]:
    """What it is; `endpoint` only of one."""
    return {"kind": str(kind), "name": name, "endpoint": name if kind is LeaseKind.ENDPOINT else None}


def _row(console: Console, each: Lease) -> dict[str, Any]:
    now = console.leases.now()
    return {
        **_named(each.name, each.kind), "owner": each.owner, "reason": each.reason, "ends": each.ends.isoformat(),
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
        f"{each.name:<63}  {each.ends:%Y-%m-%d %H:%M} UTC  {when:<16} {each.then}, {kept:<17} "
        f"{usd(stake)} until then  {each.owner}"
    )
    if each.problem:
        typer.echo(f"  ! {each.problem}")
