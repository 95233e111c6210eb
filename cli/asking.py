"""Commands about documents: read one as uploads are read, and ask a folder of them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.deploy_options import Options
from cli.deploy_request import requests_of
from cli.deploying import plan_of
from cli.following import carry_out
from cli.opening import JsonFlag, answering, app, open_console, say
from services.connection import Mode
from services.errors import NotFound

if TYPE_CHECKING:
    from services.console import Console
    from services.rooms_asking import Pair


@app.command("read")
def read_file(
    file: Annotated[Path, typer.Argument(help="A PDF, Word, Markdown, HTML or text file.", readable=False)],
    as_json: JsonFlag = False,
) -> None:
    """Read a file as uploads are read: {"pages": [{"number", "text"}], "refusal": null or {"reason", "hint"}}."""
    from services.documents import Reader, read_payload

    with contextlib.closing(Reader()) as reader:
        payload = read_payload(reader.read(file, file.name))
    typer.echo(json.dumps(payload, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def ask(
    context: typer.Context,
    docs: Annotated[Path, typer.Option(help="Folder of documents, with its subfolders.")],
    questions: Annotated[Path, typer.Option(help='JSON lines of {"id", "question"}.')],
    out: Annotated[Path, typer.Option(help='JSON lines of {"id", "chunks", "answer"} are written here.')],
    k: Annotated[int, typer.Option(min=1, max=50, help="Passages a question.")] = 5,
    embedding: Annotated[str, typer.Option(help="Embedding endpoint; the newest in service when left out.")] = "",
    language: Annotated[str, typer.Option(help="Language endpoint; the newest in service when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Read a folder of documents and answer a file of questions from them."""
    from services.knowledge.batch import BatchRequest, answer_all, check_out, folder_files, read_folder, read_questions

    with answering(as_json):
        asked = read_questions(questions)
        files = folder_files(docs, besides=(questions, out))
        check_out(out)
        console = open_console(context)
        console.inference.rate.waits = True  # a file of questions takes its time; none of them is refused
        pair = _pair(console, embedding, language)
        reading = read_folder(console.knowledge, files, pair.embedding, docs, say)
        request = BatchRequest(pair.embedding, pair.language, reading.collection, reading.documents, k)
        answered = answer_all(console.knowledge, asked, request, out, say)
        result = {
            "questions": len(asked),
            "answered": answered,
            "documents": len(reading.documents),
            "refused": [{"file": name, "reason": reason} for name, reason in reading.refused],
            "out": str(out),
        }
        text = f"{answered} of {len(asked)} questions answered from {len(reading.documents)} documents: {out}"
        typer.echo(json.dumps(result) if as_json else text)


def _pair(console: Console, embedding: str, language: str) -> Pair:
    """The endpoints to ask with. Only in the sandbox, where nothing costs, a missing pair is deployed unasked."""
    from services.rooms_asking import Pair

    found = console.pair() if not (embedding and language) else None
    if found is None and not (embedding and language):
        if console.connection.mode is not Mode.SANDBOX:
            raise NotFound(
                "No embedding endpoint and language endpoint are in service.", "", "Deploy a pair, or name both."
            )
        say("Deploying a pair in the sandbox.")
        wanted, _ = requests_of(console, console.usual_pair(), Options())
        carry_out(console, plan_of(console, wanted), True, replan=lambda: plan_of(console, wanted))
        found = console.pair()
    pair = found or Pair(embedding, language)
    return Pair(embedding or pair.embedding, language or pair.language)
