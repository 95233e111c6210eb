"""Seeds over HTTP: which there are, and fill the sandbox with one."""

import asyncio
import json
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.demo import ongoing
from sandbox.errors import AwsError
from sandbox.scope import DEFAULT_REGION

if TYPE_CHECKING:
    from sandbox.world import World

FIRST = "support-chat-llama"  # the demo's oldest endpoint: where it is, the region has been filled
SEEDS = {"demo": "A made-up account: forty endpoints of five people, a week of traffic, and what it leaves behind."}


class Seeds:
    """GET /_sandbox/seeds?region=: `{"seeds": [{name, about, filled}]}`; POST /_sandbox/seed `{"name", "region"?}`."""

    def __init__(self, world: "World") -> None:
        self._world = world
        ongoing.listen(world)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/_sandbox/seeds", self.told, methods=["GET"]),
            Route("/_sandbox/seed", self.fill, methods=["POST"]),
        ]

    async def told(self, request: Request) -> JSONResponse:
        region = request.query_params.get("region", DEFAULT_REGION)
        with self._world.lock:
            filled = FIRST in self._world.records.shelf("sagemaker/endpoint", region)
        seeds = [{"name": name, "about": about, "filled": filled} for name, about in SEEDS.items()]
        return JSONResponse({"seeds": seeds})

    async def fill(self, request: Request) -> JSONResponse:
        try:
            asked = json.loads(await request.body() or b"{}")
            name, region = str(asked["name"]), str(asked.get("region") or DEFAULT_REGION)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return JSONResponse({"error": 'send {"name": "demo"}'}, 400)
        if name not in SEEDS:
            return JSONResponse({"error": f"There is no seed of that name; there is: {', '.join(SEEDS)}."}, 404)
        from sandbox.demo.week import fill

        try:
            return JSONResponse(await asyncio.to_thread(fill, self._world, region))
        except AwsError as error:
            return JSONResponse({"error": error.message}, error.status)
