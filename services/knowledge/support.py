"""Whether a cited passage holds the words of the sentence that cites it: a hint for the reader, not a proof.

Words are compared, not meaning: a sentence in other words, or in another language than its passage, may be right and
still be marked. What is not marked has its words in the passage, which is less than being true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from services.knowledge import tokens
from services.knowledge.models import Passage

ENOUGH = 0.5  # of a sentence's words, by rarity, that the passages it cites must hold
FEWEST_WORDS = 2  # a sentence of one word cannot be judged by its words
_MARK = re.compile(r"\[(\d{1,3})\]")
_SENTENCE = re.compile(r"(?<=[.!?。！？।؟])(?=\s|\[|$)|(?<=[。！？])|\n+")
_ONLY_MARKS = re.compile(r"^[\s.,;:)]*(?:\[\d{1,3}\][\s.,;:)]*)+$")


def claims(text: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """(sentence without its marks, numbers it cites) of every sentence that cites; `text` as it is shown."""
    pieces: list[str] = []
    for piece in (part for part in _SENTENCE.split(text) if part and part.strip()):
        lead = re.match(r"^\s*(?:\[\d{1,3}\]\s*)+", piece)
        if pieces and _ONLY_MARKS.match(piece):
            pieces[-1] += piece
        elif pieces and lead:  # "Said so. [1] Then …": the mark belongs to what was said before
            pieces[-1] += lead[0]
            pieces.append(piece[lead.end() :])
        else:
            pieces.append(piece)
    found = []
    for piece in pieces:
        numbers = tuple(dict.fromkeys(int(number) for number in _MARK.findall(piece)))
        if numbers:
            found.append((" ".join(_MARK.sub("", piece).split()), numbers))
    return tuple(found)


def unfound(text: str, passages: Sequence[Passage], rarity: Mapping[str, float]) -> Mapping[int, tuple[str, ...]]:
    """By citation number the sentences whose words the passages they cite do not hold, taken together.

    A number in a sentence that stands in none of its passages counts as much as the rest of the sentence.
    """
    found: dict[int, list[str]] = {}
    for sentence, numbers in claims(text):
        cited = [passages[number - 1].text for number in numbers if 1 <= number <= len(passages)]
        if cited and not _held(sentence, cited, rarity):
            for number in numbers:
                found.setdefault(number, []).append(sentence)
    return {number: tuple(sentences) for number, sentences in found.items()}


def _held(sentence: str, cited: Sequence[str], rarity: Mapping[str, float]) -> bool:
    words = set(tokens.terms(sentence))
    if len(words) < FEWEST_WORDS:
        return True
    there = {term for text in cited for term in tokens.terms(text)}
    if any(word.isdigit() and word not in there for word in words):
        return False
    weights = {word: rarity.get(word, 1.0) for word in words}
    return sum(weights[word] for word in words & there) >= ENOUGH * sum(weights.values())
