"""Many questions to a folder of documents: what `sagedeck ask` does, and what an evaluation stands on."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from services.documents import DEFAULT_LIMITS
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.knowledge.events import Finished, Retrieved
from services.knowledge.files import INSIDE, FileStatus, IngestRequest, IngestView, Upload
from services.knowledge.models import AskRequest, SearchSettings, StoreKind
from services.knowledge.service import KnowledgeService

AT_ONCE_BYTES = 64 * 1024 * 1024  # files are handed over in groups of this size: a folder need not fit in memory
SIDE_BY_SIDE = 4  # questions in flight; the language model answers one at a time anyway, the rest hides its latency
_MARKER = re.compile(r"\s*\[\d+\]")

Question = tuple[str | int, str]  # its id, as the file has it, and its words
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """Which endpoints answer, from which documents (sha256 -> path in the folder), with how many passages.

    `settings` say how passages are looked for, but for their number and the documents; `rules` as in AskRequest.
    """

    embedding: str
    language: str
    collection: str
    documents: Mapping[str, str]
    k: int = 5
    settings: SearchSettings = SearchSettings()  # noqa: RUF009 - frozen
    rules: str = ""


@dataclass(frozen=True, slots=True)
class FolderReading:
    """A folder once read: its collection, its documents (sha256 -> path), and (path, reason) of what was refused."""

    collection: str
    documents: Mapping[str, str]
    refused: tuple[tuple[str, str], ...]


def read_questions(path: Path) -> tuple[Question, ...]:
    """The (id, question) pairs of a JSON-lines file. InvalidRequest names the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = "It is not UTF-8." if isinstance(error, UnicodeDecodeError) else f"The system says: {error.strerror}."
        raise InvalidRequest(f"{path.name} cannot be read.", why, "Give a file of JSON lines.") from error
    found = (_question(line, number, path.name) for number, line in enumerate(lines, start=1) if line.strip())
    return tuple(found)


def _question(line: str, number: int, name: str) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    row = row if isinstance(row, dict) else {}
    which, question = row.get("id"), row.get("question")
    if isinstance(which, str | int) and not isinstance(which, bool) and isinstance(question, str):
        return which, question
    raise InvalidRequest(f"Line {number} of {name} is no question.", "", 'Write {"id": "…", "question": "…"} a line.')


def check_out(out: Path) -> None:
    """Raise InvalidRequest where a file cannot be written, before the work is done that it is for."""
    try:
        with out.open("a"):
            pass
    except OSError as error:
        raise InvalidRequest(
            f"{out} cannot be written.", f"The system says: {error.strerror}.", "Name another file."
        ) from error


def folder_files(folder: Path, besides: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Every file of a folder and its subfolders in order of their paths, but hidden ones and those `besides`.

    NotFound without any.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "", "Name a folder that holds documents.")
    other = {path.resolve() for path in besides}

    def shown(path: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        return not hidden and path.is_file() and path.resolve() not in other

    files = tuple(path for path in sorted(folder.rglob("*")) if shown(path))
    if not files:
        raise NotFound(f"The folder {folder} holds no file.", "", "Put documents into it.")
    return files


def read_folder(
    knowledge: KnowledgeService, files: Sequence[Path], embedding: str, folder: Path, say: Say
) -> FolderReading:
    """Read files into a collection of the folder's own. Files that were read before are not read again.

    A file that is refused stops nothing. Raises what stops all of it, such as an endpoint that does not answer.
    """
    usual = f"folder_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    collection = knowledge.place(StoreKind.LOCAL, embedding, usual).name
    documents: dict[str, str] = {}
    refused: list[tuple[str, str]] = []
    usable = []
    for path in files:
        if why := _obstacle(path, folder):
            refused.append((_name(path, folder), why))
            say(f"  not read: {_name(path, folder)}: {why}")
        else:
            usable.append(path)
    for group in _groups(usable):
        uploads = tuple(Upload(_name(path, path.parent), path.read_bytes()) for path in group)
        view = _follow(knowledge, knowledge.ingest(IngestRequest(uploads, embedding, collection=collection)), say)
        for file in view.files:
            name = _name(group[file.position if file.archive is None else file.archive], folder)
            if file.archive is not None:
                name += INSIDE + file.name.partition(INSIDE)[2]
            if file.status in (FileStatus.READY, FileStatus.SAME):
                documents.setdefault(file.document, name)
            elif file.status is not FileStatus.UNPACKED:
                refused.append((name, " ".join(part for part in (file.reason, file.hint) if part)))
                say(f"  not read: {name}: {file.reason}")
    return FolderReading(collection, documents, tuple(refused))


def _name(path: Path, folder: Path) -> str:
    """A file's path in the folder; a name that is no UTF-8 with a mark for what cannot be spelled."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


def _obstacle(path: Path, folder: Path) -> str:
    """Why a file is not handed over at all, or ""."""
    if not path.resolve().is_relative_to(folder.resolve()):
        return "This is a link that leads out of the folder. Give the file itself."
    if not os.access(path, os.R_OK):
        return "The file may not be read. Give yourself the right to read it."
    if path.stat().st_size > DEFAULT_LIMITS.file_bytes:
        return "The file is larger than 50 MB. Split it."
    return ""


def answer_all(
    knowledge: KnowledgeService, questions: Sequence[Question], request: BatchRequest, out: Path, say: Say
) -> int:
    """Answer every question and write a line for each, in their order; how many had an answer.

    A line: {"id", "chunks": [{"text", "source", "page", "score"}], "answer"}; answer is null where the documents do not
    say. A question that fails has an "error" as well. What was written stays when a later one fails.
    """
    answered, started = 0, time.monotonic()
    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    # half a character, which no UTF-8 can spell, is written as JSON's own escape
    with out.open("w", encoding="utf-8", errors="backslashreplace") as sink:
        try:
            lines = pool.map(lambda each: _line(knowledge, each, request), questions)
            for number, line in enumerate(lines, start=1):
                sink.write(json.dumps(line, ensure_ascii=False) + "\n")
                sink.flush()
                answered += line["answer"] is not None
                if number % 50 == 0 or number == len(questions):
                    say(f"  {number} of {len(questions)} questions, {time.monotonic() - started:.0f} s")
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return answered


def _line(knowledge: KnowledgeService, question: Question, request: BatchRequest) -> dict[str, Any]:
    settings = replace(request.settings, k=request.k, documents=tuple(request.documents))
    asked = AskRequest(
        question[1], request.embedding, request.language, collection=request.collection, settings=settings,
        rules=request.rules,
    )  # fmt: skip
    line: dict[str, Any] = {"id": question[0], "chunks": [], "answer": None}
    try:
        for event in knowledge.answer(asked):
            if isinstance(event, Retrieved):
                line["chunks"] = [
                    {
                        "text": each.text,
                        "source": request.documents.get(each.document, each.source),
                        "page": each.page,
                        "score": round(each.score, 6),
                    }
                    for each in event.passages
                ]
            elif isinstance(event, Finished):
                line["answer"] = _MARKER.sub("", event.text).strip() or None
    except SagedeckError as error:
        line["error"] = str(error)
    return line


def _groups(files: Sequence[Path]) -> Iterator[list[Path]]:
    group: list[Path] = []
    size = 0
    for path in files:
        weight = path.stat().st_size
        if group and size + weight > AT_ONCE_BYTES:
            yield group
            group, size = [], 0
        group.append(path)
        size += weight
    if group:
        yield group


def _follow(knowledge: KnowledgeService, job: str, say: Say) -> IngestView:
    told = -1
    while True:
        view = knowledge.follow(job)
        if view is None:
            raise NotFound("The reading of the folder was lost.", "Its journal is gone.", "Start it again.")
        done = sum(file.status.ended for file in view.files)
        if done != told:
            told = done
            say(f"  {done} of {len(view.files)} files")
        if view.status != "running":
            break
        time.sleep(0.1)
    if view.problem is not None:
        raise SagedeckError(view.problem.what, view.problem.why, view.problem.next)
    return view
