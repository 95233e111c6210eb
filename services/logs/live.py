"""The end of a log that several people look at: read once for all of them, as often as is polite."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from services.logs.models import Cursor, LogLine, Page

MOST_LINES = 5_000
MOST_CHARACTERS = 16_000_000  # of them all
SECONDS, MOST_SECONDS = 3.0, 60.0  # between looks; longer when CloudWatch asks to slow down
_REFUSED_SECONDS = 30.0  # between looks that are not allowed or find no group


@dataclass(frozen=True, slots=True)
class Showing:
    """The lines held, newest last; how the last look went, and how long until the next (seconds)."""

    lines: tuple[LogLine, ...]
    page: Page
    every: float


class Live:
    """Holds the newest lines of a group. Safe to share between threads; nothing is read while nobody looks."""

    def __init__(self, read: Callable[[Cursor | None], Page], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._lines: deque[LogLine] = deque()
        self._characters = 0
        self._showing = Showing((), Page(), SECONDS)
        self._cursor: Cursor | None = None
        self._next = float("-inf")

    def look(self, *, at_once: bool = False) -> Showing:
        """What is held, after a look if it is time for one; `at_once`: whenever the last was."""
        with self._lock:
            if at_once or self._clock() >= self._next:
                self._take(self._read(self._cursor))
            return self._showing

    def held(self) -> Showing:
        """What is held, without a look."""
        return self._showing

    def _take(self, page: Page) -> None:
        every = SECONDS
        if page.slowed:
            every = min(self._showing.every * 2, MOST_SECONDS)
        elif page.known and page.there:
            every = max(SECONDS, self._showing.every / 2 if self._showing.page.slowed else SECONDS)
        if page.known:
            self._cursor = page.cursor if page.there else None
        for line in page.lines:
            self._lines.append(line)
            self._characters += len(line.text)
        while len(self._lines) > MOST_LINES or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._lines.popleft().text)
        self._next = self._clock() + (_REFUSED_SECONDS if page.denied else every)
        self._showing = Showing(tuple(self._lines) if page.lines else self._showing.lines, page, every)
