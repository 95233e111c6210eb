"""`sagedeck savings`: what is idle, oversized or orphaned, dearest first, with the proof."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.opening import JsonFlag, answering, app, open_console, say

if TYPE_CHECKING:
    from services.savings import Finding, Proposal, Savings, Unjudged

READ_SECONDS = 600.0  # 2,000 endpoints and 10,000 other things at the polite rate


@app.command()
def savings(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How long nobody may have called, 1 to 60.")] = 7,
    proof: Annotated[bool, typer.Option("--proof", help="Print the proof and every check too.")] = False,
    free: Annotated[
        bool, typer.Option("--free", help="Do not ask CloudWatch, which charges: no endpoint is judged then.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List what can be saved a month. Asks CloudWatch for how much endpoints are used, and says what that costs."""
    with answering(as_json):
        console = open_console(context)
        found = console.savings.settled(days, READ_SECONDS)
        if found.asking.metrics and not free:
            say(f"Asking CloudWatch for {found.asking.metrics} metrics, for which AWS charges ${found.asking.usd:.4f}.")
            console.savings.ask(days)
            found = console.savings.settled(days, READ_SECONDS)
        if as_json:
            typer.echo(json.dumps(_document(found)))
        else:
            _print(found, proof)


def _print(found: Savings, proof: bool) -> None:
    for each in found.findings:
        amount = "unknown" if each.usd_per_month is None else f"${each.usd_per_month:,.2f}"
        typer.echo(f"{each.what:<10} {amount:>12}/month  {each.title} {each.proposal.words}")
        for line in (*each.proof, *each.proposal.checks) if proof else ():
            typer.echo(f"{'':<32}{line}")
    known = f"${found.usd_per_month:,.2f} a month can go (an estimate)"
    unknown = f"; {found.unknown} more have no known price" if found.unknown else ""
    aside = f"; {len(found.kept)} put aside" if found.kept else ""
    untold = f"; {len(found.unjudged)} cannot be told" if found.unjudged else ""
    say(f"{known}{unknown}{aside}{untold}.")
    for problem in found.problems:
        say(f"! {problem}")
    if found.young:
        say(f"{found.young} are too young to be judged by {found.days} days; --days takes fewer.")


def _document(found: Savings) -> dict[str, Any]:
    return {
        "days": found.days,
        "at": found.at.isoformat(),
        "usd_per_month": round(found.usd_per_month, 4),
        "unknown_prices": found.unknown,
        "findings": [_finding(each) for each in found.findings],
        "kept": [
            {**_finding(each), "why": kept.why, "by": kept.by, "since": kept.at.isoformat()}
            for each, kept in found.kept
        ],
        "not_judged": [_unjudged(each) for each in found.unjudged],
        "problems": list(found.problems),
        "reading": found.reading,
    }


def _finding(each: Finding) -> dict[str, Any]:
    return {
        "what": str(each.what),
        "kind": str(each.key.kind),
        "name": each.key.name,
        "region": each.key.region,
        "title": each.title,
        "usd_per_month": each.usd_per_month,
        "proof": list(each.proof),
        "owner": each.owner,
        "proposals": [_proposal(one) for one in (each.proposal, *each.others)],
    }


def _proposal(each: Proposal) -> dict[str, Any]:
    return {
        "way": str(each.way),
        "words": each.words,
        "usd_per_month_now": each.before,
        "usd_per_month_then": each.after,
        "checks": list(each.checks),
        "caution": each.caution,
    }


def _unjudged(each: Unjudged) -> dict[str, Any]:
    return {"what": str(each.what), "kind": str(each.key.kind), "name": each.key.name, "why": each.why}
