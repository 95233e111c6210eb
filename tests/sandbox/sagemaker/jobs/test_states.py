"""No order of calls and moments brings a job into a state AWS does not have, or leaves a cost behind."""

import itertools
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from sandbox.clock import Clock
from sandbox.errors import AwsError
from sandbox.sagemaker.jobs.automl_work import Told
from sandbox.world import World
from tests.sandbox.sagemaker.jobs.events import of_candidates

_ROLE = "arn:aws:iam::123456789012:role/Sage"
_REGION = "us-east-1"
_SECONDARY = {  # of a status, as DescribeTrainingJob documents them
    "InProgress": {"Starting", "Downloading", "Training", "Uploading"},
    "Completed": {"Completed"},
    "Failed": {"Failed"},
    "Stopped": {"Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"},
    "Stopping": {"Stopping"},
}
_STAGES = (
    "Starting", "AnalyzingData", "PreTraining", "TrainingModels", "GeneratingExplainabilityReport",
    "GeneratingModelInsightsReport", "Completed",
)  # fmt: skip
_KINDS = {
    "training": ("TrainingJobName", "DescribeTrainingJob", "StopTrainingJob", "TrainingJobStatus"),
    "transform": ("TransformJobName", "DescribeTransformJob", "StopTransformJob", "TransformJobStatus"),
    "automl": ("AutoMLJobName", "DescribeAutoMLJobV2", "StopAutoMLJob", "AutoMLJobStatus"),
}
_OVER = ("Completed", "Failed", "Stopped")


class Jobs(RuleBasedStateMachine):
    """Jobs of three kinds, made, stopped, deleted and left alone at any moment."""

    jobs: Bundle[tuple[str, str]] = Bundle("jobs")

    @initialize()
    def begin(self) -> None:
        self.world = World(Clock(speed=0))
        self.world.roles.require = lambda *_: None  # type: ignore[method-assign]
        self.world.reset()  # moto's state is the process's
        self.world.moto.backend("s3", "123456789012", "aws").create_bucket("lab", _REGION)
        self.world.objects.write("lab", "in/a.csv", b"1\n")
        course = self.world.service("sagemaker").parts["sandbox.sagemaker.jobs.service:Jobs"].automl
        course.runs._begin = lambda region, job: Told(of_candidates("one-t1", "two-t2"))
        image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/echo:1"
        container = {"Image": image, "Environment": {"SANDBOX_FAMILY": "echo"}}
        self.call("CreateModel", ModelName="echo", ExecutionRoleArn=_ROLE, PrimaryContainer=container)
        self.numbers = itertools.count()
        self.seen: dict[tuple[str, str], str] = {}
        self.stages: dict[str, int] = {}

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.world.call("sagemaker", operation, request, _REGION)

    def refusal(self, operation: str, **request: Any) -> str:
        """Return the code of AWS's error, "" if there is none."""
        try:
            self.call(operation, **request)
        except AwsError as refused:
            return refused.code
        return ""

    @rule(target=jobs, fails=st.booleans(), longest=st.sampled_from((60, 3600, 86400)))
    def train(self, fails: bool, longest: int) -> tuple[str, str]:
        name = f"job-{next(self.numbers)}"
        self.call(
            "CreateTrainingJob",
            TrainingJobName=name,
            RoleArn=_ROLE,
            AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
            OutputDataConfig={"S3OutputPath": "s3://lab/models"},
            ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            StoppingCondition={"MaxRuntimeInSeconds": longest},
            HyperParameters={"SANDBOX_START_ERROR": "no"} if fails else {},
        )
        return "training", name

    @rule(target=jobs, prefix=st.sampled_from(("in/", "none/")))
    def transform(self, prefix: str) -> tuple[str, str]:
        name = f"job-{next(self.numbers)}"
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://lab/{prefix}"}}
        self.call(
            "CreateTransformJob",
            TransformJobName=name,
            ModelName="echo",
            TransformInput={"DataSource": source, "ContentType": "text/csv"},
            TransformOutput={"S3OutputPath": "s3://lab/out"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )
        return "transform", name

    @rule(target=jobs)
    def automl(self) -> tuple[str, str]:
        name = f"job-{next(self.numbers)}"
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/in/"}}
        request = {
            "AutoMLJobName": name,
            "AutoMLJobInputDataConfig": [{"DataSource": source}],
            "OutputDataConfig": {"S3OutputPath": "s3://lab/out"},
            "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
            "RoleArn": _ROLE,
        }
        code = self.refusal("CreateAutoMLJobV2", **request)
        assert code in ("", "ResourceLimitExceeded")
        return "automl", name

    @rule(job=jobs)
    def stop(self, job: tuple[str, str]) -> None:
        kind, name = job
        member, _, operation, _ = _KINDS[kind]
        status = self.status(job)
        refused = self.refusal(operation, **{member: name})
        assert bool(refused) == (status in (*_OVER, "gone"))
        assert refused or self.status(job) == "Stopping"

    @rule(job=jobs)
    def delete(self, job: tuple[str, str]) -> None:
        kind, name = job
        if kind == "training":
            status = self.status(job)
            code = self.refusal("DeleteTrainingJob", TrainingJobName=name)
            assert (code == "ResourceInUse") == (status in ("InProgress", "Stopping"))
            if not code:
                self.seen.pop(job, None)

    @rule(seconds=st.sampled_from((0.2, 1.0, 5.0, 30.0)))
    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule()
    def settle(self) -> None:
        self.world.advance(2000.0)
        assert list(self.world.service("sagemaker").running(_REGION)) == []
        left = [name for name in self.world.records.shelf("agenda") if "-job " in name]
        assert left == []

    def status(self, job: tuple[str, str]) -> str:
        member, describe, _, status = _KINDS[job[0]]
        try:
            return str(self.call(describe, **{member: job[1]})[status])
        except AwsError:
            return "gone"

    @invariant()
    def states_are_awss_and_what_is_over_stays_over(self) -> None:
        if not hasattr(self, "world"):
            return
        for kind, (member, describe, _, status) in _KINDS.items():
            for name in tuple(self.world.records.shelf(f"sagemaker/{_SHELVES[kind]}", _REGION)):
                found = self.call(describe, **{member: name})
                assert found[status] in _SECONDARY
                before = self.seen.get((kind, name))
                assert before not in _OVER or before == found[status]
                self.seen[kind, name] = found[status]
                getattr(self, f"_{kind}_is_sound", lambda *_: None)(name, found)

    def _training_is_sound(self, name: str, found: dict[str, Any]) -> None:
        assert found["SecondaryStatus"] in _SECONDARY[found["TrainingJobStatus"]]
        for before, after in itertools.pairwise(found["SecondaryStatusTransitions"]):
            assert before["StartTime"] <= before["EndTime"] == after["StartTime"]
        assert ("TrainingEndTime" in found) == (found["TrainingJobStatus"] in _OVER)

    def _automl_is_sound(self, name: str, found: dict[str, Any]) -> None:
        if found["AutoMLJobSecondaryStatus"] in _STAGES:
            stage = _STAGES.index(found["AutoMLJobSecondaryStatus"])
            assert stage >= self.stages.get(name, 0)
            self.stages[name] = stage
        if found["AutoMLJobStatus"] == "Completed":
            assert found["BestCandidate"]["CandidateStatus"] == "Completed"

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.reset()
            self.world.close()


_SHELVES = {"training": "training-job", "transform": "transform-job", "automl": "automl-job"}
TestJobs = Jobs.TestCase
TestJobs.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
