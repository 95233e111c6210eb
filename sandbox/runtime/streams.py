"""A streamed answer as event-stream frames at the container's pace, and what may go wrong on the way."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from sandbox.refusing import Cut
from sandbox.runtime.engine import Container, Outcome, Streamed
from sandbox.runtime.frames import Cutter, model_stream_error
from sandbox.runtime.refusals import ContainerError
from sandbox.runtime.trouble import Stroke

STREAM_SECONDS = 480.0  # how long AWS lets a container stream
_BROKEN = "The model container broke off its stream."
_TOO_LONG = "The model container did not end its stream in time."


class Stream:
    """One answer, asked for at `asked` (of the performance counter).

    `seconds`: what the instance would take for all of it, `first_chunk`: until its first piece came; `sent`: bytes of
    the frames so far; `broke`: it did not come to its end.
    """

    def __init__(
        self, outcome: Outcome, container: Container, others: int, stroke: Stroke, patience: float, asked: float
    ) -> None:
        self._outcome, self._stroke, self._asked = outcome, stroke, asked
        self._environment = container.hosted.environment
        self.sent, self.broke = 0, False
        self.seconds = self.first_chunk = 0.0
        self._first = self._pause = 0.0
        if outcome.work is not None and isinstance(outcome, Streamed):
            pace = container.pace
            self.seconds = pace.seconds(outcome.work, others)
            share = min(1.0, patience / self.seconds) if self.seconds else 0.0
            self._first = pace.first(outcome.work, others) * share + asked - time.perf_counter()
            written = max(1, outcome.work.written)
            self._pause = (self.seconds - pace.first(outcome.work, others)) / written * share
        if "SANDBOX_TOKEN_DELAY" in self._environment:
            self._first, self._pause = 0.0, float(self._environment["SANDBOX_TOKEN_DELAY"])

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield the frames. Raises Cut where the connection is to die."""
        cutter, place, self.broke = Cutter(), 0, True
        await _sleep(self._first)
        try:
            async for chunk in self._chunks():
                if self._broken(place):
                    yield model_stream_error(_BROKEN, "StreamBroken")
                    return
                await _sleep((self._pause if place else 0.0) + self._stroke.stream_pause)
                if not place:
                    self.first_chunk = time.perf_counter() - self._asked
                for frame in cutter.frames(chunk):
                    self.sent += len(frame)
                    yield frame
                place += 1
                if time.perf_counter() - self._asked > STREAM_SECONDS:
                    yield model_stream_error(_TOO_LONG, "ModelInvocationTimeExceeded")
                    return
        except ContainerError as error:
            yield model_stream_error(error.body, "StreamBroken")
            return
        for frame in cutter.rest():
            yield frame
        self.broke = False

    def _broken(self, place: int) -> bool:
        """Whether the stream breaks before its piece of that place. Raises Cut."""
        if place == int(self._environment.get("SANDBOX_STREAM_BREAKS_AFTER", "-1")):
            return True
        work = self._outcome.work
        half = (work.written if work and work.written else 4) // 2
        if not self._stroke.cut or place < max(1, half):
            return False
        if self._stroke.dead:
            raise Cut
        return True

    async def _chunks(self) -> AsyncIterator[bytes]:
        outcome = self._outcome
        if not isinstance(outcome, Streamed):
            yield outcome.body
        elif outcome.relayed:
            async for chunk in _from_thread(outcome.chunks()):
                yield chunk
        else:
            for chunk in outcome.chunks():
                yield chunk


async def _sleep(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


async def _from_thread(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what a blocking iterator yields, as it comes; a thread waits for it, and lets go when nobody listens."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
    left = threading.Event()

    def pump() -> None:
        ended: Exception | None = None
        try:
            for chunk in chunks:
                if left.is_set():
                    break
                loop.call_soon_threadsafe(queue.put_nowait, chunk)
        except ContainerError as error:
            ended = error
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, ended)

    threading.Thread(target=pump, name="sandbox-relay", daemon=True).start()
    try:
        while (chunk := await queue.get()) is not None:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk
    finally:
        left.set()
