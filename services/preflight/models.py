"""What is looked at before anything is made: a line for each thing that could stand in the way, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.deploy import DeployRequest, RagPairRequest

Request = DeployRequest | RagPairRequest


class Verdict(StrEnum):
    """What was found of one thing. Only `STOP` is sure to fail; what could not be looked at is `UNKNOWN`."""

    STOP = "stop"
    WARNING = "warning"
    UNKNOWN = "unknown"
    OK = "ok"


class Topic(StrEnum):
    """What a line is about, in the order of the card."""

    REQUEST = "request"
    PRICE = "price"
    QUOTA = "quota"
    MEMORY = "memory"
    LICENCE = "licence"
    ROLE = "role"
    PERMISSIONS = "permissions"
    IMAGE = "image"
    ARTIFACT = "artifact"
    LIMITS = "limits"
    CAPACITY = "capacity"
    NAME = "name"
    NETWORK = "network"
    ENCRYPTION = "encryption"
    NOTICES = "notices"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What a button does about a line: one of the three.

    words    what the button says
    url      a page of somebody else: a quota request, a licence, a subscription
    change   the same request with the value changed that stands in the way
    page     a page of this console, by its `url_path`
    """

    words: str
    url: str = ""
    change: Request | None = None
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at.

    words    what was found, in one sentence
    detail   figures, sources, the missing permission; "" nothing more
    fixes    what a person can do about it, the best first
    about    which model of a pair, "" both or the only one
    """

    topic: Topic
    verdict: Verdict
    words: str
    detail: str = ""
    fixes: tuple[Fix, ...] = ()
    about: str = ""

    @property
    def fix(self) -> Fix | None:
        """The best of the fixes, None where there is none."""
        return self.fixes[0] if self.fixes else None


@dataclass(frozen=True, slots=True)
class Preflight:
    """Every line, the worst first, and how long looking took."""

    lines: tuple[Line, ...]
    took_seconds: float

    @property
    def stops(self) -> tuple[Line, ...]:
        """What is sure to fail."""
        return self.of(Verdict.STOP)

    def of(self, verdict: Verdict) -> tuple[Line, ...]:
        """The lines of one verdict."""
        return tuple(line for line in self.lines if line.verdict is verdict)

    def about(self, topic: Topic) -> tuple[Line, ...]:
        """The lines of one topic."""
        return tuple(line for line in self.lines if line.topic is topic)


@dataclass(frozen=True, slots=True)
class Part:
    """One endpoint of what is asked for, and how a change of it becomes a change of the whole.

    about   which of the two it is, "" where there is one
    """

    request: DeployRequest
    about: str
    whole: Callable[[DeployRequest], Request]


def parts_of(request: Request) -> tuple[Part, ...]:
    """The endpoints of a request: one, or the two of a pair."""
    if isinstance(request, DeployRequest):
        return (Part(request, "", lambda changed: changed),)
    pair = request
    return (
        Part(
            pair.embedding,
            "Embedding model",
            lambda changed: RagPairRequest(embedding=changed, language=pair.language),
        ),
        Part(
            pair.language,
            "Language model",
            lambda changed: RagPairRequest(embedding=pair.embedding, language=changed),
        ),
    )


_ORDER = (Verdict.STOP, Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK)


def sorted_lines(lines: list[Line]) -> tuple[Line, ...]:
    """The worst first, then by topic, then as they came."""
    topics = list(Topic)
    return tuple(sorted(lines, key=lambda line: (_ORDER.index(line.verdict), topics.index(line.topic))))
