"""What came in within the last minute, second by second: auto scaling looks more often than metrics are written."""

from collections import deque
from dataclasses import dataclass

from sandbox.telemetry.tracks import Key

SECONDS = 60  # that are remembered


@dataclass(frozen=True, slots=True)
class Load:
    """What came in of late: `busy_seconds` of model time, `concurrency` on average, `backlog` at this moment."""

    invocations: int
    busy_seconds: float
    concurrency: float
    backlog: int


class Seconds:
    """Invocations and busy microseconds of each second, by track."""

    def __init__(self) -> None:
        self._held: dict[Key, deque[list[float]]] = {}

    def add(self, key: Key, second: int, model_microseconds: float) -> None:
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = deque(maxlen=SECONDS)
        if held and held[-1][0] == second:
            held[-1][1] += 1
            held[-1][2] += model_microseconds
        else:
            held.append([second, 1, model_microseconds])

    def since(self, key: Key, moment: float) -> tuple[int, float]:
        """Return the number of invocations later than `moment`, and their busy seconds."""
        some = [each for each in self._held.get(key, ()) if each[0] > moment]
        return int(sum(each[1] for each in some)), sum(each[2] for each in some) / 1e6

    def clear(self) -> None:
        self._held.clear()
