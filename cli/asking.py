"""Commands about documents: read one as uploads are read, and ask a folder of them."""

from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import asking_options as how
from cli.deploy_options import Options
from cli.deploy_request import requests_of
from cli.deploying import plan_of
from cli.document_options import PasswordOption, Place, password_of
from cli.following import carry_out
from cli.opening import JsonFlag, answering, app, open_console, say
from services.connection import Mode
from services.errors import DocumentRefused, InvalidRequest, NotFound
from services.legible import legible

if TYPE_CHECKING:
    from services.console import Console
    from services.documents import Reader
    from services.rooms_asking import Pair


@app.command("read")
def read_file(
    file: Annotated[Path, typer.Argument(help="A file of any kind that uploads may be, or a ZIP.", readable=False)],
    password_env: PasswordOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Read a file as uploads are read: {"pages": [{"number", "text"}], "refusal": null or {"reason", "hint"}}.

    Of a ZIP archive the answer is {"members": [{"name", "pages", "refusal"}], "refusal"}.
    """
    from services.documents import Reader

    with answering(as_json), contextlib.closing(Reader()) as reader:
        payload = _read(reader, file, password_of(password_env))
    typer.echo(json.dumps(payload, ensure_ascii=False, indent=None if as_json else 2))


def _read(reader: Reader, file: Path, password: str) -> dict[str, Any]:
    """The answer about a file, or about each file of an archive."""
    from services.documents import Reading, Refusal, read_payload

    reading = reader.read(file, file.name, password=password)
    if reading.kind != "zip":
        return read_payload(reading)
    members: list[dict[str, Any]] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            for member in reader.unpack(file, password=password):
                place = Path(folder) / "member"
                place.write_bytes(member.data)
                told = Reading((), member.refusal) if member.refusal else reader.read(place, member.name, "", password)
                members.append({"name": member.name, **read_payload(told)})
    except DocumentRefused as refused:
        told = Reading((), Refusal(refused.reason, refused.hint, refused.locked))
        return {"members": members, "refusal": read_payload(told)["refusal"]}
    return {"members": members, "refusal": None}


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="A question to what has been read in.")] = "",
    docs: Annotated[Path | None, typer.Option(help="Folder of documents, with its subfolders.")] = None,
    questions: Annotated[Path | None, typer.Option(help='JSON lines of {"id", "question"}.')] = None,
    out: Annotated[Path | None, typer.Option(help='JSON lines of {"id", "chunks", "answer"} are written here.')] = None,
    k: how.KOption = 5,
    mode: how.ModeOption = None,
    weight: how.WeightOption = None,
    threshold: how.ThresholdOption = None,
    floor: how.FloorOption = None,
    diversity: how.DiversityOption = None,
    rerank: how.RerankOption = "",
    document: how.DocumentOption = [],  # noqa: B006 - Typer copies it
    where: how.WhereOption = [],  # noqa: B006
    store: how.StoreOption = Place.LOCAL,
    collection: how.CollectionOption = "",
    prompt: how.PromptOption = "",
    value: how.ValueOption = [],  # noqa: B006
    embedding: how.EmbeddingOption = "",
    language: how.LanguageOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Answer a question from what has been read in, or a file of them from a folder (--docs, --questions, --out)."""
    with answering(as_json):
        ranking = how.Ranking(k, mode, weight, threshold, floor, diversity, rerank)
        names = _Names(embedding, language, prompt, tuple(value))
        if docs and questions and out and not question:
            if document or where or collection or store is not Place.LOCAL:
                raise InvalidRequest("A folder is read into a collection of its own, on this machine.", "",
                                     "Leave out --document, --where, --collection and --store.")  # fmt: skip
            _folder(context, docs, questions, out, ranking, names, as_json)
        elif question and not (docs or questions or out):
            place = _Place(tuple(document), tuple(where), store, collection)
            _one(context, question, ranking, names, place, as_json)
        else:
            raise InvalidRequest("That is neither a question nor a file of them.", "",
                                 "Give a question, or --docs, --questions and --out together.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Names:
    """Endpoints, and the template of the rules with its values."""

    embedding: str
    language: str
    prompt: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a single question looks."""

    documents: tuple[str, ...]
    where: tuple[str, ...]
    store: Place
    collection: str


def _folder(
    context: typer.Context, docs: Path, questions: Path, out: Path, ranking: how.Ranking, names: _Names, as_json: bool
) -> None:
    from services.knowledge.batch import BatchRequest, answer_all, check_out, folder_files, read_folder, read_questions

    asked = read_questions(questions)
    files = folder_files(docs, besides=(questions, out))
    check_out(out)
    console = open_console(context)
    console.inference.rate.waits = True  # a file of questions takes its time; none of them is refused
    rules = how.rules_of(console, names.prompt, list(names.values))
    pair = pair_of(console, names.embedding, names.language)
    reading = read_folder(console.knowledge, files, pair.embedding, docs, say)
    request = BatchRequest(
        pair.embedding, pair.language, reading.collection, reading.documents, ranking.k, ranking.settings(), rules
    )
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


def _one(
    context: typer.Context, question: str, ranking: how.Ranking, names: _Names, place: _Place, as_json: bool
) -> None:
    from services.knowledge import AskRequest, Finished, NotInDocuments, Retrieved, StoreKind
    from services.knowledge.feedback import place_of

    metadata = how.metadata_of(list(place.where))
    console = open_console(context)
    settings = ranking.settings(how.documents_of(console, list(place.documents)), metadata)
    rules = how.rules_of(console, names.prompt, list(names.values))
    pair = pair_of(console, names.embedding, names.language)
    request = AskRequest(
        question, pair.embedding, pair.language, StoreKind(place.store), place.collection, settings, rules=rules
    )
    told: dict[str, Any] = {"question": question, "answer": "", "not_in_documents": None, "citations": []}
    for event in console.knowledge.answer(request):
        match event:
            case Retrieved(_, evidence):
                told["evidence"] = evidence.score
            case Finished(text, citations):
                told["answer"] = text
                told["citations"] = [
                    {"number": each.number, "source": place_of(each.passage), "words_not_found": list(each.unfound)}
                    for each in citations
                ]
            case NotInDocuments(reason):
                told["not_in_documents"] = reason
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else _written(told))


def _written(told: dict[str, Any]) -> str:
    if told["not_in_documents"]:
        return f"Not in the documents. {told['not_in_documents']}"
    lines = [legible(told["answer"]), ""]
    for each in told["citations"]:
        hint = " (not all words of its sentence are found there)" if each["words_not_found"] else ""
        lines.append(f"[{each['number']}] {legible(each['source'])}{hint}")
    return "\n".join(lines).strip()


def pair_of(console: Console, embedding: str, language: str) -> Pair:
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
