"""What is billed by the second, the gigabyte or the request rather than by the instance's hour.

Source: facts/rates.csv, where O was seen in a bill or price list and X is extrapolated. Unknown is None, never zero.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import facts

AS_OF = "2026-11-20"
_FILE = facts.path("rates.csv")


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for one `unit` ("GB-Mo", "seconds", "GB") of a usage, named as bills name it without the region's prefix.

    usd     None is unknown
    basis   "observed", "estimate" or "unknown"
    """

    usage: str
    usd: float | None
    unit: str = ""
    basis: str = "unknown"
    as_of: str = AS_OF

    @property
    def source(self) -> str:
        """Where the figure is from, in words for a person."""
        if self.usd is None:
            return f"no price known for {self.usage}"
        return f"{'observed price' if self.basis == 'observed' else 'estimate'} in the price list of {self.as_of}"


@cache
def _rows() -> Mapping[tuple[str, str], Rate]:
    words = {"O": "observed", "X": "estimate"}
    with _FILE.open(newline="", encoding="utf-8") as lines:
        return {
            (row["region"], row["usage"]): Rate(row["usage"], float(row["usd"]), row["unit"], words[row["basis"]])
            for row in csv.DictReader(lines)
        }


def rate(region: str, usage: str) -> Rate:
    """What one unit of a usage costs in a region."""
    return _rows().get((region, usage), Rate(usage, None))


def serverless_second(region: str, memory_mb: int) -> float | None:
    """USD for a second in which one request is worked on, on a serverless endpoint of that memory."""
    return rate(region, f"ServerlessInf:Mem-{memory_mb // 1024}GB").usd
