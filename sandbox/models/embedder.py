"""Texts to unit vectors of 384 numbers: all-MiniLM-L6-v2 where it is installed, hashed n-grams elsewhere."""

import logging
import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.models.hashed import Hashed
from sandbox.models.weights import Unusable, find

if TYPE_CHECKING:
    from sandbox.models.minilm import MiniLM

_REMEMBERED = 512  # vectors, 3 kB each
_FEW, _SHORT = 2, 400  # texts, and characters, of a request whose vectors are remembered
_log = logging.getLogger(__name__)


class Embedder:
    """Safe for threads. The model loads with the first text; `describe` says which one it is."""

    def __init__(self) -> None:
        self._model: MiniLM | Hashed | None = None
        self._description = "all-MiniLM-L6-v2, not loaded yet"
        self._loading, self._remembering = threading.Lock(), threading.Lock()
        self._vectors: OrderedDict[str, array[float]] = OrderedDict()

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
        if len(texts) > _FEW or len(texts[0]) > _SHORT:
            return _rounded(model, texts)
        return [self._remembered(model, text) for text in texts]

    def _remembered(self, model: "MiniLM", text: str) -> list[float]:
        """Return the vector of one text, remembered for the next time: questions come again, passages do not."""
        with self._remembering:
            if (found := self._vectors.get(text)) is not None:
                self._vectors.move_to_end(text)
                return list(found)
        [vector] = _rounded(model, [text])
        with self._remembering:
            self._vectors[text] = array("d", vector)
            if len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
        return vector

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, the two special ones included."""
        return self._loaded().count(texts)


def _rounded(model: "MiniLM", texts: Sequence[str]) -> list[list[float]]:
    rounded: list[list[float]] = model.matrix(texts).astype("float64").round(7).tolist()
    return rounded
