"""`sagedeck notebooks …` and `sagedeck studio …`: what their commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from cli.following import ScriptFormat, carry_out, only_shown, usd
from cli.opening import app, say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.clients import Hidden
    from services.console import Console
    from services.plans import Plan
    from services.resources import Holdings

LISTED_SECONDS = 300.0

notebooks = typer.Typer(no_args_is_help=True, help="Notebook instances: list, create, start, open, stop, grow, delete.")
studio = typer.Typer(no_args_is_help=True, help="Studio: domains, people and spaces; Studio Lab is something else.")
app.add_typer(notebooks, name="notebooks")
app.add_typer(studio, name="studio")


@dataclass(frozen=True, slots=True)
class Way:
    """How a command goes about its plan: shows it, prints it as a script, or carries it out."""

    show_plan: bool
    script: ScriptFormat | None
    yes: bool
    as_json: bool


def run(console: Console, name: str, verb: str, plan_of: Callable[[], Plan], way: Way) -> None:
    """Show or carry out a plan, and say what became of it."""
    plan = plan_of()
    if only_shown(console, plan, show_plan=way.show_plan, script=way.script, as_json=way.as_json):
        return
    view = carry_out(console, plan, way.yes, replan=plan_of, confirmed=_agreed)
    hourly = plan.estimate.usd_per_hour
    steps = [{"step": step.id, "status": str(step.status)} for step in view.steps]
    result = {"name": name, "run": view.id, "status": str(view.status), "usd_per_hour": hourly, "steps": steps}
    if way.as_json:
        typer.echo(json.dumps(result))
        return
    typer.echo(f"{name}: {verb if view.status == 'done' else view.status}; {_change(hourly)}")


def _change(hourly: float | None) -> str:
    if hourly is None:
        return "what it costs is not known"
    if not hourly:
        return "it costs nothing by the hour"
    return f"{usd(abs(hourly))}/h {'more' if hourly > 0 else 'less'}"


def _agreed(plan: Plan) -> bool:
    for warning in plan.warnings:
        say(f"! {warning}")
    hourly = plan.estimate.usd_per_hour
    words = "ends" if hourly is not None and hourly < 0 else "costs"
    return typer.confirm(f"This {words} {usd(abs(hourly) if hourly is not None else None)}/h. Run it?", err=True)


def held(console: Console) -> Holdings:
    """What there is, once every list has been read."""
    return console.resources.settled(LISTED_SECONDS, until=lambda found: not found.listing)


def asked_for(printed: bool, as_json: bool) -> None:
    """Raise InvalidRequest where a presigned URL would go into a file, a pipe or JSON without having been asked for."""
    if printed or (sys.stdout.isatty() and not as_json):
        return
    why = "It signs in whoever has it, and here it would be written into a file, a pipe or JSON."
    raise InvalidRequest("The link is a secret.", why, "Add --url to print it all the same.")


def hand_over(url: Hidden, seconds: int, *, as_json: bool, more: dict[str, Any]) -> None:
    """The presigned URL on standard output, this once."""
    if as_json:
        typer.echo(json.dumps({**more, "expires_in_seconds": seconds, "url": url.reveal()}))
        return
    say(f"Opens within {seconds // 60} minutes. Whoever has it is signed in: pass it on to nobody.")
    typer.echo(url.reveal())
