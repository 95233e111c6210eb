"""`sagedeck chats`: conversations that are kept, listed, shown, taken elsewhere and back, deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.chatting import harmless
from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest, SagedeckError

group = typer.Typer(no_args_is_help=True, help="Conversations that are kept: list, show, export, import, delete.")
app.add_typer(group, name="chats")
ChatArgument = Annotated[str, typer.Argument(help="Id of a conversation, as `chats list` gives it.")]


@group.command("list")
def list_chats(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words of a title, question or answer.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Conversations, pinned ones first, then the newest."""
    with answering(as_json):
        found = open_console(context).chats.list(query)
        if as_json:
            names = ("id", "title", "updated", "pinned", "turns", "endpoints", "excerpt")
            typer.echo(
                json.dumps([{name: getattr(each, name) for name in names} for each in found], ensure_ascii=False)
            )
            return
        for each in found:
            typer.echo(f"{each.id}  {each.turns:>3} turns  {harmless(each.title)}")
        if not found:
            say("None.")


@group.command("show")
def show_chat(context: typer.Context, id: ChatArgument, as_json: JsonFlag = False) -> None:
    """One conversation, to be read, or with every branch as JSON."""
    with answering(as_json):
        from services.chats import to_markdown

        chats = open_console(context).chats
        if as_json:
            typer.echo(json.dumps(json.loads(chats.export(id))["conversations"][0], ensure_ascii=False))
        else:
            typer.echo(harmless(to_markdown(chats.open(id))), nl=False)


@group.command("export")
def export_chats(
    context: typer.Context,
    id: Annotated[list[str] | None, typer.Argument(help="Ids; all when left out.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="To be read, instead of to be imported again.")] = False,
    feedback: Annotated[str, typer.Option(metavar="KIND", help="Only what was voted: csv or json.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it here instead of to standard output.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Conversations as JSON or Markdown, or what was voted on."""
    with answering(as_json):
        from services.chats import feedback_csv, feedback_json, to_markdown

        chats = open_console(context).chats
        if feedback not in ("", "csv", "json"):
            raise InvalidRequest(f"Feedback cannot be had as {feedback!r}.", "", "Use csv or json.")
        if feedback:
            text = (feedback_csv if feedback == "csv" else feedback_json)(chats.ratings())
        elif markdown:
            text = "\n".join(to_markdown(chats.open(each)) for each in id or [one.id for one in chats.list()])
        else:
            text = chats.export(*(id or ()))
        if out is None:
            typer.echo(text, nl=not text.endswith("\n"))
            return
        out.write_text(text, encoding="utf-8", newline="")
        typer.echo(json.dumps({"out": str(out)}) if as_json else f"Written to {out}")


@group.command("import")
def import_chats(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON that `export` wrote, here or elsewhere.", readable=False)],
    as_json: JsonFlag = False,
) -> None:
    """Add the conversations of an export, under new ids; none of them if one is not whole."""
    with answering(as_json):
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InvalidRequest(f"{file.name} cannot be read.", f"{error.strerror}.", "Give another file.") from error
        ids = open_console(context).chats.bring_in(data)
        typer.echo(json.dumps(ids) if as_json else "\n".join(ids))


@group.command("delete")
def delete_chats(
    context: typer.Context,
    id: Annotated[list[str], typer.Argument(help="Ids.")],
    as_json: JsonFlag = False,
) -> None:
    """Delete conversations; within a day the page can bring one back."""
    with answering(as_json):
        chats = open_console(context).chats
        gone, kept = [], []
        for each in id:
            try:
                chats.delete(each)
                gone.append(each)
            except SagedeckError as error:
                kept.append({"id": each, "why": str(error)})
        typer.echo(json.dumps({"deleted": gone, "failed": kept}) if as_json else f"Deleted {len(gone)}.")
        for left in kept if not as_json else ():
            say(f"{left['id']}: {left['why']}")
        if kept:
            raise typer.Exit(1)
