"""Placeholder of the extractive reader (grown below)."""

from collections.abc import Sequence

from sandbox.models.conversation import Turn, last_user


class Reader:
    """Answers from passages."""

    def __init__(self, embedder: object) -> None:
        self._embedder = embedder

    def write(self, turns: Sequence[Turn]) -> str:
        """Return the answer."""
        return f"I am the sandbox's stand-in reader: {last_user(turns)[:100]}"
