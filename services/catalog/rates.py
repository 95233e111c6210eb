"""What is billed by the second rather than by the instance's hour. Source: facts/rates.csv; unknown is None."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

import facts

_FILE = facts.path("rates.csv")


@cache
def _list() -> Mapping[tuple[str, str], float]:
    with _FILE.open(newline="", encoding="utf-8") as lines:
        return {(row["region"], row["usage"]): float(row["usd"]) for row in csv.DictReader(lines)}


def serverless_second(region: str, memory_mb: int) -> float | None:
    """USD for a second in which one request is worked on, on a serverless endpoint of that memory."""
    return _list().get((region, f"ServerlessInf:Mem-{memory_mb // 1024}GB"))
