"""Which lines somebody wants to see. Lines that belong together are found together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2

from services.errors import InvalidRequest
from services.logs.levels import Level
from services.logs.models import LogLine

LONGEST_PATTERN = 500
_MEMORY = 1024 * 1024  # bytes that one expression may take
Match = Callable[[str], bool]


class BadPattern(InvalidRequest):
    """An expression that RE2 does not take."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a line must be; what is empty asks for nothing. Case does not count.

    text      stands in the line as it is
    pattern   a regular expression of RE2 that fits somewhere in it
    levels    is of one of these; INFO stands for PLAIN too
    begins    its stream's name begins so: a variant, or variant/instance
    """

    text: str = ""
    pattern: str = ""
    levels: frozenset[Level] = frozenset()
    begins: str = ""

    @property
    def empty(self) -> bool:
        """Whether every line fits."""
        return not (self.text or self.pattern or self.levels or self.begins)

    def check(self) -> None:
        """Raises BadPattern."""
        if self.pattern:
            _expression(self.pattern)


def at_least(level: Level) -> frozenset[Level]:
    """The level and those graver."""
    return frozenset(each for each in Level if each.weight >= level.weight)


def select(lines: Sequence[LogLine], wanted: Filter) -> tuple[LogLine, ...]:
    """The lines that fit with what belongs to them, in their order. Raises BadPattern."""
    if wanted.empty:
        return tuple(lines)
    matches = _matching(wanted)
    kept: list[LogLine] = []
    for block in blocks(lines):
        fits = block[0].stream.startswith(wanted.begins)
        if fits and wanted.levels:
            fits = any(line.level.kind in wanted.levels or line.level in wanted.levels for line in block)
        if fits and matches(block):
            kept += block
    return tuple(kept)


def blocks(lines: Iterable[LogLine]) -> list[list[LogLine]]:
    """The lines that belong together; lines of several streams may lie between each other."""
    found: list[list[LogLine]] = []
    open_in: dict[str, list[LogLine]] = {}
    for line in lines:
        if line.continues and line.stream in open_in:
            open_in[line.stream].append(line)
        else:
            open_in[line.stream] = [line]
            found.append(open_in[line.stream])
    return found


def in_order(lines: Iterable[LogLine]) -> list[LogLine]:
    """By time, what belongs together side by side."""
    return [line for block in sorted(blocks(lines), key=lambda block: block[0].at) for line in block]


def _matching(wanted: Filter) -> Callable[[Sequence[LogLine]], bool]:
    text = wanted.text.casefold()
    pattern = _expression(wanted.pattern) if wanted.pattern else None

    def fits(block: Sequence[LogLine]) -> bool:
        if text and not any(text in line.text.casefold() for line in block):
            return False
        return pattern is None or any(pattern(line.text) for line in block)

    return fits


@lru_cache(maxsize=64)
def _expression(pattern: str) -> Match:
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"This expression has more than {LONGEST_PATTERN} characters.", "", "Make it shorter.")
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = _MEMORY, False, False
    try:
        compiled = re2.compile(_sound(pattern), options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise BadPattern(
            "This is no expression that can be searched for.",
            f"{words[:1].upper()}{words[1:]}." if words else "",
            "Correct it, or search for plain text. Look-around and references back are not taken.",
        ) from None

    def search(text: str) -> bool:
        return compiled.search(_sound(text)) is not None

    return search


def _sound(text: str) -> str:
    """The text without halves of surrogate pairs, which have no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
