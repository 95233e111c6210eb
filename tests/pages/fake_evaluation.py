"""A real evaluation service on a folder of its own, over the fake library of a FakeConsole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.evaluation import EvaluationService
from services.knowledge import DocumentRecord
from tests.services.evaluation.fakes import make


def fake_evaluation(home: Path, owner: str, records: Callable[[], list[DocumentRecord]]) -> EvaluationService:
    """The service; `records` are the library's."""
    made = make(home, owner=owner)
    made._documents = lambda _collection: tuple(records())
    return made
