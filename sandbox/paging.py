"""Pages of an answer, and the opaque tokens between them."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")


class BadToken(Exception):
    """A token that was never handed out."""


def page(items: Sequence[T], token: Any, most: int) -> tuple[list[T], str | None]:
    """Return at most `most` items from where the token says (None: the beginning), and the next token or None.

    Raises BadToken.
    """
    start = _start(token)
    if start > len(items):
        raise BadToken
    end = start + most
    return list(items[start:end]), _token(end) if end < len(items) else None


def lazy_page(items: Iterable[T], token: Any, most: int) -> tuple[list[T], str | None]:
    """As `page`, of items that are made one by one: those after the page are not made, but for one."""
    start = _start(token)
    taken = list(islice(items, start, start + most + 1))
    return taken[:most], _token(start + most) if len(taken) > most else None


def _token(start: int) -> str:
    return base64.b64encode(f"from {start}".encode()).decode()


def _start(token: Any) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(str(token), validate=True).decode().partition(" ")
        if word == "from" and number.isdecimal():
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise BadToken
