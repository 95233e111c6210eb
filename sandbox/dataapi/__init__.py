"""A stand-in for Astra's Data API: collections of JSON documents with vectors, in memory, with the real limits.

Good enough for astrapy and for LangChain's vector-store suite. It imports nothing of services and is tested with
astrapy in tests/sandbox/dataapi. Addresses: /api/json/v1/{keyspace}[/{collection}] as on Astra, /v1/… as on other
servers. NumPy is loaded with the first vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.dataapi.database import DEFAULT_KEYSPACE, Database, Fault

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

__all__ = ["DEFAULT_KEYSPACE", "Database", "Fault", "routes"]


def routes(database: Database | None = None) -> list[BaseRoute]:
    """The stand-in's routes, for the sandbox's one application. Without a `database` they share a new empty one."""
    from sandbox.dataapi.server import routes as made

    return made(database or Database())
