"""The rooms that tell what costs, and end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.lazy import lazy
from services.rooms import once
from services.rooms_asking import AskingRooms

if TYPE_CHECKING:
    from services.cleanup import CleanupService
    from services.resources import ResourcesService


class SpendingRooms(AskingRooms):
    """Costs, leases, cleaning up, and what is held at all."""

    @lazy
    def resources(self) -> ResourcesService:
        """What the account holds: one reading of it for everybody of this identity."""
        from services.pace import FASTEST, Pace
        from services.resources import ResourcesService
        from services.resources.gateway import ResourcesGateway
        from services.resources.listing import Place

        identity, pace = self.connection.identity, Pace(FASTEST * self.catalog.pace)

        def gateway(region: str) -> ResourcesGateway:
            place = Place(region, identity.account, identity.partition)
            return ResourcesGateway(self.connection.clients.in_region(region), place, pace.wait)

        def make() -> ResourcesService:
            return ResourcesService(
                gateway, pace, account=identity.account, partition=identity.partition, region=identity.region,
                now=self.connection.now,
            )  # fmt: skip

        return once((self.folder, *self.connection.key, "resources"), make)

    @lazy
    def cleanup(self) -> CleanupService:
        """Take-down of what this console made."""
        from services.cleanup import CleanupService
        from services.cleanup.gateway import CleanupGateway

        return CleanupService(
            CleanupGateway(self.connection.clients),
            self.endpoints,
            self.access,
            owner=self.owner,
            library=self.knowledge.library_state,
        )
