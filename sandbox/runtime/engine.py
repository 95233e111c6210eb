"""The containers: from a request's bytes to the container's answer, the heavy work in two bounded pools.

Embedding has one worker, whose model uses both cores; writing has another, so that a question is not stuck behind an
upload. The models load on first use.
"""

import asyncio
import itertools
import json
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.hosting import Hosted
from sandbox.models.conversation import Turn
from sandbox.models.echo import Echo
from sandbox.models.remote import Remote, Unreachable
from sandbox.runtime.answers import Said, limited, whole
from sandbox.runtime.asks import Ask, Shape, custom_attributes, decode, read_ask
from sandbox.runtime.families import Family, recognise
from sandbox.runtime.refusals import ContainerError
from sandbox.runtime.vectors import Embeds, read_texts, vectors


class Writes(Protocol):
    """A model that answers a conversation."""

    def write(self, turns: Sequence[Turn]) -> str:
        """Return the whole answer to the last turn."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer in one piece."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer to be streamed token by token."""

    ask: Ask
    said: Said
    content_type: str


Outcome = Whole | Streamed


@dataclass(frozen=True, slots=True)
class Request:
    """One invocation as the container gets it."""

    body: bytes
    content_type: str
    attributes: str = ""


def _injected(environment: Mapping[str, str]) -> None:
    """Raise the error a model's SANDBOX_MODEL_ERROR asks for, written `500:CUDA out of memory`."""
    status, _, message = environment.get("SANDBOX_MODEL_ERROR", "").partition(":")
    if status.isdigit():
        raise ContainerError(int(status), {"error": message.strip() or "Inference failed", "error_type": "generation"})


def _json(content: Any) -> Whole:
    return Whole(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


class Engine:
    """Answers for every endpoint; models are shared, as they keep nothing of a request."""

    def __init__(self, embedder: Embeds | None = None, writer: Writes | None = None) -> None:
        self._embedding = ThreadPoolExecutor(1, thread_name_prefix="sandbox-embed")
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="sandbox-write")
        self._loading = threading.Lock()
        self._embedder, self._writer = embedder, writer
        self._numbers = itertools.count(1)

    async def answer(self, hosted: Hosted, request: Request) -> Outcome:
        """Return the container's answer to one invocation, or raise ContainerError."""
        _injected(hosted.environment)
        loop = asyncio.get_running_loop()
        family = recognise(hosted)
        if family is Family.ECHO and not request.content_type.startswith("application/json"):
            return Whole(request.body, request.content_type or "application/octet-stream")
        if family.embeds:
            return await loop.run_in_executor(self._embedding, self._embed, family, hosted, request)
        pool = None if _own_server(hosted) else self._writing  # another's server is waited for, not worked for
        return await loop.run_in_executor(pool, self._write, family, hosted, request)

    def _embed(self, family: Family, hosted: Hosted, request: Request) -> Outcome:
        payload = read_texts(family, request.body, request.content_type)
        return _json(vectors(family, payload, hosted.environment, self.embedder()))

    def _write(self, family: Family, hosted: Hosted, request: Request) -> Outcome:
        payload = decode(family, request.body, request.content_type)
        if family is Family.ECHO and not _is_ask(payload):
            return _json(payload)
        try:
            ask = read_ask(family, payload, hosted.environment, custom_attributes(request.attributes))
        except (TypeError, ValueError, AttributeError, OverflowError) as problem:
            message = f"Failed to deserialize the JSON body into the target type: {problem}"
            raise ContainerError(422, {"error": message, "error_type": "validation"}) from problem
        url = _own_server(hosted)
        model = Remote(url, ask.max_tokens) if url else self.writer(family, hosted.environment)
        try:
            text = model.write(ask.turns)
        except Unreachable as problem:
            raise ContainerError(503, {"error": str(problem), "error_type": "unreachable"}) from problem
        said = limited(text, ask, next(self._numbers))
        if ask.stream and ask.shape is not Shape.DIALOG:
            return Streamed(ask, said, "application/jsonlines" if ask.json_lines else "text/event-stream")
        return _json(whole(ask, said))

    def describe(self) -> str:
        """Return which model embeds here, in ASCII; where it is the hashed stand-in, why."""
        describe = getattr(self._embedder, "describe", None)
        said = " ".join(str(describe()).split()) if describe else "no model loaded yet"
        return said.encode("ascii", "replace").decode()

    def embedder(self) -> Embeds:
        """Return the embedding model, loading it the first time."""
        with self._loading:
            if self._embedder is None:
                from sandbox.models.embedder import Embedder

                self._embedder = Embedder()
            return self._embedder

    def writer(self, family: Family, environment: Mapping[str, str]) -> Writes:
        """Return the model that writes: the echo where it is asked for, the reader elsewhere."""
        if family is Family.ECHO or environment.get("SANDBOX_MODEL") == "echo":
            return Echo()
        embedder = self.embedder()
        with self._loading:
            if self._writer is None:
                from sandbox.models.reader import Reader

                self._writer = Reader(embedder)
            return self._writer


def _own_server(hosted: Hosted) -> str:
    """Return the address of the model server that stands behind this endpoint, or of all; "" where none does."""
    return hosted.environment.get("SAGEDECK_MODEL_URL") or os.environ.get("SAGEDECK_MODEL_URL", "")


def _is_ask(payload: Any) -> bool:
    return isinstance(payload, Mapping) and ("messages" in payload or isinstance(payload.get("inputs"), str))
