"""What a conversation is made of: frozen setups, turns, answers and their figures. Times are Unix seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from services.errors import Problem
from services.inference import ChatParams, Message

MOST_ENDPOINTS = 4  # side by side: a fifth column would hold three words a line
MOST_TURNS_SENT = 50  # of the turns before; older ones cost tokens and seldom matter
TITLE_LENGTH = 60  # of one made of the first words
TITLE_LONGEST = 200


class AnswerStatus(StrEnum):
    """How an answer stands. STOPPED and FAILED keep what had come."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Vote(IntEnum):
    """What a person thought of an answer."""

    DOWN = -1
    NONE = 0
    UP = 1


@dataclass(frozen=True, slots=True)
class Setup:
    """How a turn is asked.

    endpoints   one to four, in the order of their columns
    examples    (role, text) turns that go before the conversation: those of a few-shot template
    skip        how many of the oldest messages are left out, because they are more than an endpoint takes
    """

    endpoints: tuple[str, ...]
    system: str = ""
    params: ChatParams = field(default_factory=ChatParams)
    examples: tuple[tuple[str, str], ...] = ()
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of an answer; None was not.

    seconds   from sending to the last word
    usd       an estimate: what all instances of the endpoint cost while this answer was made
    """

    first_token_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_per_second: float | None = None
    seconds: float | None = None
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One endpoint's answer to a turn. Regenerating makes a further `attempt`; the `chosen` one is shown and sent on.

    note   why it was stopped, where no person did
    """

    id: str
    turn: str
    endpoint: str
    attempt: int = 1
    chosen: bool = True
    status: AnswerStatus = AnswerStatus.RUNNING
    text: str = ""
    problem: Problem | None = None
    figures: Figures = Figures()
    params: ChatParams = field(default_factory=ChatParams)
    vote: Vote = Vote.NONE
    preferred: bool = False
    note: str = ""
    made: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said, after which turn (`parent`, "" at the beginning), and what was answered."""

    id: str
    parent: str
    words: str
    made: float
    setup: Setup
    answers: tuple[Answer, ...] = ()

    @property
    def shown(self) -> tuple[Answer, ...]:
        """The chosen answer of each endpoint, in the order of the columns."""
        chosen = {each.endpoint: each for each in self.answers if each.chosen}
        order = [name for name in self.setup.endpoints if name in chosen]
        return tuple(chosen[name] for name in (*order, *(name for name in chosen if name not in order)))

    def attempts(self, endpoint: str) -> tuple[Answer, ...]:
        """Every answer of an endpoint, oldest first."""
        return tuple(
            sorted((each for each in self.answers if each.endpoint == endpoint), key=lambda each: each.attempt)
        )

    def answer_for(self, endpoint: str) -> Answer | None:
        """What this endpoint is shown as having said: its own answer, else the preferred, else the first with text."""
        said = [each for each in self.shown if each.text]
        ranked = sorted(said, key=lambda each: (each.endpoint != endpoint, not each.preferred))
        return ranked[0] if ranked else None


@dataclass(frozen=True, slots=True)
class Conversation:
    """All turns of a conversation; `leaf` is the last one of the branch that is shown."""

    id: str
    title: str
    created: float
    updated: float
    setup: Setup
    leaf: str = ""
    pinned: bool = False
    turns: tuple[Turn, ...] = field(default=())

    def turn(self, id: str) -> Turn | None:
        """A turn by its id."""
        return next((each for each in self.turns if each.id == id), None)

    def path(self, leaf: str = "") -> tuple[Turn, ...]:
        """The turns from the beginning to `leaf`, or to the one that is shown."""
        known = {each.id: each for each in self.turns}
        found: list[Turn] = []
        at = known.pop(leaf or self.leaf, None)
        while at is not None:
            found.append(at)
            at = known.pop(at.parent, None)  # each once, whatever the parents say
        return tuple(reversed(found))

    def siblings(self, turn: Turn) -> tuple[Turn, ...]:
        """The turns that branch where this one does, itself among them, oldest first."""
        return tuple(each for each in self.turns if each.parent == turn.parent)

    def newest_under(self, turn: str) -> str:
        """The last turn of the branch that begins with this one, the newest at every fork."""
        newest = {each.parent: each.id for each in self.turns}
        while turn in newest:
            turn = newest.pop(turn)
        return turn


@dataclass(frozen=True, slots=True)
class Listing:
    """A conversation in the history. `excerpt`: where a search found its words."""

    id: str
    title: str
    updated: float
    pinned: bool
    turns: int
    endpoints: tuple[str, ...] = ()
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """A vote with what it was about."""

    conversation: str
    title: str
    question: str
    answer: Answer


def title_of(words: str) -> str:
    """The first words as a title."""
    line = " ".join(words.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return f"{line[:TITLE_LENGTH].rsplit(' ', 1)[0] or line[:TITLE_LENGTH]}…"


def messages(setup: Setup, path: Sequence[Turn], endpoint: str, words: str) -> list[Message]:
    """What one endpoint is sent: each sees its own earlier answers, and another's only where it had none."""
    before: list[Message] = []
    for turn in path[-MOST_TURNS_SENT:]:
        said = turn.answer_for(endpoint)
        if said is not None:
            before += [Message("user", turn.words), Message("assistant", said.text)]
    made = [Message("system", setup.system.strip())] if setup.system.strip() else []
    before = [*(Message(role, text) for role, text in setup.examples), *before][setup.skip :]
    return [*made, *before, Message("user", words)]
