"""Questions: the best passages, and an answer from them."""

from __future__ import annotations

from collections.abc import Iterator

from services.errors import InvalidRequest
from services.knowledge.answer import read_answer
from services.knowledge.events import AnswerEvent, NotInDocuments, Retrieved
from services.knowledge.holding import Holding, usual_collection
from services.knowledge.models import (
    AskRequest,
    Found,
    Passage,
    Question,
    SearchMode,
    SearchSettings,
    Space,
    StoreKind,
)
from services.knowledge.prompt import messages
from services.knowledge.ranking import evidence

NOT_ENOUGH = "No passage comes close enough to the question."


class Asking(Holding):
    """Searches and answers of one owner."""

    def search(
        self,
        question: str,
        embedding: str,
        settings: SearchSettings = SearchSettings(),  # noqa: B008 - frozen
        *,
        store: StoreKind = StoreKind.LOCAL,
        collection: str = "",
    ) -> Found:
        """The best passages with what the judgement of evidence needs. The endpoint is asked for one vector."""
        held = self._embeddings(embedding)
        if settings.mode is SearchMode.KEYWORD and store is StoreKind.LOCAL and held.dimension is not None:
            vector, dimension = None, held.dimension
        else:
            vector = held.embedder.embed_query(question)
            dimension = len(vector)
        space = Space(self.owner, collection or usual_collection(dimension), held.model, dimension)
        return self.store(store).search(space, Question(question, vector), settings)

    def retrieve(
        self,
        question: str,
        embedding: str,
        settings: SearchSettings = SearchSettings(),  # noqa: B008 - frozen
        *,
        store: StoreKind = StoreKind.LOCAL,
        collection: str = "",
    ) -> tuple[Passage, ...]:
        """The best passages, best first."""
        return self.search(question, embedding, settings, store=store, collection=collection).passages

    def answer(self, request: AskRequest) -> Iterator[AnswerEvent]:
        """Retrieved, then TextDelta as the model speaks, then Finished with citations, or NotInDocuments.

        The model is not asked when the passages cannot hold the answer. Raises what the endpoints raise, and
        InvalidRequest for a question without a word.
        """
        if not request.question.strip():
            raise InvalidRequest("The question is empty.", "", "Write what you want to know.")
        found = self.search(
            request.question, request.embedding, request.settings, store=request.store, collection=request.collection
        )
        judged = evidence(found, request.settings.threshold)
        yield Retrieved(found.passages, judged)
        if not judged.answerable:
            yield NotInDocuments(NOT_ENOUGH, asked=False)
            return
        stream = self._chat(request.chat, messages(request.question, found.passages, request.history))
        yield from read_answer(stream, found.passages, found.rarity)
