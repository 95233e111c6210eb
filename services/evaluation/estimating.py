"""What a run will take: counted where it can be, else said to be unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.documents import Page
from services.evaluation.models import Estimate, Setting, Source
from services.evaluation.scratch import Workshop, entries_of
from services.knowledge import ChunkPlan

COUNTED_CHARACTERS = 3_000_000  # cut for counting in under a second; of more text the passages are worked out

Pace = Callable[[str], float | None]


def estimate(
    settings: Sequence[Setting],
    questions: int,
    sources: Sequence[Source],
    pages: Mapping[str, Sequence[Page]],
    workshop: Workshop,
    pace: Pace,
    prices: Mapping[str, float | None],
) -> Estimate:
    """The estimate of a run of `settings` over `questions` questions, whose documents have these `pages`."""
    length = sum(len(page.text) for each in sources for page in pages.get(each.sha256, ()))

    def passages(cut: ChunkPlan, endpoint: str) -> int:
        if length > COUNTED_CHARACTERS:
            return max(1, round(length / max(1, 0.9 * cut.size - cut.overlap)))
        entries = entries_of(sources, pages, cut, workshop.cap(endpoint))
        return workshop.missing(endpoint, [entry.text for entry in entries])

    spaces = dict.fromkeys((each.cut, each.embedding) for each in settings)
    counts = {(cut, endpoint): passages(cut, endpoint) for cut, endpoint in spaces}
    answered = [each.language for each in settings if each.language]
    parts: list[tuple[str, float | None]] = [
        *((endpoint, _times(count, pace(f"embed {endpoint}"))) for (_, endpoint), count in counts.items()),
        *((each.embedding, _times(questions, pace("search"))) for each in settings),
        *((language, _times(questions, pace(f"answer {language}"))) for language in answered),
    ]
    known = [seconds for _, seconds in parts if seconds is not None]
    seconds = sum(known) if len(known) == len(parts) else None
    endpoints = list(dict.fromkeys(endpoint for endpoint, _ in parts))
    usd = _dollars(seconds, [prices.get(endpoint) for endpoint in endpoints])
    return Estimate(
        settings=len(settings),
        questions=questions,
        passages=sum(counts.values()),
        searches=questions * len(settings),
        calls=questions * len(answered),
        seconds=seconds,
        usd=usd,
        basis=_basis(len(spaces), seconds, usd, endpoints),
    )


def _dollars(seconds: float | None, hourly: Sequence[float | None]) -> float | None:
    """What endpoints of these prices an hour cost for so long; None where anything is unknown."""
    known = [each for each in hourly if each is not None]
    return None if seconds is None or len(known) < len(hourly) else sum(known) * seconds / 3600


def _basis(spaces: int, seconds: float | None, usd: float | None, endpoints: Sequence[str]) -> tuple[str, ...]:
    dollars = f"Dollars: the hourly price of {', '.join(endpoints)} for that time; endpoints bill when idle as well."
    return (
        f"Passages of {spaces} ways of cutting and embedding; those embedded before are not counted.",
        "Seconds: as your last evaluation here took." if seconds is not None else "Nothing like it was measured here.",
        dollars if usd is not None else "Dollars are not known: a price or the time is missing.",
    )


def _times(count: int, each: float | None) -> float | None:
    return 0.0 if not count else None if each is None else count * each
