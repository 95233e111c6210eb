"""What a sandbox holds, counted by kind, and its clock: for a person to look at."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.scope import ACCOUNT
from sandbox.world import World

_COUNTED = ("sagemaker/", "application-autoscaling/", "scheduler/schedule", "cloudwatch/alarm")
_NOT_COUNTED = ("/tags", "/activity", "/number", "/run")
_WORDS = {"automl": "AutoML", "config": "configuration"}
_MOTO = {"s3": ("aws", "buckets", "Bucket"), "iam": ("aws", "roles", "Role")}


class Holdings:
    """GET /_sandbox/holdings: `{"now", "speed", "counts": {"Endpoints": 3, …}}`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        return [Route("/_sandbox/holdings", self.told, methods=["GET"])]

    async def told(self, _: Request) -> JSONResponse:
        world = self._world
        with world.lock:
            world.agenda.run_due()
            counts = {
                _noun(kind.partition("/")[2]): number
                for kind, number in world.records.counts().items()
                if kind.startswith(_COUNTED) and not kind.endswith(_NOT_COUNTED)
            }
            now = world.clock.now()
        counts |= {_noun(noun.lower()): number for noun, number in self._of_moto().items()}
        return JSONResponse({"now": now, "speed": world.clock.speed, "counts": dict(sorted(counts.items()))})

    def _of_moto(self) -> dict[str, int]:
        """Counts of what moto holds, of services that were used."""
        found = {}
        for service, (partition, held, noun) in _MOTO.items():
            if service in self._world.moto.loaded:
                found[noun] = len(getattr(self._world.moto.backend(service, ACCOUNT, partition), held))
        return {noun: number for noun, number in found.items() if number}


def _noun(kind: str) -> str:
    words = [_WORDS.get(word, word) for word in kind.split("-")]
    text = " ".join(words)
    plural = f"{text[:-1]}ies" if text.endswith("y") else f"{text}s"
    return plural[0].upper() + plural[1:]
