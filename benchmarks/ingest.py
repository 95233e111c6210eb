"""24 articles in mixed file kinds, from the drop until each can be asked, in the sandbox; beside the embedding alone.

    python -m benchmarks.ingest [--articles 24]

The drop is the call that the Documents page makes. The clock stops when the question about the last article was
answered; that the others are answered too is checked after it. The floor gives the same passages to the same endpoint
and keeps nothing: nothing is read, cut or stored.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence

from benchmarks.articles import Article, articles
from benchmarks.harness import Report, deploy_pair, fresh_home
from services.connection import connect_sandbox
from services.console import Console
from services.documents import ChunkSettings, Page, chunk
from services.knowledge import AskRequest, Finished, IngestRequest, IngestView, Upload

MOST_SECONDS = 25.0
GIVE_UP_SECONDS = 300.0
POLL_SECONDS = 0.05


def drop(console: Console, files: Sequence[Article], embedding: str) -> IngestView:
    """Read the files in; the ingest as it stands at its end."""
    uploads = tuple(Upload(each.name, each.data) for each in files)
    job = console.knowledge.ingest(IngestRequest(uploads, embedding))
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        view = console.knowledge.follow(job)
        if view is not None and view.status != "running":
            return view
        time.sleep(POLL_SECONDS)
    raise RuntimeError("the ingest did not end")


def answered(console: Console, article: Article, pair: tuple[str, str]) -> bool:
    """Whether the article's question is answered with what only it says."""
    events = list(console.knowledge.answer(AskRequest(article.question, *pair)))
    return isinstance(events[-1], Finished) and article.answer in events[-1].text


def embedding_alone(console: Console, view: IngestView, files: Sequence[Article], embedding: str) -> tuple[float, int]:
    """Seconds to embed as many passages of the same text, and how many they are."""
    plain = [each for each in files if each.name.endswith(".txt")]
    pages = [Page(1, each.data.decode()) for each in plain]
    passages = [part.text for part in chunk(pages, ChunkSettings())]
    count = sum(file.chunks or 0 for file in view.files)
    texts = [f"{number} {passages[number % len(passages)]}" for number in range(count)]
    embedder = console.embedding(embedding).embedder
    started = time.perf_counter()
    for _ in embedder.embed_batches(texts):
        pass
    return time.perf_counter() - started, count


def main() -> int:
    """Print the figures; 0 if all are answerable within 25 s."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=24)
    asked, report = parser.parse_args(), Report()
    files = articles()[: asked.articles]
    with fresh_home() as home:
        os.environ["SAGEDECK_HOME"] = str(home)
        pair = deploy_pair(home)
        console = Console(connect_sandbox(home), folder=home)
        for endpoint in pair:  # as the Deploy page does when it has deployed
            console.smoke_test(endpoint)
        started = time.perf_counter()
        view = drop(console, files, pair[0])
        read = time.perf_counter() - started
        first = answered(console, files[-1], pair)
        seconds = time.perf_counter() - started
        ready = sum(file.status == "ready" for file in view.files)
        right = sum(answered(console, each, pair) for each in files)
        alone, passages = embedding_alone(console, view, files, pair[0])
        console.reader.close()
    print(f"{ready} of {len(files)} files ready, {passages} passages; last question answered: {first}")
    report.figure("from the drop to the last question answered", seconds, "s", MOST_SECONDS)
    report.figure("    of it until the ingest had ended", read, "s")
    report.figure("embedding the same passages alone", alone, "s")
    report.figure("    passages a second", passages / alone, "/s")
    report.figure("questions answered right", right, "", len(files), most=False)
    return report.code if first and ready == len(files) else 1


if __name__ == "__main__":
    raise SystemExit(main())
