"""Fine-tuning as pages and the command line see it: models, the text's doctor, plans, jobs, and their results."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from services.access import RoleChoice, RoleRequest, RoleState
from services.catalog import CatalogModel, Task, TrainingSpec, Use
from services.errors import InvalidRequest, PermissionDenied, SagedeckError
from services.objects import Uri
from services.plans.models import Estimate, Plan
from services.plans.objects import default_bucket
from services.plans.stopping import stop_steps
from services.tuning import curves as losses
from services.tuning import following
from services.tuning.ceiling import Ceiling, Learned, ceiling
from services.tuning.deploying import deploy_request
from services.tuning.findings import TextReport
from services.tuning.hyperparameters import formats_of, length_of, split_of, values_of
from services.tuning.models import Format, LocalText, TrainingJob, TuningRequest, TuningState, suggest_job_name
from services.tuning.planner import TEMPLATE, plan_tuning
from services.tuning.problems import request_problems
from services.tuning.remains import Remains, remains
from services.tuning.templates import Template
from services.tuning.text_doctor import check
from services.tuning.text_in_s3 import Beginning, beginning, template_below

if TYPE_CHECKING:
    from services.access import AccessService
    from services.catalog import CatalogService
    from services.catalog.quotas import Quota, Quotas
    from services.deploy import DeployRequest, DeployService, Problem
    from services.objects import ObjectsService
    from services.tuning.gateway import TuningGateway

VOLUME = "Train:VolumeUsage.gp2"
ON_DEMAND, SPOT = "training job usage", "spot training job usage"


class TuningService:
    """Fine-tuning in one account and region; `owner` is who jobs are tagged for, `now` the other side's clock.

    log   the end of a job's log, as (Unix time, text) lines; never raises
    """

    def __init__(
        self,
        gateway: TuningGateway,
        catalog: CatalogService,
        access: AccessService,
        objects: ObjectsService,
        deploy: DeployService,
        quotas: Callable[[], Quotas],
        *,
        log: Callable[[str], Sequence[tuple[float, str]]] = lambda name: (),
        owner: str = "",
        now: Callable[[], float],
    ) -> None:
        self._log = log
        self._gateway, self._catalog, self._access = gateway, catalog, access
        self._objects, self._deploy, self._quotas = objects, deploy, quotas
        self.owner, self._now = owner, now

    def models(self) -> tuple[CatalogModel, ...]:
        """The text models that can be tuned and then deployed: recommended, without a licence and small ones first."""
        usual = [each.id for each in self._catalog.recommended(Task.CHAT)]
        found = (
            each
            for each in self._catalog.listing.models
            if each.fine_tunable and each.task == Task.CHAT and not each.marketplace and each.instances
        )
        return tuple(sorted(found, key=lambda each: (each.eula, each.id not in usual, each.billions or 1e9, each.id)))

    def spec(self, model_id: str) -> TrainingSpec:
        """What the model's specification says of tuning it, or what is typical. Raises NotFound for no such model."""
        return self._catalog.training.spec(self._catalog.describe_model(model_id))

    def formats(self, model_id: str) -> tuple[Format, ...]:
        """What it can learn from."""
        return formats_of(self.spec(model_id))

    @property
    def default_bucket(self) -> str:
        """Where the console puts what it sends."""
        return default_bucket(self._access.region, self._access.account)

    def moment(self) -> datetime:
        """The other side's time."""
        return datetime.fromtimestamp(self._now(), UTC)

    def suggest_name(self, model_id: str) -> str:
        """A free-looking job name; it holds the time of asking."""
        return suggest_job_name(model_id, self.moment())

    def sketch(self, request: TuningRequest) -> TuningState:
        """The world as far as it is known without asking for this request: what a form is checked against."""
        model = self._catalog.describe_model(request.model_id)
        spot = " spot" if request.spot else ""
        return TuningState(
            model=model, spec=self._catalog.training.spec(model), role=self._role(request.role, ask=False),
            price=self._catalog.machine(request.instance_type, Use.TRAINING), volume=self._catalog.rate(VOLUME),
            beside=_is_prefix(request.text) and request.template is None,
            quota_name=f"{request.instance_type} for{spot} training job usage",
        )  # fmt: skip

    def state(self, request: TuningRequest) -> TuningState:
        """The world as far as this request is concerned: container, quota, bucket, name and role are looked at."""
        found = self.sketch(request)
        limit = self._limit(request)
        container = None
        if not found.spec.problem:
            container = self._catalog.training.container(found.model, request.instance_type)
        return replace(
            found,
            container=container,
            role=self._role(request.role, ask=True),
            bucket_there=self._objects.exists(request.bucket, own=True),
            name_taken=self._gateway.exists(request.job_name),
            beside=self._beside(request),
            quota=limit.limit if limit else None,
        )

    def quota(self, instance_type: str, *, spot: bool = False) -> Quota:
        """How many instances of this type may train at once; its code, to ask for more."""
        return self._quotas().limit(instance_type, SPOT if spot else ON_DEMAND)

    def problems(self, request: TuningRequest, state: TuningState | None = None) -> tuple[Problem, ...]:
        """All that is wrong with a request, each at its field; told without asking anyone."""
        return request_problems(request, state or self.sketch(request))

    def ceiling(self, request: TuningRequest, learned: Learned | None = None) -> Ceiling:
        """The most and the likely cost; asks nobody."""
        return ceiling(request, self.sketch(request), learned)

    def plan(self, request: TuningRequest, learned: Learned | None = None) -> Plan:
        """The plan of one training. Raises InvalidRequest, NameTaken, NotFound, Unreachable and PermissionDenied."""
        return plan_tuning(request, self.state(request), learned)

    def check(
        self, path: Path, wanted: Format, *, template: Template | None = None, spec: TrainingSpec | None = None,
        given: dict[str, str] | None = None, most_bytes: int = 0, going_on: Callable[[int], None] = lambda rows: None,
    ) -> TextReport:  # fmt: skip
        """What a text of this machine holds and what is wrong with it. Raises InvalidRequest where it is not read.

        most_bytes   of a longer one only the beginning is looked at, and the report says so; 0: all of it
        """
        values = values_of(spec, wanted, given or {}) if spec else {}
        limit, split = length_of(values), split_of(values)
        try:
            if not most_bytes or path.stat().st_size <= most_bytes:
                return check(path, wanted, template=template, limit=limit, split=split, going_on=going_on)
            with tempfile.TemporaryDirectory(prefix="sagedeck-") as folder, path.open("rb") as file:
                head = Path(folder) / path.name
                head.write_bytes(file.read(most_bytes))
                return check(head, wanted, template=template, limit=limit, split=split, partial=True)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise InvalidRequest(f"{path.name} cannot be read.", why, "Choose another file.") from error

    def check_stored(
        self, uri: str, wanted: Format, *, template: Template | None = None, spec: TrainingSpec | None = None
    ) -> Beginning:
        """The same of the first megabyte of what lies in S3, by one ranged read; a prefix: of its first text."""
        with tempfile.TemporaryDirectory(prefix="sagedeck-") as folder:
            limit = length_of(values_of(spec, wanted, {})) if spec else 0
            return beginning(self._objects, Uri.parse(uri), wanted, Path(folder), template=template, limit=limit)

    def list_jobs(self) -> tuple[TrainingJob, ...]:
        """The newest 2,000 training jobs of the account, by name and status, newest first; a hundred a call."""
        return self._gateway.list_jobs()

    def describe(self, name: str) -> TrainingJob:
        """One training job. Raises NotFound."""
        return self._gateway.describe(name)

    def progress(self, job: TrainingJob) -> following.Progress:
        """How far a job is and what it has cost, as of now."""
        price = self._catalog.machine(job.instance_type, Use.TRAINING) if job.instance_type else None
        hourly = price.usd_per_hour if price else None
        return following.progress(job, self.moment(), hourly, pace=self._catalog.pace)

    def curves(self, job: TrainingJob) -> tuple[losses.Curve, ...]:
        """Its losses, from CloudWatch, else from its log, else the last figures the job tells itself.

        Raises PermissionDenied and the like where none of these may be read.
        """
        names = [name for name, _ in job.metrics if losses.is_loss(name)] or [each.name for each in job.figures]
        if not names or job.started is None:
            return losses.curves_of(job, {})
        kept: dict[str, losses.Points] = {}
        problem: SagedeckError | None = None
        try:
            kept = self._gateway.curves(job.name, names, *losses.window(job, self.moment()))
        except PermissionDenied as error:
            problem = error
        if max((len(points) for points in kept.values()), default=0) < losses.FEWEST:
            kept = losses.richer(kept, losses.from_log(job, self._log(job.name)))
        found = losses.curves_of(job, kept)
        if not found and problem is not None:
            raise problem
        return found

    def plan_stop(self, name: str) -> Plan:
        """The plan that stops a job and waits for it. Raises NotFound, and InvalidRequest where it has ended."""
        job = self._gateway.describe(name)
        if not job.status.moving:
            raise InvalidRequest(
                f"{name[:64]} is not running.", f"It is {job.status.value}.", "Nothing is to be stopped."
            )
        hourly = self.progress(job).usd_per_hour
        return Plan(
            title=f"Stop {job.name}",
            steps=stop_steps("training job", job.name, job.arn or "*", pace=self._catalog.pace),
            warnings=(
                "It cannot go on afterwards. What it has learned so far is written, where its script does that.",
            ),
            estimate=Estimate(None if hourly is None else -hourly, source="what it costs while it trains"),
        )

    def left(self, job: TrainingJob) -> Remains:
        """What a job has left in S3, with what keeping it costs a month."""
        return remains(job, self._objects, self._catalog.storage())

    def deploy_request(
        self, job: TrainingJob, *, endpoint_name: str = "", instance_type: str = "", role: RoleChoice | None = None,
        lease_hours: float = 0.0,
    ) -> DeployRequest:  # fmt: skip
        """The request that deploys a job's result on the base model's container. Raises InvalidRequest, NotFound."""
        if not job.model_id:
            raise InvalidRequest(
                f"{job.name} does not say which model it was made from.", "It was not started here.",
                "Deploy its result as a container of your own.",
            )  # fmt: skip
        model = self._catalog.describe_model(job.model_id)
        kind = instance_type or model.default_instance or next(iter(model.instances), "")
        request = deploy_request(
            job, model, self._catalog.container(model.id, kind), endpoint_name=endpoint_name or job.name,
            instance_type=kind, role=role or self._access.request(), owner=self.owner, lease_hours=lease_hours,
        )  # fmt: skip
        return self._deploy.dated(request)

    def template(self, job: TrainingJob) -> Template | None:
        """How a job's model was asked while it was trained; None where that is not known."""
        place = dict(job.inputs).get("training", "")
        return template_below(self._objects, place) if place.endswith("/") else None

    def deploy_offers(self, job: TrainingJob) -> Sequence[str]:
        """The instance types the base model is served on, cheapest first."""
        model = self._catalog.describe_model(job.model_id)
        return [kind for kind, _ in self._catalog.offers(model)]

    def plan_deploy(self, job: TrainingJob, request: DeployRequest) -> Plan:
        """The plan that deploys it: no licence is asked for again. Raises as `DeployService.plan_deploy`."""
        plan = self._deploy.plan_deploy(request)
        base = self._catalog.describe_model(job.model_id).name
        return replace(plan, title=f"Deploy {job.name}, tuned from {base}")

    def _limit(self, request: TuningRequest) -> Quota | None:
        try:
            return self.quota(request.instance_type, spot=request.spot)
        except SagedeckError:
            return None  # reading quotas is a right of its own; AWS refuses what is over

    def _role(self, choice: RoleChoice, *, ask: bool) -> RoleState:
        if ask and isinstance(choice, RoleRequest):
            return self._access.state(choice)
        access = self._access
        return RoleState(region=access.region, account=access.account, partition=access.partition, role=None)

    def _beside(self, request: TuningRequest) -> bool:
        """Whether the prefix that is trained on holds a template already."""
        if not _is_prefix(request.text) or request.format is not Format.INSTRUCTION:
            return False
        below = self._objects.below(str(request.text), 1000)
        return any(entry.uri.name == TEMPLATE for entry in below.entries)


def _is_prefix(text: LocalText | str) -> bool:
    return isinstance(text, str) and text.endswith("/")
