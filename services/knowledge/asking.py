"""Questions: the best passages, and an answer from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.errors import InvalidRequest
from services.inference import Message
from services.knowledge import tokens
from services.knowledge.answer import read_answer
from services.knowledge.events import AnswerEvent, NotInDocuments, Retrieved
from services.knowledge.follow_up import FEW_WORDS, Ask, StandAlone, stand_alone
from services.knowledge.holding import Holding, usual_collection
from services.knowledge.models import (
    AskRequest,
    Evidence,
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
from services.knowledge.rerank import Scores, reranked, widened

NOT_ENOUGH = "No passage comes close enough to the question."
NOTHING = "No passage was found: nothing was read in here for this model, or the settings leave none."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question ready to be answered: as it was searched for, what was found, how that is judged, what is sent."""

    question: StandAlone
    found: Found
    evidence: Evidence
    messages: tuple[Message, ...]


class Asking(Holding):
    """Searches and answers of one owner.

    `rewrites` says whether the language endpoints can write: the sandbox's stand-in only reads, and is not asked to
    rewrite a question. `scores` calls a reranking endpoint.
    """

    rewrites = True
    scores: Scores | None = None

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
        space = Space(
            self.owner, collection or self.home(store, usual_collection(dimension), held.model), held.model, dimension
        )
        found = self.store(store).search(space, Question(question, vector), widened(settings))
        return reranked(found, question, settings, self.scores)

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

    def prepare(self, request: AskRequest) -> Prepared:
        """What is found for a question, and what the model would be sent; the language endpoint is not asked to answer.

        A question that leans on earlier turns is made to stand alone; where nothing is found for that, or nothing but
        the earlier subject, it is searched for as it was asked if it has words of its own. Raises what the endpoints
        raise, and InvalidRequest for a question without a word.
        """
        if not request.question.strip():
            raise InvalidRequest("The question is empty.", "", "Write what you want to know.")
        alone = stand_alone(request.question, request.history, self._rewriter(request.chat))
        prepared, own = self._prepared(request, alone), tokens.question_terms(request.question)
        if alone.rewritten and own and not (prepared.evidence.answerable and _speaks_of(prepared.found, own)):
            plain = self._prepared(request, StandAlone(request.question))
            prepared = plain if plain.evidence.answerable or prepared.evidence.answerable else prepared
        return prepared

    def _prepared(self, request: AskRequest, alone: StandAlone) -> Prepared:
        found = self.search(
            alone.text, request.embedding, request.settings, store=request.store, collection=request.collection
        )
        sent = messages(alone.text, found.passages, request.history, request.rules)
        return Prepared(alone, found, evidence(found, request.settings.threshold), tuple(sent))

    def _rewriter(self, chat: str) -> Ask | None:
        if not (self.rewrites and chat):
            return None
        return lambda sent: (piece.text for piece in self._chat(chat, sent))

    def answer(self, request: AskRequest) -> Iterator[AnswerEvent]:
        """Retrieved, then TextDelta as the model speaks, then Finished with citations, or NotInDocuments.

        The model is not asked when the passages cannot hold the answer. Raises what `prepare` raises.
        """
        prepared = self.prepare(request)
        found, judged, alone = prepared.found, prepared.evidence, prepared.question
        searched = alone.text if alone.rewritten else ""
        yield Retrieved(found.passages, judged, searched, alone.by_model, found)
        if not judged.answerable:
            yield NotInDocuments(NOT_ENOUGH if found.passages else NOTHING, asked=False)
            return
        yield from read_answer(self._chat(request.chat, prepared.messages), found.passages, found.rarity)


def _speaks_of(found: Found, own: tuple[str, ...]) -> bool:
    """Whether the passages hold a word of the question itself; one or two words may only say that it goes on."""
    held = {term for passage in found.passages for term in tokens.terms(passage.text)}
    return len(own) <= FEW_WORDS or any(term in held for term in own)
