"""The command that tells what stands in the way of a deployment; it takes what `deploy` takes and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.deploy_options import Options, taking_options
from cli.deploy_request import refuse
from cli.deploying import wanted_of
from cli.opening import JsonFlag, answering, app, open_console
from cli.preflight_lines import as_dict, as_one, sentence


@app.command()
@taking_options
def preflight(
    context: typer.Context,
    models: Annotated[list[str] | None, typer.Argument(help="JumpStart model ids; two make a pair.")] = None,
    request: Annotated[Path | None, typer.Option(help="Look at what this file says (see deploy).")] = None,
    within: Annotated[float, typer.Option(min=0.1, help="Seconds; what takes longer is unknown.")] = 2.0,
    as_json: JsonFlag = False,
    *,
    options: Options,
) -> None:
    """Tell what stands in the way of a deployment: quota, role, image, memory and more. Leaves with 1 on a stop."""
    with answering(as_json):
        console = open_console(context)
        wanted, unread = wanted_of(console, models or [], options, request)
        refuse(unread, as_json)
        asked = as_one(wanted)
        found = console.preflight.check(asked, deadline=within)
        if as_json:
            typer.echo(json.dumps(as_dict(found, asked)))
        else:
            typer.echo("\n".join(sentence(line) for line in found.lines))
        if found.stops:
            raise typer.Exit(1)
