"""AutoML jobs as pages and the command line see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from services.access import AccessService
from services.autopilot.launching.examining import Examiner
from services.autopilot.launching.service import Launching
from services.autopilot.models import Job
from services.autopilot.watching.service import Watching
from services.catalog import CatalogService

if TYPE_CHECKING:
    from services.autopilot.gateway import AutopilotGateway
    from services.autopilot.launching.gateway import LaunchingGateway
    from services.objects import ObjectsService
    from services.tables.kept import KeptTables


class AutopilotService(Watching, Launching):
    """AutoML jobs of one account and region. `now` is the other side's clock, in seconds since 1970."""

    def __init__(
        self,
        gateway: AutopilotGateway,
        catalog: CatalogService,
        access: AccessService,
        *,
        owner: str,
        now: Callable[[], float],
        objects: Callable[[], ObjectsService],
        launching: LaunchingGateway,
        tables: Callable[[], KeptTables],
    ) -> None:
        self._gateway, self._catalog, self._access = gateway, catalog, access
        self._owner, self._now, self.objects = owner, now, objects
        self._launching, self._examiner = launching, Examiner(owner, objects, tables)

    def list_jobs(self) -> tuple[Job, ...]:
        """The AutoML jobs of this region, the newest first, by list calls alone. Raises PermissionDenied."""
        return self._gateway.list_jobs()

    def describe(self, name: str) -> Job:
        """One job as it stands. Raises NotFound."""
        return self._gateway.describe(name)
