"""Faults of the sandbox: what can go wrong, what is set, set one, clear them."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from cli.opening import JsonFlag, answering, app
from services import sandbox_child
from services.errors import InvalidRequest, NotFound
from services.state import home

if TYPE_CHECKING:
    from services.sandbox_control import FaultKind, SandboxControl, SetFault

faults = typer.Typer(
    invoke_without_command=True,
    help="What is made to go wrong in the sandbox: lists what can be, and what is, without a command of its own.",
)
app.add_typer(faults, name="faults")

UrlOption = Annotated[str, typer.Option("--url", help="The sandbox's address; that of this SAGEDECK_HOME if left out.")]


@faults.callback()
def listed(context: typer.Context, url: UrlOption = "", as_json: JsonFlag = False) -> None:
    context.obj = url
    if context.invoked_subcommand is not None:
        return
    with answering(as_json):
        control = _control(url)
        kinds, held = control.fault_kinds(), control.faults()
        if as_json:
            document = {"kinds": [asdict(each) for each in kinds], "set": [asdict(each) for each in held]}
            typer.echo(json.dumps(document))
            return
        _print_kinds(kinds)
        typer.echo("\nSet now:" if held else "\nNone is set.")
        for each in held:
            typer.echo(f"  {sentence(each)}")


@faults.command("set")
def set_one(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="A kind that `sagedeck faults` lists.")],
    service: Annotated[str, typer.Option(help="Only calls of this service, by boto3's name; * and ? fit any.")] = "*",
    operation: Annotated[str, typer.Option(help="Only this operation: CreateEndpoint, Describe*.")] = "*",
    resource: Annotated[str, typer.Option(help="Only this name, instance type or IAM action.")] = "*",
    rate: Annotated[float, typer.Option(help="The share of calls it hits, above 0 and up to 1.")] = 1.0,
    seconds: Annotated[float, typer.Option(help="How long, where the kind is slow.")] = 0.0,
    value: Annotated[float, typer.Option(help="Whatever else measures the kind: an HTTP status, say.")] = 0.0,
    times: Annotated[int, typer.Option(min=0, help="So many times, then it is over; 0 is without end.")] = 0,
    url: UrlOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Make something go wrong in the sandbox."""
    with answering(as_json):
        control = _control(url or context.obj)
        _check_kind(control, kind)
        made = control.set_fault(
            kind, service=service, operation=operation, resource=resource, rate=rate, value=seconds or value,
            times=times or None,
        )  # fmt: skip
        typer.echo(json.dumps(asdict(made)) if as_json else f"Set: {sentence(made)}")


@faults.command("clear")
def clear(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="A kind, or an id that `sagedeck faults --json` tells.")] = "all",
    url: UrlOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Let things go right again: one kind, or all."""
    with answering(as_json):
        control = _control(url or context.obj)
        if kind != "all" and " " not in kind:
            _check_kind(control, kind)
        gone = control.clear_faults("" if kind == "all" else kind)
        typer.echo(json.dumps({"cleared": gone}) if as_json else f"Cleared {gone}.")


def sentence(fault: SetFault) -> str:
    """A fault that is set in one line: kind, where, how often."""
    where = [
        f"{name} {pattern}"
        for name, pattern in (("service", fault.service), ("operation", fault.operation), ("on", fault.resource))
        if pattern != "*"
    ]
    often = [f"{fault.rate:.0%} of calls"] if fault.rate < 1 else []
    left = [] if fault.left is None else ["once more" if fault.left == 1 else f"{fault.left} more times"]
    value = [f"value {fault.value:g}"] if fault.value else []
    return ", ".join([fault.kind, *where, *often, *value, *left])


def _print_kinds(kinds: tuple[FaultKind, ...]) -> None:
    for group, members in groupby(kinds, key=lambda each: each.group):
        typer.echo(group)
        for each in members:
            typer.echo(f"  {each.kind:<28} {each.does}")


def _check_kind(control: SandboxControl, kind: str) -> None:
    kinds = [each.kind for each in control.fault_kinds()]
    if kind not in kinds:
        raise InvalidRequest(f"There is no fault of the kind {kind}.", "", f"Take one of {', '.join(kinds)}.")


def _control(url: str) -> SandboxControl:
    from services.sandbox_control import SandboxControl

    found = url or sandbox_child.find(home())
    if not found:
        raise NotFound(
            "No sandbox runs for this SAGEDECK_HOME.",
            "",
            "Start the console or any command that uses it, or give the address of another with --url.",
        )
    return SandboxControl(found.rstrip("/"))
