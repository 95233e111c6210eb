"""Prompt templates on the command line: list, show, save, fill in, share, take elsewhere, delete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.asking_options import pairs
from cli.opening import JsonFlag, answering, app, open_console
from services.errors import InvalidRequest
from services.legible import legible

if TYPE_CHECKING:
    from services.prompts import PromptTemplate

group = typer.Typer(help="Prompt templates: list, show, save, fill in, share, export, import, delete.")
app.add_typer(group, name="prompts")
Which = Annotated[str, typer.Argument(help="Id of a prompt, or its name where only one has it.")]


@group.command("list")
def list_prompts(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="zero-shot, few-shot or rag; all when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the prompts you can use: yours, those others share here, those of the console."""
    with answering(as_json):
        found = [each for each in open_console(context).prompts.list() if not kind or each.kind == kind]
        rows = [told(each) for each in found]
        lines = [f"{row['id']:<18} {row['kind']:<10} {row['whose']:<9} {legible(row['name'])}" for row in rows]
        typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else "\n".join(lines))


@group.command()
def show(
    context: typer.Context,
    prompt: Which,
    version: Annotated[int, typer.Option(min=0, help="An older version; 0 the newest.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Show a prompt, its variables and how many versions there are."""
    from services.prompts.exchange import as_dict, to_markdown

    with answering(as_json):
        prompts = open_console(context).prompts
        found = prompts.get(prompt)
        found = prompts.get(found.id, version) if version else found
        whole = told(found) | as_dict(found.draft) | {"versions": len(prompts.versions(found.id))}
        typer.echo(json.dumps(whole, ensure_ascii=False) if as_json else to_markdown(found.draft))


@group.command()
def save(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="One prompt as Markdown or JSON, as `export` writes it.")],
    prompt: Annotated[str, typer.Option("--as", help="Save it as the next version of this one of yours.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Save a prompt from a file: as a new one, or as the next version of one you have."""
    from services.prompts.exchange import read

    with answering(as_json):
        drafts = read(file.name, _content(file))
        if len(drafts) != 1:
            raise InvalidRequest(f"{file.name} holds {len(drafts)} prompts.", "", "Use `sagedeck prompts import`.")
        prompts = open_console(context).prompts
        kept = prompts.save(drafts[0], prompts.get(prompt).id if prompt else "")
        typer.echo(json.dumps(told(kept), ensure_ascii=False) if as_json else f"{kept.id} version {kept.version}")


@group.command()
def render(
    context: typer.Context,
    prompt: Which,
    value: Annotated[list[str], typer.Option("--value", help="name=value of a variable.")] = [],  # noqa: B006
    as_json: JsonFlag = False,
) -> None:
    """Fill a prompt in: the messages a model would get."""
    with answering(as_json):
        sent = open_console(context).prompts.render(prompt, pairs(value, "value")).messages
        rows = [{"role": role, "content": text} for role, text in sent]
        text = "\n\n".join(f"{row['role']}:\n{row['content']}" for row in rows)
        typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else text)


@group.command()
def share(
    context: typer.Context,
    prompt: Which,
    off: Annotated[bool, typer.Option("--off", help="Share it no longer.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show a prompt to the others on this machine; only you can change it."""
    with answering(as_json):
        prompts = open_console(context).prompts
        kept = prompts.share(prompts.get(prompt).id, not off)
        text = f"{legible(kept.name)} is {'shared' if kept.shared else 'yours alone'}."
        typer.echo(json.dumps(told(kept), ensure_ascii=False) if as_json else text)


@group.command()
def export(
    context: typer.Context,
    prompt: Which,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown instead of JSON.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write a prompt as a file for elsewhere to standard output."""
    with answering(as_json):
        prompts = open_console(context).prompts
        typer.echo(prompts.export(prompts.get(prompt).id, markdown=markdown and not as_json))


@group.command("import")
def bring_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `export` wrote, here or elsewhere.")],
    as_json: JsonFlag = False,
) -> None:
    """Save every prompt of a file as yours; none of them if one cannot be used."""
    with answering(as_json):
        brought = open_console(context).prompts.bring_in(file.name, _content(file))
        rows = [told(each) for each in brought]
        text = "\n".join(f"{row['id']} {legible(row['name'])}" for row in rows)
        typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else text)


@group.command()
def delete(context: typer.Context, prompt: Which, as_json: JsonFlag = False) -> None:
    """Delete a prompt of yours; `undelete` with its id brings it back for a day."""
    with answering(as_json):
        prompts = open_console(context).prompts
        gone = prompts.delete(prompts.get(prompt).id)
        text = f"Deleted. To bring it back: sagedeck prompts undelete {gone.id}"
        typer.echo(json.dumps(told(gone), ensure_ascii=False) if as_json else text)


@group.command()
def undelete(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Id of a prompt you deleted.")],
    as_json: JsonFlag = False,
) -> None:
    """Bring a deleted prompt back with its versions."""
    with answering(as_json):
        kept = open_console(context).prompts.undelete(id)
        typer.echo(json.dumps(told(kept), ensure_ascii=False) if as_json else f"{legible(kept.name)} is back.")


def told(template: PromptTemplate) -> dict[str, Any]:
    """A template in a line of a list."""
    whose = "console" if template.built_in else ("yours" if template.mine else "shared")
    return {
        "id": template.id,
        "name": template.name,
        "kind": str(template.kind),
        "version": template.version,
        "variables": list(template.variables),
        "whose": whose,
        "shared": template.shared,
    }


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{file.name} cannot be read.", f"{error.strerror}.", "Give another file.") from error
