"""How the endpoints of one conversation compare: medians, costs, votes and wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from services.chats.models import Answer, AnswerStatus, Conversation, Vote


@dataclass(frozen=True, slots=True)
class EndpointSummary:
    """One endpoint's answers in a conversation. Medians and costs are None where nothing was measured.

    wins    turns in which its answer was preferred
    usd     of all its answers, an estimate; None where one of them has no price
    """

    endpoint: str
    answers: int
    failed: int
    first_token_ms: float | None
    tokens_per_second: float | None
    seconds: float | None
    usd: float | None
    up: int
    down: int
    wins: int


def summarise(conversation: Conversation) -> tuple[EndpointSummary, ...]:
    """Every endpoint that answered in any branch, in the order they were first asked."""
    answers = [each for turn in conversation.turns for each in turn.answers]
    answers = [each for each in answers if each.status is not AnswerStatus.RUNNING]
    names = dict.fromkeys(each.endpoint for each in answers)
    return tuple(_one(name, [each for each in answers if each.endpoint == name]) for name in names)


def _one(name: str, answers: list[Answer]) -> EndpointSummary:
    costs = [each.figures.usd for each in answers]
    known = [cost for cost in costs if cost is not None]
    return EndpointSummary(
        name,
        len(answers),
        sum(each.status is AnswerStatus.FAILED for each in answers),
        _median(each.figures.first_token_ms for each in answers),
        _median(each.figures.tokens_per_second for each in answers),
        _median(each.figures.seconds for each in answers if each.status is AnswerStatus.DONE),
        sum(known) if len(known) == len(costs) else None,
        sum(each.vote is Vote.UP for each in answers),
        sum(each.vote is Vote.DOWN for each in answers),
        sum(each.preferred for each in answers),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
