"""Transform jobs as pages and the command line see them: looked at, planned, followed, their answers read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from services.access import AccessService, RoleRequest, batch_role_name
from services.batch.checks import Checks, addresses
from services.batch.costs import Ceiling, ceiling, spent
from services.batch.following import Progress, matched
from services.batch.gateway import BatchGateway
from services.batch.inputs import Inputs
from services.batch.models import (
    HostedModel,
    ModelName,
    Problem,
    Spent,
    TransformJob,
    TransformRequest,
    suggested_name,
)
from services.batch.payloads import suggestion
from services.batch.planner import BatchState, plan_removal, plan_stop, plan_transform
from services.batch.preview import InputPreview
from services.batch.results import Results, paired
from services.catalog import CatalogService, Use
from services.catalog.quotas import Quota, Quotas
from services.errors import InvalidRequest, SagedeckError
from services.objects import Entry, Listing, ObjectsService, Uri
from services.plans import Plan
from services.plans.models import Permission
from services.plans.objects import default_bucket

MOST_JOBS, MOST_MODELS = 500, 500
RESULT_BYTES = 256 << 10  # of an object and of its answers, that a preview reads
MOST_LISTED = 8  # jobs whose inputs are held: 20,000 objects are some megabytes
MOST_REMOVED = 1000  # objects of one plan that deletes


class BatchService:
    """Transform jobs of one account and region. Errors are those of `services.errors`."""

    def __init__(
        self, gateway: BatchGateway, objects: ObjectsService, catalog: CatalogService, access: AccessService,
        quotas: Quotas, *, owner: str = "", now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._gateway, self._objects, self._catalog, self._access = gateway, objects, catalog, access
        self._owner, self._now = owner, now
        self._inputs = Inputs(objects)
        self._checks = Checks(gateway, objects, access, quotas, self.bucket)
        self._ended: dict[str, TransformJob] = {}  # described once they have ended, after which nothing of them changes
        self._read: dict[str, Listing] = {}  # the inputs of jobs that were looked at last
        self._lock = threading.Lock()

    @property
    def bucket(self) -> str:
        """The console's own bucket here, which a plan makes where it is not there."""
        return default_bucket(self._access.region, self._access.account)

    def list_jobs(self, most: int = MOST_JOBS) -> tuple[TransformJob, ...]:
        """The newest jobs, five calls for 500; what each was asked for is read by `described`."""
        with self._lock:
            known = dict(self._ended)
        return tuple(known.get(each.arn, each) for each in self._gateway.jobs(most))

    def described(self, jobs: Iterable[TransformJob]) -> tuple[TransformJob, ...]:
        """The same jobs with what they were asked for, one call each that is not known yet; one that cannot be read
        stays as it is.
        """
        return tuple(self._described(job) for job in jobs)

    def describe(self, name: str) -> TransformJob:
        """One job as it stands. Raises NotFound."""
        return self._keep(self._gateway.job(name))

    def models(self) -> tuple[ModelName, ...]:
        """The account's models, newest first, at most 500."""
        return self._gateway.models(MOST_MODELS)

    def packages(self) -> tuple[ModelName, ...]:
        """The account's model packages, newest first, at most 500."""
        return self._gateway.packages(MOST_MODELS)

    def model(self, name: str) -> HostedModel:
        """One model. Raises NotFound."""
        return self._gateway.model(name)

    def models_of(self, endpoint: str) -> tuple[str, ...]:
        """The models behind an endpoint; none where it holds inference components."""
        return self._gateway.models_of(endpoint)

    def suggest_name(self, model: str) -> str:
        """A name for a job of this model."""
        return suggested_name(model, self._now())

    def output(self, name: str) -> str:
        """Where the answers of a job of this name go when nothing else is said."""
        return f"s3://{self.bucket}/batch/{name}/output/"

    def input(self, name: str, file: str) -> str:
        """Where a file that is sent for a job of this name goes."""
        return f"s3://{self.bucket}/batch/{name}/input/{file}"

    def role_request(self, request: TransformRequest, model: HostedModel | None = None) -> RoleRequest:
        """A role that may read this input and the model's weights, and write this output, and nothing else."""
        partition = self._access.partition
        places = (request.source, *(model.artifacts if model else ()))
        buckets = tuple(f"arn:{partition}:s3:::{each.bucket}" for each in addresses(places))
        writes = tuple(f"arn:{partition}:s3:::{each.bucket}/{each.key}*" for each in addresses((request.target,)))
        keys = tuple(key for key in (request.output_kms_key, request.volume_kms_key) if key)
        name = batch_role_name(self._access.region)
        return RoleRequest(
            name=name, owner=self._owner, buckets=tuple(dict.fromkeys(buckets)), writes=writes, keys=keys,
            vpc=bool(model and model.network),
        )  # fmt: skip

    def preview(self, request: TransformRequest) -> InputPreview:
        """The first records. An object named in full takes one ranged read, however large; a prefix one list more."""
        return self._inputs.preview(request)

    def quota(self, instance_type: str) -> Quota:
        """How many instances of a type transform jobs may use."""
        return self._checks.quota(instance_type)

    def checked(self, request: TransformRequest, preview: InputPreview | None = None) -> tuple[Problem, ...]:
        """What only a look tells: whether the buckets are there and ours, what the preview showed, the name, the
        quota, and whether the role may read and write. What cannot be found out is no problem.
        """
        return (*(preview.problems if preview else ()), *self._checks.problems(request))

    def denied(self, request: TransformRequest) -> tuple[Permission, ...]:
        """What the role of the model lacks for this job, as IAM says; nothing where that cannot be found out."""
        return self._checks.denied(request)

    def ceiling(self, request: TransformRequest, preview: InputPreview | None = None) -> Ceiling:
        """What the job may cost. `usd_likely` is a guess from the input's size, None without a preview."""
        price = self._catalog.machine(request.instance_type, Use.TRANSFORM)
        rate = self._rate(request) if preview is not None else None
        return ceiling(price, request.count, preview, rate)

    def plan(self, request: TransformRequest, preview: InputPreview | None = None) -> Plan:
        """The job as a plan. Raises InvalidRequest, NameTaken, NotFound (its model) or what asking raises."""
        request = request if request.owner else replace(request, owner=self._owner)
        place = self._access.place()
        state = BatchState(
            here=self._access.state(request.role) if isinstance(request.role, RoleRequest) else place,
            new_buckets=self._new_buckets(request),
            copied=self.model(request.copy_of) if request.copy_of else None,
            costs=self.ceiling(request, preview),
            pace=self._catalog.pace,
        )
        return plan_transform(request, state)

    def plan_stop(self, name: str) -> Plan:
        """Stopping a job as a plan. Raises NotFound, or InvalidRequest when it has ended."""
        job = self.describe(name)
        asked, here = _asked(job), BatchState(here=self._access.place())
        hourly = self._catalog.machine(asked.instance_type, Use.TRANSFORM).total(asked.count)
        return plan_stop(job, here.arn("transform-job", name), hourly, self._catalog.pace)

    def progress(self, job: TransformJob) -> Progress:
        """Which objects have their answers: one call for a thousand objects of input and output. Never raises for S3:
        what cannot be read is its `problem`.
        """
        request = _asked(job)
        ahead = max(0.0, self._now() - time.time())  # a sandbox's clock may have been put forward, not that of its S3
        since = job.created.timestamp() - ahead - 1.0
        try:
            inputs = self._inputs_of(job)
            found = self._objects.below(_prefix(request.target))
        except SagedeckError as error:
            return Progress(0, 0, (), (), False, " ".join(filter(None, (error.what, error.why))))
        fresh = [each for each in found.entries if each.modified is None or each.modified.timestamp() >= since]
        return matched(request, inputs.entries, fresh, complete=inputs.complete and found.complete)

    def _inputs_of(self, job: TransformJob) -> Listing:
        """The objects of its input, listed once while it is under way: it reads what was there when it began."""
        with self._lock:
            held = self._read.get(job.arn)
        if held is not None and job.status.moving:
            return held
        found = self._inputs.listed(_asked(job))
        with self._lock:
            self._read[job.arn] = found
            while len(self._read) > MOST_LISTED:
                self._read.pop(next(iter(self._read)))
        return found

    def spent(self, job: TransformJob, progress: Progress | None = None) -> Spent:
        """What a job has cost until now, or in all once it has ended."""
        price = self._catalog.machine(job.request.instance_type, Use.TRANSFORM) if job.request else None
        return spent(job, price, self._now(), progress.share if progress else None)

    def storage(self, size: int) -> float | None:
        """USD a month for that many bytes in S3; None where the price is not known."""
        return self._catalog.storage().of_bytes(size)

    def results(self, job: TransformJob, source: Entry, output: Entry, at_most: int = RESULT_BYTES) -> Results:
        """The first answers of one object beside their records: one ranged read of each."""
        answers = self._objects.peek(output.uri, at_most)
        records = self._objects.peek(source.uri, at_most)
        whole = answers.whole and records.whole
        return paired(_asked(job), source.uri, output.uri, records.head, answers.head, whole=whole)

    def stream(self, output: Uri) -> Iterator[bytes]:
        """The answers of one object in pieces of at most 1 MiB."""
        return self._objects.open(output)

    def plan_removal(self, job: TransformJob) -> Plan:
        """Deleting what a job wrote, and nothing else that lies there, as a plan. Raises InvalidRequest."""
        if job.status.moving:
            raise InvalidRequest(f"{job.name} is still writing.", "", "Stop it, or wait until it has ended.")
        progress = self.progress(job)
        keys = tuple(output.uri for _, output in progress.outputs)
        if len(keys) > MOST_REMOVED:
            raise InvalidRequest(
                f"{job.name} wrote {len(keys):,} objects.", f"One plan deletes at most {MOST_REMOVED:,} by name.",
                "Remove the whole prefix on the page Clean up.",
            )  # fmt: skip
        return plan_removal(job, keys, progress.stored, self._access.partition)

    def _described(self, job: TransformJob) -> TransformJob:
        with self._lock:
            known = self._ended.get(job.arn)
        if known is not None or job.request is not None:
            return known or job
        try:
            return self._keep(self._gateway.job(job.name))
        except SagedeckError:
            return job

    def _keep(self, job: TransformJob) -> TransformJob:
        if not job.status.moving:
            with self._lock:
                self._ended[job.arn] = job
        return job

    def _rate(self, request: TransformRequest) -> float | None:
        """Records that one instance answers in a second, roughly; None where the model does not tell."""
        if request.package:
            return None
        try:
            return suggestion(self.model(request.copy_of or request.model)).a_second
        except SagedeckError:
            return None

    def _new_buckets(self, request: TransformRequest) -> tuple[str, ...]:
        names = [request.target, *([request.source] if request.upload else [])]
        own = self.bucket in {each.bucket for each in addresses(names)}
        return (self.bucket,) if own and not self._objects.exists(self.bucket, own=True) else ()


def _asked(job: TransformJob) -> TransformRequest:
    if job.request is None:
        raise InvalidRequest(f"What {job.name} was asked for is not known.", "", "Read it first.")
    return job.request


def _prefix(target: str) -> Uri:
    uri = Uri.parse(target)
    return uri if uri.folder else Uri(uri.bucket, f"{uri.key}/")
