"""Metric math, read into a tree: numbers, texts, ids of other queries, operators and calls of functions.

Grammar as of CloudWatch's "Using math expressions with CloudWatch metrics", 2026-11. A tree is of nested tuples:
("number", 1.0), ("text", "…"), ("id", "m1"), ("call", "SUM", (tree, …)), ("list", (tree, …)), ("neg", tree), and
("+", left, right).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sandbox.cloudwatch import refusals
from sandbox.tokens import Tokens

Tree = tuple[Any, ...]
DEEPEST = 40  # nesting that is read; a person's expression has a handful

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^()\[\],<>]))""",
    re.ASCII,
)
# From what binds least to what binds most
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||", "OR"),
    ("&&", "AND"),
    ("==", "!=", "<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/"),
)
_WORDS = {"OR": "||", "AND": "&&"}


class _Reader(Tokens):
    def __init__(self, text: str) -> None:
        super().__init__(_tokens(text))

    def takes(self, *signs: str) -> str:
        """Take the next token if it is one of these, and return it; "" if not."""
        kind, text = self.peek()
        if kind in ("sign", "name") and text in signs:
            self.take()
            return _WORDS.get(text, text)
        return ""


def syntax_error() -> Exception:
    return refusals.validation("Invalid syntax")


@lru_cache(1024)
def parsed(text: str) -> Tree:
    """Return an expression's tree. AwsError ValidationError if it is none."""
    reader = _Reader(text)
    tree = _level(reader, 0, 0)
    if reader.peek()[0] != "end":
        raise syntax_error()
    return tree


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise syntax_error()
        kind = str(found.lastgroup)
        yield kind, found[kind]
        place = found.end()


def _level(reader: _Reader, level: int, depth: int) -> Tree:
    if level == len(_LEVELS):
        return _power(reader, depth)
    left = _level(reader, level + 1, depth)
    count = 0
    while sign := reader.takes(*_LEVELS[level]):
        count += 1
        if count > 500:
            raise syntax_error()
        left = (sign, left, _level(reader, level + 1, depth))
    return left


def _power(reader: _Reader, depth: int) -> Tree:
    left = _signed(reader, depth)
    return ("^", left, _power(reader, depth + 1)) if depth <= DEEPEST and reader.takes("^") else left


def _signed(reader: _Reader, depth: int) -> Tree:
    if depth > DEEPEST:
        raise syntax_error()
    if reader.takes("-"):
        return ("neg", _signed(reader, depth + 1))
    return _atom(reader, depth + 1)


def _atom(reader: _Reader, depth: int) -> Tree:
    kind, text = reader.take()
    if kind == "number":
        return ("number", float(text))
    if kind == "text":
        return ("text", re.sub(r"\\(.)", r"\1", text[1:-1]))
    if (kind, text) == ("sign", "("):
        tree = _level(reader, 0, depth)
        if not reader.takes(")"):
            raise syntax_error()
        return tree
    if (kind, text) == ("sign", "["):
        return ("list", _arguments(reader, depth, "]"))
    if kind != "name" or text in _WORDS:
        raise syntax_error()
    if reader.takes("("):
        return ("call", text.upper(), _arguments(reader, depth, ")"))
    return ("id", text)


def _arguments(reader: _Reader, depth: int, closing: str) -> tuple[Tree, ...]:
    found: list[Tree] = []
    if reader.takes(closing):
        return ()
    while True:
        found.append(_level(reader, 0, depth))
        if reader.takes(closing):
            return tuple(found)
        if not reader.takes(","):
            raise syntax_error()
