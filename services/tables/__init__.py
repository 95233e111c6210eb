"""Tables that Autopilot is to learn from: read, examined, and mended on a copy."""

from services.tables.doctor import check, examined, statistics
from services.tables.models import (
    Association,
    Bin,
    Column,
    ColumnKind,
    Finding,
    Layout,
    Level,
    Preview,
    Repair,
    Sample,
    Statistics,
    Verdict,
)
from services.tables.previewing import previewed
from services.tables.repairing import repaired
from services.tables.samples import samples

__all__ = [
    "Association",
    "Bin",
    "Column",
    "ColumnKind",
    "Finding",
    "Layout",
    "Level",
    "Preview",
    "Repair",
    "Sample",
    "Statistics",
    "Verdict",
    "check",
    "examined",
    "previewed",
    "repaired",
    "samples",
    "statistics",
]
