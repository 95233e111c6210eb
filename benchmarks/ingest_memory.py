"""What the console holds in memory while 20,000 passages go in: 40 files of half a megabyte, and one of ten.

    python -m benchmarks.ingest_memory [--passages 20000] [--files 41] [--fast]

The size is the resident size of the process the ingest runs in and of the processes that read files, the sandbox left
out, looked at five times a second; it is compared with the size after a first small ingest and a question. With
`--fast` vectors come from a stand-in in this process instead of the sandbox, for the figures of memory alone.
"""

from __future__ import annotations

import argparse
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.harness import Report, deploy_pair, fresh_home, memory, sandbox_pid
from services.connection import connect_sandbox
from services.console import Console
from services.knowledge import Embedding, IngestRequest, IngestView, KnowledgeService, SearchSettings, Upload

MOST_MORE = 200.0  # MB
PASSAGE = 700  # characters that a passage adds to the one before, which it overlaps
GIVE_UP_SECONDS = 3600.0


class Fast:
    """Vectors at random, as fast as they can be made."""

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, Any]]:
        """Batches of 32."""
        import numpy

        chance = numpy.random.default_rng(1)
        for start in range(0, len(texts), 32):
            yield start, chance.random((len(texts[start : start + 32]), 384), dtype=numpy.float32)

    def embed_query(self, text: str) -> list[float]:
        """The same for every text."""
        return [1.0] + [0.0] * 383


@contextmanager
def watched(sandbox: int | None) -> Iterator[list[float]]:
    """The largest size inside the block, in MB, in a list of one."""
    largest, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            largest[0] = max(largest[0], memory(os.getpid(), sandbox).rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield largest
    finally:
        stop.set()
        watcher.join()


def text(passages: int, seed: int) -> bytes:
    """A text of about so many passages, unlike others."""
    chance = random.Random(seed)
    words = [f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{number % 97}lo" for number in range(5_000)]
    sentences = (" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(passages * PASSAGE // 70))
    return " ".join(sentences).encode()


def read_in(knowledge: KnowledgeService, uploads: Sequence[Upload], embedding: str) -> IngestView:
    """The ingest once it has ended."""
    job = knowledge.ingest(IngestRequest(tuple(uploads), embedding))
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        view = knowledge.follow(job)
        if view is not None and view.status != "running":
            return view
        time.sleep(0.5)
    raise RuntimeError("the ingest did not end")


def main() -> int:
    """Print the figures; 0 if the console stays within 200 MB of where it was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=41)
    parser.add_argument("--fast", action="store_true")
    asked, report = parser.parse_args(), Report()
    with fresh_home() as home:
        os.environ["SAGEDECK_HOME"] = str(home)
        embedding = deploy_pair(home)[0]
        console = Console(connect_sandbox(home), folder=home)
        console.smoke_test(embedding)
        knowledge = console.knowledge
        if asked.fast:
            knowledge._embeddings = lambda _name: Embedding("fast", Fast(), 384, 256)
        read_in(knowledge, [Upload("first.txt", text(50, 0))], embedding)
        knowledge.retrieve("anything", embedding, SearchSettings())
        before = memory(os.getpid(), sandbox_pid(home)).rss
        half = asked.passages // 2
        small = [Upload(f"{number}.txt", text(half // (asked.files - 1), number)) for number in range(1, asked.files)]
        started = time.perf_counter()
        with watched(sandbox_pid(home)) as largest:
            views = [
                read_in(knowledge, small, embedding),
                read_in(knowledge, [Upload("a.txt", text(half, 0))], embedding),
            ]
            knowledge.retrieve("anything else", embedding, SearchSettings())
        seconds = time.perf_counter() - started
        passages = sum(file.stored for view in views for file in view.files)
        after = memory(os.getpid(), sandbox_pid(home)).rss
        most = max(largest[0], after)
        console.reader.close()
    print(f"{passages:,} passages in {seconds:.0f} s")
    report.figure("console before", before, "MB")
    report.figure("    the most while they went in", most, "MB")
    report.figure("    afterwards, one question asked", after, "MB")
    report.figure("more than before, at the most", most - before, "MB", MOST_MORE)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
