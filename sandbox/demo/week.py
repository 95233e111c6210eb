"""The week itself: what was called when."""

import importlib
import random
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.demo import cast, experiments, ongoing, specials, surroundings, traffic
from sandbox.demo.seeds import FIRST
from sandbox.demo.stage import Stage
from sandbox.errors import AwsError
from sandbox.registry import SERVICES
from sandbox.sagemaker.store import ENDPOINT
from sandbox.scope import ACCOUNT, partition_of

if TYPE_CHECKING:
    from sandbox.world import World

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
        _load(world, region)
        with world.lock:
            _play(world, region)
            endpoints, now = len(world.service("sagemaker").store.shelf(ENDPOINT, region)), world.clock.now()
        invocations = _invoke(world, region, now)
        with world.lock:
            ongoing.begin(world, region, now)
        return {"region": region, "endpoints": endpoints, "invocations": invocations}


def scenes() -> tuple[Scene, ...]:
    """Everything that was done, in the order of time."""
    made = [Scene(part.days, specials.deploying(part)) for part in cast.parts()]
    others = [Scene(*scene) for scene in (*specials.SCENES, *surroundings.SCENES, *experiments.SCENES)]
    return tuple(sorted([*made, *others], key=lambda scene: -scene.days))


def _load(world: "World", region: str) -> None:
    """Load what the week needs, which takes seconds, while nobody has to wait for it."""
    for service in ("iam", "s3"):
        world.moto.backend(service, ACCOUNT, partition_of(region))
    for service in ("ec2", "sns"):
        world.moto.backend(service, ACCOUNT, region)
    for place in SERVICES.values():
        importlib.import_module(place.partition(":")[0])


def _play(world: "World", region: str) -> None:
    stage = Stage(world, region)
    if FIRST in world.service("sagemaker").store.shelf(ENDPOINT, region):
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


def _invoke(world: "World", region: str, now: float) -> int:
    """Write the week's traffic and return how many invocations it has; a piece at a time, so that others get on."""
    total = 0
    for part in (*cast.parts(), *specials.BUSY):
        chance, until = random.Random(part.name), traffic.ends(part.traffic, now)
        for at, minutes in traffic.moments(now - part.days * traffic.DAY + 600, until, now):
            count = traffic.invocations(part.traffic, part.peak, at, minutes, chance)
            if count:
                total += count
                traffic.write(world, region, part, at, minutes, count, chance)
    return total
