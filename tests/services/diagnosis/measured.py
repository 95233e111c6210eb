"""The collected messages, and how well they are put down to their causes.

    python -m tests.services.diagnosis.measured

prints the scores of each part; of the part put aside nothing else, so that nobody writes rules by its messages.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.diagnosis import Diagnosis, diagnose

FILES = {"earlier": "messages.csv", "developed": "collected.csv", "recalled": "recalled.csv", "aside": "aside.csv"}


@dataclass(frozen=True, slots=True)
class Row:
    """A real message with its code, operation and log, what it comes from, and what a person says of it."""

    message: str
    code: str
    operation: str
    cause: str
    retry: str
    source: str
    part: str
    log: str = ""


@cache
def rows(part: str = "") -> tuple[Row, ...]:
    """Those of one part: `train` and `held` of the earlier collection, `developed` and `aside` of the later,
    `recalled` what was written down from memory; "" all."""
    return tuple(each for name in FILES for each in _of(name) if part in ("", each.part))


@cache
def _of(name: str) -> tuple[Row, ...]:
    with (Path(__file__).parent / FILES[name]).open(encoding="utf-8", newline="") as file:
        return tuple(Row(**{"part": name, **each}) for each in csv.DictReader(file))


def part_of(source: str) -> str:
    """A third of the earlier sources is held aside; a source is in one part with all its messages."""
    return "held" if int(hashlib.sha256(source.encode()).hexdigest(), 16) % 3 == 0 else "train"


def is_aside(row: Row) -> bool:
    """A third of the later messages is put aside, by the hash of what was said."""
    return int(hashlib.sha256((row.message + row.code + row.log).encode()).hexdigest(), 16) % 3 == 0


def balanced(pairs: Iterable[tuple[str, str]]) -> tuple[float, dict[str, str]]:
    """The mean of the share right in each class, from (true, said); and the classes with misses."""
    said: dict[str, list[str]] = defaultdict(list)
    for true, answer in pairs:
        said[true].append(answer)
    shares = {true: sum(answer == true for answer in answers) / len(answers) for true, answers in said.items()}
    misses = {true: f"{share:.2f} of {len(said[true])}" for true, share in shares.items() if share < 1}
    return sum(shares.values()) / len(shares), misses


def of_causes(part: str) -> tuple[float, dict[str, str]]:
    return balanced((each.cause, str(said(each).cause)) for each in rows(part))


def of_advice(part: str) -> tuple[float, dict[str, str]]:
    return balanced((each.retry, str(said(each).retry).lower()) for each in rows(part))


@cache
def said(row: Row) -> Diagnosis:
    return diagnose(row.message, code=row.code, operation=row.operation, log=row.log.splitlines())


if __name__ == "__main__":
    for part in ("train", "held", "developed", "recalled", "aside"):
        (causes, missed), (advice, _) = of_causes(part), of_advice(part)
        print(f"{part:10} {len(rows(part)):4} messages: cause {causes:.3f}, repeat {advice:.3f}  {missed or ''}")
