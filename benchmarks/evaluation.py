"""An evaluation of 100 questions in 12 settings in the sandbox: how long it takes, and how much of that is embedding.

    python -m benchmarks.evaluation [--articles 8] [--answers]

Four passage sizes by three ways of searching, over questions made by rule. The floor gives the same passages to the
same endpoint and does nothing else: `embedding alone`. The second run asks the same again, its vectors on the shelf.
With --answers four more settings are answered by the language endpoint.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence

from benchmarks.articles import articles
from benchmarks.harness import Report, deploy_pair, fresh_home
from services.connection import connect_sandbox
from services.console import Console
from services.evaluation import Grid, RunRequest, Setting, settings_of
from services.evaluation.generating import by_rule
from services.evaluation.scratch import entries_of
from services.knowledge import SearchMode, Upload

MOST_OVER = 1.25  # times embedding alone
MOST_AGAIN = 20.0  # seconds, nothing to embed
QUESTIONS = 100
POLL_SECONDS = 0.1


def run(console: Console, request: RunRequest) -> tuple[float, dict[str, float]]:
    """Carry it out; seconds it took, and those of each part."""
    started = time.perf_counter()
    which = console.evaluation.start(request)
    while (job := console.evaluation.job(which)) is not None and job.ended is None:
        time.sleep(POLL_SECONDS)
    if job is None or job.result is None:
        raise RuntimeError(f"the evaluation did not end well: {job and job.problem}")
    return time.perf_counter() - started, dict(job.result["seconds"])


def embedding_alone(console: Console, texts: Sequence[str], endpoint: str) -> float:
    """Seconds to embed these texts and nothing else."""
    embedder = console.embedding(endpoint).embedder
    started = time.perf_counter()
    for _ in embedder.embed_batches(texts):
        pass
    return time.perf_counter() - started


def main() -> int:
    """Print the figures; 0 if the run is little more than its embedding, and a second one is quick."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=8)
    parser.add_argument("--answers", action="store_true")
    asked, report = parser.parse_args(), Report()
    with fresh_home() as home:
        os.environ["SAGEDECK_HOME"] = str(home)
        embedding, language = deploy_pair(home)
        console = Console(connect_sandbox(home), folder=home)
        console.smoke_test(embedding)
        service = console.evaluation
        sources = service.keep_files([Upload(each.name, each.data) for each in articles()[: asked.articles]])
        pages = service.pages(sources)
        questions = service.save_set("benchmark", by_rule(sources, pages, QUESTIONS, 1))
        settings = settings_of(Grid((embedding,), sizes=(300, 500, 1000, 2000), modes=tuple(SearchMode)))
        request = RunRequest("benchmark", questions.id, sources, settings)
        took, parts = run(console, request)
        again, _ = run(console, request)
        cap = console.embedding(embedding).tokens
        cuts: list[Setting] = list({each.cut: each for each in settings}.values())
        texts = [f"{number} {entry.text}" for number, entry in enumerate(
            entry for each in cuts for entry in entries_of(sources, pages, each.cut, cap))]  # fmt: skip
        alone = embedding_alone(console, texts, embedding)
        print(f"{len(questions.items)} questions, {len(settings)} settings, {len(texts)} passages; {parts}")
        report.figure(f"{len(questions.items)} questions in {len(settings)} settings", took, "s")
        report.figure("    embedding those passages alone", alone, "s")
        report.figure("    times embedding alone", took / alone, "", MOST_OVER)
        report.figure("    share of it spent embedding", parts["embedding"] / took, "")
        report.figure("the same again, nothing to embed", again, "s", MOST_AGAIN)
        if asked.answers:
            told = settings_of(Grid((embedding,), sizes=(500, 1000), ks=(3, 5), languages=(language,)))
            answered, _ = run(console, RunRequest("answers", questions.id, sources, told))
            report.figure(f"answered in {len(told)} settings", answered, "s")
        console.reader.close()
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
