"""The rooms that tell what costs, and end it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from services.errors import SagedeckError, ServiceFailure
from services.lazy import lazy
from services.rooms import once
from services.rooms_asking import READ_SECONDS, AskingRooms

if TYPE_CHECKING:
    from services.catalog import QuotaLeft
    from services.cleanup import CleaningService, CleanupService, LookingAgain
    from services.costs import Bill
    from services.deploy import DeployRequest
    from services.leases import LeasesService, Schedule
    from services.plans import AwsOperator, Plan
    from services.resources import Holdings, Resource, ResourcesService
    from services.savings import SavingsService

USED_SECONDS = 60.0  # what endpoints use of the quotas, as choosing a model needs it
SCHEDULE_SECONDS, MAY_SECONDS, COLLECTION_SECONDS = 30.0, 600.0, 10.0


class SpendingRooms(AskingRooms):
    """Costs, leases, cleaning up, and what is held at all."""

    @lazy
    def resources(self) -> ResourcesService:
        """What the account holds: one reading of it for everybody of this identity."""
        from services.pace import FASTEST, Pace
        from services.resources import Place, ResourcesService
        from services.resources.gateway import ResourcesGateway
        from services.resources.reading import Reading

        identity, rate = self.connection.identity, FASTEST * self.catalog.pace
        own = (self.folder, *self.connection.key)

        def gateway(region: str) -> ResourcesGateway:
            place = Place(region or identity.region, identity.account, identity.partition)
            pace = once((*own, "pace", place.region), lambda: Pace(rate))
            return ResourcesGateway(self.connection.clients.in_region(place.region), place, pace)

        reading = once((*own, "resources"), lambda: Reading(gateway, now=self.connection.now))
        reading.use(gateway)
        listed = ("resources", "collections", self.owner)
        return ResourcesService(
            reading, account=identity.account, partition=identity.partition, region=identity.region,
            library=lambda: self.cached(listed, COLLECTION_SECONDS, self._collections),
            offered=self.connection.clients.offered,
        )  # fmt: skip

    def _collections(self) -> tuple[Resource, ...]:
        """The owner's collections, as far as they are known without asking Astra."""
        from services.access import tag_value
        from services.knowledge import StoreKind
        from services.resources import MADE_BY, OWNER, Key, Kind, Resource

        kinds = {StoreKind.ASTRA: Kind.COLLECTION, StoreKind.LOCAL: Kind.LIBRARY}
        ours = {MADE_BY: "sagedeck", OWNER: tag_value(self.owner)}
        return tuple(
            Resource(key=Key(kinds[store], name), described=True, tags=ours if made else {},
                     about=f"{count} document{'s' if count != 1 else ''}")
            for store, name, made, count in self.knowledge.known_collections()
        )  # fmt: skip

    @lazy
    def leases(self) -> LeasesService:
        """The agreed ends of endpoints."""
        from services.leases import Asking, LeasesService
        from services.leases.gateway import LeasesGateway

        asking = Asking(self.connection.identity.arn, self.owner)
        return LeasesService(
            LeasesGateway(self.connection.clients), self.endpoints, self.changes, self.access, self.catalog,
            asking=asking, now=self.connection.now,
        )  # fmt: skip

    def keep_leases(self, plan: Plan, requests: tuple[DeployRequest, ...]) -> Plan:
        """A plan that deploys, with what keeps to the leases of its endpoints; asks nobody where none has an end."""
        if not any(each.lease_ends for each in requests):
            return plan
        return self.leases.keep(plan, requests, self.why_not_scheduled)

    def lease_schedules(self) -> tuple[Schedule, ...]:
        """The schedules that keep to leases, read twice a minute at most. Raises PermissionDenied and the like."""
        return self.cached(("leases", "schedules"), SCHEDULE_SECONDS, self.leases.schedules)

    def why_not_scheduled(self) -> str:
        """Why AWS cannot be asked to keep to leases, "" it can: asked of IAM every ten minutes at most."""
        return self.cached(("leases", "may"), MAY_SECONDS, self.leases.why_not_scheduled)

    @lazy
    def savings(self) -> SavingsService:
        """What could be saved: idle, oversized, orphaned."""
        from services.savings import SavingsService
        from services.savings.activity import StudioActivity
        from services.savings.gateway import SavingsGateway
        from services.savings.keeping import Keeping

        identity, clients = self.connection.identity, self.connection.clients
        gateway = SavingsGateway(clients.in_region, self.resources.pace.wait)
        keeping = Keeping(self.state, f"{identity.partition}/{identity.account}", self.owner)
        return SavingsService(
            self.resources, self.inventory, self.metrics, self.catalog, StudioActivity(gateway), keeping,
            quota=self.quota_left, now=self.connection.now,
        )  # fmt: skip

    @lazy
    def cleaning(self) -> CleaningService:
        """Cleaning up of whatever an account holds."""
        from services.cleanup import CleaningService

        return CleaningService(
            self.resources, self.access, owner=self.owner, home=self.connection.identity.region,
            bill=self.priced, library=self.knowledge.library_state, pace=self.catalog.pace,
        )  # fmt: skip

    def priced(self, held: Holdings) -> Bill:
        """What is held, as a bill; nothing is asked for it."""
        from services.costs.billing import bill

        return bill(held, self.catalog)

    @lazy
    def operators(self) -> dict[str, tuple[AwsOperator, LookingAgain]]:
        """By region: who asks AWS for what plans change, and who looks again before something goes."""
        return {}

    def changing(self, region: str = "") -> tuple[AwsOperator, LookingAgain]:
        """Those of a region, "" the connection's; all of an identity keep one pace there."""
        from services.cleanup import LookingAgain
        from services.pace import FASTEST, Pace
        from services.plans import AwsOperator

        with self.lock:
            if region not in self.operators:
                clients = self.connection.clients.in_region(region) if region else self.connection.clients
                own = (self.folder, *self.connection.key, "changing", region)
                operator = AwsOperator(clients, once(own, lambda: Pace(FASTEST * self.catalog.pace)))
                self.operators[region] = (operator, LookingAgain(operator))
            return self.operators[region]

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

    def quota_left(self) -> QuotaLeft:
        """How many more instances of a type may run here: its quota less what endpoints use; None not known.

        Reads the quotas where none are kept, which takes some seconds, and every endpoint; not for a page's path.
        """
        try:
            used: Counter[str] | None = self.cached(("quota", "used"), USED_SECONDS, self._used)
        except SagedeckError:
            used = None  # endpoints may not be looked at; that is not kept

        def left(instance_type: str) -> float | None:
            limit = self.quotas.limit(instance_type).limit
            return None if limit is None or used is None else limit - used[instance_type]

        return left

    def _used(self) -> Counter[str]:
        """Instances in use by type."""
        used: Counter[str] = Counter()
        looked = self.inventory.settled(READ_SECONDS)
        if not looked.complete or looked.failed or looked.problem:
            raise looked.problem or ServiceFailure("Not every endpoint could be read.", "", "Try again in a minute.")
        for detail in looked.details.values():
            for variant in detail.variants:
                used[variant.instance_type] += max(variant.count, variant.desired)
        return used
