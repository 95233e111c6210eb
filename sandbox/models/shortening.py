"""Long sentences cut to what is asked, at clauses and words, never inside a word."""

import re

from sandbox.models.cues import kind_of, offers
from sandbox.models.sentences import terms

_CLAUSE = re.compile(r"[^,;:()—–]+[,;:()—–]*\s*|[,;:()—–]+\s*")


def shortened(sentence: str, question: str, room: int) -> str:
    """Return the part of `sentence` that speaks most of `question`, at most `room` characters, verbatim between "…"."""
    if len(sentence) <= room:
        return sentence
    start, end = _densest(sentence, question, room - 2)
    while start > 0 and end - start < room - 2:
        before = sentence.rfind(" ", 0, start - 1) + 1
        if end - before > room - 2:
            break
        start = before
    while end < len(sentence):
        after = sentence.find(" ", end + 1)
        after = len(sentence) if after < 0 else after
        if after - start > room - 2:
            break
        end = after
    opening, ending = "…" if start else "", "…" if end < len(sentence) else ""
    return opening + sentence[start:end].strip() + ending


def _densest(sentence: str, question: str, room: int) -> tuple[int, int]:
    """Return where the run of clauses begins and ends that holds most of the question's words within `room`."""
    clauses = [match.span() for match in _CLAUSE.finditer(sentence)]
    wanted, kind = set(terms(question)), kind_of(question)
    best, best_score = (0, sentence.rfind(" ", 0, room)), -1.0
    if best[1] < 0:
        best = (0, room)
    for place, (start, _) in enumerate(clauses):
        fitting = [end for _, end in clauses[place:] if end - start <= room]
        if not fitting:
            continue
        text = sentence[start : fitting[-1]]
        score = len(wanted & set(terms(text))) + 0.5 * offers(text, kind, question) + len(text) / 1000
        if score > best_score:
            best, best_score = (start, fitting[-1]), score
    return best
