"""Where SageMaker writes what containers say.

"Log groups and streams that Amazon SageMaker AI sends to Amazon CloudWatch Logs", developer guide, 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass

_ROOT = "/aws/sagemaker/"


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group, and with what the names of the streams that matter begin ("": all of them)."""

    name: str
    begins: str = ""

    def within(self, begins: str) -> LogGroup:
        """The same group, only the streams whose names begin with this."""
        return LogGroup(self.name, begins) if begins else self


def endpoint(name: str) -> LogGroup:
    """The containers of an endpoint; streams are VARIANT/INSTANCE, in a pipeline VARIANT/INSTANCE/CONTAINER."""
    return LogGroup(f"{_ROOT}Endpoints/{name}")


def component(name: str) -> LogGroup:
    """The containers of an inference component."""
    return LogGroup(f"{_ROOT}InferenceComponents/{name}")


def training_job(name: str) -> LogGroup:
    """A training job; its group is that of all training jobs, its streams are JOB/algo-N-TIME."""
    return LogGroup(f"{_ROOT}TrainingJobs", f"{name}/")


def transform_job(name: str) -> LogGroup:
    """A batch transform job."""
    return LogGroup(f"{_ROOT}TransformJobs", f"{name}/")


def processing_job(name: str) -> LogGroup:
    """A processing job."""
    return LogGroup(f"{_ROOT}ProcessingJobs", f"{name}/")


def notebook(name: str) -> LogGroup:
    """A notebook instance: NAME/jupyter.log, NAME/LifecycleConfigOnStart, …"""
    return LogGroup(f"{_ROOT}NotebookInstances", f"{name}/")


def studio(domain: str = "") -> LogGroup:
    """Studio's apps; streams are DOMAIN/PERSON/KIND/APP."""
    return LogGroup(f"{_ROOT}studio", f"{domain}/" if domain else "")
