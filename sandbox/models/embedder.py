"""Texts to unit vectors of 384 numbers: all-MiniLM-L6-v2 where its weights are, hashed n-grams elsewhere."""

from collections.abc import Sequence

from sandbox.models.hashed import Hashed


class Embedder:
    """Thread-safe; nothing is loaded before the first call."""

    def __init__(self) -> None:
        self._model = Hashed()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one unit vector of 384 numbers for each text, in order."""
        return self._model.embed(texts)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, the two special ones included."""
        return self._model.count(texts)
