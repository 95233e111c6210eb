"""Which passages are best, and whether they can hold the answer at all.

Ranking is the weighted sum trust x cosine + weight x bm25 / best bm25: reciprocal-rank fusion was measured to be worse
than either side alone. The weight's default comes from measurement (docs/benchmarks.md); people can see and change it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from services.knowledge import tokens
from services.knowledge.models import Evidence, Found, Passage, SearchMode, SearchSettings
from services.knowledge.trust import trust_of

EVIDENCE_PASSAGES = 3  # how many of the best passages are looked through for the question's words
COSINE_WEIGHT, COSINE_OFFSET = 15.0, 8.6
COVERAGE_WEIGHT, COVERAGE_OFFSET = 13.0, 4.6
EVERY_WORD = 1.0


def rank(candidates: Sequence[Passage], question: str, settings: SearchSettings) -> Found:
    """The best of a remote store's nearest passages (each with its cosine), ranked here by the same weighted sum.

    Word frequencies are those among the candidates: a sample, in which the question's own subject is over-represented,
    so common words are not dropped by share; their low rarity does that.
    """
    texts = [tokens.index_terms(passage.text) for passage in candidates]
    wanted = tokens.search_terms(question)
    counts = tokens.frequencies(texts, wanted)
    rarity = {term: tokens.rarity(len(texts), count) for term, count in counts.items()}
    nearest, trust = max((passage.cosine or 0.0 for passage in candidates), default=-1.0), 1.0
    if settings.mode is SearchMode.VECTOR:
        ranked = [replace(passage, score=passage.cosine or 0.0) for passage in candidates]
    else:
        shares = _shares(tokens.bm25(texts, rarity))
        trust = _trust(candidates, shares) if settings.mode is SearchMode.HYBRID else 1.0
        ranked = _with_words(candidates, shares, trust, settings)
    ranked.sort(key=lambda passage: -passage.score)
    return Found(passages=tuple(ranked[: settings.k]), rarity=rarity, nearest=nearest, trust=trust)


def _shares(scores: Sequence[float]) -> list[float]:
    best = max(scores, default=0.0) or 1.0
    return [score / best for score in scores]


def _trust(candidates: Sequence[Passage], shares: Sequence[float]) -> float:
    import numpy as np

    cosines = np.asarray([passage.cosine or 0.0 for passage in candidates], np.float32)
    at = np.flatnonzero(shares)
    return trust_of(cosines, np.asarray(shares, np.float32)[at], at, 0)


def _with_words(
    candidates: Sequence[Passage], shares: Sequence[float], trust: float, settings: SearchSettings
) -> list[Passage]:
    alone = settings.mode is SearchMode.KEYWORD
    ranked = []
    for passage, share in zip(candidates, shares, strict=True):
        total = share if alone else trust * (passage.cosine or 0.0) + settings.weight * share
        if share > 0 or not alone:
            ranked.append(replace(passage, score=total, keyword=share))
    return ranked


def evidence(found: Found, threshold: float) -> Evidence:
    """Whether what was found can hold the answer.

    Two signals, joined by a logistic function: the cosine of the nearest passage, as far as the embedding model can be
    trusted with the question, and the greatest share of the question's words that one of the best passages holds.
    Where the model is not to be trusted, or there are no vectors, the words decide alone. The weights were fitted on
    196 answerable questions and 62 others in eight languages, half of each kind put aside (docs/benchmarks.md).
    """
    share = coverage(found)
    if not found.passages:
        return Evidence(answerable=False, score=0.0, cosine=found.nearest, coverage=share, trust=found.trust)
    trust = found.trust if found.nearest > -1.0 else 0.0
    told = trust * (COSINE_WEIGHT * found.nearest - COSINE_OFFSET) + COVERAGE_WEIGHT * share - COVERAGE_OFFSET
    score = 1 / (1 + math.exp(-told))
    return Evidence(answerable=score >= threshold, score=score, cosine=found.nearest, coverage=share, trust=found.trust)


def coverage(found: Found) -> float:
    """The greatest share, weighted by rarity, of the question's words that one of the best passages holds.

    1 when the question has no such words.
    """
    total = _weight(found.rarity, found.rarity.keys())
    if not total:
        return 1.0
    texts = [set(tokens.index_terms(passage.text)) for passage in found.passages[:EVIDENCE_PASSAGES]]
    return max((_weight(found.rarity, held) / total for held in texts), default=0.0)


def _weight(rarity: Mapping[str, float], held: Collection[str]) -> float:
    """In a few passages a word that is held looks common, hence the constant."""
    return sum(EVERY_WORD + weight for term, weight in rarity.items() if term in held)
