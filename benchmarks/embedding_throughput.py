"""Embedding an upload: our Embeddings against the endpoint's ceiling, with the one-by-one loop beside it.

    python -m benchmarks.embedding_throughput [--texts 8000] [--runs 3]

A child process plays the endpoint on loopback: it computes 2,000 texts a second, one request at a time, and is 40 ms
away (half of that before the computing, half after). The client is boto3's own. Texts have 150 words, vectors 384
numbers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

CEILING = 2_000  # texts a second
AWAY = 0.040  # seconds there and back
DIMENSION = 384
WORDS = 150


class SimulatedEndpoint:
    """HTTP/1.1, keep-alive, one route; asyncio's own streams, so that the simulation costs little of the two cores."""

    def __init__(self) -> None:
        maker = random.Random(7)
        numbers = [[maker.uniform(-0.1, 0.1) for _ in range(DIMENSION)] for _ in range(64)]
        self._vectors = [json.dumps([float(f"{number:.8g}") for number in row]).encode() for row in numbers]
        self._free_at = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                if b"expect: 100-continue" in head:
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                count = len(json.loads(await reader.readexactly(size))["inputs"])
                await self._compute(count)
                body = b"[" + b",".join(self._vectors[n % len(self._vectors)] for n in range(count)) + b"]"
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _compute(self, count: int) -> None:
        arrived = time.perf_counter() + AWAY / 2
        self._free_at = max(arrived, self._free_at) + count / CEILING
        await asyncio.sleep(self._free_at + AWAY / 2 - time.perf_counter())


async def _endpoint() -> None:
    server = await asyncio.start_server(SimulatedEndpoint().serve, "127.0.0.1", 0, limit=2**24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _client(port: int) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "sagemaker-runtime",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(max_pool_connections=32, retries={"mode": "standard"}),
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(port: int, texts: list[str], runs: int, workers: int | None) -> tuple[float, float]:
    """(ours, one by one) in texts a second; ours is the median of `runs`."""
    from services.inference import Contract, Family, InferenceService, Pace

    client = _client(port)
    service = InferenceService(lambda: client, None, scope=("aws", "123456789012", "us-east-1"))
    pace = Pace(workers=workers) if workers else None
    embeddings = service.embeddings("simulated", Contract(Family.TEI), pace=pace)
    embeddings.embed_documents(texts[:64])  # imports and connections

    def upload() -> None:
        for _start, _vectors in embeddings.embed_batches(texts):
            pass

    ours = sorted(len(texts) / _timed(upload) for _ in range(runs))[runs // 2]
    few = texts[:60]
    alone = len(few) / _timed(lambda: [embeddings.embed_query(text) for text in few])
    return ours, alone


def main() -> int:
    """Print the three figures; 0 if ours reaches 80 % of the ceiling."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--texts", type=int, default=8_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=None, help="requests in flight; the default is the product's")
    parser.add_argument("--endpoint", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.endpoint:
        asyncio.run(_endpoint())
        return 0
    maker = random.Random(11)
    words = ["vector", "retrieval", "endpoint", "passage", "token", "embedding", "question", "document", "of", "the"]
    texts = [" ".join(maker.choices(words, k=WORDS)) for _ in range(chosen.texts)]
    command = [sys.executable, "-m", "benchmarks.embedding_throughput", "--endpoint"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as endpoint:
        try:
            assert endpoint.stdout is not None
            ours, alone = measure(int(endpoint.stdout.readline()), texts, chosen.runs, chosen.workers)
        finally:
            endpoint.terminate()
    print(f"ceiling of the endpoint {CEILING:>7,.0f} texts/s   ({AWAY * 1000:.0f} ms away, {DIMENSION} numbers a text)")
    print(f"ours                    {ours:>7,.0f} texts/s   {ours / CEILING:.0%} of the ceiling (to reach: 80%)")
    print(f"one by one              {alone:>7,.0f} texts/s   {alone / CEILING:.0%}")
    return 0 if ours >= 0.8 * CEILING else 1


if __name__ == "__main__":
    raise SystemExit(main())
