"""Texts to vectors, batched and concurrent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


class VectorCache(Protocol):
    """Vectors kept by sha256(endpoint identity + text)."""

    def get(self, keys: Sequence[str]) -> Mapping[str, NDArray[float32]]: ...

    def put(self, vectors: Mapping[str, NDArray[float32]]) -> None: ...


class Embedder:
    """Embeds texts through one endpoint."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in order."""
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        raise NotImplementedError

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, NDArray[float32]]]:
        """(start, vectors of shape (n, dimension)) in order, each as soon as it and all before it are there."""
        raise NotImplementedError


def langchain_embeddings() -> Any:
    """The class SageMakerEmbeddings: an Embedder that is a LangChain Embeddings as well."""
    raise NotImplementedError
