"""Reads training jobs, and the metrics their logs told; the only file of this room that speaks to an SDK."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource
from services.errors import NotFound
from services.tuning.models import Figure, JobStatus, Stage, TrainingJob

PAGE, MOST_JOBS = 100, 2_000
NAMESPACE, DIMENSION = "/aws/sagemaker/TrainingJobs", "TrainingJobName"
_ABSENT = re.compile(r"not found|could not find", re.IGNORECASE)
_OWN = ("sagemaker_",)  # hyperparameters that are the container's


class TuningGateway:
    """Reads with the connection's clients. `wait` keeps the polite rate: it is called before every call."""

    def __init__(self, clients: ClientSource, wait: Callable[[], None] = lambda: None) -> None:
        self._clients, self._wait = clients, wait

    def list_jobs(self, most: int = MOST_JOBS) -> tuple[TrainingJob, ...]:
        """The newest training jobs by name and status, a hundred a call, newest first."""
        found: list[TrainingJob] = []
        asked: dict[str, Any] = {"MaxResults": PAGE, "SortBy": "CreationTime", "SortOrder": "Descending"}
        try:
            while len(found) < most:
                self._wait()
                answer = self._clients.get("sagemaker").list_training_jobs(**asked)
                found += [_summary(row) for row in answer["TrainingJobSummaries"]]
                if not answer.get("NextToken"):
                    break
                asked["NextToken"] = answer["NextToken"]
        except Exception as error:
            raise translate(error, "listing the training jobs") from error
        return tuple(found[:most])

    def describe(self, name: str, *, tags: bool = True) -> TrainingJob:
        """One training job, with its tags. Raises NotFound."""
        client = self._clients.get("sagemaker")
        try:
            self._wait()
            answer = client.describe_training_job(TrainingJobName=name)
            listed: Sequence[Mapping[str, Any]] = ()
            if tags:
                self._wait()
                listed = client.list_tags(ResourceArn=answer["TrainingJobArn"])["Tags"]
        except Exception as error:
            code, message = code_and_message(error)
            if code == "ResourceNotFound" or (code == "ValidationException" and _ABSENT.search(message)):
                raise NotFound(f"There is no training job {name}.", "", "Look at the list of jobs.") from error
            raise translate(error, f"describing the training job {name}") from error
        return _described(answer, {tag["Key"]: tag["Value"] for tag in listed})

    def exists(self, name: str) -> bool:
        """Whether there is, or was, a training job of this name."""
        try:
            self.describe(name, tags=False)
        except NotFound:
            return False
        return True

    def curves(
        self, name: str, metrics: Sequence[str], since: datetime, until: datetime
    ) -> dict[str, tuple[tuple[datetime, float], ...]]:
        """What CloudWatch kept of a job's metrics, a point a minute at most, oldest first."""
        queries = [
            {
                "Id": f"m{place}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": NAMESPACE, "MetricName": metric,
                        "Dimensions": [{"Name": DIMENSION, "Value": name}],
                    },
                    "Period": period(since, until),
                    "Stat": "Average",
                },
            }
            for place, metric in enumerate(metrics[:100])
        ]  # fmt: skip
        if not queries:
            return {}
        asked: dict[str, Any] = {
            "MetricDataQueries": queries, "StartTime": since - timedelta(minutes=1),
            "EndTime": until + timedelta(minutes=1), "ScanBy": "TimestampAscending",
        }  # fmt: skip
        found: dict[str, list[tuple[datetime, float]]] = {metric: [] for metric in metrics}
        try:
            while True:
                self._wait()
                answer = self._clients.get("cloudwatch").get_metric_data(**asked)
                for row in answer["MetricDataResults"]:
                    metric = metrics[int(row["Id"][1:])]
                    found[metric] += zip(row["Timestamps"], row["Values"], strict=False)
                if not answer.get("NextToken"):
                    break
                asked["NextToken"] = answer["NextToken"]
        except Exception as error:
            raise translate(error, f"reading the metrics of {name}") from error
        return {metric: tuple(sorted(points)) for metric, points in found.items()}


def period(since: datetime, until: datetime) -> int:
    """Seconds between two points: a minute, of long trainings so many that 1,440 points are not exceeded."""
    minutes = max(1, -(-int((until - since).total_seconds()) // (1440 * 60)))
    return 60 * minutes


def _status(word: str) -> JobStatus:
    return next((each for each in JobStatus if each.value == word), JobStatus.UNKNOWN)


def _summary(row: Mapping[str, Any]) -> TrainingJob:
    return TrainingJob(
        name=row["TrainingJobName"], arn=row["TrainingJobArn"], status=_status(row["TrainingJobStatus"]),
        stage=row.get("SecondaryStatus", ""), created=row["CreationTime"], changed=row.get("LastModifiedTime"),
        ended=row.get("TrainingEndTime"),
    )  # fmt: skip


def _described(answer: Mapping[str, Any], tags: Mapping[str, str]) -> TrainingJob:
    machines, stopping = answer.get("ResourceConfig") or {}, answer.get("StoppingCondition") or {}
    algorithm = answer.get("AlgorithmSpecification") or {}
    given = (answer.get("HyperParameters") or {}).items()
    return TrainingJob(
        name=answer["TrainingJobName"],
        arn=answer["TrainingJobArn"],
        status=_status(answer["TrainingJobStatus"]),
        stage=answer.get("SecondaryStatus", ""),
        created=answer.get("CreationTime"),
        changed=answer.get("LastModifiedTime"),
        started=answer.get("TrainingStartTime"),
        ended=answer.get("TrainingEndTime"),
        described=True,
        failure=answer.get("FailureReason", ""),
        stages=_stages(answer),
        figures=_figures(answer),
        image=algorithm.get("TrainingImage", "") or algorithm.get("AlgorithmName", ""),
        instance_type=machines.get("InstanceType", ""),
        count=int(machines.get("InstanceCount") or 1),
        volume_gb=int(machines.get("VolumeSizeInGB") or 0),
        spot=bool(answer.get("EnableManagedSpotTraining")),
        most_seconds=int(stopping.get("MaxRuntimeInSeconds") or 0),
        wait_seconds=int(stopping.get("MaxWaitTimeInSeconds") or 0),
        training_seconds=answer.get("TrainingTimeInSeconds"),
        billable_seconds=answer.get("BillableTimeInSeconds"),
        inputs=_inputs(answer),
        output=(answer.get("OutputDataConfig") or {}).get("S3OutputPath", ""),
        checkpoints=(answer.get("CheckpointConfig") or {}).get("S3Uri", ""),
        artifact=(answer.get("ModelArtifacts") or {}).get("S3ModelArtifacts", ""),
        role=answer.get("RoleArn", ""),
        hyperparameters=tuple(sorted(pair for pair in given if not pair[0].startswith(_OWN))),
        metrics=tuple((each["Name"], each["Regex"]) for each in algorithm.get("MetricDefinitions") or ()),
        tags=dict(tags),
    )


def _stages(answer: Mapping[str, Any]) -> tuple[Stage, ...]:
    return tuple(
        Stage(row["Status"], row["StartTime"], row.get("EndTime"), row.get("StatusMessage", ""))
        for row in answer.get("SecondaryStatusTransitions") or ()
    )


def _figures(answer: Mapping[str, Any]) -> tuple[Figure, ...]:
    return tuple(
        Figure(row["MetricName"], float(row["Value"]), row.get("Timestamp"))
        for row in answer.get("FinalMetricDataList") or ()
    )


def _inputs(answer: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for channel in answer.get("InputDataConfig") or ():
        source = (channel.get("DataSource") or {}).get("S3DataSource") or {}
        found.append((str(channel.get("ChannelName", "")), str(source.get("S3Uri", ""))))
    return tuple(found)
