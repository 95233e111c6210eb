"""Answers of one setting, some side by side, each as Ask gives it, and what is measured of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from services.errors import SagedeckError, Throttled
from services.evaluation.measures import groundedness, holds, plain
from services.evaluation.models import Item, Outcome, Setting
from services.inference import in_turn
from services.knowledge import AskRequest, Finished, KnowledgeService, NotInDocuments, Retrieved

SIDE_BY_SIDE = 4
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # seconds after "slow down": a minute, which a rate limit counts by
GIVE_UP_AFTER = 5  # failures, when nothing else came: the endpoint does not answer, and the rest would fail as well
LONGEST = 4000  # characters of an answer that are kept


class Answering:
    """Answers questions in one setting, over a collection of the run's scratch space."""

    def __init__(
        self,
        knowledge: KnowledgeService,
        setting: Setting,
        collection: str,
        *,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._knowledge, self._setting, self._collection = knowledge, setting, collection
        self._clock, self._sleep = clock, sleep

    def all(self, items: Sequence[Item], base: Mapping[str, Outcome]) -> Iterator[list[Outcome]]:
        """The outcomes in batches, `base` (what was found) completed by what was said.

        A question that fails has its `error`. Raises the endpoint's error when the first five all fail.
        """
        problems: list[SagedeckError] = []
        answered = 0
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for start in range(0, len(items), SIDE_BY_SIDE):
                batch = items[start : start + SIDE_BY_SIDE]
                done = list(pool.map(lambda item: self._one(item, base[item.id]), batch))
                problems += [problem for _, problem in done if problem]
                answered += sum(problem is None for _, problem in done)
                if not answered and len(problems) >= min(GIVE_UP_AFTER, len(items)):
                    raise problems[-1]
                yield [outcome for outcome, _ in done]

    def _one(self, item: Item, outcome: Outcome) -> tuple[Outcome, SagedeckError | None]:
        for wait in (*WAITS, None):
            try:
                with in_turn():
                    return self._asked(item, outcome), None
            except Throttled as error:
                if wait is None:
                    return replace(outcome, error=str(error)), error
                self._sleep(wait)
            except SagedeckError as error:
                return replace(outcome, error=str(error)), error
        raise AssertionError("unreachable")

    def _asked(self, item: Item, outcome: Outcome) -> Outcome:
        setting, started = self._setting, self._clock()
        request = AskRequest(
            question=item.question,
            embedding=setting.embedding,
            chat=setting.language,
            collection=self._collection,
            settings=setting.search,
            rules=setting.rules,
        )
        for event in self._knowledge.answer(request):
            match event:
                case Retrieved(_, judged):
                    outcome = replace(outcome, evidence=judged.answerable)
                case NotInDocuments():
                    outcome = replace(outcome, refused=True, right=False if item.answers else None)
                case Finished(text, citations, done):
                    answers = tuple(map(plain, item.answers))
                    outcome = replace(
                        outcome,
                        answer=text[:LONGEST],
                        refused=False,
                        right=holds(plain(text), answers) if answers else None,
                        grounded=groundedness(text, citations),
                        tokens=_tokens(done),
                    )
        return replace(outcome, seconds=self._clock() - started)


def _tokens(done: object) -> int | None:
    """Tokens read and written, where the endpoint counted both."""
    usage = getattr(done, "usage", None)
    counts = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return None if None in counts else sum(filter(None, counts))
