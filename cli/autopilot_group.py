"""`sagedeck autopilot …`: the commands of Autopilot hang on this group."""

from __future__ import annotations

import typer

from cli.opening import app

autopilot = typer.Typer(no_args_is_help=True, help="Autopilot: check a table, launch, follow, deploy, predict.")
app.add_typer(autopilot, name="autopilot")
