"""What was found about a text: findings with their lines, what can be mended, and what the text holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.tuning.models import Format
from services.tuning.templates import Template

MOST_LINES = 10  # line numbers that a finding names


class Level(StrEnum):
    """A STOP keeps a text from being trained on; a NOTE is only worth knowing."""

    STOP = "stop"
    WARNING = "warning"
    NOTE = "note"


class Layout(StrEnum):
    """How rows are written."""

    LINES = "JSON lines"
    ARRAY = "one JSON list"
    TABLE = "a table"
    TEXT = "plain text"


@dataclass(frozen=True, slots=True)
class Repair:
    """Something that can be mended on a copy. `safe`: it changes or leaves out nothing that could be learned."""

    code: str
    words: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about the text. `lines`: numbers of the first lines it is about, from 1."""

    level: Level
    code: str
    words: str
    lines: tuple[int, ...] = ()
    repair: Repair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReport:
    """What a text holds and what is wrong with it.

    rows          that can be learned from; of plain text the lines that are not empty
    tokens        estimated from its letters, of the whole text; `longest`, `typical` of a row
    over          rows that are estimated to be longer than what the model reads of one
    limit         that length in tokens; 0 not known
    sample        the first rows, as they were read
    complete      False where only the beginning was looked at; figures are then those of it
    """

    format: Format
    layout: Layout
    encoding: str
    size: int
    rows: int
    columns: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    template: Template | None = None
    suggestion: Template | None = None
    tokens: int = 0
    typical: int = 0
    longest: int = 0
    over: int = 0
    limit: int = 0
    sample: tuple[Mapping[str, Any], ...] = ()
    complete: bool = True

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What can be mended, each once."""
        return tuple(dict.fromkeys(each.repair for each in self.findings if each.repair))

    @property
    def accepted(self) -> bool:
        """Whether it may be trained on as it is, or after its safe repairs."""
        return all(each.repair is not None and each.repair.safe for each in self.findings if each.level is Level.STOP)

    @property
    def sound(self) -> bool:
        """Whether it may be trained on as it is."""
        return not any(each.level is Level.STOP for each in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "accepted": self.accepted, "sound": self.sound, "format": str(self.format), "layout": str(self.layout),
            "encoding": self.encoding, "bytes": self.size, "rows": self.rows, "columns": list(self.columns),
            "tokens": {
                "total": self.tokens, "typical": self.typical, "longest": self.longest, "over_limit": self.over,
                "limit": self.limit, "basis": "estimated from the number of letters",
            },
            "template": self.template.as_json() if self.template else None,
            "suggested_template": self.suggestion.as_json() if self.suggestion else None,
            "complete": self.complete,
            "findings": [
                {"level": str(each.level), "code": each.code, "words": each.words, "lines": list(each.lines),
                 "repair": each.repair.code if each.repair else None}
                for each in self.findings
            ],
            "repairs": [{"code": each.code, "words": each.words, "safe": each.safe} for each in self.repairs],
        }  # fmt: skip
