"""Pages of an answer, and the opaque tokens between them."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from sandbox.errors import AwsError

T = TypeVar("T")
_DIGITS = 9  # of a position; no list here has as many items


class BadToken(Exception):
    """A token that was never handed out."""


def page(items: Iterable[T], token: Any, most: int) -> tuple[list[T], str | None]:
    """Return at most `most` items from where the token says (None: the beginning), and the next token or None.

    Of items that are made one by one those after the page are not made, but for one. Raises BadToken.
    """
    start = _start(token)
    taken = list(islice(items, start, start + most + 1))
    return taken[:most], _token(start + most) if len(taken) > most else None


def listed(
    member: str,
    items: Iterable[Any],
    request: Mapping[str, Any],
    refusal: tuple[str, str],
    *,
    row: Callable[[Any], Any] | None = None,
    most: int = 100,
    token: str = "NextToken",
) -> dict[str, Any]:
    """Answer a List operation: a page of rows under `member`, and the next token if more follow.

    `refusal`: the error's code and message for a token that was never handed out. `row` shapes an item. `most`: where
    the request's MaxResults says nothing.
    """
    try:
        found, following = page(items, request.get(token), request.get("MaxResults") or most)
    except BadToken:
        raise AwsError(*refusal) from None
    answer: dict[str, Any] = {member: [row(item) for item in found] if row else found}
    return answer | ({token: following} if following else {})


def _token(start: int) -> str:
    return base64.b64encode(f"from {start}".encode()).decode()


def _start(token: Any) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(str(token), validate=True).decode().partition(" ")
        if word == "from" and number.isdecimal() and len(number) <= _DIGITS:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise BadToken
