"""Which passages are best, and whether they can hold the answer at all.

Ranking is the weighted sum cosine + weight x bm25 / best bm25: reciprocal-rank fusion was measured to be worse than
either side alone. The weight's default comes from measurement (docs/benchmarks.md); people can see and change it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from services.knowledge import tokens
from services.knowledge.models import Evidence, Found, Passage, SearchMode, SearchSettings

EVIDENCE_PASSAGES = 3  # how many of the best passages are searched for the question's words
COSINE_WEIGHT = 12.0
COVERAGE_WEIGHT = 8.0
OFFSET = 9.0


def rank(candidates: Sequence[Passage], question: str, settings: SearchSettings) -> Found:
    """The best of a remote store's nearest passages (each with its cosine), ranked here by the same weighted sum.

    Word frequencies are those among the candidates: a sample, in which the question's own subject is over-represented,
    so common words are not dropped by share; their low rarity does that.
    """
    texts = [tokens.terms(passage.text) for passage in candidates]
    wanted = tokens.question_terms(question)
    counts = tokens.frequencies(texts, wanted)
    rarity = {term: tokens.rarity(len(texts), count) for term, count in counts.items()}
    nearest = max((passage.cosine or 0.0 for passage in candidates), default=-1.0)
    if settings.mode is SearchMode.VECTOR:
        ranked = [replace(passage, score=passage.cosine or 0.0) for passage in candidates]
    else:
        ranked = _with_words(candidates, tokens.bm25(texts, rarity), settings)
    ranked.sort(key=lambda passage: -passage.score)
    return Found(passages=tuple(ranked[: settings.k]), rarity=rarity, nearest=nearest)


def _with_words(candidates: Sequence[Passage], scores: Sequence[float], settings: SearchSettings) -> list[Passage]:
    best = max(scores, default=0.0) or 1.0
    alone = settings.mode is SearchMode.KEYWORD
    ranked = []
    for passage, score in zip(candidates, scores, strict=True):
        share = score / best
        total = share if alone else (passage.cosine or 0.0) + settings.weight * share
        if share > 0 or not alone:
            ranked.append(replace(passage, score=total, keyword=share))
    return ranked


def evidence(found: Found, threshold: float) -> Evidence:
    """Whether what was found can hold the answer.

    Two signals, joined by a logistic function: the nearest passage's cosine, and the share of the question's words, by
    rarity, that the best passages hold together. Its weights separate 40 questions that Python's language reference
    answers from 40 it does not (MiniLM, 586 passages: one or two wrong, by cosine alone as many but closer), with the
    middle at the cosine of .4 where reading-comprehension questions part.
    """
    share = coverage(found)
    if not found.passages:
        return Evidence(answerable=False, score=0.0, cosine=found.nearest, coverage=share)
    known = found.nearest if found.nearest > -1.0 else 0.42  # without vectors the words decide alone
    score = 1 / (1 + math.exp(-(COSINE_WEIGHT * known + COVERAGE_WEIGHT * share - OFFSET)))
    return Evidence(answerable=score >= threshold, score=score, cosine=found.nearest, coverage=share)


def coverage(found: Found) -> float:
    """The share, weighted by rarity, of the question's words held by the best passages; 1 when it has no such words."""
    total = sum(found.rarity.values())
    if not total:
        return 1.0
    held = {term for passage in found.passages[:EVIDENCE_PASSAGES] for term in tokens.terms(passage.text)}
    return sum(weight for term, weight in found.rarity.items() if term in held) / total
