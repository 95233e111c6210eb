"""What is counted while a text is read: how often each thing was met, and in which lines first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.tuning.findings import MOST_LINES
from services.tuning.models import Format
from services.tuning.templates import Template

SAMPLE = 5
MOST_HASHED = 1_000_000  # rows that are told apart: some 100 bytes each

NO_DIALOG, BAD_TURNS, MISSING, EMPTY, NESTED = "no-dialog", "bad-turns", "missing", "empty", "nested"
DOUBLE, CONTRADICTS, LONG, SECRET, MAIL, MESSAGES = "double", "contradicts", "long", "secret", "mail", "messages"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text is looked at for: see `text_doctor.check`. `named`: the columns that the template needs."""

    format: Format
    template: Template | None = None
    named: tuple[str, ...] = ()
    limit: int = 0
    split: float = 0.0
    partial: bool = False


@dataclass(slots=True)
class Tally:
    """What was seen on the way: how often each thing, and its first lines."""

    rows: int = 0
    total: int = 0
    longest: int = 0
    tokens: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    lines: dict[str, list[int]] = field(default_factory=dict)
    columns: Counter[str] = field(default_factory=Counter)
    sample: list[Mapping[str, Any]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    answers: dict[int, int] = field(default_factory=dict)

    def note(self, code: str, line: int) -> None:
        """Count one more of `code`."""
        self.counts[code] += 1
        if self.counts[code] <= MOST_LINES:
            self.lines.setdefault(code, []).append(line)
