"""What planning an AutoML job has to ask SageMaker: how many run, and whether an endpoint has a name already."""

from __future__ import annotations

from services.aws_errors import found_or_none, translate
from services.clients import ClientSource

_MOST_RUNNING = 100  # one page: a region lets four run at once


class LaunchingGateway:
    """Reads with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def running(self) -> int:
        """How many AutoML jobs of this region are under way. Raises PermissionDenied and the like."""
        try:
            answer = self._clients.get("sagemaker").list_auto_ml_jobs(
                StatusEquals="InProgress", MaxResults=_MOST_RUNNING
            )
        except Exception as error:
            raise translate(error, "counting the AutoML jobs that run") from error
        return len(answer["AutoMLJobSummaries"])

    def endpoint_exists(self, name: str) -> bool:
        """Whether an endpoint has this name. Raises PermissionDenied and the like."""
        client = self._clients.get("sagemaker")
        doing = f"looking for the endpoint {name[:64]}"
        return found_or_none(lambda: client.describe_endpoint(EndpointName=name), doing) is not None

    def bucket_region(self, bucket: str) -> str:
        """Where a bucket is; "" where it is not there, or that may not be asked or is not told."""
        try:
            answer = self._clients.get("s3").head_bucket(Bucket=bucket)
        except Exception:  # noqa: BLE001 - the calls that need the bucket say what is wrong with it
            return ""
        headers = answer["ResponseMetadata"].get("HTTPHeaders") or {}
        return str(answer.get("BucketRegion") or headers.get("x-amz-bucket-region") or "")
