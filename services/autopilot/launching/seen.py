"""What was seen of a request's data before it is planned: the doctor's verdict, and what would be uploaded."""

from __future__ import annotations

from dataclasses import dataclass

from services.autopilot.requesting.request import CSV, GZIP, NO_COMPRESSION, PARQUET
from services.deploy import Problem
from services.tables.models import Column, Layout, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One channel's data as they were looked at.

    verdict    the doctor's, of what is launched (after repairs); None where it is no table
    facts      what is in its columns; kept only of series and texts, whose columns are held against it
    path       the file of this machine that is uploaded, as given or a repaired copy; "" it lies in S3 already
    name       what the file is called
    size       bytes of all of it, None where that is not known
    objects    how many files it is
    whole      whether all of it was looked at; else its beginning
    changes    what was repaired in the copy, a sentence each
    problems   why it may not be launched
    warnings   what a person should know
    """

    verdict: Verdict | None = None
    facts: tuple[Column, ...] = ()
    path: str = ""
    name: str = ""
    size: int | None = None
    objects: int = 1
    whole: bool = True
    content_type: str = ""
    compression: str = NO_COMPRESSION
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, () where they are not known."""
        return self.verdict.columns if self.verdict else ()

    @property
    def rows(self) -> int | None:
        """How many rows it has; None where not all of it was looked at."""
        return self.verdict.rows if self.verdict and self.whole and self.objects == 1 else None


def content_of(layout: Layout) -> tuple[str, str]:
    """Content type and compression in the API's words."""
    kind = PARQUET if layout.kind == "parquet" else CSV
    return kind, GZIP if layout.compression == "gzip" and kind == CSV else NO_COMPRESSION
