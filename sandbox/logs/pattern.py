"""Filter patterns: words, "phrases", ?alternatives, -exclusions, %regular expressions%, JSON and space-delimited ones.

Grammar as of CloudWatch Logs' "Filter pattern syntax", 2026-11.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sandbox import steady
from sandbox.logs.conditions import conditions, fields_of, refused

Match = Callable[[str], bool]

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))(?=\s|$)')
_WORD = re.compile(r"[\w.:/@#$&*+=,;!<>'`~^|\\-]+", re.UNICODE)
_REPEATED = re.compile(r"[*+}][*+{]")  # of a regular expression, which AWS does not take either


@dataclass(frozen=True, slots=True)
class Terms:
    """Texts or expressions that must all be there, of which one must, and that must not."""

    every: tuple[Match, ...]
    some: tuple[Match, ...]
    none: tuple[Match, ...]

    def __call__(self, message: str) -> bool:
        if not all(term(message) for term in self.every) or any(term(message) for term in self.none):
            return False
        return not self.some or bool(self.every) or any(term(message) for term in self.some)


@lru_cache(256)
def matcher(pattern: str) -> Match:
    """Return what tells whether a message fits. AwsError InvalidParameterException if the pattern is none."""
    text = pattern.strip()
    if not text:
        return lambda message: True
    if text.startswith("{"):
        return _on_json(text)
    if text.startswith("["):
        return _on_fields(text)
    return _terms(text)


def _terms(text: str) -> Match:
    found: dict[str, list[Match]] = {"": [], "?": [], "-": []}
    place = 0
    while place < len(text):
        term = _TERM.match(text, place)
        if term is None:
            raise refused()
        sign, quoted, expression, word = term.groups()
        if word is not None and not _WORD.fullmatch(word):
            raise refused()
        if expression is not None:
            found[sign].append(_searching(expression))
        else:
            found[sign].append(_containing(word if quoted is None else re.sub(r"\\(.)", r"\1", quoted)))
        place = term.end()
        while place < len(text) and text[place].isspace():
            place += 1
    return Terms(tuple(found[""]), tuple(found["?"]), tuple(found["-"]))


def _containing(part: str) -> Match:
    return lambda message: part in message


def _searching(expression: str) -> Match:
    """Return what tells whether a text has something that fits a regular expression, of AWS's plain kind."""
    if _REPEATED.search(expression) or "(?" in expression or re.search(r"\\\d", expression):
        raise refused()
    if re.search(r"\)[*+{]", expression):  # a repeated group may take for ever, and is not in AWS's syntax
        raise refused()
    try:
        return steady.expression(expression).found_in
    except steady.NotAnExpression:
        raise refused() from None


def _on_json(text: str) -> Match:
    test = conditions(text, _searching)

    def match(message: str) -> bool:
        if not message.lstrip().startswith(("{", "[")):
            return False
        try:
            return test(json.loads(message))
        except (ValueError, RecursionError):
            return False

    return match


def _on_fields(text: str) -> Match:
    names, tests, open_at = fields_of(text, _searching)

    def match(message: str) -> bool:
        values = _split(message)
        if open_at is None and len(values) != len(names):
            return False
        if open_at is not None:
            before, after = names[:open_at], names[open_at + 1 :]
            if len(values) < len(before) + len(after):
                return False
            values = values[: len(before)] + [""] + (values[len(values) - len(after) :] if after else [])
        held = dict(zip(names, values, strict=True))
        return all(test(held) for test in tests)

    return match


def _split(message: str) -> list[str]:
    """Split at spaces; what stands in quotes or square brackets is one."""
    found = re.findall(r'"([^"]*)"|\[([^\]]*)\]|(\S+)', message)
    return [next((part for part in parts if part), "") for parts in found]
