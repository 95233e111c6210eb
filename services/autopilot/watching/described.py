"""What SageMaker's answers about AutoML jobs say, as this room's own shapes. Nothing that is left out is made up.

Members as of botocore 1.44.5: ListAutoMLJobs, DescribeAutoMLJobV2, ListCandidatesForAutoMLJob.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.autopilot.models import Candidate, CandidateContainer, CandidateStep, Job, JobStatus, Measure, ProblemKind

Row = Mapping[str, Any]
_NOTEBOOKS = {
    "DataExplorationNotebookLocation": "Notebook: data exploration",
    "CandidateDefinitionNotebookLocation": "Notebook: candidates",
}
_NAMED = {name.removesuffix("JobConfig"): ProblemKind(name) for name in ProblemKind}


def listed(row: Row) -> Job:
    """A job as the list tells of it: its name and state, and not what it is about."""
    return Job(
        name=str(row.get("AutoMLJobName", "")),
        arn=str(row.get("AutoMLJobArn", "")),
        status=_status(row),
        stage=str(row.get("AutoMLJobSecondaryStatus", "")),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        ended=row.get("EndTime"),
        failure=str(row.get("FailureReason", "")),
        partial=tuple(str(each.get("PartialFailureMessage", "")) for each in row.get("PartialFailureReasons") or ()),
    )


def described(row: Row) -> Job:
    """A job as DescribeAutoMLJobV2 tells of it."""
    kind, config = _kind(row)
    resolved = row.get("ResolvedAttributes") or {}
    attributes = (resolved.get("AutoMLProblemTypeResolvedAttributes") or {}).get("TabularResolvedAttributes") or {}
    metric = resolved.get("AutoMLJobObjective") or row.get("AutoMLJobObjective") or {}
    criteria = resolved.get("CompletionCriteria") or config.get("CompletionCriteria") or {}
    best = row.get("BestCandidate")
    return replace(
        listed(row),
        kind=kind,
        problem=str(attributes.get("ProblemType") or config.get("ProblemType") or ""),
        objective=str(metric.get("MetricName") or ""),
        target=_target(config),
        inputs=tuple(_inputs(row.get("AutoMLJobInputDataConfig") or ())),
        output=str((row.get("OutputDataConfig") or {}).get("S3OutputPath") or ""),
        role=str(row.get("RoleArn") or ""),
        best=candidate(best) if best else None,
        notebooks=tuple(
            (words, str(address))
            for member, words in _NOTEBOOKS.items()
            if (address := (row.get("AutoMLJobArtifacts") or {}).get(member))
        ),
        most_seconds=criteria.get("MaxAutoMLJobRuntimeInSeconds"),
        most_candidates=criteria.get("MaxCandidates"),
        deployed_as=str((row.get("ModelDeployResult") or {}).get("EndpointName") or ""),
        mode=str(config.get("Mode") or ""),
    )


def candidate(row: Row) -> Candidate:
    """One candidate, of the list or as a job's best one."""
    final = row.get("FinalAutoMLJobObjectiveMetric") or {}
    properties = row.get("CandidateProperties") or {}
    places = properties.get("CandidateArtifactLocations") or {}
    measures = tuple(each for each in map(_measure, properties.get("CandidateMetrics") or ()) if each)
    return Candidate(
        name=str(row.get("CandidateName", "")),
        status=str(row.get("CandidateStatus", "")),
        objective=_measure(final),
        measures=measures,
        steps=tuple(
            CandidateStep(
                str(each.get("CandidateStepType", "")),
                str(each.get("CandidateStepName", "")),
                str(each.get("CandidateStepArn", "")),
            )
            for each in row.get("CandidateSteps") or ()
        ),
        containers=_containers(row.get("InferenceContainers") or ()),
        accelerated=tuple(
            (str(kind), _containers(each or ()))
            for kind, each in (row.get("InferenceContainerDefinitions") or {}).items()
        ),
        created=row.get("CreationTime"),
        ended=row.get("EndTime"),
        failure=str(row.get("FailureReason") or ""),
        explainability=str(places.get("Explainability") or ""),
        insights=str(places.get("ModelInsights") or ""),
        backtest=str(places.get("BacktestResults") or ""),
    )


def _status(row: Row) -> JobStatus:
    try:
        return JobStatus(row.get("AutoMLJobStatus", ""))
    except ValueError:
        return JobStatus.UNKNOWN


def _kind(row: Row) -> tuple[ProblemKind, Row]:
    """The kind of problem and its configuration; one that is not known here is treated as a table."""
    for member, config in (row.get("AutoMLProblemTypeConfig") or {}).items():
        if member in set(ProblemKind):
            return ProblemKind(member), config or {}
    return _NAMED.get(str(row.get("AutoMLProblemTypeConfigName", "")), ProblemKind.TABULAR), {}


def _target(config: Row) -> str:
    series = config.get("TimeSeriesConfig") or {}
    named = (config.get("TargetAttributeName"), config.get("TargetLabelColumn"), series.get("TargetAttributeName"))
    return str(next((name for name in named if name), ""))


def _inputs(channels: Iterable[Row]) -> Iterable[tuple[str, str]]:
    for channel in channels:
        address = ((channel.get("DataSource") or {}).get("S3DataSource") or {}).get("S3Uri")
        if address:
            yield str(channel.get("ChannelType") or "training"), str(address)


def _measure(row: Row) -> Measure | None:
    name, value = row.get("StandardMetricName") or row.get("MetricName"), row.get("Value")
    if not name or not isinstance(value, int | float):
        return None
    return Measure(str(name), float(value), str(row.get("Set") or "Validation"))


def _containers(rows: Iterable[Row]) -> tuple[CandidateContainer, ...]:
    return tuple(
        CandidateContainer(
            str(row.get("Image") or ""),
            str(row.get("ModelDataUrl") or ""),
            tuple((str(name), str(value)) for name, value in (row.get("Environment") or {}).items()),
        )
        for row in rows
    )
