"""An evaluation service on a folder, with a library, an embedder that hashes words and a model that reads or writes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from services.documents import Originals
from services.evaluation import EvaluationService, Item, RunRequest, Setting, Workshop
from services.inference import Delta, Message
from services.inference.models import Usage
from services.jobs import Jobs, JobView
from services.knowledge import DocumentRecord, Embedding, Upload
from services.knowledge.defaults import Defaults
from services.state import State
from tests.services.knowledge.fakes import DIMENSION, TextReader, WordEmbedder, make_service

TOPICS = ("refunds", "badges", "garage", "coffee", "library", "holidays", "parking", "laptops", "visas", "training")
FILLER = "This part of the handbook is kept by the operations team and read by everybody who joins. "


def text_of(topic: str, number: int) -> str:
    return f"{FILLER * 3}The rule for {topic} of kind {number} takes {100 + number} days to apply. {FILLER * 3}"


FILES = tuple(
    Upload(f"{topic}.txt", "\f".join(text_of(topic, number) for number in range(3)).encode()) for topic in TOPICS
)
ITEMS = tuple(
    Item(
        f"{topic}-{number}",
        f"How many days does the rule for {topic} of kind {number} take?",
        (f"{100 + number} days",),
    )
    for topic in TOPICS[:5]
    for number in range(3)
)


class Model:
    """A language endpoint: writes a question where one is asked for, else answers with the first passage's number."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause, self.calls = pause, 0

    def __call__(self, endpoint: str, messages: Sequence[Message]) -> Iterator[Delta]:
        self.calls += 1
        time.sleep(self.pause)
        said = messages[-1].content
        found = re.search(r"takes (\d+ days)", said)
        if "JSON" in messages[0].content:
            which = re.search(r"rule for (\w+) of kind (\d)", said)
            told = {
                "question": f"How long is rule {which[1]} {which[2]}?" if which else "",
                "answer": found and found[1],
            }
            yield Delta(json.dumps(told))
        else:
            known = found and "moon" not in said
            yield Delta(f"The rule takes {found[1]} [1]." if found and known else "NOT IN THE DOCUMENTS")
        yield Delta(done=True, usage=Usage(20, 5))


def make(home: Path, *, pause: float = 0.0, model: Model | None = None, owner: str = "me") -> EvaluationService:
    """The service of one owner; the embedder pauses before each batch of four."""
    state = State(home / "state.db")
    jobs, originals, inner = Jobs(state), Originals(home), WordEmbedder(pause)
    chat = model or Model()
    embeddings: Callable[[str], Embedding] = lambda _name: Embedding("words", inner, DIMENSION)  # noqa: E731
    knowledge = make_service(home, owner, state=state, jobs=jobs, originals=originals, embeddings=embeddings, chat=chat)
    reader: Any = TextReader()
    workshop = Workshop(owner, home / "evaluation", originals, Originals(home / "evaluation"), reader, embeddings,
                        knowledge.beside)  # fmt: skip

    def documents(_collection: str) -> tuple[DocumentRecord, ...]:
        return knowledge.documents()

    made = EvaluationService(
        state, jobs, workshop, chat=chat, price=lambda name: {"embed": 1.8}.get(name), documents=documents,
        defaults=Defaults(state, owner),
    )  # fmt: skip
    made.embedder = inner  # type: ignore[attr-defined]
    return made


def start(service: EvaluationService, settings: Sequence[Setting], items: Sequence[Item] = ITEMS) -> str:
    """A run over the files, which only the evaluation keeps."""
    questions = service.save_set("handbook", items)
    return service.start(RunRequest("handbook", questions.id, service.keep_files(FILES), tuple(settings)))


def wait(service: EvaluationService, run: str, seconds: float = 60.0) -> JobView:
    """The run's job once it has ended."""
    return wait_for(lambda: service.job(run), seconds)


def wait_for(look: Callable[[], JobView | None], seconds: float = 60.0) -> JobView:
    """A job once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        view = look()
        assert view is not None
        if view.ended is not None:
            return view
        time.sleep(0.01)
    raise AssertionError("the job did not end in time")
