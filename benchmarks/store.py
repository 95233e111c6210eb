"""The embedded store with 200,000 passages: questions, filters, both kinds of search, adding, opening, many at once.

    python -m benchmarks.store [--passages 200000] [--dimension 384] [--folder FOLDER]

Passages are made up: 60 to 140 words of a vocabulary of 50,000 by Zipf's law (some 650 characters), vectors around 200
centres, 250 documents of unequal length, a topic and a page in the metadata. With --folder what was filled in once is
used again. The floor of a question is one product of a NumPy matrix of the same shape with a vector.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.harness import Report, drop_from_cache, memory, percentile
from services.knowledge import Entry, Question, SearchMode, SearchSettings, Space
from services.knowledge.local import LocalStore

QUERY_MS, FILTERED_MS, HYBRID_MS, ADD_MS, COLD_SECONDS = 20.0, 1.0, 50.0, 20.0, 1.5
WORDS, DOCUMENTS, TOPICS, CENTRES, BATCH = 50_000, 250, 40, 200, 1_000
QUESTIONS = 60
AT_ONCE = 4
SEED = 20261120


class Made:
    """Passages and questions, the same in every run."""

    def __init__(self, dimension: int) -> None:
        self.random = np.random.default_rng(SEED)
        shares = 1 / np.arange(1, WORDS + 1)
        self.shares = np.cumsum(shares / shares.sum())
        self.centres = self.random.standard_normal((CENTRES, dimension)).astype(np.float32)

    def words(self, count: int) -> str:
        picked = np.searchsorted(self.shares, self.random.random(count))
        return " ".join(f"w{number:x}or" for number in picked)

    def vectors(self, count: int) -> np.ndarray:
        noise = self.random.standard_normal((count, self.centres.shape[1])).astype(np.float32)
        return self.centres[self.random.integers(0, CENTRES, count)] + noise

    def entries(self, start: int, count: int, total: int) -> list[Entry]:
        lengths = self.random.integers(60, 140, count)
        return [self._entry(start + at, int(lengths[at]), total) for at in range(count)]

    def _entry(self, number: int, length: int, total: int) -> Entry:
        document = int(DOCUMENTS * (number / max(1, total)) ** 2)  # some long, some short
        metadata = {"source": f"{document}.pdf", "page": number % 300, "topic": f"topic {number % TOPICS}"}
        return Entry(f"p{number}", self.words(length), f"{document}.pdf", f"sha{document}", number % 300, 0, 0, number,
                     metadata)  # fmt: skip


@contextmanager
def folder_of(given: str) -> Iterator[Path]:
    if given:
        Path(given).mkdir(parents=True, exist_ok=True)
        yield Path(given)
    else:
        with tempfile.TemporaryDirectory(prefix="sagedeck-store-") as folder:
            yield Path(folder)


def fill(store: LocalStore, space: Space, made: Made, total: int) -> float:
    """Fill in what is missing up to `total` passages; seconds."""
    held, started = store.count(space), time.perf_counter()
    for start in range(held, total, BATCH):
        count = min(BATCH, total - start)
        store.add(space, made.entries(start, count, total), made.vectors(count))
    return time.perf_counter() - started


def processor(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, of all threads together, that a call took: what else runs counts less in it."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def times(work: Callable[[], object], count: int) -> list[float]:
    """How long each of `count` calls took, in ms."""
    taken = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def question(made: Made) -> Question:
    return Question(made.words(8), made.vectors(1)[0])


def asked(report: Report, store: LocalStore, space: Space, made: Made) -> None:
    """The figures of searching."""
    floor = made.vectors(store.count(space))
    alone = times(partial(np.dot, floor, floor[0].copy()), QUESTIONS)
    del floor
    report.figure("floor: one product of a matrix of the same shape, p95", percentile(alone, 0.95), "ms")
    kinds = (
        ("a question, by meaning", SearchSettings(mode=SearchMode.VECTOR), QUERY_MS),
        ("    limited to a document", SearchSettings(mode=SearchMode.VECTOR, documents=("sha120",)), FILTERED_MS),
        ("    limited to a document's name", SearchSettings(mode=SearchMode.VECTOR, metadata={"source": "120.pdf"}),
         FILTERED_MS),
        ("    limited to a topic and a page", SearchSettings(
            mode=SearchMode.VECTOR, metadata={"topic": "topic 7", "page": [7, 47, 87]}), FILTERED_MS),
        ("    limited to a document, by meaning and words", SearchSettings(documents=("sha120",)), FILTERED_MS),
        ("    as unlike each other as they are near", SearchSettings(mode=SearchMode.VECTOR, diversity=0.5), None),
        ("a question, by meaning and words", SearchSettings(), HYBRID_MS),
        ("a question, by words", SearchSettings(mode=SearchMode.KEYWORD), HYBRID_MS),
    )  # fmt: skip
    for name, settings, most in kinds:
        store.search(space, question(made), settings)
        questions = iter([question(made) for _ in range(QUESTIONS)])
        taken = times(lambda: store.search(space, next(questions), settings), QUESTIONS)  # noqa: B023
        report.figure(f"{name}, p95", percentile(taken, 0.95), "ms", most)
        report.figure("        p50", percentile(taken, 0.5), "ms")
        used = [processor(partial(store.search, space, question(made), settings)) for _ in range(10)]
        report.figure("        processor time of one, both cores", percentile(used, 0.5), "ms")


def cold(report: Report, path: Path, space: Space, made: Made) -> None:
    """The first question to a store that has just been opened, its file not in memory."""
    asking = question(made)
    drop_from_cache(path.parent)
    store = LocalStore(path)
    [first] = times(lambda: store.search(space, asking, SearchSettings()), 1)
    report.figure("the first question, file out of memory", first / 1000, "s")
    again = LocalStore(path)
    [warm] = times(lambda: again.search(space, asking, SearchSettings()), 1)
    report.figure("the first question of a newly opened store", warm / 1000, "s", COLD_SECONDS)


def added(report: Report, store: LocalStore, space: Space, made: Made) -> None:
    """A hundred passages at a time, on top of what is there; each is found at once."""
    total, taken = store.count(space), []
    for round_ in range(30):
        entries, vectors = made.entries(total + round_ * 100, 100, total), made.vectors(100)
        taken += times(lambda: store.add(space, entries, vectors), 1)  # noqa: B023
        found = store.search(space, Question("", vectors[50]), SearchSettings(k=1, mode=SearchMode.VECTOR))
        assert found.passages[0].id == entries[50].id
    report.figure("100 passages added, p50", percentile(taken, 0.5), "ms", ADD_MS)
    report.figure("        p95", percentile(taken, 0.95), "ms")
    store.delete(space, [f"p{number}" for number in range(total, total + 3000)])


def at_once(report: Report, path: Path, space: Space, seconds: float) -> None:
    """Four threads that write into one store and four that ask another of its file; nothing may fail or be lost."""
    writing, reading = LocalStore(path), LocalStore(path)
    before, stop = writing.count(space), time.monotonic() + seconds
    failed: list[Exception] = []
    written: list[str] = []
    asked: list[int] = []

    def work(number: int) -> None:
        made = Made(space.dimension)
        made.random = np.random.default_rng(number)
        store = writing if number < AT_ONCE else reading
        try:
            while time.monotonic() < stop:
                if store is reading:
                    asked.append(len(store.search(space, question(made), SearchSettings()).passages))
                    continue
                keys = [f"x{number}-{made.random.integers(1 << 60)}" for _ in range(20)]
                store.add(space, [Entry(key, made.words(80)) for key in keys], made.vectors(20))
                written.extend(keys)
        except Exception as error:  # noqa: BLE001 - counted
            failed.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2 * AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"at once: {len(written)} written, {len(asked)} questions in {seconds:g} s", *failed[:3])
    report.figure("errors of 4 writers and 4 readers", len(failed), "", 0)
    report.figure("passages lost", before + len(written) - writing.count(space), "", 0)
    writing.delete(space, written)


def main() -> int:
    """Print the figures; 0 if all targets are reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=200_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--folder", default="")
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    report, made = Report(), Made(given.dimension)
    space = Space("benchmark", "passages", "made-up", given.dimension)
    with folder_of(given.folder) as folder:
        path = folder / "library.db"
        store = LocalStore(path)
        report.figure("filled in", fill(store, space, made, given.passages), "s")
        print(f"{store.count(space):,} passages, {path.stat().st_size / 1e6:,.0f} MB")
        cold(report, path, space, made)
        asked(report, store, space, made)
        added(report, store, space, made)
        report.figure("memory of this process", memory(threading.get_native_id()).rss, "MB")
        at_once(report, path, space, given.seconds)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
