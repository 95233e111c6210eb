"""What will happen when: endpoints that become InService, jobs that end, schedules that fire.

An appointment is data (an action's name and a payload), so it outlives a restart; services say with `on` what an
action does. `run_due` carries out what is due, in the order of time, before anybody looks: nobody sees what is over.
"""

import heapq
import math
import traceback
from collections.abc import Callable
from typing import Any

from sandbox.clock import Clock
from sandbox.records import Record, Records

LAST = 4102444800.0  # 2100-01-01: later than that, dates of some services and of Python end
_STEPS = 400  # how often, at the most, what recurs happens while the clock is put forward

Action = Callable[[float, Record], None]  # is told the moment it was due, and the payload


class Agenda:
    """All use happens under the world's lock. `load` is told of a service whose action is due and not known yet,
    `on_done` of each action that was carried out.

    `stride`: seconds that what looks again and again should let pass at least, so that a clock put forward by a week
    is not a week of looks; 0 while it runs. `until`: where the clock was put forward to last, or is being put.
    """

    def __init__(self, clock: Clock, records: Records, load: Callable[[str], object]) -> None:
        self._clock = clock
        self._load = load
        self._shelf = records.shelf("agenda")
        self._actions: dict[str, Action] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._count = 0
        self.stride = 0.0
        self.until = 0.0
        self.on_done: Callable[[str], None] = lambda action: None
        for name, appointment in self._shelf.items():
            self._push(appointment["due"], name)

    def on(self, action: str, act: Action) -> None:
        """Say what an action does; `action` begins with the service ("sagemaker/endpoint")."""
        self._actions[action] = act

    def at(self, due: float, action: str, key: str, **payload: Any) -> None:
        """Appoint an action, or appoint it anew: there is one appointment of an action for a key."""
        name = f"{action} {key}"
        self._shelf[name] = {"due": due, "action": action, "payload": payload}
        self._push(due, name)

    def cancel(self, action: str, key: str) -> None:
        self._shelf.pop(f"{action} {key}", None)

    def due(self, action: str, key: str) -> float | None:
        """Return when the action is appointed for that key, or None."""
        found = self._shelf.get(f"{action} {key}")
        return float(found["due"]) if found else None

    @property
    def next_due(self) -> float:
        """When something is due next; infinite if never."""
        return self._heap[0][0] if self._heap else math.inf

    def run_due(self) -> None:
        """Carry out all that is due by now."""
        while self._heap and self._heap[0][0] <= self._clock.now():
            due, _, name = heapq.heappop(self._heap)
            appointment = self._shelf.get(name)
            if appointment is None or appointment["due"] != due:
                continue  # cancelled, or appointed anew
            del self._shelf[name]
            try:
                self._action(appointment["action"])(due, appointment["payload"])
            except Exception:  # noqa: BLE001 - a mistake of ours in one appointment must not keep the others from theirs
                traceback.print_exc()
            self.on_done(appointment["action"])

    def advance(self, seconds: float, between: Callable[[], None] = lambda: None) -> float:
        """Put the clock forward, stopping at each appointment, and calling `between` them; return the new time.

        ValueError if negative, or if it goes beyond the year 2099.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError("a clock only moves forward")
        target = self._clock.now() + seconds
        if target >= LAST:
            raise ValueError("the sandbox's time ends with the year 2099")
        self.stride, self.until = seconds / _STEPS, target
        try:
            while self.next_due <= target:
                self._clock.put_forward(self.next_due)
                self.run_due()
                between()
        finally:
            self.stride = 0.0
        self._clock.put_forward(target)
        return self._clock.now()

    def clear(self) -> None:
        self._heap.clear()

    def _action(self, action: str) -> Action:
        if action not in self._actions:
            self._load(action.partition("/")[0])
        return self._actions[action]

    def _push(self, due: float, name: str) -> None:
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, name))
