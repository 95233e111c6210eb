"""The sandbox's runtime: what `sagemaker-runtime` calls, at /endpoints/{name}/…, with the containers' own payloads."""

from starlette.routing import BaseRoute, Route

from sandbox.hosting import Hosting, Telemetry
from sandbox.runtime.engine import Engine
from sandbox.runtime.families import Family, recognise
from sandbox.runtime.server import Runtime

__all__ = ["Engine", "Family", "recognise", "routes"]


def routes(hosting: Hosting, telemetry: Telemetry, engine: Engine | None = None) -> list[BaseRoute]:
    """Return the runtime's routes over what `hosting` finds; every invocation is told to `telemetry`."""
    runtime = Runtime(hosting, telemetry, engine or Engine())
    return [
        Route("/endpoints/{name}/invocations", runtime.invoke, methods=["POST"]),
        Route("/endpoints/{name}/invocations-response-stream", runtime.stream, methods=["POST"]),
        Route("/endpoints/{name}/async-invocations", runtime.refuse_async, methods=["POST"]),
    ]
