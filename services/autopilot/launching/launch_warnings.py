"""What a person should know before an AutoML job is launched, beside what is wrong with it."""

from __future__ import annotations

from services.autopilot.launching.state import LaunchState
from services.autopilot.models import JobStatus
from services.autopilot.requesting.known import LARGE_BYTES, concurrent_jobs
from services.autopilot.requesting.request import AutopilotRequest, Held, S3Data, Tabular


def warnings_of(request: AutopilotRequest, state: LaunchState) -> tuple[str, ...]:
    """Sentences, each once: of its cost, its data, its endpoint, and what AWS may refuse."""
    told, found = state.ceiling, []
    if told.usd_most is None:
        found.append("What the job costs at most is not known. It is not free.")
    found += told.besides
    if state.missing:
        found.append(f"Undoing this leaves the bucket {', '.join(state.missing)}, for what jobs have written to it.")
    for name, each in state.seen.items():
        found += each.warnings
        if each.changes:
            found.append(f"A repaired copy of the {name} data is launched: {' '.join(each.changes)}")
        if not each.whole:
            found.append(f"Only the beginning of the {name} data was looked at; the rest may hold what stops the job.")
    found += _of_job(request, state)
    return tuple(dict.fromkeys(found))


def _of_job(request: AutopilotRequest, state: LaunchState) -> list[str]:
    found, region = [], state.role.region
    most = concurrent_jobs(region)
    if state.running is not None and state.running >= most:
        found.append(f"{state.running} jobs run already; {region} lets {most} run at once unless AWS has raised it.")
    if state.job is not None and state.job.status is not JobStatus.UNKNOWN:
        found.append(f"The job {state.job.name} is there already ({state.job.status}); it is not launched again.")
    if request.emr_role:
        size = state.seen["training"].size if "training" in state.seen else None
        if size is not None and size <= LARGE_BYTES.get(request.kind, 0):
            found.append("The data are too small for EMR Serverless; its role will not be used.")
        found.append(
            "AWS says that only SageMaker Canvas may use EMR Serverless at the moment; it may refuse the role."
        )
    if request.deploy is not None:
        found.append("The endpoint is made at the end and stays: stopping or undoing this does not delete it.")
    fraction = request.validation_fraction
    if fraction is not None and fraction >= 0.5:
        found.append(f"{fraction:.0%} of the data are kept back for validation; less than a half is advised.")
    if any(isinstance(each, S3Data) and each.held == Held.MANIFEST for _, each in request.sources):
        found.append("Of data listed in a manifest Autopilot cannot read the size; the mode AUTO then tunes.")
    return [*found, *_of_type(request, state)]


def _of_type(request: AutopilotRequest, state: LaunchState) -> list[str]:
    """Whether the target looks like another type of problem than the one asked for."""
    verdict = state.seen["training"].verdict if "training" in state.seen else None
    asked = request.settings.problem_type if isinstance(request.settings, Tabular) else ""
    if verdict is None or verdict.problem_type in ("", asked) or not asked:
        return []
    return [f"{asked} is asked for; the target looks like {verdict.problem_type}. {verdict.reason}"]
