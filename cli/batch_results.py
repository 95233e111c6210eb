"""`sagedeck batch results` and `remove`: what a transform job wrote, shown, downloaded, deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.batch_group import batch
from cli.following import PlanFlag, Script, WithScript, carry_out, only_shown
from cli.opening import JsonFlag, YesFlag, answering, open_console, say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.batch import TransformJob
    from services.console import Console


@batch.command()
def results(
    context: typer.Context,
    name: str,
    rows: Annotated[int, typer.Option(min=1, max=1000, help="How many records.")] = 20,
    of: Annotated[str, typer.Option(help="Name of the object whose answers; the first when left out.")] = "",
    folder: Annotated[Path | None, typer.Option("--to", help="Download every object with answers into it.")] = None,
    at_most_mb: Annotated[int, typer.Option("--at-most-mb", help="Refuse to download more than this.")] = 1024,
    as_json: JsonFlag = False,
) -> None:
    """Show records beside their answers, or download what the job wrote."""
    with answering(as_json):
        console = open_console(context)
        found = console.batch.describe(name)
        progress = console.batch.progress(found)
        chosen = [pair for pair in progress.outputs if not of or of in (pair[0].name, str(pair[0].uri))]
        if not chosen:
            raise InvalidRequest(
                f"{name} has no answers{f' to {of}' if of else ''}.", progress.problem, "Look at the job."
            )
        if folder is not None:
            written = _download(
                console, found, [output.uri for _, output in chosen], progress.stored, folder, at_most_mb
            )
            typer.echo(json.dumps(written) if as_json else f"{len(written)} files in {folder}")
            return
        shown = console.batch.results(found, *chosen[0])
        if as_json:
            typer.echo(json.dumps([{"record": row.record, "answer": row.answer} for row in shown.rows[:rows]]))
            return
        for row in shown.rows[:rows]:
            typer.echo(f"{row.number:>6}  {row.record[:100]}  ->  {row.answer[:200]}")
        if shown.note:
            say(shown.note)


@batch.command(cls=WithScript)
def remove(
    context: typer.Context,
    name: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete what a job wrote to S3, and nothing else that lies there."""
    with answering(as_json):
        console = open_console(context)
        found = console.batch.describe(name)
        plan = console.batch.plan_removal(found)
        if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
            return
        view = carry_out(console, plan, yes, replan=lambda: console.batch.plan_removal(found))
        told = {"run": view.id, "deleted": len(plan.steps)}
        typer.echo(json.dumps(told) if as_json else f"{len(plan.steps)} objects are deleted.")


def _download(
    console: Console, found: TransformJob, uris: list[Any], size: int, folder: Path, at_most_mb: int
) -> list[str]:  # fmt: skip
    if size > at_most_mb << 20:
        why = f"They have {size:,} bytes."
        raise InvalidRequest("The answers are more than was allowed.", why, "Allow more with --at-most-mb.")
    root = found.request.target.rstrip("/") if found.request else ""
    written: list[str] = []
    for uri in uris:
        parts = [part for part in str(uri).removeprefix(root).split("/") if part not in ("", ".", "..")]
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for piece in console.batch.stream(uri):
                file.write(piece)
        written.append(str(path))
    return written
