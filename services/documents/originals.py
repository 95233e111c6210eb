"""The files people dropped, kept as they were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Original:
    """A kept file: its `sha256`, the cleaned `name` it was dropped under, its `size` in bytes and where it lies."""

    sha256: str
    name: str
    size: int
    path: Path
