"""Both stores as LangChain vector stores. Import this module only where LangChain is wanted; nothing else here does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from services.knowledge.collaborators import Store
from services.knowledge.models import Entry, Passage, Question, SearchMode, SearchSettings, Space


class KnowledgeVectorStore(VectorStore):
    """A space of a store (LocalStore or AstraStore) as LangChain knows it: texts in, documents with metadata out."""

    def __init__(self, store: Store, space: Space, embedding: Embeddings) -> None:
        self._store, self._space, self._embedding = store, space, embedding

    @property
    def embeddings(self) -> Embeddings:
        """The embedding model of the space."""
        return self._embedding

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Store texts; one whose id is there already is replaced. Returns the ids."""
        held = list(texts)
        keys = [key or str(uuid.uuid4()) for key in (ids or [None] * len(held))]
        entries = [
            Entry(id=key, text=text, metadata=metadata)
            for key, text, metadata in zip(keys, held, metadatas or [{}] * len(held), strict=True)
        ]
        self._store.add(self._space, entries, self._embedding.embed_documents(held), replace=True)
        return keys

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        """Remove documents by id; those that are not there are not missed. Without ids nothing is removed."""
        if ids is None:
            return None
        self._store.delete(self._space, ids)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents with these ids; absent ones are left out."""
        return [document_of(passage) for passage in self._store.get(self._space, ids)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        filter: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[tuple[Document, float]]:
        """Documents with their score, best first: the cosine, or the weighted sum with `mode="hybrid"`.

        `filter` holds what the metadata must equal; of a list of values, any will do.
        """
        return self._search(query, self._embedding.embed_query(query), k, filter, kwargs.get("mode", "vector"))

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """The documents nearest to a text."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """The documents nearest to a vector."""
        return [document for document, _ in self._search("", embedding, k, kwargs.get("filter"), "vector")]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Documents near a text that differ from each other; `lambda_mult` 1 asks for no difference, 0 for the most."""
        vector = self._embedding.embed_query(query)
        return self.max_marginal_relevance_search_by_vector(vector, k, fetch_k, lambda_mult, **kwargs)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """The same for a vector: `k` of the `fetch_k` nearest."""
        found = self._search("", embedding, k, kwargs.get("filter"), "vector", max(k, fetch_k), 1 - lambda_mult)
        return [document for document, _ in found]

    def _search(
        self,
        text: str,
        vector: Sequence[float],
        k: int,
        metadata: dict[str, Any] | None,
        mode: str,
        candidates: int = SearchSettings().candidates,
        diversity: float = 0.0,
    ) -> list[tuple[Document, float]]:
        settings = SearchSettings(
            k=k, candidates=candidates, mode=SearchMode(mode), metadata=metadata or {}, diversity=diversity
        )
        found = self._store.search(self._space, Question(text, vector), settings)
        return [(document_of(passage), passage.score) for passage in found.passages]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda score: (1 + score) / 2

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> KnowledgeVectorStore:
        """A store filled with texts; needs `store` and `space`."""
        made = cls(kwargs["store"], kwargs["space"], embedding)
        made.add_texts(texts, metadatas, ids=ids)
        return made


def document_of(passage: Passage) -> Document:
    """A passage as LangChain's document."""
    return Document(id=passage.id, page_content=passage.text, metadata=dict(passage.metadata))
