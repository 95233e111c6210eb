"""How much of a text an embedding model reads."""

from __future__ import annotations

from functools import cache

import facts


def embedding_tokens(model: str) -> int | None:
    """How many tokens of a text a model reads, by its id (JumpStart's or Hugging Face's); None where that is not known.

    From facts/embedding_tokens.csv: the first name there that the id holds.
    """
    folded = model.casefold()
    return next((tokens for name, tokens in _known() if name in folded), None)


@cache
def _known() -> tuple[tuple[str, int], ...]:
    return tuple((row["model"], int(row["tokens"])) for row in facts.rows("embedding_tokens.csv"))
