"""The rooms that tell what costs, and end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.lazy import lazy
from services.rooms_asking import AskingRooms

if TYPE_CHECKING:
    from services.cleanup import CleanupService


class SpendingRooms(AskingRooms):
    """Costs, leases, cleaning up, and what is held at all."""

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
