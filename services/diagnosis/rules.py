"""How a rule fits, and all of them in the order they are tried.

Rank before cause: codes or wording that only one cause has (0, 1), error codes that usually mean it (2), codes built as
its codes are (3), what is said about what in anybody's wording (4), codes that say little (5), wording that many use
(6), the last resort (7). Within a rank the causes stand in the order of the table:
the more particular before the more general (a denial that names an explicit deny before any denial).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from services.diagnosis.models import Cause

BROAD = 4  # the first rank of signs that a notice, a line of no error, cannot show


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of a cause: text found in a line, or an error code; both only for operations that match, if any."""

    cause: Cause
    rank: int
    text: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    codes: frozenset[str] = frozenset()
    operations: re.Pattern[str] | None = None
    code_like: re.Pattern[str] | None = None

    def fits(self, line: str, codes: frozenset[str] = frozenset(), operation: str = "") -> bool:
        """Whether this line, in small letters, or one of the codes shows the cause."""
        if self.operations is not None and not self.operations.search(operation):
            return False
        if self.codes and not self.codes & codes:
            return False
        if self.code_like is not None and not any(map(self.code_like.fullmatch, codes)):
            return False
        if self.text is not None and not self.text.search(line):
            return False
        return self.unless is None or not self.unless.search(line)

    def around(self, line: str, most: int) -> str:
        """The part of a long line that shows it."""
        found = self.text.search(line.lower()) if self.text is not None else None
        if found is None or found.end() <= most:
            return line
        return "…" + line[max(0, found.start() - most // 3) :]


def _of_small_letters(pattern: str) -> re.Pattern[str]:
    """The pattern for text in small letters: four times as fast as one that regards no case."""
    return re.compile(
        re.sub(r"\\.|[A-Z]", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), pattern)
    )


def _rules() -> Iterator[Rule]:
    from services.diagnosis.signs import TABLE

    for sign in TABLE:
        yield Rule(
            sign.cause,
            sign.rank,
            _of_small_letters("|".join(sign.words)) if sign.words else None,
            _of_small_letters(sign.unless) if sign.unless else None,
            frozenset(sign.codes.split()),
            re.compile(sign.operations) if sign.operations else None,
            re.compile(sign.code_like) if sign.code_like else None,
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule by rank, those of one rank in the table's order; made when a failure is first looked at."""
    return tuple(sorted(_rules(), key=lambda rule: rule.rank))


# What the lines of a container can show; a "not found" or "denied" in one of them is no sign of why it stopped.
IN_A_LOG = frozenset(
    {
        Cause.OUT_OF_MEMORY,
        Cause.DISK_FULL,
        Cause.GATED_OR_SUBSCRIPTION,
        Cause.EULA,
        Cause.IMAGE_START,
        Cause.ARTIFACT_INVALID,
        Cause.ARTIFACT_UNAVAILABLE,
        Cause.CONFIGURATION_INVALID,
        Cause.NETWORK,
        Cause.HEALTH_CHECK,
        Cause.DATA_INVALID,
    }
)


@cache
def in_a_log() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules for a container's lines: those of particular wording, and the broad ones."""
    speaking = [rule for rule in rules() if rule.cause in IN_A_LOG and rule.text and rule.operations is None]
    return tuple(rule for rule in speaking if rule.rank <= 1), tuple(rule for rule in speaking if rule.rank == BROAD)
