"""Reads AutoML jobs; the only file of this room that speaks to an SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.autopilot.models import Job, JobStatus, ProblemKind
from services.aws_errors import translate
from services.clients import ClientSource

MOST_JOBS = 1_000


class AutopilotGateway:
    """Reads with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def list_jobs(self) -> tuple[Job, ...]:
        """The AutoML jobs of this region, the newest first, by list calls alone. Raises PermissionDenied."""
        try:
            pages = self._clients.get("sagemaker").get_paginator("list_auto_ml_jobs")
            asked = {"SortBy": "CreationTime", "SortOrder": "Descending", "PaginationConfig": {"MaxItems": MOST_JOBS}}
            return tuple(_listed(row) for page in pages.paginate(**asked) for row in page["AutoMLJobSummaries"])
        except Exception as error:
            raise translate(error, "listing the AutoML jobs") from error

    def describe(self, name: str) -> Job:
        """One job. Raises NotFound."""
        try:
            row = self._clients.get("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=name)
        except Exception as error:
            raise translate(error, f"describing the AutoML job {name}") from error
        return _described(row)


def _status(row: Mapping[str, Any]) -> JobStatus:
    try:
        return JobStatus(row.get("AutoMLJobStatus", ""))
    except ValueError:
        return JobStatus.UNKNOWN


def _listed(row: Mapping[str, Any]) -> Job:
    return Job(
        name=row["AutoMLJobName"],
        arn=row.get("AutoMLJobArn", ""),
        status=_status(row),
        stage=row.get("AutoMLJobSecondaryStatus", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        ended=row.get("EndTime"),
        failure=row.get("FailureReason", ""),
        partial=tuple(each.get("PartialFailureMessage", "") for each in row.get("PartialFailureReasons", ())),
    )


def _described(row: Mapping[str, Any]) -> Job:
    from dataclasses import replace

    member, config = next(iter(row.get("AutoMLProblemTypeConfig", {ProblemKind.TABULAR: {}}).items()))
    criteria = config.get("CompletionCriteria", {})
    return replace(
        _listed(row),
        kind=ProblemKind(member),
        problem=config.get("ProblemType", ""),
        objective=row.get("AutoMLJobObjective", {}).get("MetricName", ""),
        target=config.get("TargetAttributeName", ""),
        inputs=tuple(
            (each.get("ChannelType", "training"), each["DataSource"]["S3DataSource"]["S3Uri"])
            for each in row.get("AutoMLJobInputDataConfig", ())
        ),
        output=row.get("OutputDataConfig", {}).get("S3OutputPath", ""),
        role=row.get("RoleArn", ""),
        most_seconds=criteria.get("MaxAutoMLJobRuntimeInSeconds"),
        most_candidates=criteria.get("MaxCandidates"),
        deployed_as=row.get("ModelDeployResult", {}).get("EndpointName", ""),
    )
