"""What every command begins with: the options before it, the connection, and how errors are shown."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import click
import typer

from services import sandbox_child
from services import settings as settings_file
from services.connection import Mode, connect_default
from services.errors import Problem, SagedeckError, problem_of
from services.legible import legible
from services.state import home

if TYPE_CHECKING:
    from services.console import Console

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Sagedeck without a browser. Results go to standard output, what is going on to standard error.",
)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; the plan is confirmed with this.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options before the command say."""

    connection: str = ""
    profile: str = ""
    region: str = ""
    read_only: bool = False


@app.callback()
def options(
    context: typer.Context,
    connection: Annotated[str, typer.Option(help="auto, sandbox or aws.")] = "",
    profile: Annotated[str, typer.Option(help="AWS profile.")] = "",
    region: Annotated[str, typer.Option(help="AWS region.")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Refuse whatever changes something.")] = False,
) -> None:
    context.obj = Asked(connection, profile, region, read_only)


def say(text: str) -> None:
    """Tell a person what is going on, beside the result."""
    typer.echo(text, err=True)


@contextlib.contextmanager
def answering(as_json: bool) -> Iterator[None]:
    """Show an error as what, why and next, and leave with 1. SAGEDECK_DEBUG shows where an unexpected one came from."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except Exception as error:
        if os.environ.get("SAGEDECK_DEBUG") and not isinstance(error, SagedeckError):
            raise
        problem = _explained(error)
        if as_json:
            typer.echo(json.dumps({"error": {"what": problem.what, "why": problem.why, "next": problem.next}}))
        else:
            say("\n".join(line for line in (problem.what, problem.why, problem.next) if line))
        raise typer.Exit(1) from None


def _explained(error: Exception) -> Problem:
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ConnectionError | TimeoutError):
        why, next = f"The system says: {error.strerror}.", "Check the path, its rights, and the room on the disk."
        return Problem(f"{legible(str(error.filename or 'A file'))} cannot be used.", why, next)
    problem = problem_of(error)
    if isinstance(error, SagedeckError):
        return problem
    return replace(problem, next="Try again. With SAGEDECK_DEBUG=1 the command says where it happened.")


def open_console(context: typer.Context) -> Console:
    """The Console of the options and settings; says so when it starts the sandbox."""
    from services.console import Console

    asked: Asked = context.obj
    folder = home()
    configured = settings_file.load(os.environ, folder)
    given = {name: value for name in ("connection", "profile", "region") if (value := getattr(asked, name))}
    settings = replace(configured.settings, **given, read_only=asked.read_only or configured.settings.read_only)
    settings_file.check(settings)
    running = sandbox_child.find(folder)
    connection = connect_default(settings, folder)
    if connection.mode is Mode.SANDBOX and not running and sandbox_child.find(folder) == connection.sandbox_url:
        say(f"Started the sandbox at {connection.sandbox_url}; it ends after 30 minutes without use.")
    return Console(connection, folder=folder, configured=replace(configured, settings=settings))
