"""The sandbox's own routes under /_sandbox: is it up, what does it hold, move its clock, forget everything."""

import json
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.clock import Clock
from sandbox.sagemaker.service import SageMaker
from sandbox.sagemaker.store import Store


class Control:
    """Answers for a sandbox; `reset` forgets everything but the clock."""

    def __init__(
        self,
        store: Store,
        sagemaker: SageMaker,
        reset: Callable[[], None],
        moto_services: Callable[[], tuple[str, ...]],
    ) -> None:
        self._store = store
        self._clock: Clock = store.clock
        self._operations = sagemaker.operations
        self._reset = reset
        self._moto_services = moto_services
        self._began = time.monotonic()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/_sandbox/health", self.health, methods=["GET"]),
            Route("/_sandbox/status", self.status, methods=["GET"]),
            Route("/_sandbox/advance", self.advance, methods=["POST"]),
            Route("/_sandbox/reset", self.reset, methods=["POST"]),
            Route("/moto-api/reset", self.reset, methods=["POST"]),
        ]

    async def health(self, _: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "version": _version(), "uptime": round(time.monotonic() - self._began, 3)})

    async def status(self, _: Request) -> JSONResponse:
        with self._store.lock:
            endpoints = [
                {"region": region.name, "name": e.name, "status": e.status, "config": e.configuration.name}
                for region in self._store.regions()
                for e in region.endpoints.values()
            ]
        simulated: dict[str, Any] = {"sagemaker": list(self._operations), "moto": list(self._moto_services())}
        clock = {"speed": self._clock.speed, "stands_still": self._clock.stands_still, "now": self._clock.now()}
        return JSONResponse({"endpoints": endpoints, "simulated": simulated, **clock})

    async def advance(self, request: Request) -> JSONResponse:
        try:
            seconds = float(json.loads(await request.body() or b"{}")["seconds"])
            return JSONResponse({"now": self._clock.advance(seconds)})
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
