"""What an ingest will take: from sizes to passages to seconds, by what this console has measured."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from services.documents import Method
from services.knowledge import ChunkPlan, DocumentRecord, FileStatus, StoreKind
from services.knowledge.forecast import LETTERS, densities, forecast, pace


def record(kind: str, size: int, chunks: int, **values: Any) -> DocumentRecord:
    return DocumentRecord(
        "a" * 64, "x", StoreKind.LOCAL, "c", "m", 384, FileStatus.READY, 1, chunks, size, kind, "job", 0.0, **values
    )


def job(passages: int, seconds: float) -> Any:
    return SimpleNamespace(result={"passages": passages}, started=0.0, ended=seconds)


def test_the_text_of_a_file_is_guessed_from_its_size_and_kind() -> None:
    told = forecast([("a.txt", 85_000), ("b.pdf", 1_700_000)], ChunkPlan(1000, 150), (), ())
    assert told.passages == 100 + round(1_700_000 * LETTERS["pdf"] / 850)
    assert told.seconds is None, "nothing was measured, so no time is invented"


def test_ones_own_documents_of_a_kind_tell_better() -> None:
    mine = (record("pdf", 1_000_000, 400),)
    assert densities(mine) == {"pdf": 400 * 850 / 1_000_000}
    assert forecast([("b.pdf", 500_000)], ChunkPlan(), mine, ()).passages == 200
    other = (record("pdf", 1_000_000, 400, cut=ChunkPlan(1000, 150, Method.PAGE)),)
    assert densities(other) == {}, "a cut by page says nothing of length"


def test_the_pace_is_that_of_the_latest_ingests_long_enough_to_tell() -> None:
    assert pace([job(5, 1.0), job(100, 4.0), job(100, 6.0)]) == 20.0
    assert pace([job(5, 1.0), SimpleNamespace(result=None, started=0.0, ended=None)]) is None  # type: ignore[list-item]
    assert forecast([("a.md", 85_000)], ChunkPlan(), (), [job(100, 10.0)]).seconds == 10.0


def test_an_unknown_ending_counts_as_text() -> None:
    assert forecast([("noname", 8_500)], ChunkPlan(), (), ()).passages == 10
