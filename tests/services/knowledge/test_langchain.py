"""LangChain's own suite for vector stores, on both of ours."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests.vectorstores import EMBEDDING_SIZE, VectorStoreIntegrationTests

from sandbox.dataapi import Database
from services.clients import Hidden
from services.connection import Astra
from services.knowledge.gateway import AstraStore
from services.knowledge.langchain import KnowledgeVectorStore
from services.knowledge.local import LocalStore
from services.knowledge.models import CollectionRequest, Space
from tests.sandbox.dataapi.serving import closing_clients, serving


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class AlsoHeld:
    """What the suite does not ask for, of both stores."""

    def test_lists_and_diversity(self, vectorstore: VectorStore) -> None:
        texts = ["a", "b", "c", "d"]
        vectorstore.add_texts(texts, [{"n": n} for n in range(4)], ids=texts)
        assert {one.id for one in vectorstore.similarity_search("a", filter={"n": [1, 3, 9]})} == {"b", "d"}
        near = [one.id for one in vectorstore.similarity_search("b", k=4)]
        assert [one.id for one in vectorstore.max_marginal_relevance_search("b", k=4, lambda_mult=1.0)] == near
        found = vectorstore.as_retriever(search_type="mmr", search_kwargs={"k": 2, "filter": {"n": [0, 2]}}).invoke("a")
        assert {one.id for one in found} == {"a", "c"}


@pytest.mark.anyio
class TestLocalStoreInLangChain(AlsoHeld, VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> VectorStore:
        space = Space("me", "suite", "fake", EMBEDDING_SIZE)
        return KnowledgeVectorStore(LocalStore(tmp_path / "knowledge.db"), space, self.get_embeddings())

    def test_the_words_count_in_hybrid_mode(self, vectorstore: VectorStore) -> None:
        vectorstore.add_texts(["the lighthouse keeper", "a quiet harbour"], [{"n": 1}, {"n": 2}])
        [(best, _)] = vectorstore.similarity_search_with_score("lighthouse", k=1, mode="hybrid", filter={"n": 1})
        assert best.page_content == "the lighthouse keeper"
        assert vectorstore.similarity_search("lighthouse", filter={"n": 3}) == []


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serving(Database()) as url:
        yield url


@pytest.mark.anyio
class TestAstraStoreInLangChain(AlsoHeld, VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, endpoint: str) -> Iterator[VectorStore]:
        with closing_clients():
            yield from self.filled(endpoint)

    def filled(self, endpoint: str) -> Iterator[VectorStore]:
        store = AstraStore(Astra(endpoint, Hidden("AstraCS:test"), environment="other"))
        name = f"suite_{uuid.uuid4().hex[:8]}"
        store.create_collection("me", CollectionRequest(name, EMBEDDING_SIZE))
        yield KnowledgeVectorStore(store, Space("me", name, "fake", EMBEDDING_SIZE), self.get_embeddings())
        store.drop_collection("me", name)

    def test_a_filter_is_passed_on(self, vectorstore: VectorStore) -> None:
        documents = [Document(page_content=text, metadata={"order": text[0]}) for text in ("ant", "bee", "bug")]
        vectorstore.add_documents(documents, ids=["1", "2", "3"])
        found = vectorstore.similarity_search("ant", k=5, filter={"order": "b"})
        assert {document.page_content for document in found} == {"bee", "bug"}
