"""The shared read cache: one load for many askers, and never another identity's answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
MAX_ENTRIES = 4096  # a few hundred endpoints with their details, for a dozen identities


class ReadCache:
    """Answers of reading calls, kept for some seconds.

    Askers of one key at the same time share one load. An error reaches all of them and is not remembered. The caller's
    key must begin with `Connection.key`; `Console.cached` sees to that.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max = max_entries
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()

    def get(self, key: tuple[Hashable, ...], ttl_seconds: float, load: Callable[[], T]) -> T:
        """The value of `key`, loaded when it is missing or older than `ttl_seconds`. Raises what `load` raises."""
        with self._lock:
            entry = self._entries.get(key)
            if entry and (not entry[1].done() or self._clock() - entry[0] < ttl_seconds):
                self._entries.move_to_end(key)
                future, mine = entry[1], False
            else:
                future, mine = Future(), True
                self._entries[key] = (self._clock(), future)
                while len(self._entries) > self._max:
                    self._entries.popitem(last=False)
        if mine:
            self._load(key, future, load)
        value: T = future.result()
        return value

    def _load(self, key: Hashable, future: Future[Any], load: Callable[[], Any]) -> None:
        try:
            value = load()
        except BaseException as error:
            with self._lock:
                self._entries.pop(key, None)
            future.set_exception(error)
            raise
        with self._lock:
            if key in self._entries:
                self._entries[key] = (self._clock(), future)
        future.set_result(value)

    def forget(self, prefix: tuple[Hashable, ...]) -> None:
        """Drop every entry whose key begins with `prefix`: after a plan has run, what it changed is read anew."""
        with self._lock:
            for key in [key for key in self._entries if isinstance(key, tuple) and key[: len(prefix)] == prefix]:
                del self._entries[key]
