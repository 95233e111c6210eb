"""The rooms where one works: Autopilot, fine-tuning, batch transform, notebooks, Studio, and what lies in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.lazy import lazy
from services.rooms_spending import SpendingRooms

if TYPE_CHECKING:
    from services.autopilot import AutopilotService
    from services.objects import ObjectsService
    from services.tables.kept import KeptTables


class WorkingRooms(SpendingRooms):
    """Jobs that read a table or a text and leave something behind, and places to run a notebook."""

    @lazy
    def autopilot(self) -> AutopilotService:
        """AutoML jobs: launched, followed, their candidates used."""
        from services.autopilot import AutopilotService
        from services.autopilot.gateway import AutopilotGateway

        return AutopilotService(
            AutopilotGateway(self.connection.clients), self.catalog, self.access,
            owner=self.owner, now=self.connection.now, objects=lambda: self.objects,
        )  # fmt: skip

    @lazy
    def objects(self) -> ObjectsService:
        """What lies in S3, looked at."""
        from services.objects import ObjectsService
        from services.objects.gateway import ObjectsGateway

        return ObjectsService(ObjectsGateway(self.connection.clients), account=self.connection.identity.account)

    @lazy
    def kept_tables(self) -> KeptTables:
        """Tables people gave, kept under their owner while they are looked at and launched."""
        from services.rooms import once
        from services.tables.kept import KeptTables

        return once((self.folder, "tables"), lambda: KeptTables(self.folder))
