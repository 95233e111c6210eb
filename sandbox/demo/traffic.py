"""How many invocations came when: rhythms of the day and of the week, with a little chance from a seed."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.demo.cast import Part
from sandbox.telemetry import Shape

if TYPE_CHECKING:
    from sandbox.world import World

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
_WEEKEND = 0.25  # of a working day's traffic, where people make it

# Of how many invocations one fails, or is refused, at endpoints that have such a trouble.
_FAILS = {"fraud-graph": 0.03, "image-tags": 0.004, "contracts-long-chat": 0.02}
_REFUSES = {"kyc-names": 0.05, "tokenizer-lab": 0.2}
_SECONDS = {
    "tgi": 2.4, "lmi": 2.9, "tei": 0.02, "tei-cpu": 0.07, "huggingface": 0.06, "pytorch": 0.045, "sklearn": 0.008,
    "xgboost": 0.006,
}  # fmt: skip  # what an answer takes, by container
_SPLITS = {"fraud-score": {"current": 0.9, "candidate": 0.1}}  # variants other than AllTraffic, and their shares

Rhythm = Callable[[datetime, random.Random], float]  # the share of the peak


def moments(since: float, until: float, seen: float) -> Iterator[tuple[float, float]]:
    """Yield (minute, minutes it stands for), over by `until`: each one of the three hours before it is `seen`, every
    fifth of the day before, else every 15th."""
    at = since - since % (15 * MINUTE)
    while True:
        age = seen - at
        step = 1 if age <= 3 * HOUR else 5 if age <= DAY else 15
        if at + step * MINUTE > until:
            return
        if at >= since:
            yield at, step
        at += step * MINUTE


def invocations(rhythm: str, peak: float, at: float, minutes: float, chance: random.Random) -> int:
    """Return how many came in `minutes` at that time, in seconds since the epoch (UTC)."""
    kind, _, _ = rhythm.partition("-")
    share = _RHYTHMS[kind](datetime.fromtimestamp(at, UTC), chance)
    return round(max(0.0, peak * minutes * share * chance.uniform(0.8, 1.2)))


def ends(rhythm: str, now: float) -> float:
    """Return when the last invocation came: `stopped-3` has had none for three days."""
    _, _, days = rhythm.partition("-")
    return now - float(days) * DAY if days else now


def shares(name: str) -> dict[str, float]:
    """Return the variants of an endpoint, each with its share of the traffic."""
    return _SPLITS.get(name, {"AllTraffic": 1.0})


def shape_of(part: Part) -> Shape:
    """Return how an ordinary minute of an endpoint looks."""
    return Shape(model_microseconds=_SECONDS[part.container] * 1e6, scatter=0.45 if part.chats else 0.3)


def write(
    world: "World", region: str, part: Part, at: float, minutes: float, count: int, chance: random.Random
) -> None:
    """Write into the minute at `at` what came to an endpoint in so many minutes."""
    shape = shape_of(part)
    slower = 2.2 if chance.random() < 0.01 else 1.0
    for variant, share in shares(part.name).items():
        told = max(1, round(count * share))
        failed = _of(told, _FAILS.get(part.name, 0.0), chance)
        refused = _of(told, _REFUSES.get(part.name, 0.0), chance)
        busy = max(1, round(told / minutes * shape.model_microseconds / 60e6))
        minute = replace(
            shape,
            model_microseconds=shape.model_microseconds * slower,
            failed=failed,
            refused=refused,
            concurrency=busy,
        )
        world.meters.traffic(region, part.name, variant, at, told, minute)


def _of(count: int, share: float, chance: random.Random) -> int:
    """Return how many of `count` have a trouble that a share of all have."""
    return int(count * share + chance.random()) if share else 0


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60


def _bell(at: datetime, middle: float, width: float) -> float:
    away = min(abs(_hour(at) - middle), 24 - abs(_hour(at) - middle))
    return math.exp(-((away / width) ** 2))


def _people(at: datetime) -> float:
    return _WEEKEND if at.weekday() >= 5 else 1.0


def _office(at: datetime, chance: random.Random) -> float:
    return _people(at) * max(0.02, _bell(at, 10.5, 2.2), 0.9 * _bell(at, 15.0, 2.4))


def _evening(at: datetime, chance: random.Random) -> float:
    return max(0.12, _bell(at, 20.0, 3.2), 0.55 * _bell(at, 12.5, 2.5)) * (1.25 if at.weekday() >= 5 else 1.0)


def _night(at: datetime, chance: random.Random) -> float:
    return _bell(at, 2.5, 1.0) if _bell(at, 2.5, 1.0) > 0.05 else 0.0


def _steady(at: datetime, chance: random.Random) -> float:
    return 0.7 + 0.3 * _bell(at, 14.0, 6.0)


def _trickle(at: datetime, chance: random.Random) -> float:
    return 0.5 if chance.random() < 0.04 else 0.0


def _spiky(at: datetime, chance: random.Random) -> float:
    return chance.choice((0.2, 0.5, 1.0)) if 7 <= at.hour < 19 and chance.random() < 0.2 else 0.01


_RHYTHMS: dict[str, Rhythm] = {
    "office": _office, "evening": _evening, "night": _night, "steady": _steady, "trickle": _trickle, "spiky": _spiky,
    "stopped": _office,
}  # fmt: skip
