"""How long the catalogue takes to find: typical queries over every model, with facets, against a plain scan of names.

    python -m benchmarks.catalog_search [--rounds 200]

Each query is asked afresh (no answer is remembered). Beside it: `text in name` over the same models.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from benchmarks.harness import Report, percentile

MOST_MILLISECONDS = 50.0
TEXTS = (
    "", "llama", "llama 3.1 8b", "lama", "mistral 7b instruct", "qwen2.5", "embeding", "bge", "stable difusion",
    "image classification mobilenet", "speech", "whisper large", "rerank", "sentiment", "a", "e", "no such thing",
    "huggingface-llm-falcon-7b-instruct-bf16", "the best model for translation", "x" * 5000,
)  # fmt: skip


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    """Print the figures; 0 if the slowest of a hundred is at most 50 ms."""
    from services.catalog import Licence, Query
    from services.catalog.finding import Catalogue
    from services.catalog.listing import bundled

    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    rounds, report = parser.parse_args().rounds, Report()
    models = bundled().models
    made = [milliseconds(lambda: Catalogue(models, "us-east-1")) for _ in range(5)]
    report.figure(f"making {len(models):,} models ready for finding, once", percentile(made, 0.5), "ms")
    catalogue = Catalogue(models, "us-east-1")
    queries = [Query(text=text) for text in TEXTS]
    queries += [Query(text=text, most_usd=2.0, licence=Licence.NONE, gpu="ml.g5.2xlarge") for text in TEXTS[:6]]
    queries += [Query(fits_quota=True), Query(task="text-generation", deployable=True, fits_quota=True)]

    def find(query: Query) -> object:
        catalogue.forget()
        return catalogue.find(query, (lambda name: 1.0) if query.fits_quota else None)

    times = [milliseconds(lambda query=query: find(query)) for _ in range(rounds) for query in queries]  # type: ignore[misc]
    report.figure(f"{len(queries)} queries, {len(times):,} times: p50", percentile(times, 0.5), "ms")
    report.figure("    p95", percentile(times, 0.95), "ms", MOST_MILLISECONDS)
    report.figure("    p99", percentile(times, 0.99), "ms")
    slowest = {query: max(milliseconds(lambda query=query: find(query)) for _ in range(20)) for query in queries}  # type: ignore[misc]
    worst = max(slowest, key=lambda query: slowest[query])
    report.figure(f"    the slowest query of 20 times ({worst.text[:20]!r})", slowest[worst], "ms", MOST_MILLISECONDS)
    names = [f"{each.id} {each.name} {each.provider}".lower() for each in models]
    plain = [milliseconds(lambda text=text: [n for n in names if text in n]) for _ in range(rounds) for text in TEXTS]  # type: ignore[misc]
    report.figure("beside it, `text in name` without order or counts: p50", percentile(plain, 0.5), "ms")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
