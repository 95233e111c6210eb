"""The sandbox's own routes under /_sandbox: is it up, what does it hold, move its clock, forget everything."""

import json
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.faults_control import FaultsControl
from sandbox.world import World


class Control:
    """Answers for a sandbox; `reset` forgets everything but the clock."""

    def __init__(self, world: World, reset: Callable[[], None]) -> None:
        self._world = world
        self._reset = reset
        self._began = time.monotonic()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/_sandbox/health", self.health, methods=["GET"]),
            Route("/_sandbox/status", self.status, methods=["GET"]),
            Route("/_sandbox/advance", self.advance, methods=["POST"]),
            Route("/_sandbox/reset", self.reset, methods=["POST"]),
            Route("/moto-api/reset", self.reset, methods=["POST"]),
            *FaultsControl(self._world).routes(),
        ]

    async def health(self, _: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "version": _version(), "uptime": round(time.monotonic() - self._began, 3)})

    async def status(self, _: Request) -> JSONResponse:
        world, clock = self._world, self._world.clock
        with world.lock:
            world.agenda.run_due()
            sagemaker = world.service("sagemaker")
            endpoints = [
                {"region": region.name, "name": e.name, "status": e.status, "config": e.configuration.name}
                for region in sagemaker.store.regions()
                for e in region.endpoints.values()
            ]
        simulated: dict[str, Any] = {"sagemaker": list(sagemaker.operations), "moto": list(world.moto.loaded)}
        told = {"speed": clock.speed, "stands_still": clock.stands_still, "now": clock.now(), "ahead": clock.ahead}
        return JSONResponse({"endpoints": endpoints, "simulated": simulated, **told})

    async def advance(self, request: Request) -> JSONResponse:
        try:
            seconds = float(json.loads(await request.body() or b"{}")["seconds"])
            return JSONResponse({"now": self._world.advance(seconds)})
        except (KeyError, TypeError):
            return JSONResponse({"error": 'send {"seconds": N}'}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    async def reset(self, _: Request) -> JSONResponse:
        self._reset()
        return JSONResponse({"status": "ok"})


def _version() -> str:
    try:
        return version("sagedeck")
    except PackageNotFoundError:
        return "0"
