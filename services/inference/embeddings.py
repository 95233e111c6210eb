"""Texts to vectors through an endpoint: batched by count and bytes, several requests in flight, retried, halved.

The endpoint's own compute is the limit: four requests in flight hide a way of 40 ms to it, and two more keep it at work
while this machine is busy (benchmarks/embedding_throughput.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from services.errors import InvalidRequest, ModelFailed, UnknownAnswer
from services.inference.lanes import in_order
from services.inference.models import Contract
from services.inference.patience import Pace, patiently
from services.inference.runtime import Runtime
from services.inference.vectors import decode_vectors, encode_texts, encoded_size

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

_BYTES_A_NUMBER = 24  # more than any printed float takes
_ENVELOPE_BYTES = 64  # the request around its texts


class VectorCache(Protocol):
    """Vectors kept by the hex sha256 of identity + text; `get` gives those it has."""

    def get(self, keys: Sequence[str]) -> Mapping[str, NDArray[float32]]: ...

    def put(self, vectors: Mapping[str, NDArray[float32]]) -> None: ...


class Embedder:
    """Embeds texts through one endpoint; safe to use from several threads.

    `model` is the cache's identity of what makes the vectors (the endpoint and its configuration, or a model id).
    Throttling and a busy or loading model are waited out with growing, jittered pauses. A request that the model fails
    (too large, out of memory, out of time) is halved, down to one text. Errors are those of `Runtime.invoke` and
    `decode_vectors`.
    """

    def __init__(
        self,
        runtime: Runtime,
        endpoint: str,
        contract: Contract,
        *,
        model: str = "",
        pace: Pace | None = None,
        cache: VectorCache | None = None,
    ) -> None:
        self.runtime, self.endpoint, self.contract = runtime, endpoint, contract
        self.pace, self.cache = pace or Pace(), cache
        self.model = model or endpoint
        self.dimension = contract.dimension

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in order."""
        return [vector for _, vectors in self.embed_batches(texts) for vector in vectors.tolist()]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        vector: list[float] = self._batch([text])[0].tolist()
        return vector

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, NDArray[float32]]]:
        """(start, float32 vectors of shape (n, dimension)) in order, so that each can be kept before the next comes.

        On an error, all batches before the failing one have been given. Closing the iterator stops further requests.
        """
        batches = self._batches(texts)
        if len(texts) <= 1:
            yield from ((start, self._batch(batch)) for start, batch in batches)
            return
        lanes = min(self.pace.workers, -(-len(texts) // self.contract.max_batch) or 1)
        yield from in_order(lambda item: (item[0], self._batch(item[1])), batches, lanes, 2 * lanes)

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Runs of texts within the contract's count and bytes, of the request and, once known, of the answer."""
        limit = self.contract.max_bytes
        start, batch, size = 0, list[str](), _ENVELOPE_BYTES
        for position, text in enumerate(texts):
            more = encoded_size(text)
            alone = more + _ENVELOPE_BYTES > limit
            answer = (len(batch) + 1) * (self.dimension or 0) * _BYTES_A_NUMBER
            if batch and (alone or len(batch) >= self.contract.max_batch or size + more > limit or answer > limit):
                yield start, batch
                start, batch, size = position, [], _ENVELOPE_BYTES
            if alone:
                raise InvalidRequest(
                    f"Text {position + 1} is too large for {self.endpoint}.",
                    f"It has {more:,} bytes, and a request may have {limit:,}.",
                    "Split it into smaller passages.",
                )
            batch.append(text)
            size += more
        if batch:
            yield start, batch

    def _batch(self, texts: list[str]) -> NDArray[float32]:
        """Vectors of one batch: from the cache where it has them, else from the endpoint."""
        if self.cache is None:
            return self._checked(self._halving(texts))
        import numpy

        keys = [self.key(text) for text in texts]
        known = dict(self.cache.get(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = dict(zip(missing, self._checked(self._halving(list(missing.values()))), strict=True))
            self.cache.put(made)
            known |= made
        return self._checked(numpy.stack([known[key] for key in keys]))

    def key(self, text: str) -> str:
        """The cache's key of a text."""
        return hashlib.sha256(f"{self.model}\0{text}".encode(errors="replace")).hexdigest()

    def _checked(self, vectors: NDArray[float32]) -> NDArray[float32]:
        dimension = int(vectors.shape[1])
        if self.dimension is None:
            self.dimension = dimension
        if dimension != self.dimension:
            raise UnknownAnswer(
                f"The vectors of {self.endpoint} changed their length.",
                f"They had {self.dimension} numbers and now have {dimension}.",
                "Check which model the endpoint serves; documents embedded before must be embedded again.",
            )
        return vectors

    def _halving(self, texts: list[str]) -> NDArray[float32]:
        try:
            return self._patiently(texts)
        except ModelFailed as error:
            if len(texts) == 1 or error.status in (401, 403, 404):  # no smaller request would fare better
                raise
        import numpy

        middle = len(texts) // 2
        return numpy.concatenate([self._halving(texts[:middle]), self._halving(texts[middle:])])

    def _patiently(self, texts: list[str]) -> NDArray[float32]:
        body = encode_texts(self.contract.family, texts)

        def ask() -> NDArray[float32]:
            return decode_vectors(self.runtime.invoke(self.endpoint, body, self.contract).body, len(texts))

        return patiently(ask, self.pace, self.runtime.sleep)


@cache
def langchain_embeddings() -> type[Any]:
    """The class SageMakerEmbeddings: an Embedder that is a LangChain `Embeddings` too, made when first asked for."""
    from langchain_core.embeddings import Embeddings

    class SageMakerEmbeddings(Embedder, Embeddings):
        """LangChain's interface to an Embedder; `embed_batches` is there as well."""

    return SageMakerEmbeddings
