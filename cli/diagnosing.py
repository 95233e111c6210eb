"""Why something failed: `sagedeck diagnose`, from a message, an error code and a log. Offline; needs no connection."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.opening import JsonFlag, answering, app
from services.errors import InvalidRequest

MOST_BYTES = 8_000_000  # of a log or of standard input: its end is what counts


@app.command("diagnose")
def diagnose_one(
    message: Annotated[str | None, typer.Option(help="What the service said; - reads standard input.")] = None,
    code: Annotated[str, typer.Option(help="The error code, such as ValidationException.")] = "",
    operation: Annotated[str, typer.Option(help="The call that failed, such as CreateEndpoint.")] = "",
    log: Annotated[
        str, typer.Option("--log-file", "--log", metavar="FILE", help="The container's log; - reads standard input.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Say why something failed, which line shows it, what to do, and whether trying again can help."""
    with answering(as_json):
        if message is None and not (code or log):
            raise InvalidRequest("There is nothing to look at.", "", "Give --message, --code or --log-file.")
        if message == log == "-":
            raise InvalidRequest("Message and log cannot both be standard input.", "", "Give one of them as a file.")
        from services.diagnosis import diagnose

        said = _given() if message == "-" else message or ""
        found = diagnose(said, code=code, operation=operation, log=_lines(log) if log else ())
        if as_json:
            typer.echo(json.dumps(found.as_dict()))
            return
        typer.echo(f"{found.words} ({found.cause}).")
        if found.evidence:
            typer.echo(f"Shown by: {found.evidence}")
        typer.echo(found.fix)
        typer.echo("Trying again as it is can help." if found.retry else "Trying again as it is will not help.")


def _given() -> str:
    return sys.stdin.buffer.read(MOST_BYTES).decode(errors="replace")


def _lines(path: str) -> list[str]:
    if path == "-":
        return _given().splitlines()
    with Path(path).open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - MOST_BYTES))
        return file.read(MOST_BYTES).decode(errors="replace").splitlines()
