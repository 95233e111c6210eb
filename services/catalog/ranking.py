"""Which models a person means by some words: every word has to be found, the beginning of one or a slip will do.

Built once for a list of models; a look-up walks the few thousand distinct words of the list, not the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

# How much a find is worth: the word itself, its beginning, a part of it, one slip of the finger (a letter too many, too
# few, another one, two swapped).
_WHOLE, _BEGINNING, _PART, _SLIP = 1.0, 0.8, 0.5, 0.35
_SHORTEST_PART, _SHORTEST_SLIP = 3, 4  # letters; in shorter ones anything can be found
_MOST_CHARACTERS, _MOST_WORDS = 200, 12  # of what a person types
_IDLE = frozenset({"a", "an", "and", "for", "from", "in", "model", "models", "of", "on", "or", "that", "the", "with"})


def normal(text: str) -> str:
    """`text` in lower case, its words apart by one blank; "Qwen2.5-7B" becomes "qwen 2 5 7b"."""
    apart = re.sub(r"(?<=[a-z]{2})(?=\d)", " ", text.lower())
    return " ".join(re.findall(r"[^\W_]+", apart))


class Words:
    """The words of many texts. A text is a sequence of (words, weight): what stands in its name weighs more."""

    def __init__(self, texts: Sequence[Sequence[tuple[str, float]]]) -> None:
        self._texts = [f" {' '.join(normal(part) for part, _ in text)} " for text in texts]
        self._places: dict[str, dict[int, float]] = {}
        for place, text in enumerate(texts):
            for part, weight in text:
                for word in normal(part).split():
                    found = self._places.setdefault(word, {})
                    found[place] = max(weight, found.get(place, 0.0))
        self._slips: dict[str, list[str]] = {}
        for word in self._places:
            if len(word) >= _SHORTEST_SLIP and not word.isdigit():
                for short in _without_one(word):
                    self._slips.setdefault(short, []).append(word)
        self.find = lru_cache(256)(self._find)

    def _find(self, text: str) -> Mapping[int, float] | None:
        """The texts that hold every word of `text`, with how well; None when it has no word to look for."""
        parts = list(dict.fromkeys(normal(part) for part in text[:_MOST_CHARACTERS].split()))
        wanted = [part for part in parts if part and part not in _IDLE] or [part for part in parts if part]
        if not wanted:
            return None
        scores: dict[int, float] | None = None
        for part in wanted[:_MOST_WORDS]:
            found = self._phrase(part) if " " in part else self._word(part)
            if scores is None:
                scores = dict(found)
            else:
                scores = {place: scores[place] + score for place, score in found.items() if place in scores}
        return scores

    def _word(self, word: str) -> Mapping[int, float]:
        best: dict[int, float] = {}
        for known, places in self._places.items():
            if known == word:
                _raise(best, places, _WHOLE)
            elif known.startswith(word):
                _raise(best, places, _BEGINNING)
            elif len(word) >= _SHORTEST_PART and word in known:
                _raise(best, places, _PART)
        if not best and len(word) >= _SHORTEST_SLIP:
            for known in self._near(word):
                _raise(best, self._places[known], _SLIP)
        return best

    def _phrase(self, phrase: str) -> Mapping[int, float]:
        """Words that belong together, such as a version: "3.1" is not a 3 and a 1 somewhere."""
        known = self._word(phrase.split()[0])
        return {
            place: known.get(place, 1.0) + (_WHOLE if f" {phrase} " in text else 0.0)
            for place, text in enumerate(self._texts)
            if f" {phrase}" in text
        }

    def _near(self, word: str) -> Iterable[str]:
        found = dict.fromkeys(self._slips.get(word, ()))
        for short in _without_one(word):
            found |= dict.fromkeys(self._slips.get(short, ()))
            if short in self._places:
                found[short] = None
        return found


def _raise(best: dict[int, float], places: Mapping[int, float], quality: float) -> None:
    for place, weight in places.items():
        score = weight * quality
        if score > best.get(place, 0.0):
            best[place] = score


def _without_one(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
