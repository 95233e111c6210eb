"""Several things at once under one deadline: what is not there in time is left behind, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
Item = TypeVar("Item", bound=Hashable)


def begin(task: Callable[[], T]) -> Future[T]:
    """Run a task in a thread that keeps nobody from leaving; what it gives, or raises, is in the future."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(task())
        except BaseException as error:  # noqa: BLE001 - it reaches whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=run, name="preflight", daemon=True).start()
    return future


def each(ask: Callable[[Item], T], items: Sequence[Item], *, width: int, seconds: float) -> dict[Item, T]:
    """The same question about many things, `width` at a time; what was answered within `seconds`, by item.

    The first error ends it and is raised. Nothing new is asked once the time is over.
    """
    waiting: SimpleQueue[Item] = SimpleQueue()
    for item in items:
        waiting.put(item)
    over = threading.Event()
    answered: dict[Item, T] = {}

    def work() -> None:
        while not over.is_set():
            try:
                item = waiting.get_nowait()
            except Empty:
                return
            try:
                answered[item] = ask(item)
            except Exception:
                over.set()
                raise

    workers = [begin(work) for _ in range(min(width, len(items)))]
    done, _ = wait(workers, timeout=max(0.0, seconds))
    over.set()
    for worker in done:
        worker.result()
    return dict(answered)
