"""The Data API's faults, as those who set them asked (`sandbox.faults`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.dataapi.database import too_many_collections
from sandbox.dataapi.refusals import MAX_COLLECTIONS, Refusal
from sandbox.faults import Kind

if TYPE_CHECKING:
    from sandbox.world import World

SERVICE = "dataapi"
_REFUSED = {
    Kind.ASTRA_UNAUTHORIZED: (
        "UNAUTHENTICATED_REQUEST", "Authentication failed for request due to invalid token.", 401),
    Kind.ASTRA_RATE_LIMIT: ("TOO_MANY_REQUESTS", "Rate limit reached, slow down.", 429),
    Kind.ASTRA_HIBERNATED: ("SERVER_UNAVAILABLE", "Resuming your database, please try again shortly.", 503),
}  # fmt: skip


class NoTroubles:
    """For a stand-in that has no world."""

    def strike(self, command: str, body: Mapping[str, Any], collection: str) -> None:
        return


class Troubles:
    """The faults of a world, asked for each command."""

    def __init__(self, world: World) -> None:
        self._world = world

    def strike(self, command: str, body: Mapping[str, Any], collection: str) -> None:
        """Raise the Refusal that the command meets, if any."""
        if not self._world.faults.any():
            return
        creating = command == "createCollection"
        about = {
            "service": SERVICE,
            "operation": command,
            "resource": str(body.get("name")) if creating else collection,
        }
        with self._world.lock:
            struck = next((kind for kind in _REFUSED if self._world.faults.strikes(kind, **about)), None)
            full = creating and self._world.faults.strikes(Kind.ASTRA_TOO_MANY_COLLECTIONS, **about)
        if struck:
            raise Refusal(*_REFUSED[struck])
        if full:
            raise too_many_collections(str(body.get("name")), MAX_COLLECTIONS)
