"""Texts to unit vectors of 384 numbers: all-MiniLM-L6-v2 where it is installed, hashed n-grams elsewhere."""

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.models.hashed import Hashed
from sandbox.models.weights import Unusable, find

if TYPE_CHECKING:
    from sandbox.models.minilm import MiniLM

_log = logging.getLogger(__name__)


class Embedder:
    """Safe for threads. The model loads with the first text; `describe` says which one it is."""

    def __init__(self) -> None:
        self._model: MiniLM | Hashed | None = None
        self._description = "all-MiniLM-L6-v2, not loaded yet"
        self._loading = threading.Lock()

    def _loaded(self) -> "MiniLM | Hashed":
        with self._loading:
            if self._model is None:
                try:
                    self._load()
                except (Unusable, ImportError) as problem:
                    self._model = Hashed()
                    self._description = f"hashed n-grams, because all-MiniLM-L6-v2 cannot be used: {problem}"
                    _log.warning("The sandbox embeds with %s", self._description)
        assert self._model is not None
        return self._model

    def _load(self) -> None:
        files = find()
        from sandbox.models.minilm import MiniLM

        self._model = MiniLM(files.graph, files.words, files.tokenizer)
        self._description = f"all-MiniLM-L6-v2, {files.kind}"

    def describe(self) -> str:
        """Return which model embeds, and if it is the stand-in, why."""
        return self._description

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one unit vector of 384 numbers for each text, in order; texts are read to their 256th token."""
        if not texts:
            return []
        model = self._loaded()
        if isinstance(model, Hashed):
            return model.embed(texts)
        rounded: list[list[float]] = model.matrix(texts).astype("float64").round(7).tolist()
        return rounded

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, the two special ones included."""
        return self._loaded().count(texts)
