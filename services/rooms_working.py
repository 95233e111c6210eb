"""The rooms where one works: Autopilot, fine-tuning, batch transform, notebooks, Studio, and what lies in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.lazy import lazy
from services.rooms import once
from services.rooms_spending import SpendingRooms

if TYPE_CHECKING:
    from services.autopilot import AutopilotService
    from services.autopilot.using.batch_predicting import BatchPredictions
    from services.autopilot.using.predicting import Predictions
    from services.batch import BatchService
    from services.batch.keeping import KeptInputs
    from services.leases import NotebookLeases
    from services.notebooks import NotebooksService
    from services.objects import ObjectsService
    from services.resources import Holdings
    from services.resources.networks import Network
    from services.studio import StudioService
    from services.tables.kept import KeptTables
    from services.tables.looks import TableLooks
    from services.tuning import TuningService

NETWORK_SECONDS, LISTED_SECONDS = 60.0, 60.0


class WorkingRooms(SpendingRooms):
    """Jobs that read a table or a text and leave something behind, and places to run a notebook."""

    @lazy
    def autopilot(self) -> AutopilotService:
        """AutoML jobs: launched, followed, their candidates used."""
        from services.autopilot import AutopilotService
        from services.autopilot.gateway import AutopilotGateway
        from services.autopilot.launching.gateway import LaunchingGateway

        return AutopilotService(
            AutopilotGateway(self.connection.clients), self.catalog, self.access,
            owner=self.owner, now=self.connection.now, objects=lambda: self.objects,
            launching=LaunchingGateway(self.connection.clients), tables=lambda: self.kept_tables,
        )  # fmt: skip

    @lazy
    def predictions(self) -> Predictions:
        """Predictions of the endpoints of AutoML jobs."""
        from services.autopilot.gateway import AutopilotGateway
        from services.autopilot.using.predicting import Predictions

        return Predictions(
            self.inference, lambda: self.objects, AutopilotGateway(self.connection.clients), self.jobs,
            folder=self.folder, owner=self.owner,
        )  # fmt: skip

    @lazy
    def batch_predictions(self) -> BatchPredictions:
        """Predictions of candidates of AutoML jobs by transform jobs."""
        from services.autopilot.using.batch_predicting import BatchPredictions

        return BatchPredictions(
            self.predictions, self.deploy, self.batch, lambda: self.objects,
            partition=self.connection.identity.partition,
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

    @lazy
    def table_looks(self) -> TableLooks:
        """What the doctor and the statistics say of kept tables, worked out in the background."""
        from services.rooms import once
        from services.tables.looks import TableLooks

        return once((self.folder, "table looks"), lambda: TableLooks(self.jobs, self.kept_tables))

    @lazy
    def notebooks(self) -> NotebooksService:
        """Notebook instances."""
        from services.notebooks import NotebooksService
        from services.notebooks.gateway import NotebooksGateway

        gateway = NotebooksGateway(self.connection.clients)
        return NotebooksService(gateway, self.access, self.catalog, self._networks, self._ends, owner=self.owner)

    def _ends(self) -> NotebookLeases:
        """The agreed ends of notebook instances."""
        from services.leases import NotebookLeases

        return NotebookLeases(self.leases, self.why_not_scheduled, self.catalog.pace)

    @lazy
    def studio(self) -> StudioService:
        """Studio: domains, people, spaces and apps."""
        from services.studio import StudioService
        from services.studio.gateway import StudioGateway

        gateway = StudioGateway(self.connection.clients)
        return StudioService(gateway, self.access, self.catalog, self._listed, self._networks, owner=self.owner)

    def _listed(self) -> Holdings:
        """What is held, once every list has been read."""
        return self.resources.settled(LISTED_SECONDS, until=lambda held: not held.listing)

    def _networks(self) -> tuple[Network, ...]:
        """The VPCs of the region, read once a minute at most."""
        from services.resources.network_gateway import NetworkGateway

        return self.cached(("networks",), NETWORK_SECONDS, NetworkGateway(self.connection.clients).networks)

    @lazy
    def batch_inputs(self) -> KeptInputs:
        """Files that plans of transform jobs send."""
        from services.batch.keeping import KeptInputs

        return KeptInputs(self.folder, self.owner)

    @lazy
    def batch(self) -> BatchService:
        """Transform jobs."""
        from services.batch import BatchService
        from services.batch.gateway import BatchGateway
        from services.pace import FASTEST, Pace

        rate = FASTEST * self.catalog.pace
        pace = once((self.folder, *self.connection.key, "batch pace"), lambda: Pace(rate))
        return BatchService(
            BatchGateway(self.connection.clients, pace), self.objects, self.catalog, self.access, self.quotas,
            owner=self.owner, now=self.connection.now,
        )  # fmt: skip

    @lazy
    def tuning(self) -> TuningService:
        """Fine-tuning of JumpStart's text models."""
        from services.tuning import TuningService
        from services.tuning.gateway import TuningGateway

        return TuningService(
            TuningGateway(self.connection.clients, self.resources.pace.wait), self.catalog, self.access, self.objects,
            self.deploy, lambda: self.quotas, log=self._training_log, owner=self.owner, now=self.connection.now,
        )  # fmt: skip

    @lazy
    def kept_texts(self) -> KeptTables:
        """Texts people gave to learn from, kept as tables are."""
        from services.tables.kept import KeptTables

        return once((self.folder, "texts"), lambda: KeptTables(self.folder / "texts"))

    def _training_log(self, name: str) -> tuple[tuple[float, str], ...]:
        """The end of a training job's log."""
        from services.logs import training_job

        return tuple((line.at, line.text) for line in self.logs.tail(training_job(name)).lines)
