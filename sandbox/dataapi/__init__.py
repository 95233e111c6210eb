"""A stand-in for Astra's Data API: collections of JSON documents with vectors, with the real limits.

Good enough for astrapy and for LangChain's vector-store suite. It imports nothing of services and is tested with
astrapy in tests/sandbox/dataapi. Addresses: /api/json/v1/{keyspace}[/{collection}] as on Astra, /v1/… as on other
servers. NumPy is loaded with the first vector. Everything is held in memory, and kept in one file if the sandbox
keeps its state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.dataapi.database import DEFAULT_KEYSPACE, Database, Fault

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from sandbox.world import World

__all__ = ["DEFAULT_KEYSPACE", "Database", "Fault", "routes", "world_routes"]


def routes(database: Database | None = None) -> list[BaseRoute]:
    """The stand-in's routes, for the sandbox's one application. Without a `database` they share a new empty one."""
    from sandbox.dataapi.server import routes as made

    return made(database or Database())


def world_routes(world: World) -> list[BaseRoute]:
    """The routes over what was kept in the world's home, with the faults that are set in it."""
    from sandbox.dataapi.kept import taken_up
    from sandbox.dataapi.server import routes as made
    from sandbox.dataapi.trouble import Troubles

    return made(taken_up(world), Troubles(world).strike)
