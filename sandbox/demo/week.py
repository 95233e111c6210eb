"""The week itself: what was called when."""

import random
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.demo import cast, experiments, specials, surroundings, traffic
from sandbox.demo.stage import Stage
from sandbox.errors import AwsError
from sandbox.sagemaker.store import ENDPOINT

if TYPE_CHECKING:
    from sandbox.world import World

_FIRST = "support-chat-llama"
_filling = Lock()


class Scene(NamedTuple):
    """What was done so many days ago."""

    days: float
    act: Callable[[Stage], None]


def fill(world: "World", region: str = "us-east-1") -> dict[str, Any]:
    """Fill a world with the demo account and return what there is: {"region", "endpoints", "invocations"}.

    Takes some seconds: call it from a thread of its own. Raises AwsError (Conflict) if it has been filled already.
    """
    with _filling:
        with world.lock:
            _play(world, region)
            endpoints = len(world.service("sagemaker").store.shelf(ENDPOINT, region))
        return {"region": region, "endpoints": endpoints, "invocations": _invoke(world, region)}


def scenes() -> tuple[Scene, ...]:
    """Everything that was done, in the order of time."""
    made = [Scene(part.days, specials.deploying(part)) for part in cast.parts()]
    others = [Scene(*scene) for scene in (*specials.SCENES, *surroundings.SCENES, *experiments.SCENES)]
    return tuple(sorted([*made, *others], key=lambda scene: -scene.days))


def _play(world: "World", region: str) -> None:
    stage = Stage(world, region)
    if _FIRST in world.service("sagemaker").store.shelf(ENDPOINT, region):
        raise AwsError("Conflict", "The demo account is here already. Reset the sandbox to fill it anew.", 409)
    stage.make_role()
    stage.make_bucket(*(cast.weights(part.model) for part in cast.parts()), *specials.KEYS)
    experiments.prepare(stage)
    try:
        for days, act in scenes():
            stage.go_to(days)
            act(stage)
    finally:
        stage.leave()


def _invoke(world: "World", region: str) -> int:
    """Write the week's traffic and return how many invocations it has; a piece at a time, so that others get on."""
    total, now = 0, world.clock.now()
    for part in (*cast.parts(), *specials.BUSY):
        chance, shape = random.Random(part.name), traffic.shape_of(part)
        for at, minutes in traffic.moments(now - part.days * traffic.DAY + 600, traffic.ends(part.traffic, now)):
            count = traffic.invocations(part.traffic, part.peak, at, minutes, chance)
            if count:
                total += traffic.write(world, region, part, at, count, shape, chance)
    return total
