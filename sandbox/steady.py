"""What clients give us to search for, searched in time that grows with the text and not with the ways through it.

Expressions are RE2's, which knows no look-around and no references back; AWS's own filter patterns have neither.
Python's own search tries one way after the other, and some expressions have so many ways that it never ends.
"""

from functools import lru_cache

import re2

MEMORY = 1024 * 1024  # bytes one expression may take


class NotAnExpression(ValueError):
    """What RE2 does not take: wrong syntax, look-around, references back, or too large."""


class Expression:
    """A compiled expression. Raises NotAnExpression."""

    def __init__(self, text: str) -> None:
        options = re2.Options()
        options.max_mem, options.log_errors = MEMORY, False
        try:
            self._compiled = re2.compile(_sound(text), options)
        except re2.error as error:
            raise NotAnExpression(text) from error

    def found_in(self, text: str) -> bool:
        """Tell whether the text has something that fits."""
        return self._compiled.search(_sound(text)) is not None

    def group_in(self, text: str) -> str | None:
        """Return what the first group holds in the first thing that fits; None if nothing fits or it has no group."""
        found = self._compiled.search(_sound(text)) if self._compiled.groups else None
        return str(found[1]) if found and found[1] is not None else None


@lru_cache(256)
def expression(text: str) -> Expression:
    """Return a compiled expression, kept for the next time. Raises NotAnExpression."""
    return Expression(text)


def is_made_of(between: list[str], text: str) -> bool:
    """Tell whether a text is those parts in that order, with anything between them: what stands between its `*`."""
    if len(between) == 1:
        return text == between[0]
    first, *middle, last = between
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        place = text.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


def _sound(text: str) -> str:
    """The text without halves of surrogate pairs, which have no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
