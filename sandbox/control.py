"""The sandbox's own routes under /_sandbox: is it up, what does it hold, move its clock, forget everything."""

import asyncio
import json
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.demo.seeds import Seeds
from sandbox.faults_control import FaultsControl
from sandbox.holdings import Holdings
from sandbox.world import World


class Control:
    """Answers for a sandbox; `reset` forgets everything but the clock."""

    def __init__(self, world: World, reset: Callable[[], None]) -> None:
        self._world = world
        self._reset = reset
        self._began = time.monotonic()
        self._version = _version()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/_sandbox/health", self.health, methods=["GET"]),
            Route("/_sandbox/status", self.status, methods=["GET"]),
            Route("/_sandbox/advance", self.advance, methods=["POST"]),
            Route("/_sandbox/reset", self.reset, methods=["POST"]),
            Route("/moto-api/reset", self.reset, methods=["POST"]),
            *FaultsControl(self._world).routes(),
            *Holdings(self._world).routes(),
            *Seeds(self._world).routes(),
        ]

    async def health(self, _: Request) -> JSONResponse:
        told: dict[str, Any] = {"uptime": round(time.monotonic() - self._began, 3), "now": self._world.clock.now()}
        told["home"] = str(self._world.home or "")
        return JSONResponse({"ok": True, "version": self._version, **told})

    async def status(self, _: Request) -> JSONResponse:
        world, clock = self._world, self._world.clock
        with world.lock:
            world.agenda.run_due()
            sagemaker = world.service("sagemaker")
            endpoints = list(sagemaker.standing())
        simulated: dict[str, Any] = {"sagemaker": list(sagemaker.operations), "moto": list(world.moto.loaded)}
        told = {"speed": clock.speed, "stands_still": clock.stands_still, "now": clock.now(), "ahead": clock.ahead}
        saved = world.records.saved and world.moto.saved
        kept = {"home": str(world.home or ""), "saved": saved, "problems": dict(world.moto.problems)}
        return JSONResponse({"endpoints": endpoints, "simulated": simulated, "state": kept, **told})

    async def advance(self, request: Request) -> JSONResponse:
        try:
            seconds = float(json.loads(await request.body() or b"{}")["seconds"])
            return JSONResponse({"now": await asyncio.to_thread(self._world.advance, seconds)})
        except (KeyError, TypeError, OverflowError, RecursionError):
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
