"""Faults over HTTP: what kinds there are and what is set, set one, clear one or all."""

import json
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox import ailments
from sandbox.faults import Fault, fault_of
from sandbox.world import World

PATH = "/_sandbox/faults"
_EXAMPLE = 'send {"kind": "throttling", "rate": 0.5, …}'


class FaultsControl:
    """GET: `{"kinds": […], "set": […]}`. POST a fault: `{"id": …}`. DELETE ?id= (an id or a kind) or all."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        return [
            Route(PATH, self.told, methods=["GET"]),
            Route(PATH, self.set, methods=["POST"]),
            Route(PATH, self.clear, methods=["DELETE"]),
        ]

    async def told(self, _: Request) -> JSONResponse:
        with self._world.lock:
            held = [{"id": name, **asdict(fault)} for name, fault in self._world.faults.list()]
        return JSONResponse({"kinds": ailments.told(), "set": held})

    async def set(self, request: Request) -> JSONResponse:
        try:
            fault = _fault(json.loads(await request.body() or b"{}"))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            return JSONResponse({"error": _why(error)}, 400)
        with self._world.lock:
            name = self._world.faults.set(fault)
        return JSONResponse({"id": name, **asdict(fault)})

    async def clear(self, request: Request) -> JSONResponse:
        name = request.query_params.get("id", "")
        with self._world.lock:
            gone = self._world.faults.remove(name)
        return JSONResponse({"cleared": gone})


def _fault(sent: Any) -> Fault:
    if not isinstance(sent, dict):
        raise TypeError(_EXAMPLE)
    fault = fault_of(sent)
    about = ailments.BY_KIND[fault.kind]
    if fault.value and not about.value_is:
        raise ValueError(f"{fault.kind} takes no value")
    if fault.rate != 1 and not about.by_rate:
        raise ValueError(f"{fault.kind} takes no rate")
    return fault


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"kind is missing: {_EXAMPLE}"
    if isinstance(error, TypeError) and "unexpected keyword" in str(error):
        return f"{str(error).rpartition(' ')[2]} is nothing a fault has: {_EXAMPLE}"
    return str(error)
