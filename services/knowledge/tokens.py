"""Words for keyword search, in every script.

Spaced scripts give words (light stemming for English, Arabic and Hindi, accents folded). Chinese, Japanese, Korean,
Thai, Lao, Khmer and Burmese give character bigrams, because a split at spaces finds nothing there (measured: hit@5 in
Chinese .18 -> .98). An index holds more than words (`index_terms`): the beginnings of longer words, which is what their
inflected and compound forms have in common in most languages, and the single characters of Chinese.
The stored index holds what `index_terms` returned, so a change here must raise VERSION: stores then index anew.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from services.knowledge.stop_words import ASKING, STOP_WORDS

VERSION = 4
COMMON_SHARE = 0.2  # a word in more than a fifth of the passages says nothing and costs the most time
SMALL = 5_000  # passages; up to here every word of a question is weighed, and common words cost little
SMALL_HITS = 10_000
BEGINNINGS = (4, 6)  # letters; a longer word is also found by these (measured beside others: docs/benchmarks.md)
BEGINS = "\ue000"  # marks a beginning, so that it is no word
STEMS_KEPT = 16_384  # about 2 MB; most words of a language's texts come again and again
MOST_HITS = 3_000  # passages weighed for a question: the rarest words decide, and the rest would only cost time

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0971-\u0dff"  # \w leaves these out
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>(?:(?![{_UNSPACED}_])[\w{_MARKS}])+)")
_PLAIN = re.compile("[a-z0-9]+")  # the same runs in a text without other scripts, found three times as fast
_ACCENTS = re.compile("[\u0300-\u036f]")
_VOWEL = re.compile("[aeiouy]")
_DIGIT = re.compile(r"\d")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_VIETNAMESE = re.compile("[\u1ea0-\u1ef9\u0103\u0111\u01a1\u01b0]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_TASHKEEL = re.compile("[\u0640\u064b-\u065f\u0670]")
_ALIKE = str.maketrans("أإآٱىؤئةیک", "اااايويهيك")
_OPENINGS = ("وال", "بال", "كال", "فال", "لل", "ال")
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "هم", "نا", "ه", "ي")
_HINDI_ENDING = re.compile("(?:ियों|ियाँ|ियां|ाओं|ाएँ|ाएं|ुओं|ुएँ|ों|ें|ीं|ाँ|ां|ो|े|ू|ु|ी|ि|ा)$")


def terms(text: str) -> list[str]:
    """The index terms of `text`, in order, repeated as often as they occur; words that say nothing are left out."""
    return [term for part in _parts(text, _word, bigrams) for term in part]


def index_terms(text: str) -> list[str]:
    """What `text` is found by: its terms, the beginnings of its longer words, and single Chinese characters."""
    return [term for part in _parts(text, _word_and_beginning, _grams) for term in part]


def _parts(
    text: str, spaced: Callable[[str], Sequence[str]], unspaced: Callable[[str], Sequence[str]]
) -> Iterator[Sequence[str]]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii():
        yield from map(spaced, _PLAIN.findall(plain))
        return
    for run in _RUN.finditer(plain):
        word = run["word"]
        yield spaced(word) if word else unspaced(run["unspaced"])


@lru_cache(maxsize=STEMS_KEPT)
def _word(word: str) -> tuple[str, ...]:
    """The term of a word; none of one that says nothing."""
    plain = folded(word)
    return () if plain in STOP_WORDS else (stem(plain),)


@lru_cache(maxsize=STEMS_KEPT)
def _word_and_beginning(word: str) -> tuple[str, ...]:
    """The term of a word, and what it begins with where it goes on. Arabic words begin alike; their stem is enough."""
    found = _word(word)
    if not found or len(word) <= BEGINNINGS[0] or _DIGIT.search(word) or _ARABIC.search(word):
        return found
    plain = folded(word)
    return (*found, *(BEGINS + plain[:letters] for letters in BEGINNINGS if len(word) > letters))


def folded(word: str) -> str:
    """A word (in lower case) without accents. Vietnamese keeps its marks: without them most of its words are alike."""
    if word.isascii() or _VIETNAMESE.search(word):
        return word
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))
    return plain.replace("ı", "i")  # Turkish capitals cannot be told from others


def _grams(run: str) -> list[str]:
    singles = [letter for letter in run if _HAN.match(letter)] if len(run) > 1 else []
    return bigrams(run) + singles


def bigrams(run: str) -> list[str]:
    """Overlapping pairs of characters of an unspaced run; a lone character stands for itself."""
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


@lru_cache(maxsize=STEMS_KEPT)
def stem(word: str) -> str:
    """`word` without the endings English adds to it: plural, -ing, -ed, -ly, final e; Arabic and Hindi lose theirs."""
    if not word.isascii():
        return _arabic(word) if _ARABIC.search(word) else _hindi(word) if _DEVANAGARI.search(word) else word
    if len(word) < 3 or not word.isalpha():
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


def _arabic(word: str) -> str:
    """Without the article and what is written together with it, without endings; letters written two ways made one.

    After the "light10" stemmer (Larkey, Ballesteros, Connell 2007).
    """
    word = _TASHKEEL.sub("", word).translate(_ALIKE)
    if word.startswith("و") and len(word) > 3:
        word = word[1:]
    for opening in _OPENINGS:
        if word.startswith(opening) and len(word) - len(opening) > 1:
            word = word[len(opening) :]
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 1:
            word = word[: -len(ending)]
    return word


def _hindi(word: str) -> str:
    """Without the vowels and nasals that stand for number, gender and case (after Ramanathan and Rao 2003)."""
    rest = _HINDI_ENDING.sub("", word, count=1)
    return rest if len(rest) > 1 else word


def question_terms(question: str) -> tuple[str, ...]:
    """The distinct terms of a question, in order."""
    return tuple(dict.fromkeys(terms(question)))


def search_terms(question: str) -> tuple[str, ...]:
    """The distinct terms an index is asked for, in order; where words are not told apart, without those that ask."""
    return tuple(dict.fromkeys(index_terms(ASKING.sub(" ", question)))) or question_terms(question)


def rarity(total: int, holding: int) -> float:
    """How much a term says (idf) when `holding` of `total` passages hold it; always above zero, as Lucene has it."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def telling(frequencies: Mapping[str, int], total: int) -> tuple[str, ...]:
    """The terms worth searching for, rarest first: held by some passage but not by too many. At least the rarest."""
    held = sorted((count, term) for term, count in frequencies.items() if count)
    small, weighed = total <= SMALL, 0
    limit, most = (total, SMALL_HITS) if small else (COMMON_SHARE * total, MOST_HITS)
    kept: list[str] = []
    for count, term in held:
        weighed += count
        if kept and (count > limit or weighed > most):
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
