"""What all jobs share: their states, what a new one's name must be, and how a request is kept."""

from typing import Any

from sandbox.errors import AwsError, invalid
from sandbox.records import Record, Shelf

IN_PROGRESS, COMPLETED, FAILED = "InProgress", "Completed", "Failed"
STOPPING, STOPPED = "Stopping", "Stopped"
MOVING = (IN_PROGRESS, STOPPING)
TRAINING = "/aws/sagemaker/TrainingJobs"  # the group of logs, and the namespace of metrics


def check_new(shelf: Shelf, name: str, arn: str, names: str = "Job name", what: str = "job") -> None:
    """Raise ResourceInUse if there is a job of that name."""
    if name in shelf:
        raise AwsError(
            "ResourceInUse",
            f"{names} must be unique within an AWS account and region, and a {what} with this name already exists "
            f"({arn})",
        )


def check_moving(job: Record, what: str) -> None:
    """Raise what AWS answers to stopping a job that is over."""
    if job["status"] not in MOVING:
        raise invalid(f"The request was rejected because the {what} is in status {job['status']}.")


def kept(request: Any) -> Record:
    """Return a request as it is kept: without tags and what was not said."""
    return {key: value for key, value in request.items() if key != "Tags" and value is not None}
