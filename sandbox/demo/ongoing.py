"""The traffic of the made-up account goes on while the sandbox runs, so that its charts, alarms and scaling do too.

It ends with its endpoint. What a sandbox that was stopped missed is made up for, an hour's worth at a look.
"""

import random
from functools import cache, partial
from typing import TYPE_CHECKING

from sandbox.demo import cast, specials, traffic
from sandbox.demo.cast import Part
from sandbox.demo.traffic import DAY, HOUR, MINUTE
from sandbox.hosting import SERVING
from sandbox.records import Record
from sandbox.sagemaker.store import ENDPOINT
from sandbox.telemetry.metrics import Metric, dimensions_of

if TYPE_CHECKING:
    from sandbox.world import World

ACTION = "demo/traffic"
_SOON = 1.0  # seconds until the next look where there is more to make up for


def begin(world: "World", region: str, since: float) -> None:
    """Appoint what comes from the minute of `since` (seconds since the epoch) on, an endpoint a second, so that none
    has to wait long. Call it under the world's lock."""
    listen(world)
    minute = since - since % MINUTE
    for number, name in enumerate(_parts()):
        _appoint(world, region, name, minute + MINUTE + number, minute)


def listen(world: "World") -> None:
    """Let the world know what to do at these appointments: some may be from before a restart."""
    world.agenda.on(ACTION, partial(_go_on, world))


def _appoint(world: "World", region: str, name: str, due: float, since: float) -> None:
    world.agenda.at(due, ACTION, f"{region}/{name}", region=region, name=name, since=since)


def _go_on(world: "World", due: float, payload: Record) -> None:
    """Write what came to an endpoint since the last look."""
    region, name, since = payload["region"], payload["name"], payload["since"]
    part, endpoint = _parts()[name], world.service("sagemaker").store.shelf(ENDPOINT, region).get(name)
    if endpoint is None:
        return
    stride, now = world.agenda.stride, world.clock.now()
    until = now if stride else min(now, since + HOUR)
    seen = now + DAY if stride > MINUTE else now  # of a week that is skipped nobody looks at the minutes
    for at, minutes in traffic.moments(since, until, seen):
        since = at + minutes * MINUTE
        chance = random.Random(f"{name} {at}")
        count = traffic.invocations(part.traffic, part.peak, at, minutes, chance)
        if count and endpoint["status"] in SERVING and not _called(world, region, name, at):
            traffic.write(world, region, part, at, minutes, count, chance)
    behind = now - since > HOUR
    _appoint(world, region, name, now + (_SOON if behind else max(MINUTE, stride)), since)


def _called(world: "World", region: str, name: str, at: float) -> bool:
    """Whether somebody really called the endpoint in the minute at `at`, which is then left as it is."""
    for variant in traffic.shares(name):
        dimensions = dimensions_of((("EndpointName", name), ("VariantName", variant)))
        if len(world.meters.points(region, Metric("AWS/SageMaker", "Invocations", dimensions), at, at + MINUTE)):
            return True
    return False


@cache
def _parts() -> dict[str, Part]:
    return {part.name: part for part in (*cast.parts(), *specials.BUSY) if "-" not in part.traffic}
