"""The bill without a browser: what costs now, by whom and what, and what AWS itself says was spent."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import usd
from cli.opening import JsonFlag, answering, app, open_console, say

if TYPE_CHECKING:
    from services.console import Console
    from services.costs import Bill, BillLine, Sum

READ_SECONDS = 600.0
MOST_LINES = 40
_NOBODY = "(nobody named)"


@app.command()
def cost(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="Sums by owner, type, region or tag:KEY.")] = "owner",
    days: Annotated[int, typer.Option(help="Also ask Cost Explorer for so many days: $0.01.", min=0, max=365)] = 0,
    until: Annotated[float, typer.Option(help="When so many dollars are reached this month.", min=0.0)] = 0.0,
    regions: Annotated[list[str] | None, typer.Option("--in", help="A region to look at; can be repeated.")] = None,
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Every region of the partition.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every line as CSV.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """What costs now, also while stopped; so far this month, and by its end: estimates from the price list."""
    from services.costs import records

    with answering(as_json or as_csv):
        console = open_console(context)
        _check(by)
        where = console.costs.regions() if all_regions else tuple(regions or ())
        say("Reading what the account holds…")
        found = console.costs.settled(READ_SECONDS, where)
        if as_csv:
            typer.echo(records.as_csv(found), nl=False)
            return
        told = _told(console, days, by) if days else None
        if as_json:
            packed: dict[str, Any] = records.packed(found, by)
            if until:
                packed["until"] = {"usd": until, "at": _reached(found, until)}
            if told is not None:
                packed["cost_explorer"] = told
            typer.echo(json.dumps(packed, indent=1))
            return
        _print(found, by, until)
        if told is not None:
            _print_told(told)


def _check(by: str) -> None:
    from services.errors import InvalidRequest

    if by not in ("owner", "type", "region") and not (by.startswith("tag:") and by != "tag:"):
        raise InvalidRequest(f"{by} is nothing to sum by.", "", "Write owner, type, region or tag:KEY.")


def _told(console: Console, days: int, by: str) -> dict[str, Any]:
    """What Cost Explorer says; a refusal is part of the answer, since the rest is worth having without it."""
    from services.costs.explorer import LAG, REQUEST_USD
    from services.errors import SagedeckError

    grouping = {"type": "usage", "owner": "tag:sagedeck:owner"}.get(by, by)
    try:
        spent = console.costs.spent(days, grouping)
        assert spent is not None
    except SagedeckError as refused:
        return {"problem": str(refused), "days": []}
    count = console.costs.asked()
    return {
        "by": grouping,
        "usd": spent.usd,
        "days": [
            {"day": str(each.day), "usd": each.usd, "whole": each.whole, "groups": dict(each.groups)}
            for each in spent.days
        ],
        "untagged": spent.untagged,
        "lag": LAG,
        "requests_this_month": count,
        "requests_usd": count * REQUEST_USD,
    }


def _reached(found: Bill, amount: float) -> str | None:
    from services.costs import hours_until

    hours = hours_until(amount, found.total.so_far, found.total.usd_per_hour)
    return None if hours is None else (found.at + timedelta(hours=hours)).isoformat(timespec="minutes")


def _print(found: Bill, by: str, until: float) -> None:
    for line in found.lines[:MOST_LINES]:
        typer.echo(_line(line))
    if len(found.lines) > MOST_LINES:
        say(f"and {len(found.lines) - MOST_LINES} more; --csv and --json have all.")
    for each in found.by(by):
        typer.echo(_sum(each, f"{by} {each.name or _NOBODY}"))
    typer.echo(_sum(found.total, "TOTAL (estimate)"))
    if until:
        at = _reached(found, until)
        typer.echo(f"${until:,.2f} this month: {'never, as it is' if at is None else at}")
    for gap in found.gaps:
        say(f"Not seen: {gap.kind} in {gap.region or 'all regions'}: {gap.why}")
    if not found.complete:
        say(f"Not everything was read in time: {found.reading} things and {found.listing} lists are missing.")


def _line(line: BillLine) -> str:
    known = "" if line.exact else " estimate"
    state = "STOPPED" if line.stopped else line.status
    hourly = "unknown" if line.usd_per_hour is None else f"{usd(line.usd_per_hour)}/h"
    so_far = "unknown" if line.so_far is None else f"${line.so_far:,.2f}{known}"
    return f"{hourly:>14} {so_far:>20}  {line.key.kind!s:<18} {line.key.name}  {line.owner}  {state}".rstrip()


def _sum(each: Sum, name: str) -> str:
    unknown = f"  ({each.unknown} of unknown price not counted)" if each.unknown else ""
    so_far, end = f"${each.so_far:,.2f} so far", f"${each.month_end:,.2f} by the month's end"
    return f"{usd(each.usd_per_hour) + '/h':>14}  {so_far}, {end}  {name}{unknown}"


def _print_told(told: dict[str, Any]) -> None:
    if "problem" in told:
        say(f"Cost Explorer: {told['problem']}")
        return
    for each in told["days"]:
        typer.echo(f"{each['day']}  ${each['usd']:>12,.2f}{'' if each['whole'] else '  not whole yet'}")
    say(told["lag"])
    if told["untagged"]:
        say(f"No cost carries {told['by']}: activate the tag for cost allocation in billing.")
    say(f"Requests to Cost Explorer this month: {told['requests_this_month']}, ${told['requests_usd']:.2f}.")
