"""A turn under way: a thread for each endpoint, which knows nothing of any page, and one that keeps what has come."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

from services.chats.models import Answer, AnswerStatus, Figures
from services.errors import StreamBroken, problem_of
from services.inference import Delta

KEEP_SECONDS = 1.0  # between two writes of what has come: what a killed console loses at most
_log = logging.getLogger(__name__)


class Live:
    """One endpoint's answer as it comes; `answer` is how it stands."""

    def __init__(
        self,
        answer: Answer,
        stream: Callable[[], Iterator[Delta]],
        usd_per_hour: Callable[[], float | None],
        keep: Callable[[Answer], None],
        news: threading.Condition,
    ) -> None:
        self._answer, self._stream, self._price, self._keep, self._news = answer, stream, usd_per_hour, keep, news
        self._started = time.perf_counter()
        self._first: float | None = None
        self.changed = 0
        self.thread = threading.Thread(target=self._run, name=f"chat-{answer.endpoint}", daemon=True)

    @property
    def answer(self) -> Answer:
        """How it stands now."""
        return self._answer

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._answer.status is not AnswerStatus.RUNNING

    def stop(self) -> None:
        """Keep what has come; the connection is closed at the next piece."""
        self._end(AnswerStatus.STOPPED, Delta())

    def _run(self) -> None:
        last = Delta()
        try:
            with closing(_closable(self._stream())) as deltas:
                for delta in deltas:
                    if self.ended:
                        return
                    self._hear(delta)
                    last = delta if delta.done else last
            self._end(AnswerStatus.DONE, last)
        except Exception as error:  # noqa: BLE001 - one endpoint's failure is its column's, whatever it is
            self._fail(error)

    def _hear(self, delta: Delta) -> None:
        with self._news:
            if self.ended or not delta.text:
                return
            if self._first is None:
                self._first = (time.perf_counter() - self._started) * 1000
            self._answer = replace(self._answer, text=self._answer.text + delta.text)
            self.changed += 1
            self._news.notify_all()

    def _fail(self, error: Exception) -> None:
        problem = problem_of(error)
        if problem.kind not in _EXPECTED and not hasattr(error, "what"):
            _log.error("A chat ended in an error nobody foresaw", exc_info=error)
        partial = error.partial if isinstance(error, StreamBroken) else ""
        with self._news:
            if not self.ended:
                self._answer = replace(self._answer, text=self._answer.text or partial, problem=problem)
        self._end(AnswerStatus.FAILED, Delta())

    def _end(self, status: AnswerStatus, last: Delta) -> None:
        figures = self._measured(last)
        with self._news:
            if self.ended:
                return
            ended = replace(self._answer, status=status, figures=figures)
            with suppress(Exception):  # a full disk loses the answer on it, not the one on the screen
                self._keep(ended)
            self._answer = ended
            self._news.notify_all()

    def _measured(self, last: Delta) -> Figures:
        timing, usage = last.timing, last.usage
        seconds = timing.total_ms / 1000 if timing else time.perf_counter() - self._started
        usd = None
        with suppress(Exception):  # a price that cannot be looked up is not known
            usd = self._price()
        first = timing.first_token_ms if timing and timing.first_token_ms is not None else self._first
        return Figures(
            first_token_ms=first,
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.completion_tokens,
            tokens_per_second=timing.tokens_per_second if timing else None,
            seconds=seconds,
            usd=None if usd is None else usd * seconds / 3600,
        )


_EXPECTED = ("StreamBroken", "ModelFailed")


def _closable(deltas: Iterator[Delta]) -> Any:
    """An iterator that can be closed, whether it is a generator or not."""
    return deltas if hasattr(deltas, "close") else (each for each in deltas)


class Asking:
    """All answers of a turn that are being written now. Safe to look at from any thread."""

    def __init__(self, conversation: str, turn: str, keep: Callable[[Answer], None], done: Callable[[], None]) -> None:
        self.conversation, self.turn = conversation, turn
        self.news = threading.Condition(threading.RLock())
        self.lives: tuple[Live, ...] = ()
        self._keep, self._done = keep, done

    def start(self, lives: Sequence[Live]) -> None:
        """Begin all at once."""
        self.lives = tuple(lives)
        for live in self.lives:
            live.thread.start()
        threading.Thread(target=self._keeping, name="chat-keeper", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether every answer has ended."""
        return all(live.ended for live in self.lives)

    @property
    def changes(self) -> int:
        """A number that grows with every piece that comes."""
        return sum(live.changed + live.ended for live in self.lives)

    def stop(self) -> None:
        """End those still being written and keep what came of each."""
        for live in self.lives:
            live.stop()

    def wait(self, changes: int, seconds: float) -> int:
        """Until more has come than `changes` told, or all has ended, or the time is over; the new number."""
        with self.news:
            self.news.wait_for(lambda: self.changes != changes or self.ended, seconds)
            return self.changes

    def finish(self, seconds: float = 600.0) -> tuple[Answer, ...]:
        """Wait until all have ended; how they stand then."""
        with self.news:
            self.news.wait_for(lambda: self.ended, seconds)
        return tuple(live.answer for live in self.lives)

    def _keeping(self) -> None:
        """Write what has come every second, and that this console is alive."""
        while True:
            with self.news:
                if self.news.wait_for(lambda: self.ended, KEEP_SECONDS):
                    break
            for live in self.lives:
                with live._news:
                    if not live.ended:
                        with suppress(Exception):
                            self._keep(live.answer)
        self._done()
