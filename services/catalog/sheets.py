"""Price lists as they were read, one file a region and data set, in the user's folder.

A file that is half-written, damaged or of another region is not used, and that is said.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from services.catalog.keeping import put_whole
from services.catalog.price_list import DEAREST, Row

_VERSION = 1
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


class Priced(StrEnum):
    """The two data sets that are price lists: instance hours by use, and everything else."""

    PRICES = "prices"
    RATES = "rates"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One data set of one region. `rows`: USD and unit by name; `read_at`: Unix time; `published`: AWS's own date."""

    kind: Priced
    region: str
    rows: Mapping[str, Row]
    read_at: float
    published: str = ""

    @property
    def day(self) -> str:
        """The day it was read, ISO."""
        return f"{datetime.fromtimestamp(self.read_at, UTC):%Y-%m-%d}"

    @property
    def usd(self) -> dict[str, float]:
        """USD alone, by name."""
        return {name: row[0] for name, row in self.rows.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: a sheet, or none with the reason why one that is there is not used."""

    sheet: Sheet | None = None
    problem: str = ""


class Sheets:
    """The files of one folder; without a folder nothing is kept. `where`: "aws" or "sandbox", kept apart."""

    def __init__(self, folder: Path | None, where: str = "aws") -> None:
        self._folder, self._where = folder, where

    def changed(self, kind: Priced, region: str) -> float:
        """When the file was written last, 0 where there is none: another process may have written it."""
        path = self._path(kind, region)
        try:
            return path.stat().st_mtime if path else 0.0
        except OSError:
            return 0.0

    def load(self, kind: Priced, region: str) -> Found:
        """The sheet that is kept of a region, however old."""
        path = self._path(kind, region)
        if path is None:
            return Found()
        try:
            return Found(_sheet(json.loads(path.read_text(encoding="utf-8")), kind, region))
        except FileNotFoundError:
            return Found()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return Found(problem=f"The kept {kind} of {region} are damaged and not used.")

    def save(self, sheet: Sheet) -> None:
        """Keep a sheet in place of an earlier one. Raises OSError where there is no room or right to."""
        path = self._path(sheet.kind, sheet.region)
        if path is None:
            return
        content = {
            "version": _VERSION,
            "kind": str(sheet.kind),
            "region": sheet.region,
            "read_at": sheet.read_at,
            "published": sheet.published,
            "rows": {name: list(row) for name, row in sorted(sheet.rows.items())},
        }
        put_whole(path, json.dumps({**content, "sum": _sum(content)}))

    def _path(self, kind: Priced, region: str) -> Path | None:
        if self._folder is None or not _REGION.fullmatch(region):
            return None
        return self._folder / f"{kind}-{self._where}-{region}.json"


def _sheet(content: Any, kind: Priced, region: str) -> Sheet:
    held = dict(content)
    if held.pop("sum") != _sum(held) or (held["version"], held["kind"], held["region"]) != (_VERSION, kind, region):
        raise ValueError("of another region, or not whole")
    rows = {str(name): (float(usd), str(unit)) for name, (usd, unit) in held["rows"].items()}
    read_at = float(held["read_at"])
    if not rows or not math.isfinite(read_at) or not all(0 < usd < DEAREST for usd, _ in rows.values()):
        raise ValueError("figures that are no prices")
    return Sheet(kind, region, rows, read_at, str(held["published"]))


def _sum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
