"""A model that says what it was told: for tests, and for trying the plumbing of an endpoint."""

from collections.abc import Sequence

from sandbox.models.conversation import Turn, last_user


class Echo:
    """Answers a conversation with `echo: ` and the last thing the user said."""

    def write(self, turns: Sequence[Turn]) -> str:
        """Return the echo."""
        return f"echo: {last_user(turns)}"
