"""What the commands about documents share: where they go, how they are cut, which one is meant, how they are told."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.opening import say
from services.errors import InvalidRequest, NotFound, ReadOnly, SagedeckError
from services.legible import legible

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import ChunkPlan, DocumentRecord, FileProgress, IngestView, StoreKind, Upload

AT_ONCE_BYTES = 64 * 1024 * 1024  # files are handed over in groups of this size: a folder need not fit in memory
LOOK_SECONDS = 0.2
EMBEDDING = "text-embedding"
EMBEDDING_SECONDS = 300.0  # what looking for the newest embedding endpoint may take


class Cut(StrEnum):
    """The words of `services.documents.Method`, which is not imported for a command line."""

    RECURSIVE = "recursive"
    HEADING = "heading"
    PAGE = "page"
    ROW = "row"


class Place(StrEnum):
    """The words of `services.knowledge.StoreKind`."""

    LOCAL = "local"
    ASTRA = "astra"


MethodOption = Annotated[Cut | None, typer.Option("--method", help="Where it is cut; recursive: at paragraphs.")]
SizeOption = Annotated[int | None, typer.Option(min=20, max=20_000, help="Characters a passage, at most.")]
OverlapOption = Annotated[int | None, typer.Option(min=0, help="Characters a passage repeats of the one before.")]
StoreOption = Annotated[Place, typer.Option(help="This machine, or the Astra DB of the settings.")]
CollectionOption = Annotated[str, typer.Option(help="Collection; the usual one of the model when left out.")]
EmbeddingOption = Annotated[str, typer.Option(help="Embedding endpoint; the newest in service when left out.")]
PasswordOption = Annotated[
    str, typer.Option("--password-env", metavar="NAME", help="Environment variable with the files' password.")
]


def plan_of(console: Console, method: Cut | None, size: int | None, overlap: int | None) -> ChunkPlan:
    """How it is to be cut: what is given, else as the owner has chosen. InvalidRequest for what makes no passages."""
    from services.documents import Method
    from services.knowledge import ChunkPlan

    usual = console.knowledge_defaults.read().chunks
    wanted = usual.size if size is None else size
    lap = min(usual.overlap, wanted // 2) if overlap is None else overlap
    plan = ChunkPlan(wanted, lap, usual.method if method is None else Method(method.value))
    plan.settings()
    return plan


def store_of(place: Place) -> StoreKind:
    """The store that is meant."""
    from services.knowledge import StoreKind

    return StoreKind(place.value)


def password_of(variable: str) -> str:
    """The password in an environment variable. InvalidRequest where one is named and not set."""
    if not variable:
        return ""
    word = os.environ.get(variable, "")
    if not word:
        raise InvalidRequest(f"The environment variable {variable} is not set.", "", "Set it to the files' password.")
    return word


def embedding_of(console: Console, named: str) -> str:
    """The embedding endpoint to use. NotFound where none is in service."""
    if named:
        return named
    ready = [each.name for each in console.inventory.states() if each.ready]
    looked = console.inventory.settled(
        EMBEDDING_SECONDS, ready, until=lambda found: bool(found.newest("text-embedding"))
    )
    if looked.problem is not None:
        raise looked.problem
    found = looked.newest("text-embedding")
    if not found:
        raise NotFound("No embedding endpoint is in service.", "", "Deploy one, or name one with --embedding.")
    return str(found)


def writable(console: Console) -> None:
    """Raise ReadOnly where this connection changes nothing."""
    if console.connection.read_only:
        raise ReadOnly("This connection is read-only.", "", "Leave --read-only out, or change the settings.")


def files_of(paths: Sequence[Path]) -> tuple[tuple[Path, str], ...]:
    """Every file named, and those of folders, each with its name. NotFound for what is not there."""
    from services.knowledge.batch import folder_files

    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            found += [(each, each.relative_to(path).as_posix()) for each in folder_files(path)]
        elif path.is_file():
            found.append((path, path.name))
        else:
            raise NotFound(f"There is no file {legible(str(path))}.", "", "Check its name and folder.")
    return tuple(found)


def groups(files: Iterable[tuple[Path, str]], password: str) -> Iterator[tuple[Upload, ...]]:
    """The files as uploads, a few megabytes at a time."""
    from services.knowledge import Upload

    group: list[Upload] = []
    held = 0
    for path, name in files:
        upload = Upload(os.fsencode(name).decode("utf-8", "replace"), path.read_bytes(), password)
        if group and held + len(upload.data) > AT_ONCE_BYTES:
            yield tuple(group)
            group, held = [], 0
        group.append(upload)
        held += len(upload.data)
    if group:
        yield tuple(group)


def follow(console: Console, job: str) -> IngestView:
    """Wait until an ingest has ended, telling how far it is. Raises what stopped it."""
    told = ""
    while True:
        view = console.knowledge.follow(job)
        if view is None:
            raise NotFound("The reading was lost.", "Its journal is gone.", "Add the files again.")
        done, stored = sum(file.status.ended for file in view.files), sum(file.stored for file in view.files)
        of = sum(file.chunks or 0 for file in view.files)
        words = f"  {done} of {len(view.files)} files" + (f", {stored:,} of {of:,} passages" if of else "")
        if words != told:
            told = words
            say(words)
        if view.status != "running":
            break
        time.sleep(LOOK_SECONDS)
    if view.problem is not None:
        raise SagedeckError(view.problem.what, view.problem.why, view.problem.next)
    return view


def chosen(console: Console, names: Sequence[str], collection: str = "") -> tuple[DocumentRecord, ...]:
    """The documents meant by names or by the beginning of their sha256; NotFound names one that is none."""
    records = [each for each in console.knowledge.documents() if not collection or each.collection == collection]
    found: dict[tuple[str, ...], DocumentRecord] = {}
    for name in names:
        digest = len(name) >= 8 and all(sign in "0123456789abcdef" for sign in name)
        hits = [each for each in records if each.name == name or (digest and each.document.startswith(name))]
        if not hits:
            raise NotFound(f"There is no document {legible(name)}.", "", "Look at the list: sagedeck documents.")
        found |= {(each.store, each.collection, each.model, each.document): each for each in hits}
    return tuple(found.values())


def told_record(record: DocumentRecord) -> dict[str, Any]:
    """A document for --json."""
    return {
        "name": record.name, "document": record.document, "kind": record.kind, "state": str(record.status),
        "pages": record.pages, "passages": record.chunks, "bytes": record.size, "added": record.added,
        "store": str(record.store), "collection": record.collection, "model": record.model,
        "cut": told_plan(record.cut), "edited": record.edited,
    }  # fmt: skip


def told_plan(plan: ChunkPlan) -> dict[str, Any]:
    """A cut for --json."""
    return {"method": str(plan.method), "size": plan.size, "overlap": plan.overlap}


def told_file(file: FileProgress) -> dict[str, Any]:
    """What became of a file, for --json."""
    told: dict[str, Any] = {
        "name": file.name, "document": file.document, "state": str(file.status), "pages": file.pages,
        "passages": file.chunks or 0,
    }  # fmt: skip
    extra = {"reason": file.reason, "hint": file.hint, "locked": file.locked, "warnings": list(file.warnings)}
    return told | {name: value for name, value in extra.items() if value}


def line_of(file: FileProgress) -> str:
    """What became of a file, in a line."""
    told = [f"{file.chunks:,} passages of {file.pages:,} pages."] if file.chunks and not file.reason else []
    told += [part for part in (file.reason, file.hint, *file.warnings) if part]
    return f"{file.status:<13} {legible(file.name)}{': ' if told else ''}{' '.join(told)}"
