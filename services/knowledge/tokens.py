"""Words for keyword search, in every script.

Spaced scripts give words (light English stemming, accents folded). Chinese, Japanese, Korean, Thai, Lao, Khmer and
Burmese give character bigrams, because a split at spaces finds nothing there (measured: hit@5 in Chinese .18 -> .98).
The stored index holds what `terms` returned, so a change here must raise VERSION: stores then index anew.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

VERSION = 1
COMMON_SHARE = 0.2  # a word in more than a fifth of the passages says nothing and costs the most time
COMMON_FLOOR = 50  # in a small collection every word is in a fifth of the passages
STEMS_KEPT = 16_384  # about 2 MB; most words of a language's texts come again and again
MOST_HITS = 3_000  # passages weighed for a question: the rarest words decide, and the rest would only cost time

_STOP = """
a about after all also am an and any are as at be been but by can could did do does for from had has have he her his how
i if in into is it its me more most my no not of on or our s she should so some such t than that the their them then
there these they this to was we were what when where which who whom whose why will with would you your
"""
STOP_WORDS = frozenset(_STOP.split())

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0971-\u0dff"  # \w leaves these out
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>(?:(?![{_UNSPACED}_])[\w{_MARKS}])+)")
_PLAIN = re.compile("[a-z0-9]+")  # the same runs in a text without other scripts, found three times as fast
_ACCENTS = re.compile("[\u0300-\u036f]")
_VOWEL = re.compile("[aeiouy]")


def terms(text: str) -> list[str]:
    """The index terms of `text`, in order, repeated as often as they occur; words that say nothing are left out."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii():
        return [stem(word) for word in _PLAIN.findall(plain) if word not in STOP_WORDS]
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", plain)))
    found: list[str] = []
    for run in _RUN.finditer(plain):
        if word := run["word"]:
            if word not in STOP_WORDS:
                found.append(stem(word))
        else:
            found.extend(bigrams(run["unspaced"]))
    return found


def bigrams(run: str) -> list[str]:
    """Overlapping pairs of characters of an unspaced run; a lone character stands for itself."""
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


@lru_cache(maxsize=STEMS_KEPT)
def stem(word: str) -> str:
    """`word` without the endings English adds to it: plural, -ing, -ed, -ly, final e. Other scripts are left alone."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "ches", "shes", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, shortest in (("ing", 2), ("ed", 2), ("ly", 3)):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= shortest and _VOWEL.search(rest) and not word.endswith("eed"):
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            word = rest[:-1] if doubled else rest
            break
    return word[:-1] if word.endswith("e") and len(word) > 2 else word


def question_terms(question: str) -> tuple[str, ...]:
    """The distinct terms of a question, in order."""
    return tuple(dict.fromkeys(terms(question)))


def rarity(total: int, holding: int) -> float:
    """How much a term says (idf) when `holding` of `total` passages hold it; always above zero, as Lucene has it."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def telling(frequencies: Mapping[str, int], total: int) -> tuple[str, ...]:
    """The terms worth searching for, rarest first: held by some passage but not by too many. At least the rarest."""
    held = sorted((count, term) for term, count in frequencies.items() if count)
    limit, weighed = max(COMMON_FLOOR, COMMON_SHARE * total), 0
    kept: list[str] = []
    for count, term in held:
        weighed += count
        if kept and (count > limit or weighed > MOST_HITS):
            break
        kept.append(term)
    return tuple(kept)


def frequencies(documents: Sequence[Iterable[str]], wanted: Iterable[str]) -> dict[str, int]:
    """In how many of `documents` (their terms) each wanted term occurs."""
    counts = Counter(term for document in documents for term in set(document))
    return {term: counts[term] for term in wanted}


def bm25(
    documents: Sequence[Sequence[str]], rarities: Mapping[str, float], k1: float = 1.2, b: float = 0.75
) -> list[float]:
    """Okapi BM25 of each document (its terms) for the terms of `rarities`; 0 where none occurs."""
    mean = sum(map(len, documents)) / len(documents) if documents else 1.0
    scores = []
    for document in documents:
        counts, scale = Counter(document), k1 * (1 - b + b * len(document) / (mean or 1.0))
        scores.append(sum(weight * counts[t] * (k1 + 1) / (counts[t] + scale) for t, weight in rarities.items()))
    return scores
