"""Transform jobs: what is asked, described, listed, stopped; `transform_work` has the model really answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.errors import invalid
from sandbox.faults import Kind
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, Shelf
from sandbox.sagemaker import listing
from sandbox.sagemaker.jobs import transform_records
from sandbox.sagemaker.jobs.capacity import NO_CAPACITY, Use, check_quota
from sandbox.sagemaker.jobs.inputs import place
from sandbox.sagemaker.jobs.states import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    MOVING,
    STOPPED,
    STOPPING,
    check_moving,
    check_new,
    kept,
)
from sandbox.sagemaker.jobs.transform_work import Answers, Work
from sandbox.sagemaker.starting import answers_of
from sandbox.sagemaker.tags import as_map
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "sagemaker/transform-job"
_STARTING, _WORKING, _STOPPING, _LOOK_AGAIN = 180.0, 60.0, 60.0, 15.0
_WAIT = 240.0  # true seconds a clock that stands still waits for the model


class Transform:
    """Transform jobs as a part of SageMaker. `answers`: who answers for a model; the world's engine if not said."""

    def __init__(self, world: "World", answers: Answers | None = None) -> None:
        self._world = world
        self._answers = answers
        self._works: dict[str, Work] = {}
        world.agenda.on(KIND, self._due)
        self.operations: dict[str, Handler] = {
            "CreateTransformJob": self.create,
            "DescribeTransformJob": self.describe,
            "ListTransformJobs": self.list,
            "StopTransformJob": self.stop,
        }

    def exists(self, region: str, name: str) -> bool:
        return name in self._shelf(region)

    def running(self, region: str) -> Iterator[Use]:
        """Yield what costs now."""
        for job in self._shelf(region).values():
            if job["status"] in MOVING:
                resources = job["request"]["TransformResources"]
                yield job["arn"], "Transform", resources["InstanceType"], resources["InstanceCount"], job["created"]

    def create(self, call: Call, request: Request) -> Response:
        name, shelf = request["TransformJobName"], self._shelf(call.region)
        arn = call.arn(f"transform-job/{name}")
        check_new(shelf, name, arn)
        _check(request)
        as_map(request.get("Tags"))
        model = self._world.call("sagemaker", "DescribeModel", {"ModelName": request["ModelName"]}, call.region)
        resources = request["TransformResources"]
        check_quota(
            self._world,
            call.operation,
            "transform job",
            resources["InstanceType"],
            resources["InstanceCount"],
            self.running(call.region),
            call.region,
        )
        containers = model.get("Containers") or [model.get("PrimaryContainer") or {}]
        containers = [self._of_package(containers[0], call.region), *containers[1:]]
        shelf[name] = {
            "name": name,
            "arn": arn,
            "created": call.now,
            "modified": call.now,
            "request": kept(request),
            "model": {"container": _runs(containers), "role": model.get("ExecutionRoleArn", "")},
            "status": IN_PROGRESS,
            "started": None,
            "ended": None,
            "failure": "",
        }
        self._world.service("sagemaker").tags.put(arn, request.get("Tags"))
        self._appoint(call.region, shelf[name], call.now + self._world.clock.lasts(_STARTING))
        return {"TransformJobArn": arn}

    def _of_package(self, container: Record, region: str) -> Record:
        """Return what runs: of a model package its first container, with the model's own variables over its."""
        package = container.get("ModelPackageName")
        if not package or container.get("Image"):
            return container
        held = self._world.moto.backend("sagemaker", ACCOUNT, region)
        found = held.model_packages.get(held.model_package_name_mapping.get(package, package))
        if found is None:
            raise invalid(f"Could not find model package {package}.")
        runs = dict((found.inference_specification or {}).get("Containers", [{}])[0])
        return runs | {"Environment": {**(runs.get("Environment") or {}), **(container.get("Environment") or {})}}

    def describe(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        answer: Response = {
            **job["request"],
            "TransformJobArn": job["arn"],
            "TransformJobStatus": job["status"],
            "CreationTime": job["created"],
        }
        named = (("TransformStartTime", "started"), ("TransformEndTime", "ended"), ("FailureReason", "failure"))
        return answer | {member: job[key] for member, key in named if job[key]}

    def list(self, call: Call, request: Request) -> Response:
        return listing.listed("TransformJobSummaries", self._shelf(call.region).values(), request, _summary)

    def stop(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        check_moving(job, "transform job")
        if job["status"] == IN_PROGRESS:
            job |= {"status": STOPPING, "modified": call.now}
            self._shelf(call.region).changed(job["name"])
            self._forget(job)
            self._appoint(call.region, job, call.now + self._world.clock.lasts(_STOPPING))
        return {}

    def _due(self, due: float, payload: Record) -> None:
        region, shelf = payload["region"], self._shelf(payload["region"])
        job = shelf.get(payload["name"])
        if job is None:
            return
        if job["status"] == STOPPING:
            self._end(job, due, STOPPED, "")
        elif job["status"] == IN_PROGRESS and job["started"] is None:
            self._start(region, job, due)
        elif job["status"] == IN_PROGRESS:
            self._look(region, job, due)
        shelf.changed(job["name"])

    def _start(self, region: str, job: Record, due: float) -> None:
        instance_type = job["request"]["TransformResources"]["InstanceType"]
        if self._world.faults.strikes(
            Kind.NO_CAPACITY, service="sagemaker", operation="CreateTransformJob", resource=instance_type
        ):
            self._end(job, due, FAILED, NO_CAPACITY)
            return
        job |= {"started": due, "modified": due}
        self._works[job["arn"]] = self._work(region, job)
        self._appoint(region, job, due + self._world.clock.lasts(_WORKING))

    def _look(self, region: str, job: Record, due: float) -> None:
        work = self._works.get(job["arn"])
        if work is None:  # the sandbox was restarted meanwhile
            work = self._works[job["arn"]] = self._work(region, job)
        if self._world.clock.stands_still:
            work.wait(_WAIT)
        if not work.over:
            later = due + self._world.clock.lasts(_LOOK_AGAIN)
            self._appoint(region, job, max(later, self._world.agenda.until))  # the model takes true time
            return
        for line in work.lines:
            stream = f"{job['name']}/i-{job['arn'][-8:]}-{int(job['created'])}/data-log"
            self._world.meters.log(region, "/aws/sagemaker/TransformJobs", stream, due, line)
        self._end(job, due, FAILED if work.failure else COMPLETED, work.failure)

    def _work(self, region: str, job: Record) -> Work:
        return Work(self._world, region, {**job}, self._answers)

    def _end(self, job: Record, due: float, status: str, failure: str) -> None:
        job |= {"status": status, "ended": due, "modified": due, "failure": failure[:1024]}
        self._forget(job)

    def _forget(self, job: Record) -> None:
        work = self._works.pop(job["arn"], None)
        if work:
            work.stop()

    def _appoint(self, region: str, job: Record, due: float) -> None:
        self._world.agenda.at(due, KIND, f"{region}/{job['name']}", region=region, name=job["name"])

    def _found(self, call: Call, request: Request) -> Record:
        name = request["TransformJobName"]
        found = self._shelf(call.region).get(name)
        if found is None:
            raise invalid(f"Could not find requested job with name: {name}")
        return found

    def _shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(KIND, region)


def _check(request: Request) -> None:
    """Raise AwsError for what does not go together."""
    source, output = request["TransformInput"], request["TransformOutput"]
    place(source["DataSource"]["S3DataSource"]["S3Uri"])
    place(output["S3OutputPath"])
    kind = source["DataSource"]["S3DataSource"]["S3DataType"]
    if kind not in ("S3Prefix", "ManifestFile"):  # the API reference: "not compatible"
        raise invalid(f"S3DataType {kind} is not supported for transform jobs.")
    how = source.get("SplitType") or "None"
    if how in ("RecordIO", "TFRecord"):
        raise invalid(f"SplitType {how} is not supported by the Sagedeck sandbox; Line and None are.")
    most, side_by_side = request.get("MaxPayloadInMB"), request.get("MaxConcurrentTransforms") or 1
    if most is not None and most * side_by_side > 100:
        raise invalid("The value of MaxConcurrentTransforms * MaxPayloadInMB must not exceed 100 MB.")
    if how == "None" and request.get("BatchStrategy") == "MultiRecord":
        raise invalid("BatchStrategy MultiRecord requires a SplitType other than None.")
    processing = request.get("DataProcessing") or {}
    for member in ("InputFilter", "OutputFilter"):
        if processing.get(member):
            transform_records.path(processing[member])
    if processing.get("JoinSource") == "Input" and output.get("AssembleWith", "None") != how:
        raise invalid("JoinSource Input requires that AssembleWith and SplitType have the same value.")


def _runs(containers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the container that answers, told what the last of a pipeline is told to answer with."""
    first = containers[0]
    if len(containers) < 2:
        return first
    return {**first, "Environment": {**(first.get("Environment") or {}), **answers_of(containers)}}


def _summary(job: Record) -> Record:
    row = {
        "TransformJobName": job["name"],
        "TransformJobArn": job["arn"],
        "CreationTime": job["created"],
        "LastModifiedTime": job["modified"],
        "TransformJobStatus": job["status"],
    }
    named = (("TransformEndTime", "ended"), ("FailureReason", "failure"))
    return row | {member: job[key] for member, key in named if job[key]}
