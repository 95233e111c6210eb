"""`sagedeck batch …`: the commands of transform jobs hang on this group."""

from __future__ import annotations

import typer

from cli.opening import app

batch = typer.Typer(no_args_is_help=True, help="Batch transform: a model's answers to a whole S3 prefix.")
app.add_typer(batch, name="batch")
