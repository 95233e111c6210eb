"""The sandbox's runtime: what `sagemaker-runtime` calls, at /endpoints/{name}/…, with the containers' own payloads."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Match

from sandbox.clock import Clock
from sandbox.hosting import Hosted, Hosting, Telemetry
from sandbox.runtime.engine import Engine
from sandbox.runtime.families import Family, recognise
from sandbox.runtime.refusals import Headers, invalid
from sandbox.runtime.requests import Asked, members
from sandbox.runtime.server import Queue, Runtime
from sandbox.runtime.trouble import Troubles

if TYPE_CHECKING:
    from sandbox.world import World

__all__ = ["Engine", "Family", "recognise", "routes"]


class _Endpoints(BaseRoute):
    """Everything below /endpoints/: the runtime reads the path itself. `bare`: the application without a router."""

    def __init__(self, runtime: Runtime) -> None:
        self.bare = runtime

    def matches(self, scope: MutableMapping[str, Any]) -> tuple[Match, dict[str, Any]]:
        return (Match.FULL if scope["path"].startswith("/endpoints/") else Match.NONE), {}

    async def handle(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        await self.bare(scope, receive, send)


def routes(
    hosting: Hosting, telemetry: Telemetry, engine: Engine | None = None, *, world: "World | None" = None
) -> list[BaseRoute]:
    """Return the runtime's routes over what `hosting` finds; every invocation is told to `telemetry`.

    With a `world` its clock, faults and queue of asynchronous calls are used; without, the clock stands still.
    """
    if engine is None:
        engine = world.engine if world else Engine()
    clock = world.clock if world else Clock(speed=0)
    queue = _queue(world) if world else None
    return [_Endpoints(Runtime(hosting, telemetry, engine, clock, Troubles(world), queue))]


def _queue(world: "World") -> Queue:
    def put(asked: Asked, hosted: Hosted, body: bytes) -> tuple[str, Headers]:
        headers = {f"x-amzn-sagemaker-{name}": value for name, value in asked.headers.items()}
        try:
            request = members(asked.operation, asked.endpoint, headers, body)
        except ValueError as problem:
            raise invalid(str(problem)) from problem
        answer = world.call("sagemaker-runtime", asked.operation, request, hosted.region)
        told = [(b"x-amzn-sagemaker-outputlocation", answer["OutputLocation"].encode())]
        if answer.get("FailureLocation"):
            told.append((b"x-amzn-sagemaker-failurelocation", answer["FailureLocation"].encode()))
        return answer["InferenceId"], told

    return put
