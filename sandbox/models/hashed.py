"""Hashed n-grams: the embedding of last resort, without any weights. It knows words and parts of words, no meaning."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence

from sandbox.models.pieces import split

DIMENSION = 384
_WORD = re.compile(r"\w+")


def _features(text: str) -> Counter[str]:
    """Return the words of `text` and the trigrams within them, counted."""
    counted: Counter[str] = Counter()
    for word in _WORD.findall(text.lower()):
        counted[word] += 1
        padded = f"<{word}>"
        counted.update(padded[place : place + 3] for place in range(len(padded) - 2))
    return counted


class Hashed:
    """Embeds a text as its words and letter trigrams, hashed into 384 signed buckets (Weinberger et al. 2009)."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one unit vector of 384 numbers for each text, in order; a text without words gets the first axis."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        vector = [0.0] * DIMENSION
        for feature, times in _features(text).items():
            number = zlib.crc32(feature.encode())
            sign = 1.0 if number & 1 else -1.0
            vector[(number >> 1) % DIMENSION] += sign * (1.0 + math.log(times))
        length = math.sqrt(sum(value * value for value in vector))
        if length == 0.0:
            return [1.0] + [0.0] * (DIMENSION - 1)
        return [value / length for value in vector]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, by pieces, as no vocabulary is loaded."""
        return [len(split(text)) + 2 for text in texts]
