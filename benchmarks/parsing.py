"""Text PDFs read in the limited worker, beside what pypdf alone takes for the same pages in the same run.

    python -m benchmarks.parsing [--pages 60] [--files 8] [--rounds 5]

The floor opens each file with pypdf and extracts every page's text, in this process, and does nothing with it. Ours is
what an upload costs: the worker (already started, as it is after the first file), the limits, the walk of the page
tree, words and lines put together, and the way back. Best round of each, taken in turns.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pypdf import PdfReader

from benchmarks.harness import Report
from services.documents import Reader
from tests.services.documents.samples import make_pdf

MOST_TIMES = 1.2
WORDS = [
    f"{start}{end}" for start in ("tur", "invo", "war", "me", "docu", "re") for end in ("bine", "ice", "ranty", "al")
]
WORDS += ["the", "of", "and", "to", "in", "is", "that", "for", "it", "as"] * 3


def book(pages: int, seed: int) -> bytes:
    """Return a PDF of made-up prose, some 2,500 characters a page."""
    chance = random.Random(seed)
    texts = [" ".join(chance.choices(WORDS, k=chance.randrange(8, 22))) + "." for _ in range(pages * 30)]
    return make_pdf([" ".join(texts[number * 30 : number * 30 + 30]) for number in range(pages)], title="A book")


def by_pypdf(files: list[Path]) -> int:
    """Return how many characters pypdf alone finds."""
    return sum(len(page.extract_text()) for path in files for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Print the figures; 0 if ours takes at most 1.2 times as long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    asked, report = parser.parse_args(), Report()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.pdf" for number in range(asked.files)]
        for number, path in enumerate(files):
            path.write_bytes(book(asked.pages, number))
        reader = Reader()

        def ours() -> None:
            for path in files:
                reading = reader.read(path, path.name)
                assert reading.refusal is None
                assert len(reading.pages) == asked.pages

        ours()
        by_pypdf(files)
        rounds = [(timed(ours), timed(lambda: by_pypdf(files))) for _ in range(asked.rounds)]
        reader.close()
    mine, floor = (min(each) for each in zip(*rounds, strict=True))
    pages = asked.pages * asked.files
    report.figure("pypdf alone, a page", 1000 * floor / pages, "ms")
    report.figure("read as uploads are, a page", 1000 * mine / pages, "ms")
    report.figure("    times pypdf alone", mine / floor, "", MOST_TIMES)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
