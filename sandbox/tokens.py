"""Tokens of what clients write in languages of AWS's own, read one after another."""

from collections.abc import Iterable

Token = tuple[str, str]  # kind and text


class Tokens:
    """A reader: `peek` looks at the next token, `take` goes past it; ("end", "") when there are no more."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = list(tokens)
        self._at = 0

    def peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def take(self) -> Token:
        token = self.peek()
        self._at += 1
        return token

    def back(self) -> None:
        """Go back before the token that was taken last."""
        self._at -= 1
