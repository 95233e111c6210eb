"""Lines of a log, and what reading one gave. Times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.logs.clean import LONGEST, folded
from services.logs.levels import Flow, Level


@dataclass(frozen=True, slots=True)
class Event:
    """A log event as CloudWatch has it: nothing about it is clean."""

    at: float
    text: str
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """A log stream. `began`, `last`: of its first and last event, as far as CloudWatch has noticed; 0 it has none."""

    name: str
    began: float = 0.0
    last: float = 0.0

    @property
    def variant(self) -> str:
        """The production variant, or the job or domain, it is of."""
        return self.name.split("/")[0]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, clean: it may be shown as text, though not as Markdown.

    words       of a JSON line the message in it; "" the text is the message
    level       of a line that belongs to the one before, the level of that
    continues   it belongs to the line before it in its stream (a traceback, an indented line)
    cut         characters that were left out at its end
    """

    at: float
    text: str
    stream: str = ""
    level: Level = Level.PLAIN
    words: str = ""
    continues: bool = False
    cut: int = 0

    @property
    def variant(self) -> str:
        """The production variant, "" where the stream's name has none."""
        return self.stream.split("/")[0]

    @property
    def instance(self) -> str:
        """The instance, or what else the stream's name has behind the variant."""
        return self.stream.partition("/")[2]

    @property
    def long(self) -> bool:
        """Whether more of it is kept than is shown at first."""
        return len(self.text) > LONGEST

    @property
    def brief(self) -> str:
        """Its message, folded."""
        return folded(self.words or self.text, self.cut)

    def as_dict(self) -> dict[str, object]:
        """As the command line prints it."""
        shown = {"at": self.at, "level": str(self.level), "stream": self.stream, "text": self.text}
        return shown | ({"continues": True} if self.continues else {}) | ({"cut": self.cut} if self.cut else {})


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream is read: CloudWatch's token for what comes next ("" from the end), what its last line was."""

    token: str = ""
    flow: Flow = field(default_factory=Flow)
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a group is read, stream by stream; `newest`: the streams that are read, as found at `listed`."""

    places: Mapping[str, Place] = field(default_factory=dict)
    newest: tuple[str, ...] = ()
    listed: float = 0.0
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What every reading may have met.

    there     the log group exists
    denied    the IAM action that was refused; "" none
    slowed    CloudWatch asked to slow down
    problem   why else it could not be read; "" it could
    """

    there: bool = True
    denied: str = ""
    slowed: bool = False
    problem: str = ""

    @property
    def known(self) -> bool:
        """Whether it is known what is in the log, if only nothing."""
        return not (self.denied or self.slowed or self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Outcome):
    """What came since the cursor, newest last. `more_streams`: how many older streams are not read."""

    lines: tuple[LogLine, ...] = ()
    cursor: Cursor = field(default_factory=Cursor)
    more_streams: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Outcome):
    """What a search found, newest last.

    since      how far back was looked
    complete   everything asked for was looked at; else there is more before `since`, or more than `limit` fit
    seen       lines that were looked at
    """

    lines: tuple[LogLine, ...] = ()
    since: float = 0.0
    complete: bool = True
    seen: int = 0
