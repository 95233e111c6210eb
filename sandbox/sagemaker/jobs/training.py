"""Training jobs: what is asked, described, listed, stopped, deleted; `training_course` moves them on."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox import steady
from sandbox.errors import AwsError, invalid, not_built
from sandbox.faults import Kind
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, Shelf
from sandbox.sagemaker import listing
from sandbox.sagemaker.jobs.capacity import Use, check_quota
from sandbox.sagemaker.jobs.inputs import place
from sandbox.sagemaker.jobs.states import IN_PROGRESS, MOVING, check_moving, check_new, kept
from sandbox.sagemaker.jobs.training_course import KIND, Course, instances
from sandbox.sagemaker.tags import as_map

if TYPE_CHECKING:
    from sandbox.world import World

_PRIVATE = re.compile(r"jumpstart-private-cache-prod-.*")


class Training:
    """Training jobs as a part of SageMaker."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._course = Course(world)
        self.operations: dict[str, Handler] = {
            "CreateTrainingJob": self.create,
            "DescribeTrainingJob": self.describe,
            "ListTrainingJobs": self.list,
            "StopTrainingJob": self.stop,
            "DeleteTrainingJob": self.delete,
        }

    def exists(self, region: str, name: str) -> bool:
        return name in self._shelf(region)

    def running(self, region: str) -> Iterator[Use]:
        """Yield what costs now; a spot job too, at its price on demand."""
        for job in self._shelf(region).values():
            if job["status"] in MOVING:
                for instance_type, count in instances(job["request"]):
                    yield job["arn"], "Training", instance_type, count, job["created"]

    def create(self, call: Call, request: Request) -> Response:
        name, shelf = request["TrainingJobName"], self._shelf(call.region)
        arn = call.arn(f"training-job/{name}")
        check_new(shelf, name, arn, "Training job names", "training job")
        gated = self._world.faults.strikes(
            Kind.GATED_MODEL, service="sagemaker", operation=call.operation, resource=name
        )
        _check(request, gated)
        as_map(request.get("Tags"))
        self._world.roles.require(request["RoleArn"], call.region, call.now)
        for instance_type, count in instances(request):
            running, spot = self.running(call.region), request.get("EnableManagedSpotTraining")
            use = "spot training job" if spot else "training job"
            check_quota(self._world, call.operation, use, instance_type, count, running, call.region)
        shelf[name] = {
            "name": name,
            "arn": arn,
            "created": call.now,
            "modified": call.now,
            "request": kept(request),
            "status": IN_PROGRESS,
            "secondary": "",
            "transitions": [],
            "started": None,
            "ended": None,
            "failure": "",
            "metrics": {},
            "point": 0,
            "artifact": "",
        }
        self._world.service("sagemaker").tags.put(arn, request.get("Tags"))
        self._course.begin(call.region, shelf[name])
        return {"TrainingJobArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        return _described(self._found(call, request))

    def list(self, call: Call, request: Request) -> Response:
        return listing.listed("TrainingJobSummaries", self._shelf(call.region).values(), request, _summary)

    def stop(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        check_moving(job, "training job")
        self._course.stop(call.region, job, call.now)
        return {}

    def delete(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        if job["status"] in MOVING:
            raise AwsError(
                "ResourceInUse", f"The training job {job['name']} is in status {job['status']} and cannot be deleted."
            )
        del self._shelf(call.region)[job["name"]]
        self._world.service("sagemaker").tags.drop(job["arn"])
        return {}

    def _found(self, call: Call, request: Request) -> Record:
        found = self._shelf(call.region).get(request["TrainingJobName"])
        if found is None:
            raise invalid("Requested resource not found.")
        return found

    def _shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(KIND, region)


def _check(request: Request, gated: bool) -> None:
    """Raise AwsError for what does not go together. `gated`: the model's licence must be accepted, wherever it lies."""
    if request.get("ServerlessJobConfig"):
        raise not_built("serverless model customisation (ServerlessJobConfig)")
    algorithm = request.get("AlgorithmSpecification") or {}
    if bool(algorithm.get("TrainingImage")) == bool(algorithm.get("AlgorithmName")):
        raise invalid("Exactly one of TrainingImage and AlgorithmName must be specified in AlgorithmSpecification.")
    if not instances(request):
        raise invalid("ResourceConfig must specify an InstanceType and InstanceCount, or InstanceGroups.")
    if not request.get("StoppingCondition"):
        raise invalid("StoppingCondition must be specified.")
    _check_times(request)
    channels = request.get("InputDataConfig") or []
    names = [channel["ChannelName"] for channel in channels]
    if len(set(names)) < len(names):
        raise invalid("Channel names in InputDataConfig must be unique.")
    for channel in channels:
        source = channel["DataSource"].get("S3DataSource")
        if source:
            _check_licence(source, gated and channel["ChannelName"] == "model")
    for definition in algorithm.get("MetricDefinitions") or ():
        try:
            steady.expression(definition["Regex"])
        except steady.NotAnExpression:
            raise invalid(f"The regex {definition['Regex']} of metric {definition['Name']} is not valid.") from None


def _check_times(request: Request) -> None:
    condition = request["StoppingCondition"]
    longest, wait = condition.get("MaxRuntimeInSeconds"), condition.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise invalid(
                "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"
            )
    elif wait is None or wait < (longest or 86400):
        raise invalid(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
        )
    if longest and longest > 28 * 86400:
        raise invalid("MaxRuntimeInSeconds cannot be greater than 2419200.")


def _check_licence(source: Request, gated: bool) -> None:
    """A gated model of JumpStart lies in a bucket one may read only after accepting its licence."""
    bucket, _ = place(source["S3Uri"])
    accepted = (source.get("ModelAccessConfig") or {}).get("AcceptEula")
    if (gated or _PRIVATE.fullmatch(bucket)) and not accepted:
        raise invalid(
            "The AcceptEula value must be explicitly defined as True in order to accept the end-user license agreement "
            f'(EULA) that this "{source["S3Uri"]}" model requires. You are responsible for reviewing and complying '
            "with any applicable license terms and making sure they are acceptable for your use case before "
            "downloading or using a model."
        )


def _described(job: Record) -> Response:
    answer: Response = {
        **{member: value for member, value in job["request"].items() if member != "SessionChainingConfig"},
        "TrainingJobArn": job["arn"],
        "TrainingJobStatus": job["status"],
        "SecondaryStatus": job["secondary"],
        "SecondaryStatusTransitions": job["transitions"],
        "CreationTime": job["created"],
        "LastModifiedTime": job["modified"],
        "ModelArtifacts": {"S3ModelArtifacts": job["artifact"]},
        "EnableNetworkIsolation": bool(job["request"].get("EnableNetworkIsolation")),
        "EnableInterContainerTrafficEncryption": bool(job["request"].get("EnableInterContainerTrafficEncryption")),
        "EnableManagedSpotTraining": bool(job["request"].get("EnableManagedSpotTraining")),
    }
    if job["failure"]:
        answer["FailureReason"] = job["failure"]
    if job["started"]:
        answer["TrainingStartTime"] = job["started"]
    if job["ended"]:
        answer["TrainingEndTime"] = job["ended"]
    if job["started"] and job["ended"]:
        answer |= _times(job)
    if job["metrics"]:
        answer["FinalMetricDataList"] = [
            {"MetricName": name, "Value": value, "Timestamp": at} for name, (value, at) in job["metrics"].items()
        ]
    return answer


def _times(job: Record) -> dict[str, Any]:
    """Seconds trained, and those that are billed: of a spot job about a third, as it costs about a third."""
    trained = max(1, round(job["ended"] - job["started"]))
    spot = job["request"].get("EnableManagedSpotTraining")
    return {
        "TrainingTimeInSeconds": trained,
        "BillableTimeInSeconds": max(1, round(trained * 0.32)) if spot else trained,
    }


def _summary(job: Record) -> Record:
    row = {
        "TrainingJobName": job["name"],
        "TrainingJobArn": job["arn"],
        "CreationTime": job["created"],
        "LastModifiedTime": job["modified"],
        "TrainingJobStatus": job["status"],
        "SecondaryStatus": job["secondary"],
    }
    return row | ({"TrainingEndTime": job["ended"]} if job["ended"] else {})
