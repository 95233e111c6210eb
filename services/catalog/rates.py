"""What is billed by the second, the gigabyte or the request rather than by the instance's hour. Here: as bundled.

Source: facts/rates.csv, where O was seen in a bill or price list and X is extrapolated. Unknown is None, never zero.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import facts
from services.catalog.prices import SNAPSHOT, words_of

AS_OF = "2026-11-20"
_FILE = facts.path("rates.csv")
S3_STORED = "S3:TimedStorage-ByteHrs"  # a gigabyte and month
GIGABYTE = 1024**3


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for one `unit` ("GB-Mo", "seconds", "GB") of a usage, named as bills name it without the region's prefix.

    Usages of other services than SageMaker have a name in front where it would not be told apart: "S3:", "EFS:", "CE:".

    usd     None is unknown
    basis   "observed", "estimate" or "unknown"
    """

    usage: str
    usd: float | None
    unit: str = ""
    basis: str = "unknown"
    as_of: str = AS_OF
    origin: str = SNAPSHOT

    def of_bytes(self, size: int) -> float | None:
        """USD for so many bytes, of a rate a gigabyte, which AWS bills as 2**30 bytes; None where it is unknown."""
        return None if self.usd is None else size / GIGABYTE * self.usd

    @property
    def source(self) -> str:
        """Where the figure is from, in words for a person."""
        if self.usd is None:
            return f"no price known for {self.usage}"
        return words_of(self.basis, self.as_of, self.origin)


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


def listed(region: str) -> Mapping[str, Rate]:
    """Every rate that is bundled of a region, by usage."""
    return {usage: found for (where, usage), found in _rows().items() if where == region}


def serverless_usage(memory_mb: int, *, provisioned: bool = False) -> str:
    """The usage of a serverless endpoint of that memory: a second of work, or one kept ready."""
    return f"{'ProvisionedConcurrency:Usage' if provisioned else 'ServerlessInf:Mem'}-{memory_mb // 1024}GB"


def serverless_second(region: str, memory_mb: int) -> float | None:
    """USD for a second in which one request is worked on, on a serverless endpoint of that memory."""
    return rate(region, serverless_usage(memory_mb)).usd
