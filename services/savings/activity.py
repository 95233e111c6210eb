"""When apps of Studio were last used: read one by one behind what is shown, and kept for some minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from services.errors import SagedeckError
from services.resources import Holdings, Key, Kind, Resource
from services.savings.workspaces import LastUsed

if TYPE_CHECKING:
    from services.savings.gateway import SavingsGateway

KEEP_SECONDS = 600.0


class StudioActivity:
    """Looks at each app that runs once in some minutes. Safe between threads."""

    def __init__(self, gateway: SavingsGateway, clock: Callable[[], float] = time.monotonic) -> None:
        self._gateway, self._clock = gateway, clock
        self._used: dict[Key, LastUsed] = {}
        self._read: dict[Key, float] = {}
        self._reading = False
        self._changed = threading.Condition()

    def known(self, held: Holdings) -> Mapping[Key, LastUsed]:
        """What is known now; what is not is read behind it. An app that may not be looked at is not in it."""
        with self._changed:
            missing = self._missing(held)
            if missing and not self._reading:
                self._reading = True
                threading.Thread(target=self._fill, args=(missing,), name="studio-activity", daemon=True).start()
            return dict(self._used)

    def waiting(self, held: Holdings) -> int:
        """How many are still to be looked at."""
        with self._changed:
            return len(self._missing(held))

    def settled(self, held: Holdings, seconds: float) -> None:
        """Wait until all are looked at, so many seconds at most."""
        self.known(held)
        with self._changed:
            self._changed.wait_for(lambda: not self._reading, seconds)

    def forget(self) -> None:
        """Look anew the next time."""
        with self._changed:
            self._read.clear()

    def _missing(self, held: Holdings) -> list[Resource]:
        oldest = self._clock() - KEEP_SECONDS
        running = (each for each in held.of(Kind.APP) if each.status == "InService" and each.machines)
        return [each for each in running if self._read.get(each.key, -1e9) < oldest]

    def _fill(self, wanted: list[Resource]) -> None:
        try:
            for each in wanted:
                self._one(each)
        finally:
            with self._changed:
                self._reading = False
                self._changed.notify_all()

    def _one(self, each: Resource) -> None:
        try:
            used = self._gateway.last_used(each)
        except SagedeckError:
            used = None  # it stays unknown, and is said to be
        with self._changed:
            self._read[each.key] = self._clock()
            if used is None:
                self._used.pop(each.key, None)
            else:
                self._used[each.key] = used
