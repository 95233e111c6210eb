"""A few worker processes, shared by everybody in this console, each replaced when a file was too much for it.

Two work at a time. Somebody whose files all wait behind another's slow ones gets a guest worker, so that nobody's
hostile file holds up anybody else.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.documents.limits import MEGABYTE, Limits
from services.documents.wire import IDLE_SECONDS, LENGTH, OUT_OF_MEMORY, pack

SIZE = 2
"""Workers at a time: the console is made for two cores, and a worker that has read a PDF holds about 60 MB."""

GUESTS = 2
"""Further workers, only for people who have none at work."""

FILES_FOR_ONE = 100
"""Files after which a worker is replaced, so that what libraries keep in memory does not pile up."""

ANSWER_BYTES = 256 * MEGABYTE
"""Longest answer taken from a worker: the longest text there may be, with room for its spelling in JSON."""

KEPT_BYTES = 160 * MEGABYTE
"""Resident size above which a worker is replaced after its file; reading ordinary PDFs leaves one at 60 MB."""

BLOCK = 256 * 1024
WATCH_SECONDS = 0.2
ROOT = Path(__file__).parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class WorkerLost(Exception):
    """The worker ended without an answer; `why` is "time", "memory", "crash", or "idle" if it had just gone home."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Worker:
    """One process with a group of its own, and its pipes."""

    def __init__(self, idle: float = IDLE_SECONDS, watch_memory: bool = sys.platform != "linux") -> None:
        """Start it with a bare environment: what reads strangers' files has no credentials to lose.

        `watch_memory` looks at the resident size five times a second, for systems that do not keep to RLIMIT_AS.
        """
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "services.documents.worker", str(idle)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
            bufsize=0,
        )
        self.watch_memory = watch_memory
        self.files = 0

    @property
    def alive(self) -> bool:
        """Whether it can take another task."""
        return self.process.poll() is None and self.files < FILES_FOR_ONE

    def ask(self, message: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Send a task and return the answer; raises WorkerLost, after which the process has ended."""
        assert self.process.stdin
        deadline = time.monotonic() + limits.seconds
        self.files += 1
        try:
            self.process.stdin.write(pack({**message, "limits": asdict(limits)}))
            length = LENGTH.unpack(self._take(LENGTH.size, deadline, limits))[0]
            if length > ANSWER_BYTES:
                raise WorkerLost("memory")
            answer: dict[str, Any] = json.loads(self._take(length, deadline, limits))
        except BrokenPipeError:
            self.end()
            raise WorkerLost("idle") from None
        except BaseException:
            self.end()
            raise
        return answer

    def end(self) -> None:
        """End the whole group at once and take its pipes away."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def _take(self, length: int, deadline: float, limits: Limits) -> bytes:
        """Return so many bytes of the answer, waiting no longer than the deadline."""
        assert self.process.stdout
        place, data = self.process.stdout.fileno(), bytearray()
        while len(data) < length:
            left = deadline - time.monotonic()
            if left <= 0:
                raise WorkerLost("time")
            if select.select([place], [], [], min(left, WATCH_SECONDS) if self.watch_memory else left)[0]:
                block = os.read(place, min(BLOCK, length - len(data)))
                if not block:
                    raise WorkerLost(self._why())
                data += block
            elif self.watch_memory and self.resident() > limits.memory_bytes:
                raise WorkerLost("memory")
        return bytes(data)

    def _why(self) -> str:
        """Return why the process has ended by itself."""
        status = self.process.wait()
        if status == 0:
            return "idle"
        if status in (-signal.SIGXCPU, -signal.SIGALRM):
            return "time"
        return "memory" if status == OUT_OF_MEMORY else "crash"

    def resident(self) -> int:
        """Return the process's resident size in bytes, 0 if it has ended."""
        import psutil

        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0


class Pool:
    """Lends workers to threads; fair between owners."""

    def __init__(self, size: int = SIZE, guests: int = GUESTS, idle: float = IDLE_SECONDS) -> None:
        self.size, self.guests, self.idle = size, guests, idle
        self.changed = threading.Condition()
        self.waiting: list[Worker] = []
        self.working: set[Worker] = set()
        self.owners: Counter[str] = Counter()
        self.closed = False
        weakref.finalize(self, _end_all, self.waiting, self.working)

    def ask(self, message: dict[str, Any], limits: Limits, owner: str = "") -> dict[str, Any]:
        """Have a worker do a task; raises WorkerLost with "time", "memory" or "crash"."""
        for _ in range(3):
            with self._lent(owner) as worker:
                try:
                    return worker.ask(message, limits)
                except WorkerLost as lost:
                    if lost.why != "idle":
                        raise
        raise WorkerLost("crash")

    def close(self) -> None:
        """End all workers; a file that is being read is refused, and so is every later one."""
        with self.changed:
            self.closed = True
            ending = [*self.waiting, *self.working]
            self.waiting.clear()
            self.changed.notify_all()
        for worker in ending:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(worker.process.pid, signal.SIGKILL)
            if worker not in self.working:
                worker.end()

    @contextmanager
    def _lent(self, owner: str) -> Iterator[Worker]:
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self._may_work(owner))
            if self.closed:
                raise WorkerLost("crash")
            try:
                worker = self._next()
            except OSError:  # no process to be had
                raise WorkerLost("crash") from None
            self.owners[owner] += 1
            self.working.add(worker)
        try:
            yield worker
        finally:
            self._take_back(worker, owner)

    def _may_work(self, owner: str) -> bool:
        busy = len(self.working)
        return busy < self.size or (not self.owners[owner] and busy < self.size + self.guests)

    def _next(self) -> Worker:
        """Return a worker that waits, the latest first so that others can go home, or a new one."""
        while self.waiting:
            worker = self.waiting.pop()
            if worker.alive:
                return worker
            worker.end()
        return Worker(self.idle)

    def _take_back(self, worker: Worker, owner: str) -> None:
        small = worker.alive and worker.resident() <= KEPT_BYTES
        with self.changed:
            self.working.discard(worker)
            self.owners[owner] -= 1
            if not self.owners[owner]:
                del self.owners[owner]
            keep = not self.closed and small and len(self.waiting) < self.size
            if keep:
                self.waiting.append(worker)
            self.changed.notify_all()
        if not keep:
            worker.end()


def _end_all(waiting: list[Worker], working: set[Worker]) -> None:
    """End what is left when nobody holds the pool any more, or the console ends."""
    for worker in (*waiting, *working):
        worker.end()
    waiting.clear()
