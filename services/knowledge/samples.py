"""Sample sets: small collections of documents to try the playground with, each with questions they answer.

They lie in facts/samples, where index.json says what is in them. Firms, products and places are invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import facts
from services.errors import NotFound
from services.knowledge.files import ChunkPlan, IngestRequest, Upload
from services.knowledge.models import StoreKind

PREVIEW_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """A document of a sample set: its file name, what it is about, its size in bytes."""

    name: str
    about: str
    size: int


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A question to a sample set, words its answer holds, and the file that says so; both "" where none does."""

    question: str
    answer: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SampleSet:
    """A sample set. `id` names it in calls; `languages` are the languages of its documents (ISO 639-1)."""

    id: str
    title: str
    about: str
    languages: tuple[str, ...]
    entries: tuple[SampleEntry, ...]
    questions: tuple[SampleQuestion, ...]

    @property
    def size(self) -> int:
        """Bytes of all documents."""
        return sum(entry.size for entry in self.entries)


@cache
def list_samples() -> tuple[SampleSet, ...]:
    """All sample sets, the one to begin with first."""
    told = json.loads((_folder() / "index.json").read_text(encoding="utf-8"))
    return tuple(
        SampleSet(
            id=each["id"],
            title=each["title"],
            about=each["about"],
            languages=tuple(each["languages"]),
            entries=tuple(
                SampleEntry(name, about, (_folder() / each["id"] / name).stat().st_size)
                for name, about in each["entries"].items()
            ),
            questions=tuple(SampleQuestion(**question) for question in each["questions"]),
        )
        for each in told
    )


def preview_sample(sample: str, entry: str) -> str:
    """A document's text as its file has it, at most 20,000 characters. NotFound."""
    return _file(sample, entry).read_text(encoding="utf-8")[:PREVIEW_CHARACTERS]


def sample_uploads(sample: str, entries: tuple[str, ...] = ()) -> tuple[Upload, ...]:
    """The files of a sample set, or those named, as if a person had dropped them. NotFound."""
    wanted = entries or tuple(entry.name for entry in _set(sample).entries)
    return tuple(Upload(name, _file(sample, name).read_bytes()) for name in wanted)


def sample_request(
    sample: str,
    embedding: str,
    *,
    store: StoreKind = StoreKind.LOCAL,
    collection: str = "",
    chunks: ChunkPlan = ChunkPlan(),  # noqa: B008 - frozen
) -> IngestRequest:
    """What reads a sample set in, for KnowledgeService.ingest. NotFound."""
    return IngestRequest(sample_uploads(sample), embedding, store, collection, chunks)


def _set(sample: str) -> SampleSet:
    for each in list_samples():
        if each.id == sample:
            return each
    raise NotFound(
        f"There is no sample set {sample}.", "", f"There are: {', '.join(each.id for each in list_samples())}."
    )


def _file(sample: str, entry: str) -> Path:
    if not any(each.name == entry for each in _set(sample).entries):
        raise NotFound(f"There is no document {entry} in this sample set.", "", "Look at the list of its documents.")
    return _folder() / sample / entry


def _folder() -> Path:
    return facts.path("samples")
