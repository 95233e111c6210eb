"""A space of its own for a run: documents cut and embedded beside the library, asked by the same code, then removed."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from services.documents import Originals, Page, chunk
from services.errors import NotFound, SagedeckError
from services.evaluation.models import Source
from services.evaluation.vectors import ShelvedEmbedder, VectorShelf
from services.inference import in_turn
from services.knowledge import ChunkPlan, Embedding, EmbeddingFactory, Entry, KnowledgeService, Space, StoreKind
from services.knowledge.collaborators import Reader
from services.knowledge.work import usable

SIDE_BY_SIDE = 4  # questions embedded at a time
MakeKnowledge = Callable[[Path, EmbeddingFactory], KnowledgeService]
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a run is made with. `originals` keeps the library's files, `own` those given to evaluations alone;
    `knowledge(path, embeddings)` makes a knowledge service whose embedded store is at `path`."""

    owner: str
    folder: Path
    originals: Originals
    own: Originals
    reader: Reader
    embeddings: EmbeddingFactory
    knowledge: MakeKnowledge

    def cap(self, endpoint: str) -> int | None:
        """How many tokens of a passage an embedding endpoint reads, None where that is not known."""
        return usable(self.embeddings(endpoint).tokens)

    def missing(self, endpoint: str, texts: Sequence[str]) -> int:
        """How many of these passages the endpoint would have to embed; the same text counts once."""
        known, _ = self.embeddings(endpoint).known()
        shelf = self.shelf()
        keys = list({shelf.key(known.model, text) for text in texts})
        return len(keys) - shelf.known(keys)

    def scratch(self, run: str) -> Path:
        """The folder of a run's scratch space."""
        return self.folder / "scratch" / run

    def shelf(self) -> VectorShelf:
        """The vectors kept for this owner."""
        return VectorShelf(self.folder / "vectors.db", self.owner)

    def sweep(self, keep: Iterable[str]) -> int:
        """Remove the scratch spaces of all runs but these; how many there were."""
        kept, gone = set(keep), 0
        for path in (self.folder / "scratch").glob("*"):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)
                gone += 1
        return gone

    def pages(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Sequence[Page] | str]]:
        """Each document with its pages, or with a sentence that says why it has none."""
        for source in sources:
            try:
                kept = (self.own if source.own else self.originals).open(self.owner, source.sha256)
            except NotFound as error:
                yield source, error.what
                continue
            reading = self.reader.read(kept.path, source.name)
            yield source, reading.refusal.reason if reading.refusal else reading.pages


def entries_of(
    sources: Sequence[Source], pages: Mapping[str, Sequence[Page]], cut: ChunkPlan, cap: int | None = None
) -> tuple[Entry, ...]:
    """The passages of documents cut one way, as reading them into the library makes them; `cap` in tokens."""
    made: list[Entry] = []
    settings = cut.settings(cap)
    for source in sources:
        for part in chunk(pages.get(source.sha256, ()), settings):
            facts = {"source": source.name, "page": part.page, "section": part.section, "label": part.label}
            key = f"{source.sha256}\0{cut.size}\0{cut.overlap}\0{cut.method}\0{part.ordinal}"
            made.append(
                Entry(
                    id=hashlib.sha256(key.encode()).hexdigest()[:40],
                    text=part.text,
                    source=source.name,
                    document=source.sha256,
                    page=part.page,
                    start=part.start,
                    end=part.end,
                    ordinal=part.ordinal,
                    metadata={key: value for key, value in facts.items() if value},
                )
            )
    return tuple(made)


class Scratch:
    """The scratch space of one run."""

    def __init__(self, workshop: Workshop, run: str) -> None:
        self._workshop, self.run = workshop, run
        self.folder = workshop.scratch(run)
        shutil.rmtree(self.folder, ignore_errors=True)  # left by a run that was killed: its vectors are on the shelf
        self.folder.mkdir(mode=0o700, parents=True)
        self.shelf = workshop.shelf()
        self._embeddings: dict[str, Embedding] = {}
        self._lock = threading.Lock()
        self.knowledge = workshop.knowledge(self.folder / "library.db", self.embedding)

    def embedding(self, endpoint: str) -> Embedding:
        """An embedding endpoint, looking on the shelf first."""
        with self._lock:
            if endpoint not in self._embeddings:
                found, _ = self._workshop.embeddings(endpoint).known()
                # what an endpoint without a known model serves may change under its name
                name = f"{found.model}\0{self.run}" if found.model.startswith("endpoint/") else found.model
                self._embeddings[endpoint] = replace(found, embedder=ShelvedEmbedder(found.embedder, self.shelf, name))
            return self._embeddings[endpoint]

    def fill(self, collection: str, endpoint: str, entries: Sequence[Entry], tell: Tell) -> None:
        """Embed and store passages; `tell` hears after each batch how many are there, and may raise to stop."""
        known, dimension = self.embedding(endpoint).known()
        space = Space(self._workshop.owner, collection, known.model, dimension)
        store = self.knowledge.store(StoreKind.LOCAL)
        for start, vectors in known.embedder.embed_batches([entry.text for entry in entries]):
            store.add(space, entries[start : start + len(vectors)], vectors)
            tell(start + len(vectors))

    def ask_ahead(self, endpoint: str, questions: Sequence[str]) -> None:
        """Embed questions, some side by side, so that searching for them waits for no endpoint."""
        embedder = self.embedding(endpoint).embedder

        def ask(question: str) -> None:
            with in_turn():
                embedder.embed_query(question)

        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(ask, questions))

    def embedded(self) -> int:
        """How many passages had to be embedded, the shelf not having them."""
        return sum(getattr(each.embedder, "made", 0) for each in self._embeddings.values())

    def close(self) -> None:
        """Remove it, and let go of vectors that nothing asked for in a long time."""
        try:
            self.shelf.trim()
            self.shelf.close()
        except SagedeckError:
            pass  # a full disk: the scratch goes all the same
        shutil.rmtree(self.folder, ignore_errors=True)
