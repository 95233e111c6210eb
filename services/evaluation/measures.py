"""The figures, from what was found and said. Pure: no store, no endpoint, no clock; tested against sums by hand."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from services.evaluation.models import Outcome
from services.knowledge import Citation, tokens

SUPPORTED_SHARE = 0.7  # of a statement's terms that its passages must hold: a summary seldom keeps every word
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_STRIPPED = re.compile("[\u0300-\u036f\u0591-\u05bd\u064b-\u0652\u0670\u0640]")
_CITED = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_AFTER_STOP = re.compile(r"([.!?…。！？｡؟।]+)((?:\s*\[\d[\d\s,;]*\])+)")
_STATEMENT_END = re.compile(r"(?<=[.!?…؟।])\s+|(?<=[。！？｡])\s*|\n+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

NAMES: Mapping[str, str] = {
    "hit1": "hit@1",
    "hit3": "hit@3",
    "hit5": "hit@5",
    "hit10": "hit@10",
    "mrr": "MRR",
    "ndcg": "nDCG@10",
    "contained": "Passages hold the answer",
    "right": "Answer holds the answer",
    "grounded": "Groundedness",
    "refused_right": "Refused rightly",
    "refused_wrong": "Refused wrongly",
    "search_ms": "Search, ms",
    "seconds": "Answer, s",
    "tokens": "Tokens an answer",
    "errors": "Failed",
}
"""Every figure by its key, in the order they are shown."""

LESS_IS_BETTER = frozenset({"refused_wrong", "search_ms", "seconds", "tokens", "errors", "usd"})


class _Signs(dict[int, int]):
    """What each sign is compared as: letters, marks and numbers as they are, all else a space."""

    def __missing__(self, code: int) -> int:
        kept = self[code] = code if unicodedata.category(chr(code))[0] in "LNM" else 32
        return kept


_SIGNS = _Signs()


def plain(text: str) -> str:
    """What is compared: NFKC, case folded, without accents and vowel points, letters and numbers, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _STRIPPED.sub("", unicodedata.normalize("NFD", folded)))
    return " ".join(folded.translate(_SIGNS).split())


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether `text` holds one of `answers`, both already `plain`: as whole words, but in scripts written without
    spaces anywhere. An answer without a letter or digit is never held."""
    padded, closed = f" {text} ", ""
    for answer in answers:
        if not answer:
            continue
        if _UNSPACED.search(answer):
            closed = closed or text.replace(" ", "")
            if answer.replace(" ", "") in closed:
                return True
        elif f" {answer} " in padded:
            return True
    return False


def reciprocal_rank(ranks: Sequence[int]) -> float:
    """1 / the first of `ranks` (from 1); 0 without any."""
    return 1.0 / min(ranks) if ranks else 0.0


def ndcg(ranks: Sequence[int], expected: int, depth: int = 10) -> float:
    """nDCG with gain 1 for each expected passage: sum of 1/log2(1 + rank) for ranks <= depth, over that of the best
    order, in which all `expected` (at most `depth`) come first. 0 where none is expected."""
    ideal = sum(1 / math.log2(1 + rank) for rank in range(1, min(expected, depth) + 1))
    return sum(1 / math.log2(1 + rank) for rank in ranks if rank <= depth) / ideal if ideal else 0.0


def statements(answer: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The statements of an answer with the passage numbers each cites. A citation after a full stop belongs to the
    sentence before it; what holds no index term ("Yes.") states nothing."""
    joined = _AFTER_STOP.sub(lambda found: f"{found[2]}{found[1]}", answer)
    found = []
    for part in _STATEMENT_END.split(joined):
        numbers = tuple(int(number) for inner in _CITED.findall(part) for number in re.findall(r"\d+", inner))
        text = _CITED.sub("", part).strip()
        if tokens.terms(text):
            found.append((text, numbers))
    return tuple(found)


def groundedness(answer: str, citations: Sequence[Citation]) -> float | None:
    """The share of an answer's statements that its cited passages support; None where it states nothing.

    A statement is a sentence or line that holds at least one index term (services.knowledge.tokens: stemmed words,
    pairs of characters in unspaced scripts). Its passages are those it cites itself; where it cites none, all that the
    answer cites. It is supported when they together hold at least 70 % of its distinct terms and every number in it,
    digit for digit. A statement without any passage is not supported. This measures words, not logic: a negation
    left out goes unseen.
    """
    parts = statements(answer)
    if not parts:
        return None
    texts = {each.number: each.passage.text for each in citations}
    supported = 0
    for text, numbers in parts:
        chosen = [texts[number] for number in numbers if number in texts] or list(texts.values())
        supported += bool(chosen) and _supported(text, "\n".join(chosen))
    return supported / len(parts)


def _supported(statement: str, passages: str) -> bool:
    terms, held = set(tokens.terms(statement)), set(tokens.terms(passages))
    if not set(_NUMBER.findall(statement)) <= set(_NUMBER.findall(passages)):
        return False
    return len(terms & held) >= SUPPORTED_SHARE * len(terms)


def ranks(outcome: Outcome) -> tuple[int, ...]:
    """The ranks, from 1, of the expected passages that were found."""
    return tuple(each.rank for each in outcome.seen if each.relevant)


def _hit(depth: int) -> Callable[[Outcome, bool], float | None]:
    def value(outcome: Outcome, unanswerable: bool) -> float | None:
        return None if unanswerable else float(any(rank <= depth for rank in ranks(outcome)))

    return value


def _said_no(outcome: Outcome) -> bool:
    return outcome.refused if outcome.refused is not None else not outcome.evidence


def _truth(value: bool | None) -> float | None:
    return None if value is None else float(value)


VALUES: Mapping[str, Callable[[Outcome, bool], float | None]] = {
    "hit1": _hit(1),
    "hit3": _hit(3),
    "hit5": _hit(5),
    "hit10": _hit(10),
    "mrr": lambda one, none: None if none else reciprocal_rank(ranks(one)),
    "ndcg": lambda one, none: None if none else ndcg(ranks(one), one.expected),
    "contained": lambda one, none: None if none else _truth(one.contained),
    "right": lambda one, none: None if none else _truth(one.right),
    "grounded": lambda one, none: one.grounded,
    "refused_right": lambda one, none: float(_said_no(one)) if none else None,
    "refused_wrong": lambda one, none: None if none else float(_said_no(one)),
    "search_ms": lambda one, none: 1000 * one.search_seconds,
    "seconds": lambda one, none: one.seconds,
    "tokens": lambda one, none: None if one.tokens is None else float(one.tokens),
    "errors": lambda one, none: float(bool(one.error)),
}
"""What one outcome counts for in each figure, given whether its question is unanswerable; None: nothing.

Refusals are those of the answer; where nothing was answered, of the evidence found (SearchSettings.threshold).
"""


def value_of(figure: str, outcome: Outcome, unanswerable: bool) -> float | None:
    """What an outcome counts for in a figure. One that failed counts in "errors" only."""
    if outcome.error and figure != "errors" and not outcome.seen:
        return None
    return VALUES[figure](outcome, unanswerable)
