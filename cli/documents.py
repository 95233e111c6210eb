"""`sagedeck documents`: what can be asked, add, look before it is stored, replace, delete; as the page does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.document_options import (
    CollectionOption,
    EmbeddingOption,
    MethodOption,
    OverlapOption,
    PasswordOption,
    Place,
    SizeOption,
    StoreOption,
    chosen,
    embedding_of,
    files_of,
    follow,
    groups,
    line_of,
    password_of,
    plan_of,
    store_of,
    told_file,
    told_plan,
    told_record,
    writable,
)
from cli.following import PlanFlag, carry_out
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from services.errors import DocumentRefused
from services.legible import legible

if TYPE_CHECKING:
    from services.knowledge import DocumentRecord, FileProgress
    from services.knowledge.previews import ChunkPreview
    from services.plans import Plan

documents_app = typer.Typer(
    invoke_without_command=True,
    help="Documents that can be asked: listed, added, looked at before they are stored, replaced, deleted.",
)
app.add_typer(documents_app, name="documents")


@documents_app.callback()
def documents(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the documents that can be asked. Its commands: documents --help."""
    if context.invoked_subcommand is not None:
        return
    with answering(as_json):
        records = open_console(context).knowledge.documents()
        if as_json:
            typer.echo(json.dumps([told_record(each) for each in records], ensure_ascii=False))
            return
        for each in records:
            typer.echo(f"{each.document[:12]}  {each.chunks:>6,} passages  {each.collection:<20} {legible(each.name)}")
        say(f"{len(records):,} documents." if records else "No documents yet. sagedeck documents add FILE…")


@documents_app.command("add")
def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="FILES…", help="Files, ZIP archives, or folders of them.")],
    method: MethodOption = None,
    size: SizeOption = None,
    overlap: OverlapOption = None,
    store: StoreOption = Place.LOCAL,
    collection: CollectionOption = "",
    embedding: EmbeddingOption = "",
    password_env: PasswordOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Read files in, so that they can be asked. Files that are there already are not read again.

    Ends with 1 where a file was refused; the others are in all the same.
    """
    from services.knowledge import IngestRequest

    with answering(as_json):
        files, password = files_of(paths), password_of(password_env)
        console = open_console(context)
        writable(console)
        plan, endpoint = plan_of(console, method, size, overlap), embedding_of(console, embedding)
        _say_forecast(console, files, plan)
        read: list[FileProgress] = []
        for uploads in groups(files, password):
            request = IngestRequest(uploads, endpoint, store_of(store), collection, plan)
            read += follow(console, console.knowledge.ingest(request)).files
        _tell(read, as_json)


@documents_app.command("samples")
def samples(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The set to add; left out: they are listed.")] = "",
    store: StoreOption = Place.LOCAL,
    collection: CollectionOption = "",
    embedding: EmbeddingOption = "",
    as_json: JsonFlag = False,
) -> None:
    """List the sample sets with questions to ask them, or add one."""
    from dataclasses import asdict

    from services.knowledge.samples import list_samples, sample_request

    with answering(as_json):
        if name:
            console = open_console(context)
            writable(console)
            endpoint = embedding_of(console, embedding)
            request = sample_request(name, endpoint, store=store_of(store), collection=collection)
            _tell(follow(console, console.knowledge.ingest(request)).files, as_json)
        elif as_json:
            typer.echo(json.dumps([asdict(each) for each in list_samples()], ensure_ascii=False))
        else:
            for each in list_samples():
                typer.echo(f"{each.id:<12} {each.title}: {each.about}")
                typer.echo("".join(f"             {one.question}\n" for one in each.questions[:3]), nl=False)


@documents_app.command("replace")
def replace(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The document: its name, or the beginning of its sha256.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Its new version.")],
    collection: CollectionOption = "",
    embedding: EmbeddingOption = "",
    password_env: PasswordOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Read in a new version of a document, cut as the old one is; that goes once the new one can be asked."""
    from services.knowledge import IngestRequest

    with answering(as_json):
        files, password = files_of([path]), password_of(password_env)
        console = open_console(context)
        writable(console)
        old = _one(chosen(console, [name], collection), name)
        uploads = next(groups(files, password))
        request = IngestRequest(uploads, embedding_of(console, embedding), old.store, old.collection, old.cut)
        _tell(follow(console, console.knowledge.replace_document(old, request)).files, as_json)


@documents_app.command("delete")
def delete(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAMES…", help="Names, or the beginning of their sha256.")],
    collection: CollectionOption = "",
    show_plan: PlanFlag = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete documents: their passages and the originals kept here. Your own copies stay."""
    with answering(as_json):
        console = open_console(context)
        records = chosen(console, names, collection)

        def plan() -> Plan:
            return console.knowledge.plan_delete_documents(records)

        planned = plan()
        if show_plan:
            typer.echo(json.dumps([step.reason for step in planned.steps]) if as_json else "\n".join(
                step.reason for step in planned.steps
            ))  # fmt: skip
            return
        carry_out(console, planned, yes, replan=plan)
        gone = [legible(each.name) for each in records]
        typer.echo(json.dumps({"deleted": gone}) if as_json else f"Deleted: {', '.join(gone)}")


@documents_app.command("preview")
def preview(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not stored yet.")],
    method: MethodOption = None,
    size: SizeOption = None,
    overlap: OverlapOption = None,
    embedding: Annotated[
        str, typer.Option(help="Endpoint whose model's reach caps the passages; left out: none.")
    ] = "",
    password_env: PasswordOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Show how a file would be cut; nothing is stored."""
    with answering(as_json):
        files, password = files_of([path]), password_of(password_env)
        console = open_console(context)
        plan = plan_of(console, method, size, overlap)
        seen = console.knowledge.preview(next(groups(files, password))[0], plan, embedding)
        if seen.reading.refusal is not None:
            raise DocumentRefused(seen.reading.refusal.reason, seen.reading.refusal.hint)
        if as_json:
            typer.echo(json.dumps(_previewed(seen) | {"cut": told_plan(plan)}, ensure_ascii=False))
            return
        for each in seen.chunks:
            place = " · ".join(part for part in (each.label or f"page {each.page}", each.section) if part)
            typer.echo(
                f"--- {each.ordinal + 1} · {legible(place)} · {len(each.text):,} characters\n{legible(each.text)}"
            )
        for warning in seen.reading.warnings:
            say(warning)
        say(f"{len(seen.chunks):,} passages of {len(seen.pages):,} pages. Nothing was stored.")


def _previewed(seen: ChunkPreview) -> dict[str, Any]:
    from services.documents import estimate_tokens

    passages = [
        {"number": each.ordinal + 1, "page": each.page, "label": each.label, "section": each.section,
         "start": each.start, "end": each.end, "tokens": estimate_tokens(each.text), "text": each.text}
        for each in seen.chunks
    ]  # fmt: skip
    return {
        "document": seen.document, "kind": seen.reading.kind, "pages": len(seen.pages), "token_cap": seen.token_cap,
        "warnings": list(seen.reading.warnings), "passages": passages,
    }  # fmt: skip


def _say_forecast(console: Any, files: tuple[tuple[Path, str], ...], plan: Any) -> None:
    from services.knowledge.forecast import forecast
    from services.knowledge.service import JOB_KIND

    sizes = [(name, path.stat().st_size) for path, name in files]
    jobs = console.jobs.list(console.owner, JOB_KIND, 20)
    told = forecast(sizes, plan, console.knowledge.documents(), jobs)
    seconds = "" if told.seconds is None else f", {max(1.0, told.seconds):,.0f} s at the pace measured here"
    say(f"{len(files):,} files, about {told.passages:,} passages{seconds} (estimate)")


def _tell(files: Any, as_json: bool) -> None:
    """What became of each file; leaves with 1 where one is not in."""
    from services.knowledge import FileStatus

    good = (FileStatus.READY, FileStatus.SAME, FileStatus.UNPACKED)
    if as_json:
        typer.echo(json.dumps([told_file(each) for each in files], ensure_ascii=False))
    else:
        typer.echo("\n".join(line_of(each) for each in files))
    if any(each.status not in good for each in files):
        raise typer.Exit(1)


def _one(records: tuple[DocumentRecord, ...], name: str) -> DocumentRecord:
    from services.errors import InvalidRequest

    if len(records) > 1:
        where = ", ".join(sorted({each.collection for each in records}))
        raise InvalidRequest(
            f"{len(records)} documents are called {legible(name)}.", f"They are in: {where}.",
            "Name the collection with --collection, or give the sha256.",
        )  # fmt: skip
    return records[0]
