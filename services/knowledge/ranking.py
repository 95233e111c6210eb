"""Which passages are best, and whether they can hold the answer at all.

Ranking is the weighted sum trust x cosine + weight x bm25 / best bm25: reciprocal-rank fusion was measured to be worse
than either side alone. The weight's default comes from measurement (docs/benchmarks.md); people can see and change it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from services.knowledge import tokens
from services.knowledge.models import Evidence, Found, Passage, SearchMode, SearchSettings
from services.knowledge.trust import trust_of

EVIDENCE_PASSAGES = 3  # how many of the best passages are looked through for the question's words
COSINE_WEIGHT, ENOUGH_COSINE = 15.0, 0.56
COVERAGE_WEIGHT = 13.0
TELLING = 1.5  # power of a word's rarity: a name says more than several common words
# The share of a question's words that one passage must hold, by script: pairs of Thai letters and Vietnamese syllables
# recur anywhere, and where words are inflected few are held just as they were asked for.
ENOUGH_COVERAGE = (
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 0.64),
    (re.compile("[\u1ea0-\u1ef9\u0103\u0111\u01a1\u01b0]"), 0.60),
    (re.compile("[\u0620-\u06d3\u0900-\u097f]"), 0.39),
    (re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"), 0.33),
    (re.compile("[\u0370-\u052f]"), 0.28),
)
ENOUGH_LATIN = 0.33
FEW, MANY, FEW_SHARE = 6, 900, 0.5  # among few passages chance finds fewer of the words, so that part of it is enough
WRITTEN_IN = 0.2  # the share of a question's terms from which on it counts as written in a script


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
    trusted with the question, and the greatest share of the question's words that one of the best passages holds,
    beyond what is to be expected in its script. Where the model is not to be trusted, or there are no vectors, the
    words decide alone. Fitted on half of the questions of docs/benchmarks.md.
    """
    share = coverage(found)
    if not found.passages:
        return Evidence(answerable=False, score=0.0, cosine=found.nearest, coverage=share, trust=found.trust)
    trust = found.trust if found.nearest > -1.0 else 0.0
    told = trust * COSINE_WEIGHT * (found.nearest - ENOUGH_COSINE) + COVERAGE_WEIGHT * (share - _enough(found.rarity))
    score = 1 / (1 + math.exp(-told))
    return Evidence(answerable=score >= threshold, score=score, cosine=found.nearest, coverage=share, trust=found.trust)


def _enough(rarity: Mapping[str, float]) -> float:
    """The coverage that is enough, by the script of the terms and by how many passages there seem to be."""
    written = (
        enough
        for script, enough in ENOUGH_COVERAGE
        if sum(script.search(term) is not None for term in rarity) > WRITTEN_IN * len(rarity)
    )
    passages = math.exp(min(max(rarity.values(), default=0.0), 20.0)) / 2  # a word that none holds tells exactly
    grown = min(max(math.log(max(passages, 1.0) / FEW) / math.log(MANY / FEW), 0.0), 1.0)
    return next(written, ENOUGH_LATIN) * (FEW_SHARE + (1 - FEW_SHARE) * grown)


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
    return sum(math.pow(weight, TELLING) for term, weight in rarity.items() if term in held)
