"""Autopilot's operations: CreateAutoMLJobV2 and its older form, describe, list, stop, candidates."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, Shelf
from sandbox.sagemaker import listing
from sandbox.sagemaker.jobs import automl_checks as checks
from sandbox.sagemaker.jobs import automl_first
from sandbox.sagemaker.jobs import automl_outputs as outputs
from sandbox.sagemaker.jobs.automl_course import Course
from sandbox.sagemaker.jobs.automl_work import KIND
from sandbox.sagemaker.jobs.capacity import Use
from sandbox.sagemaker.jobs.inputs import Inputs
from sandbox.sagemaker.jobs.states import IN_PROGRESS, MOVING, STOPPING, check_moving, check_new, kept
from sandbox.sagemaker.tags import as_map

if TYPE_CHECKING:
    from sandbox.world import World

_INSTANCE = "ml.m5.4xlarge"  # what Autopilot usually takes
_STOPPING = 30.0


class AutoML:
    """Autopilot jobs as a part of SageMaker."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._inputs = Inputs(world)
        self._course = Course(world)
        self.runs = self._course.runs
        self.operations: dict[str, Handler] = {
            "CreateAutoMLJobV2": self.create,
            "DescribeAutoMLJobV2": self.describe,
            "CreateAutoMLJob": self.create_first,
            "DescribeAutoMLJob": self.describe_first,
            "ListAutoMLJobs": self.list,
            "StopAutoMLJob": self.stop,
            "ListCandidatesForAutoMLJob": self.candidates,
        }

    def exists(self, region: str, name: str) -> bool:
        return name in self._shelf(region)

    def running(self, region: str) -> Iterator[Use]:
        """Yield what a job costs while it works."""
        for job in self._shelf(region).values():
            if job["status"] in MOVING:
                yield job["arn"], "Training", _INSTANCE, 1, job["created"]

    def create(self, call: Call, request: Request) -> Response:
        return self._create(call, request, False)

    def create_first(self, call: Call, request: Request) -> Response:
        """CreateAutoMLJob: the form before there were problem types other than tabular."""
        return self._create(call, automl_first.as_second(request), True)

    def describe(self, call: Call, request: Request) -> Response:
        return described(self._found(call, request))

    def describe_first(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        if not job["first"]:
            raise invalid(f"AutoML job {job['name']} was created by CreateAutoMLJobV2. Use DescribeAutoMLJobV2.")
        return automl_first.as_first(described(job), job["request"])

    def list(self, call: Call, request: Request) -> Response:
        return listing.listed("AutoMLJobSummaries", self._shelf(call.region).values(), request, _summary)

    def stop(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        check_moving(job, "AutoML job")
        if job["status"] == IN_PROGRESS:
            job["status"] = job["secondary"] = STOPPING
            job["modified"] = call.now
            self._shelf(call.region).changed(job["name"])
            self._course.hasten(call.region, job, call.now + self._world.clock.lasts(_STOPPING))
        return {}

    def candidates(self, call: Call, request: Request) -> Response:
        job = self._found(call, request)
        found = [
            {"name": each["CandidateName"], "created": each["CreationTime"], "status": each["CandidateStatus"],
             "modified": each["LastModifiedTime"], "candidate": each}
            for each in job["candidates"]
            if request.get("CandidateNameEquals") in (None, each["CandidateName"])
        ]  # fmt: skip
        if request.get("SortBy") == "FinalObjectiveMetricValue":
            return _by_value(found, request)
        asked = {"MaxResults": 100, **request}
        return listing.listed("Candidates", found, asked, lambda each: dict(each["candidate"]))

    def _create(self, call: Call, request: Request, first: bool) -> Response:
        name, shelf = request["AutoMLJobName"], self._shelf(call.region)
        arn = call.arn(f"automl-job/{name}")
        check_new(shelf, name, arn)
        checks.check(request)
        as_map(request.get("Tags"))
        self._world.roles.require(request["RoleArn"], call.region, call.now)
        self._inputs.check_output(request["OutputDataConfig"]["S3OutputPath"], call.region)
        sources = (channel["DataSource"]["S3DataSource"] for channel in request["AutoMLJobInputDataConfig"])
        self._inputs.check(sources, call.region, request["RoleArn"])
        self._check_count(call.region)
        shelf[name] = {
            "name": name,
            "arn": arn,
            "created": call.now,
            "modified": call.now,
            "ended": None,
            "request": kept(request),
            "first": first,
            "status": IN_PROGRESS,
            "secondary": "Starting",
            "failure": "",
            "partial": [],
            "candidates": [],
            "planned": [],
            "best": "",
            "notebooks": False,
            "endpoint": "",
        }
        self._world.service("sagemaker").tags.put(arn, request.get("Tags"))
        self._course.begin(call.region, shelf[name])
        return {"AutoMLJobArn": arn}

    def _check_count(self, region: str) -> None:
        running, most = sum(1 for _ in self.running(region)), checks.concurrent_jobs(region)
        if running >= most:
            raise AwsError(
                "ResourceLimitExceeded",
                f"The account-level service limit 'Maximum number of concurrent AutoML jobs' is {most} Jobs, with "
                f"current utilization of {running} Jobs and a request delta of 1 Jobs. Please use AWS Service Quotas "
                "to request an increase for this quota.",
            )

    def _found(self, call: Call, request: Request) -> Record:
        name = request["AutoMLJobName"]
        found = self._shelf(call.region).get(name)
        if found is None:
            raise AwsError("ResourceNotFound", f"Amazon SageMaker can't find an AutoML job called {name}.")
        return found

    def _shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(KIND, region)


def described(job: Record) -> Response:
    """Return a job as DescribeAutoMLJobV2 does."""
    request = {key: value for key, value in job["request"].items() if value is not None}
    kind, _ = checks.kind_of(request)
    best = next((each for each in job["candidates"] if each["CandidateName"] == job["best"]), None)
    answer: Response = {
        **request,
        "AutoMLJobArn": job["arn"],
        "AutoMLProblemTypeConfigName": kind,
        "CreationTime": job["created"],
        "LastModifiedTime": job["modified"],
        "AutoMLJobStatus": job["status"],
        "AutoMLJobSecondaryStatus": job["secondary"],
        "AutoMLJobArtifacts": {},
        "ResolvedAttributes": _resolved(job, kind),
    }
    if job["ended"]:
        answer["EndTime"] = job["ended"]
    if job["failure"]:
        answer["FailureReason"] = job["failure"]
    if job["partial"]:
        answer["PartialFailureReasons"] = [{"PartialFailureMessage": words} for words in job["partial"]]
    if best:
        answer["BestCandidate"] = best
    if job["notebooks"]:
        answer["AutoMLJobArtifacts"] = {
            "CandidateDefinitionNotebookLocation": outputs.notebook(job, "candidates"),
            "DataExplorationNotebookLocation": outputs.notebook(job, "exploration"),
        }
    if job["endpoint"]:
        answer["ModelDeployResult"] = {"EndpointName": job["endpoint"]}
    return answer


def _resolved(job: Record, kind: str) -> Record:
    _, config = checks.kind_of(job["request"])
    resolved: Record = {}
    if job.get("objective") in outputs.standard_metrics():
        resolved["AutoMLJobObjective"] = {"MetricName": job["objective"]}
    if config.get("CompletionCriteria"):
        resolved["CompletionCriteria"] = config["CompletionCriteria"]
    if kind == "Tabular" and job.get("problem"):
        attributes: Record = {"TabularResolvedAttributes": {"ProblemType": job["problem"]}}
        resolved["AutoMLProblemTypeResolvedAttributes"] = attributes
    elif kind == "TextGeneration":
        base = {"BaseModelName": outputs.base_model(config)}
        resolved["AutoMLProblemTypeResolvedAttributes"] = {"TextGenerationResolvedAttributes": base}
    return resolved


def _summary(job: Record) -> Record:
    row = {
        "AutoMLJobName": job["name"],
        "AutoMLJobArn": job["arn"],
        "AutoMLJobStatus": job["status"],
        "AutoMLJobSecondaryStatus": job["secondary"],
        "CreationTime": job["created"],
        "LastModifiedTime": job["modified"],
    }
    if job["ended"]:
        row["EndTime"] = job["ended"]
    if job["failure"]:
        row["FailureReason"] = job["failure"]
    if job["partial"]:
        row["PartialFailureReasons"] = [{"PartialFailureMessage": words} for words in job["partial"]]
    return row


def _by_value(found: list[dict[str, Any]], request: Request) -> Response:
    """Order by the objective; those without one come last. A job has few candidates, so there is one page."""
    status = request.get("StatusEquals")
    rows = [each["candidate"] for each in found if status in (None, each["status"])]
    valued = [row for row in rows if "FinalAutoMLJobObjectiveMetric" in row]
    others = [row for row in rows if "FinalAutoMLJobObjectiveMetric" not in row]
    descending = (request.get("SortOrder") or "Descending") == "Descending"
    valued.sort(key=lambda row: row["FinalAutoMLJobObjectiveMetric"]["Value"], reverse=descending)
    return {"Candidates": (valued + others)[: request.get("MaxResults") or 100]}
