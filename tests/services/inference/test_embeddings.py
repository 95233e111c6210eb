"""Texts to vectors: in batches, side by side, in order, patient, and never wrong without saying so."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
import pytest

from services.errors import (
    EndpointNotReady,
    InvalidRequest,
    ModelFailed,
    NotFound,
    ServiceFailure,
    Throttled,
    UnknownAnswer,
    Unreachable,
)
from services.inference import Contract, Embedder, Family, Pace, Runtime
from services.inference.runtime import TIMED_OUT
from tests.services.inference.doubles import FakeClient

TEI = Contract(Family.TEI)


def texts_of(request: Mapping[str, Any]) -> list[str]:
    texts: list[str] = json.loads(request["Body"])["inputs"]
    return texts


def vectors_for(request: Mapping[str, Any]) -> bytes:
    """A vector a text: the number in its name, and its length."""
    return json.dumps([[float(text.split()[-1]), float(len(text)), 1.0] for text in texts_of(request)]).encode()


def named(count: int) -> list[str]:
    return [f"text {number}" for number in range(count)]


class Client(FakeClient):
    """A FakeClient that may be called from several threads, and that remembers the batches it saw."""

    @property
    def sizes(self) -> list[int]:
        return [len(texts_of(request)) for request in self.requests]


def embedder(
    client: FakeClient, contract: Contract = TEI, sleep: Callable[[float], None] = lambda _: None, **more: Any
) -> Embedder:
    return Embedder(Runtime(lambda: client, sleep=sleep), "demo", contract, **more)


def test_each_text_gets_its_own_vector_in_order() -> None:
    client = Client(vectors_for)
    vectors = embedder(client).embed_documents(named(500))
    assert [vector[0] for vector in vectors] == list(range(500))
    assert sorted(client.sizes, reverse=True) == [32] * 15 + [20]


def test_batches_come_in_order_though_answers_do_not() -> None:
    later = threading.Event()

    def answer(request: Mapping[str, Any]) -> bytes:
        if texts_of(request)[0] == "text 0":
            assert later.wait(10)
        elif texts_of(request)[0] == "text 64":
            later.set()
        return vectors_for(request)

    starts = []
    for start, vectors in embedder(Client(answer)).embed_batches(named(100)):
        starts.append((start, len(vectors)))
        assert vectors.dtype == numpy.float32
        assert vectors[0][0] == start
    assert starts == [(0, 32), (32, 32), (64, 32), (96, 4)]


def test_several_requests_are_in_flight_and_no_more_than_asked() -> None:
    full, lock, inside, most = threading.Barrier(3, timeout=10), threading.Lock(), [0], [0]

    def answer(request: Mapping[str, Any]) -> bytes:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        full.wait()
        with lock:
            inside[0] -= 1
        return vectors_for(request)

    embedder(Client(answer), pace=Pace(workers=3)).embed_documents(named(32 * 6))
    assert most[0] == 3


def test_nothing_is_read_far_ahead_of_what_was_taken() -> None:
    client = Client(vectors_for)
    batches = embedder(client, pace=Pace(workers=2)).embed_batches(named(32 * 50))
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert len(client.requests) <= 5


def test_one_text_needs_no_thread() -> None:
    threads: list[str] = []

    def answer(request: Mapping[str, Any]) -> bytes:
        threads.append(threading.current_thread().name)
        return vectors_for(request)

    assert embedder(Client(answer)).embed_query("text 7") == [7.0, 6.0, 1.0]
    assert threads == [threading.main_thread().name]


def test_no_texts_need_no_request() -> None:
    client = Client(vectors_for)
    assert embedder(client).embed_documents([]) == []
    assert list(embedder(client).embed_batches([])) == []
    assert client.requests == []


def test_a_batch_keeps_within_the_bytes_of_the_request() -> None:
    client = Client(vectors_for)
    texts = [f"{'x' * 300}{'é' * 50} {number}" for number in range(40)]
    vectors = embedder(client, Contract(Family.TEI, max_bytes=1000)).embed_documents(texts)
    assert [vector[0] for vector in vectors] == list(range(40))
    assert max(len(request["Body"]) for request in client.requests) <= 1000
    assert max(client.sizes) == 2


def test_a_batch_keeps_within_the_bytes_of_the_answer() -> None:
    client = Client(vectors_for)
    embedder(client, Contract(Family.TEI, max_bytes=1000, dimension=3)).embed_documents(named(60))
    assert max(client.sizes) <= 1000 // (3 * 20)


def test_a_text_over_the_limit_is_named_and_what_was_before_it_is_kept() -> None:
    batches = embedder(Client(vectors_for)).embed_batches([*named(64), "x" * 7_000_000])
    assert [next(batches)[0], next(batches)[0]] == [0, 32]
    with pytest.raises(InvalidRequest, match="Text 65"):
        next(batches)


@pytest.mark.parametrize(
    "busy",
    [
        Throttled("."),
        ServiceFailure("."),
        EndpointNotReady("."),
        ModelFailed(".", status=429),
        ModelFailed(".", status=503),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}",
)
def test_a_busy_endpoint_is_waited_for_with_growing_pauses(busy: Exception) -> None:
    waits: list[float] = []
    tries = iter([busy, busy, busy])
    client = Client(lambda request: next(tries, None) or vectors_for(request))
    pace = Pace(first_wait=1.0, longest_wait=3.0)
    assert embedder(client, sleep=waits.append, pace=pace).embed_query("text 1")[0] == 1.0
    assert 0.5 <= waits[0] <= 1.0 <= waits[1] <= 2.0
    assert 1.5 <= waits[2] <= 3.0
    assert client.sizes == [1, 1, 1, 1]


def test_nobody_answering_is_asked_once_more() -> None:
    client = Client(lambda _: Unreachable("No route."))
    with pytest.raises(Unreachable):
        embedder(client).embed_query("text 1")
    assert len(client.requests) == 2


def test_patience_ends() -> None:
    client = Client(lambda _: Throttled("Slow down."))
    with pytest.raises(Throttled):
        embedder(client, pace=Pace(tries=4)).embed_query("text 1")
    assert len(client.requests) == 4


@pytest.mark.parametrize("status", [413, 422, 424, 500, TIMED_OUT, 0])
def test_a_batch_that_the_model_fails_is_halved(status: int) -> None:
    def answer(request: Mapping[str, Any]) -> Any:
        return ModelFailed("No.", status=status) if len(texts_of(request)) > 8 else vectors_for(request)

    client = Client(answer)
    vectors = embedder(client).embed_documents(named(32))
    assert [vector[0] for vector in vectors] == list(range(32))
    assert client.sizes == [32, 16, 8, 8, 16, 8, 8]


def test_halving_ends_at_one_text_with_the_models_words() -> None:
    def answer(request: Mapping[str, Any]) -> Any:
        return ModelFailed("No.", "too long", status=413) if "text 5" in texts_of(request) else vectors_for(request)

    client = Client(answer)
    with pytest.raises(ModelFailed, match="too long"):
        embedder(client).embed_documents(named(8))
    assert client.sizes[-1] == 1


@pytest.mark.parametrize("error", [NotFound("No endpoint."), ModelFailed("Forbidden.", status=403)])
def test_an_error_that_fewer_texts_would_not_cure_is_raised_at_once(error: Exception) -> None:
    client = Client(lambda _: error)
    with pytest.raises(type(error)):
        embedder(client).embed_documents(named(32))
    assert client.sizes == [32]


def test_batches_before_a_failing_one_are_given_first() -> None:
    def answer(request: Mapping[str, Any]) -> Any:
        return NotFound("Gone.") if "text 64" in texts_of(request) else vectors_for(request)

    batches = embedder(Client(answer)).embed_batches(named(128))
    assert next(batches)[0] == 0
    assert next(batches)[0] == 32
    with pytest.raises(NotFound):
        next(batches)


def test_another_count_of_vectors_than_of_texts_is_an_error() -> None:
    with pytest.raises(UnknownAnswer, match="3 texts"):
        embedder(Client(lambda _: b"[[1.0, 2.0]]")).embed_documents(named(3))


def test_vectors_that_change_their_length_are_an_error() -> None:
    lengths = iter([3, 4])
    client = Client(lambda _: json.dumps([[0.5] * next(lengths)]).encode())
    vectors = embedder(client)
    assert len(vectors.embed_query("a")) == vectors.dimension == 3
    with pytest.raises(UnknownAnswer, match="3 numbers and now have 4"):
        vectors.embed_query("b")


class Kept(dict[str, Any]):
    """A cache in memory."""

    def get(self, keys: Sequence[str]) -> Mapping[str, Any]:  # type: ignore[override]
        return {key: self[key] for key in keys if key in self}

    def put(self, vectors: Mapping[str, Any]) -> None:
        self.update(vectors)


def test_what_was_embedded_before_is_not_sent_again() -> None:
    client, cache = Client(vectors_for), Kept()
    embedder(client, cache=cache).embed_documents(named(40))
    vectors = embedder(client, cache=cache).embed_documents([*named(42), "text 41"])
    assert [vector[0] for vector in vectors] == [*range(42), 41]
    assert texts_of(client.requests[-1]) == ["text 40", "text 41"]


def test_another_model_has_its_own_vectors() -> None:
    client, cache = Client(vectors_for), Kept()
    for model in ("a", "b", "a"):
        embedder(client, cache=cache, model=model).embed_query("text 1")
    assert len(client.requests) == len(cache) == 2


def test_a_batch_that_failed_leaves_the_cache_as_it_was() -> None:
    cache = Kept()
    with pytest.raises(NotFound):
        embedder(Client(lambda _: NotFound("Gone.")), cache=cache).embed_query("text 1")
    assert not cache
