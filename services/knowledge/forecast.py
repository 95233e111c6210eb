"""What reading files in will take, before it begins: sizes -> passages -> seconds. Estimates, and called so.

How much text a byte of a kind holds is taken from the owner's own documents of that kind, else from ordinary files; how
many passages a second go in, from the ingests this console has finished. Without one the time is not known: None.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from services.documents import Method
from services.knowledge.files import ChunkPlan, DocumentRecord

if TYPE_CHECKING:
    from services.jobs import JobView

LETTERS = {
    "pdf": 0.05, "docx": 0.25, "pptx": 0.01, "xlsx": 1.5, "csv": 1.1, "markdown": 1.0, "html": 0.35, "text": 1.0,
    "epub": 0.9, "email": 0.4, "rtf": 0.3, "odt": 0.25, "zip": 0.6,
}  # fmt: skip
"""Characters of text a byte, of ordinary files: a packed format holds more than a byte each, pictures hold none."""

ENDINGS = {
    ".pdf": "pdf", ".docx": "docx", ".pptx": "pptx", ".xlsx": "xlsx", ".csv": "csv", ".tsv": "csv", ".md": "markdown",
    ".markdown": "markdown", ".html": "html", ".htm": "html", ".epub": "epub", ".eml": "email", ".rtf": "rtf",
    ".odt": "odt", ".zip": "zip",
}  # fmt: skip
FEWEST_PASSAGES = 20
"""Of an ingest whose pace is believed: fewer take a second, most of which is not embedding."""

LATEST = 5


@dataclass(frozen=True, slots=True)
class Forecast:
    """About how many `passages` files make, and how many `seconds` they take; None where no pace is known yet."""

    passages: int
    seconds: float | None


def forecast(
    files: Iterable[tuple[str, int]], plan: ChunkPlan, records: Sequence[DocumentRecord], jobs: Iterable[JobView]
) -> Forecast:
    """An estimate for files, given as (name, bytes), from the owner's documents and finished ingests."""
    step = max(1, plan.size - plan.overlap)
    letters = densities(records)
    passages = 0
    for name, size in files:
        kind = ENDINGS.get(PurePath(name).suffix.lower(), "text")
        passages += max(1, round(size * letters.get(kind, LETTERS[kind]) / step))
    rate = pace(jobs)
    return Forecast(passages, passages / rate if rate else None)


def densities(records: Sequence[DocumentRecord]) -> dict[str, float]:
    """Characters of text a byte by kind, as the owner's documents came out; only of those cut by length."""
    letters: dict[str, float] = {}
    octets: dict[str, int] = {}
    for record in records:
        if record.cut.method is Method.RECURSIVE and record.size and record.chunks > 1:
            held = record.chunks * (record.cut.size - record.cut.overlap)
            letters[record.kind] = letters.get(record.kind, 0.0) + held
            octets[record.kind] = octets.get(record.kind, 0) + record.size
    return {kind: letters[kind] / octets[kind] for kind in letters}


def pace(jobs: Iterable[JobView]) -> float | None:
    """Passages a second of the latest finished ingests; None without one that is long enough to tell."""
    told = [
        (passages, job.ended - job.started)
        for job in jobs
        if job.result and job.ended and (passages := int(job.result.get("passages", 0))) >= FEWEST_PASSAGES
    ][:LATEST]
    seconds = sum(took for _, took in told)
    return sum(passages for passages, _ in told) / seconds if seconds > 0 else None
