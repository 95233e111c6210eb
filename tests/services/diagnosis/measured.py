"""The collected messages, and how well they are put down to their causes."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.diagnosis import Diagnosis, diagnose


@dataclass(frozen=True, slots=True)
class Row:
    """A real message, what it comes from, and what a person says of it."""

    message: str
    code: str
    operation: str
    cause: str
    retry: str
    source: str
    part: str


@cache
def rows(part: str = "") -> tuple[Row, ...]:
    with (Path(__file__).parent / "messages.csv").open(encoding="utf-8", newline="") as file:
        everything = [Row(**each) for each in csv.DictReader(file)]
    return tuple(each for each in everything if part in ("", each.part))


def part_of(source: str) -> str:
    """A third of the sources is held aside; a source is in one part with all its messages."""
    return "held" if int(hashlib.sha256(source.encode()).hexdigest(), 16) % 3 == 0 else "train"


def balanced(pairs: Iterable[tuple[str, str]]) -> tuple[float, dict[str, str]]:
    """The mean of the share right in each class, from (true, said); and the classes with misses."""
    said: dict[str, list[str]] = defaultdict(list)
    for true, answer in pairs:
        said[true].append(answer)
    shares = {true: sum(answer == true for answer in answers) / len(answers) for true, answers in said.items()}
    misses = {true: f"{share:.2f} of {len(said[true])}" for true, share in shares.items() if share < 1}
    return sum(shares.values()) / len(shares), misses


def of_causes(part: str) -> tuple[float, dict[str, str]]:
    return balanced((each.cause, str(_said(each).cause)) for each in rows(part))


def of_advice(part: str) -> tuple[float, dict[str, str]]:
    return balanced((each.retry, str(_said(each).retry).lower()) for each in rows(part))


@cache
def _said(row: Row) -> Diagnosis:
    return diagnose(row.message, code=row.code, operation=row.operation)
