"""The Data API's faults, as those who set them asked (`sandbox.faults`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.dataapi.database import too_many_collections
from sandbox.dataapi.refusals import MAX_COLLECTIONS, of_status
from sandbox.faults import Kind

if TYPE_CHECKING:
    from sandbox.world import World

SERVICE = "dataapi"
_STATUSES = {Kind.ASTRA_UNAUTHORIZED: 401, Kind.ASTRA_RATE_LIMIT: 429, Kind.ASTRA_HIBERNATED: 503}


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
            struck = next((kind for kind in _STATUSES if self._world.faults.strikes(kind, **about)), None)
            full = creating and self._world.faults.strikes(Kind.ASTRA_TOO_MANY_COLLECTIONS, **about)
        if struck:
            raise of_status(_STATUSES[struck])
        if full:
            raise too_many_collections(str(body.get("name")), MAX_COLLECTIONS)
