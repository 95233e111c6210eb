"""A book of 350 pages, from the drop until a question about its middle is answered; beside its embedding alone.

    python -m benchmarks.book [--pages 350] [--text 4]

The drop is the call that the Documents page makes. The floor gives as many passages of the same text to the same
endpoint and keeps nothing. Then a text of 4 MB is read in until its first passages are stored, to see how soon and how
often its progress is told, and the ingest is cancelled.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import psutil

from benchmarks.articles import Article, book
from benchmarks.harness import Report, deploy_pair, fresh_home, sandbox_pid
from benchmarks.ingest import answered, drop
from services.connection import connect_sandbox
from services.console import Console
from services.documents import ChunkSettings, chunk
from services.knowledge import FileStatus, IngestRequest, Upload

MOST_TIMES = 3.0
MEGABYTE = 1_000_000
LOOKED_SECONDS = 30.0
POLL_SECONDS = 0.05


def processor_seconds(home: Path) -> float:
    """What this process, the readers of files and the sandbox have computed so far; other work on the machine does not
    count, while seconds grow with it."""
    whole = [psutil.Process(), *psutil.Process().children(recursive=True)]
    pid = sandbox_pid(home)
    whole += [psutil.Process(pid)] if pid is not None else []
    return sum(sum(each.cpu_times()[:2]) for each in {each.pid: each for each in whole}.values())


def embedding_alone(console: Console, article: Article, embedding: str, home: Path) -> tuple[float, int]:
    """Seconds to embed the book's passages with a number in front of each, so that none is known; how many they are."""
    path = home / "book.pdf"
    path.write_bytes(article.data)
    embedder = console.embedding(embedding)
    settings = ChunkSettings(token_cap=embedder.tokens)
    texts = [
        f"{number} {part.text}"
        for number, part in enumerate(chunk(console.reader.read(path, article.name).pages, settings))
    ]
    started = time.perf_counter()
    for _ in embedder.embedder.embed_batches(texts):
        pass
    return time.perf_counter() - started, len(texts)


def progress_of_a_long_text(console: Console, embedding: str, megabytes: float, report: Report) -> None:
    """How soon passages of one long file are stored, and how often that is told; then it is stopped."""
    line = "The ferry to the northern island leaves at {} and takes forty minutes. "
    text = "".join(line.format(number) for number in range(int(megabytes * MEGABYTE / len(line))))
    console.knowledge.preview(Upload("warm.txt", b"A reader is started."))
    started = time.perf_counter()
    job = console.knowledge.ingest(IngestRequest((Upload("long.txt", text.encode()),), embedding))
    seen: dict[int, float] = {}
    while time.perf_counter() - started < LOOKED_SECONDS:
        view = console.knowledge.follow(job)
        if view is not None and view.files[0].stored and view.files[0].status is FileStatus.EMBEDDING:
            seen.setdefault(view.files[0].stored, time.perf_counter() - started)
        time.sleep(POLL_SECONDS)
    console.jobs.cancel(job, console.owner)
    told = list(seen.values())
    report.figure(f"a text of {megabytes:g} MB: its first passages are told stored after", told[0], "s")
    report.figure("    then told again every", (told[-1] - told[0]) / max(len(told) - 1, 1), "s")


def main() -> int:
    """Print the figures; 0 if the book is answerable within three times its embedding."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=350)
    parser.add_argument("--text", type=float, default=4.0)
    asked, report = parser.parse_args(), Report()
    article = book(asked.pages)
    with fresh_home() as home:
        os.environ["SAGEDECK_HOME"] = str(home)
        pair = deploy_pair(home)
        console = Console(connect_sandbox(home), folder=home)
        for endpoint in pair:  # as the Deploy page does when it has deployed
            console.smoke_test(endpoint)
        before, started = processor_seconds(home), time.perf_counter()
        view = drop(console, [article], pair[0])
        read = time.perf_counter() - started
        right = answered(console, article, pair)
        seconds = time.perf_counter() - started
        worked = processor_seconds(home) - before
        alone, passages = embedding_alone(console, article, pair[0], home)
        floor = processor_seconds(home) - before - worked
        print(f"{asked.pages} pages, {view.files[0].chunks} passages, {len(article.data):,} bytes; answered: {right}")
        report.figure("from the drop to the answer", seconds, "s")
        report.figure("    of it until the ingest had ended", read, "s")
        report.figure("embedding the same passages alone", alone, "s")
        report.figure("    passages a second", passages / alone, "/s")
        report.figure("times the embedding alone", seconds / alone, "x", MOST_TIMES)
        report.figure("    the same of processor time", worked / floor, "x")
        progress_of_a_long_text(console, pair[0], asked.text, report)
        console.reader.close()
    return report.code if right else 1


if __name__ == "__main__":
    raise SystemExit(main())
