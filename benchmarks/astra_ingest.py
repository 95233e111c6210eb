"""Documents into Astra: the sandbox's Data API stand-in 60 ms away, with and without a tenth of the calls refused.

    python -m benchmarks.astra_ingest [--documents 20000] [--dimension 384]

A child process serves the stand-in on loopback and lets each request wait 60 ms before it is looked at; under faults
one insert in ten is answered 429 instead, and one in a hundred is carried out and then answered 500. Passages have some
650 characters. Counted at the end is what the stand-in holds, by _id. The floor is what the same server takes of ready-
made JSON from as many bare connections at a time: on few cores the two processes share them, and its work counts.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np

from benchmarks.harness import Report
from services.clients import Hidden
from services.connection import Astra
from services.knowledge import CollectionRequest, Entry, Question, SearchSettings, Space
from services.knowledge.gateway import BATCH, CONCURRENCY, AstraStore

AWAY = 0.060  # seconds
REFUSED, LOST = 0.10, 0.01  # shares of the inserts: told to wait, and carried out without an answer
DOCUMENTS_A_SECOND = 5_000.0
ADDED_AT_ONCE = 2_000  # as a large upload comes from the embedder
TOKEN = "AstraCS:benchmark"
Scope = MutableMapping[str, Any]


class Distant:
    """The stand-in as an ASGI application, some way off, and its faults when /faults was asked for."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application, self.faulty = application, False
        self.chance = random.Random(7)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["path"] == "/faults":
            self.faulty = True
            return await _status(send, 200)
        await asyncio.sleep(AWAY)
        chance = self.chance.random() if self.faulty else 1.0
        if chance < REFUSED:
            return await _status(send, 429)
        if chance < REFUSED + LOST:
            await self.application(scope, receive, _nobody)
            return await _status(send, 500)
        return await self.application(scope, receive, send)


async def _nobody(_message: Any) -> None:
    return


async def _status(send: Any, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def serve() -> None:
    """The child process: print the port, serve until it is ended."""
    import socket

    import uvicorn
    from starlette.applications import Starlette

    from sandbox.dataapi import Database, routes

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    print(listener.getsockname()[1], flush=True)
    application = Distant(Starlette(routes=routes(Database())))
    config = uvicorn.Config(application, log_config=None, lifespan="off", ws="none")
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def stand_in() -> Iterator[str]:
    """The address of a stand-in of its own process."""
    command = [sys.executable, "-m", "benchmarks.astra_ingest", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def passages(count: int, dimension: int) -> tuple[list[Entry], Any]:
    """Made-up passages and their vectors."""
    chance = np.random.default_rng(20261120)
    words = [f"w{number:x}or" for number in chance.integers(0, 50_000, 100_000)]
    texts = (" ".join(words[at % 99_000 : at % 99_000 + 100]) for at in range(0, count * 37, 37))
    entries = [
        Entry(
            uuid.UUID(int=at).hex,
            text,
            "book.pdf",
            "sha",
            at % 300,
            0,
            600,
            at,
            {"source": "book.pdf", "page": at % 300},
        )
        for at, text in enumerate(texts)
    ]
    return entries, chance.standard_normal((count, dimension)).astype(np.float32)


def bare(url: str, count: int, dimension: int) -> float:
    """Documents a second of ready-made requests: what the server, and the way to it, allow."""
    entries, vectors = passages(count, dimension)
    bodies = []
    for at in range(0, count, BATCH):
        documents = [
            {"_id": one.id, "content": one.text, "metadata": {"source": one.source, "page": one.page},
             "$vector": {"$binary": base64.b64encode(row.astype(">f4").tobytes()).decode()}}
            for one, row in zip(entries[at : at + BATCH], vectors[at : at + BATCH], strict=True)
        ]  # fmt: skip
        bodies.append(json.dumps({"insertMany": {"documents": documents, "options": {"ordered": False}}}).encode())
    address = f"{url}/v1/default_keyspace/bare"
    with httpx.Client(headers={"token": TOKEN, "content-type": "application/json"}) as client:
        started = time.perf_counter()
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            answers = list(pool.map(lambda body: client.post(address, content=body), bodies))
        seconds = time.perf_counter() - started
    assert all("errors" not in answer.json() for answer in answers)
    return count / seconds


def filled(store: AstraStore, space: Space, entries: list[Entry], vectors: Any) -> float:
    """Documents a second through the store, as an ingest brings them."""
    store.create_collection(space.owner, CollectionRequest(space.collection, space.dimension))
    started = time.perf_counter()
    new = sum(
        store.add(space, entries[at : at + ADDED_AT_ONCE], vectors[at : at + ADDED_AT_ONCE])
        for at in range(0, len(entries), ADDED_AT_ONCE)
    )
    seconds = time.perf_counter() - started
    print(f"{space.collection}: {new} told to be new, {seconds:.2f} s")
    return len(entries) / seconds


def held(url: str, collection: str) -> int:
    """How many documents the stand-in holds."""
    asked: dict[str, dict[str, str]] = {"estimatedDocumentCount": {}}
    for _ in range(50):
        answer = httpx.post(f"{url}/v1/default_keyspace/{collection}", json=asked, headers={"token": TOKEN})
        if answer.status_code == 200:
            return int(answer.json()["status"]["count"])
    raise RuntimeError("the stand-in did not answer")


def main() -> int:
    """Print the figures; 0 if all targets are reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return 0
    report = Report()
    entries, vectors = passages(given.documents, given.dimension)
    with stand_in() as url:
        store = AstraStore(Astra(url, Hidden(TOKEN), environment="other"))
        calm, faulty = (Space("benchmark", name, "made-up", given.dimension) for name in ("calm", "faulty"))
        store.create_collection("benchmark", CollectionRequest("bare", given.dimension))
        report.figure("floor: ready-made requests over bare connections", bare(
            url, min(10_000, given.documents), given.dimension), "/s")  # fmt: skip
        report.figure("documents stored", filled(store, calm, entries, vectors), "/s", DOCUMENTS_A_SECOND, most=False)
        report.figure("lost or doubled", abs(held(url, "calm") - given.documents), "", 0)
        httpx.get(f"{url}/faults")
        speed = filled(store, faulty, entries, vectors)
        report.figure("documents stored, a tenth of the calls told to wait", speed, "/s")
        report.figure("lost or doubled", abs(held(url, "faulty") - given.documents), "", 0)
        found = store.search(faulty, Question("", vectors[7]), SearchSettings(k=1)).passages
        report.figure("a passage is found by its own vector", found[0].id == entries[7].id, "", 1, most=False)
        store.close()
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
