"""The job that carries an evaluation out: read, cut, embed once for each cut and model, search, and answer if asked.

What is finished is kept question by question, so that a run that was killed or cancelled goes on where it was; its
scratch space is built again from the vectors on the shelf.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from services.documents import Page
from services.errors import InvalidRequest
from services.evaluation.answering import Answering
from services.evaluation.gold import Expected, Gold, gold_of
from services.evaluation.grid import setting_dict, setting_id
from services.evaluation.keeping import Keeping
from services.evaluation.measures import holds, plain
from services.evaluation.models import BEST, Item, Outcome, RunRequest, Seen, Setting, Source
from services.evaluation.scratch import Scratch, Workshop, entries_of
from services.knowledge import ChunkPlan, Entry, Found
from services.knowledge.ranking import evidence

if TYPE_CHECKING:
    from services.jobs import JobHandle

KEPT_TEXT, KEPT_EXPECTED = 240, 2000  # characters of a found passage, and of an expected one, in the drill-down
SEARCH_WEIGHT, EMBED_WEIGHT, ANSWER_WEIGHT = 1.0, 2.0, 100.0  # of the bar: about 10 ms, 20 ms, 1 s

Ids = Mapping[str, frozenset[str]]  # of the passages that each question expects


@dataclass(slots=True)
class Bar:
    """How far the run is, and where its seconds went."""

    handle: JobHandle
    total: float
    done: float = 0.0
    detail: str = ""

    def step(self, weight: float, detail: str) -> None:
        """Say that so much more is done; JobCancelled when somebody asked to stop."""
        self.done += weight
        self.handle.checkpoint()
        self.handle.report(min(0.99, self.done / max(self.total, 1.0)), detail)


class Running:
    """One run inside a job."""

    def __init__(
        self,
        run: str,
        request: RunRequest,
        items: Sequence[Item],
        keeping: Keeping,
        workshop: Workshop,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._run, self._request, self._items = run, request, items
        self._keeping, self._workshop, self._clock = keeping, workshop, clock
        self._timings: dict[str, float] = {}
        self._pages: dict[str, Sequence[Page]] = {}
        self._gold: dict[str, Gold] = {}

    def __call__(self, handle: JobHandle) -> Mapping[str, Any]:
        """Carry it out; returns what was done and how long each part took."""
        done = self._keeping.done(self._run)
        left = [each for each in self._request.settings if done.get(setting_id(each), 0) < len(self._items)]
        total = sum(len(self._items) * (ANSWER_WEIGHT if each.language else SEARCH_WEIGHT) for each in left)
        bar = Bar(handle, total * 1.05 + 1)
        scratch = Scratch(self._workshop, self._run)
        try:
            unread = self._read(bar) if left else {}
            for _, same_cut in _groups(left, lambda each: repr(each.cut)):
                self._cut(same_cut, scratch, bar)
            return {"settings": len(self._request.settings), "questions": len(self._items),
                    "embedded": scratch.embedded(), "unread": unread,
                    "seconds": {key: round(value, 3) for key, value in self._timings.items()}}  # fmt: skip
        finally:
            scratch.close()
            self._keeping.add_timings(self._run, self._timings)

    def _timed(self, part: str, started: float) -> None:
        self._timings[part] = self._timings.get(part, 0.0) + self._clock() - started

    def _read(self, bar: Bar) -> dict[str, str]:
        """Read every document; what could not be read, with the reason. InvalidRequest where that is all of it."""
        started, unread = self._clock(), dict[str, str]()
        for number, (source, found) in enumerate(self._workshop.pages(self._request.sources), 1):
            if isinstance(found, str):
                unread[source.name] = found
            else:
                self._pages[source.sha256] = found
            bar.step(0, f"{number} of {len(self._request.sources)} documents read")
        if not self._pages:
            reason = next(iter(unread.values()), "There is none.")
            raise InvalidRequest("None of the documents could be read.", reason, "Add documents that hold text.")
        self._gold = {item.id: gold_of(item, self._sources, self._pages) for item in self._items}
        self._timed("reading", started)
        return unread

    @property
    def _sources(self) -> tuple[Source, ...]:
        return tuple(each for each in self._request.sources if each.sha256 in self._pages)

    def _cut(self, settings: Sequence[Setting], scratch: Scratch, bar: Bar) -> None:
        """Everything that is asked of the documents cut one way; models that read as many tokens share the passages."""
        cut, made = settings[0].cut, dict[int | None, tuple[tuple[Entry, ...], Ids]]()
        for endpoint, same_model in _groups(settings, lambda each: each.embedding):
            cap = self._workshop.cap(endpoint)
            if cap not in made:
                made[cap] = self._passages(cut, cap)
            entries, ids = made[cap]
            collection = f"cut_{cut.method}_{cut.size}_{cut.overlap}".replace("-", "_")
            self._embed(collection, endpoint, entries, scratch, bar)
            for _, same_search in _groups(same_model, lambda each: repr(replace(each.search, k=0))):
                self._search(same_search, collection, ids, scratch, bar)

    def _passages(self, cut: ChunkPlan, cap: int | None) -> tuple[tuple[Entry, ...], Ids]:
        """The passages of a cut, and the ids of those that each question expects."""
        started = self._clock()
        entries = entries_of(self._sources, self._pages, cut, cap)
        expected = Expected(entries)
        ids = {item.id: expected.ids(self._gold[item.id]) for item in self._items if not item.unanswerable}
        self._timed("cutting", started)
        return entries, ids

    def _embed(self, collection: str, endpoint: str, entries: Sequence[Entry], scratch: Scratch, bar: Bar) -> None:
        started, before = self._clock(), scratch.embedded()
        bar.total += EMBED_WEIGHT * len(entries)
        at = 0

        def tell(stored: int) -> None:
            nonlocal at
            bar.step(EMBED_WEIGHT * (stored - at), f"{stored:,} of {len(entries):,} passages embedded by {endpoint}")
            at = stored

        try:
            scratch.fill(collection, endpoint, entries, tell)
            scratch.ask_ahead(endpoint, [item.question for item in self._items])
        finally:
            self._timed("embedding", started)
        if scratch.embedded() - before > 50:
            self._keeping.set_pace(f"embed {endpoint}", (self._clock() - started) / (scratch.embedded() - before))

    def _search(
        self,
        settings: Sequence[Setting],
        collection: str,
        ids: Ids,
        scratch: Scratch,
        bar: Bar,
    ) -> None:
        """Settings that find the same passages: searched once, then each answered where it answers."""
        started, setting = self._clock(), settings[0]
        kept = {setting_id(each): self._keeping.outcomes(self._run, setting_id(each)) for each in settings}
        deep = replace(setting.search, k=max(BEST, *(each.search.k for each in settings)))
        found: dict[str, tuple[Found, float]] = {}
        for number, item in enumerate(self._items, 1):
            if all(item.id in each for each in kept.values()):
                continue
            begun = self._clock()
            got = scratch.knowledge.search(item.question, setting.embedding, deep, collection=collection)
            found[item.id] = got, self._clock() - begun
            if number % 10 == 0:
                bar.step(0, f"{number} of {len(self._items)} questions searched")
        self._timed("searching", started)
        if found:
            self._keeping.set_pace("search", (self._clock() - started) / len(found))
        for each in settings:
            todo = [item for item in self._items if item.id in found and item.id not in kept[setting_id(each)]]
            base = {item.id: self._outcome(item, each, *found[item.id], ids) for item in todo}
            if each.language:
                self._answer(each, collection, todo, base, scratch, bar)
            else:
                self._keeping.add_outcomes(self._run, setting_id(each), list(base.values()))
                bar.step(SEARCH_WEIGHT * len(todo), f"{len(todo)} questions searched")

    def _outcome(self, item: Item, setting: Setting, found: Found, seconds: float, ids: Ids) -> Outcome:
        expected, answers = ids.get(item.id, frozenset()), tuple(map(plain, item.answers))
        given = found.passages[: setting.search.k]
        seen = tuple(
            Seen(rank, each.source, each.document, each.page, each.start, each.end, each.score, each.cosine,
                 each.keyword, each.text[: KEPT_EXPECTED if each.id in expected else KEPT_TEXT], each.id in expected)
            for rank, each in enumerate(found.passages[:BEST], 1)
        )  # fmt: skip
        return Outcome(
            question=item.id,
            seen=seen,
            expected=len(expected),
            contained=any(holds(plain(each.text), answers) for each in given) if answers else None,
            evidence=evidence(found, setting.search.threshold).answerable,
            search_seconds=seconds,
        )

    def _answer(
        self, setting: Setting, collection: str, todo: Sequence[Item], base: Mapping[str, Outcome], scratch: Scratch,
        bar: Bar,
    ) -> None:  # fmt: skip
        started, done = self._clock(), 0
        answering = Answering(scratch.knowledge, setting, collection, clock=self._clock)
        try:
            for batch in answering.all(todo, base):
                self._keeping.add_outcomes(self._run, setting_id(setting), batch)
                done += len(batch)
                bar.step(ANSWER_WEIGHT * len(batch), f"{done} of {len(todo)} questions answered by {setting.language}")
        finally:
            self._timed("answering", started)
        if done:
            self._keeping.set_pace(f"answer {setting.language}", (self._clock() - started) / done)


def _groups(settings: Iterable[Setting], key: Callable[[Setting], str]) -> Iterable[tuple[str, tuple[Setting, ...]]]:
    """Settings by `key`, in the order in which each key comes first."""
    keyed = sorted(((key(each), str(setting_dict(each)), each) for each in settings), key=lambda one: one[:2])
    for name, group in itertools.groupby(keyed, key=lambda one: one[0]):
        yield name, tuple(each for _, _, each in group)
