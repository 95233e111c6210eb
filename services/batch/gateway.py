"""The calls to SageMaker that look at transform jobs and at the models they use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.aws_errors import found_or_none, translate
from services.batch.models import HostedModel, JobStatus, ModelName, TransformJob, TransformRequest
from services.clients import ClientSource
from services.errors import NotFound, SagedeckError
from services.pace import Pace

PAGE = 100  # SageMaker lists no more at a time


class BatchGateway:
    """Reads with the connection's SageMaker client, no faster than `pace` lets it."""

    def __init__(self, clients: ClientSource, pace: Pace | None = None) -> None:
        self._clients, self._pace = clients, pace

    def jobs(self, most: int) -> tuple[TransformJob, ...]:
        """The newest jobs, at most so many: one call for a hundred."""
        newest = {"SortBy": "CreationTime", "SortOrder": "Descending"}
        rows = self._listed("list_transform_jobs", "TransformJobSummaries", "listing the transform jobs", most, newest)
        return tuple(
            TransformJob(
                name=row["TransformJobName"],
                status=_status(row["TransformJobStatus"]),
                created=row["CreationTime"],
                arn=row["TransformJobArn"],
                ended=row.get("TransformEndTime"),
                failure=row.get("FailureReason", ""),
            )
            for row in rows
        )

    def job(self, name: str) -> TransformJob:
        """One job with what it was asked for. Raises NotFound."""
        found = self._found("describe_transform_job", f"looking at the transform job {name}", TransformJobName=name)
        if found is None:
            raise NotFound(f"There is no transform job {name}.", "SageMaker does not know it.", "Look at the list.")
        return TransformJob(
            name=found["TransformJobName"],
            status=_status(found["TransformJobStatus"]),
            created=found["CreationTime"],
            arn=found["TransformJobArn"],
            started=found.get("TransformStartTime"),
            ended=found.get("TransformEndTime"),
            failure=found.get("FailureReason", ""),
            request=request_of(found),
            automl_job=str(found.get("AutoMLJobArn", "")).rpartition("/")[2],
        )

    def exists(self, name: str) -> bool:
        """Whether a job of this name is or was there: names are never free again."""
        doing = f"looking for a transform job {name}"
        return self._found("describe_transform_job", doing, TransformJobName=name) is not None

    def models(self, most: int) -> tuple[ModelName, ...]:
        """The account's models, newest first."""
        newest = {"SortBy": "CreationTime", "SortOrder": "Descending"}
        rows = self._listed("list_models", "Models", "listing the models", most, newest)
        return tuple(ModelName(row["ModelName"], row["CreationTime"]) for row in rows)

    def packages(self, most: int) -> tuple[ModelName, ...]:
        """The account's model packages, versioned or not, newest first."""
        newest = {"SortBy": "CreationTime", "SortOrder": "Descending", "ModelPackageType": "Both"}
        doing = "listing the model packages"
        rows = self._listed("list_model_packages", "ModelPackageSummaryList", doing, most, newest)
        return tuple(
            ModelName(
                row.get("ModelPackageName") or row["ModelPackageArn"].rpartition("model-package/")[2],
                row.get("CreationTime"),
                row["ModelPackageArn"],
            )
            for row in rows
        )

    def model(self, name: str) -> HostedModel:
        """One model with its containers. Raises NotFound."""
        found = self._found("describe_model", f"looking at the model {name}", ModelName=name)
        if found is None:
            raise NotFound(f"There is no model {name}.", "SageMaker does not know it.", "Choose another one.")
        containers = found.get("Containers") or [found.get("PrimaryContainer") or {}]
        return HostedModel(
            name=found["ModelName"],
            arn=found["ModelArn"],
            role_arn=found.get("ExecutionRoleArn", ""),
            containers=tuple(containers),
            network=found.get("VpcConfig") or {},
            isolated=bool(found.get("EnableNetworkIsolation")),
            tags=self._tags(found["ModelArn"]),
        )

    def models_of(self, endpoint: str) -> tuple[str, ...]:
        """The names of the models behind an endpoint. Raises NotFound."""
        doing = f"looking at the endpoint {endpoint}"
        found = self._found("describe_endpoint", doing, EndpointName=endpoint)
        if found is None:
            raise NotFound(f"There is no endpoint {endpoint}.", "SageMaker does not know it.", "Choose another one.")
        config = self._found("describe_endpoint_config", doing, EndpointConfigName=found["EndpointConfigName"]) or {}
        names = [each.get("ModelName", "") for each in config.get("ProductionVariants", ())]
        return tuple(dict.fromkeys(name for name in names if name))

    def _tags(self, arn: str) -> tuple[tuple[str, str], ...]:
        try:
            rows = self._ask("list_tags", {"ResourceArn": arn}, f"reading the tags of {arn}").get("Tags", ())
        except SagedeckError:  # tags only help to guess how the model is called
            return ()
        return tuple((row["Key"], row["Value"]) for row in rows)

    def _listed(
        self, operation: str, member: str, doing: str, most: int, asked: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        left, more = most, ""
        while left > 0:
            token = {"NextToken": more} if more else {}
            answer = self._ask(operation, {**asked, **token, "MaxResults": min(PAGE, left)}, doing)
            rows = answer.get(member, ())
            yield from rows
            left, more = left - len(rows), answer.get("NextToken", "")
            if not more:
                return

    def _found(self, operation: str, doing: str, **which: str) -> Mapping[str, Any] | None:
        return found_or_none(self._call(operation, which), doing)

    def _ask(self, operation: str, asked: Mapping[str, Any], doing: str) -> Mapping[str, Any]:
        try:
            return self._call(operation, asked)()
        except Exception as error:
            raise translate(error, doing) from error

    def _call(self, operation: str, asked: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
        def call() -> Mapping[str, Any]:
            if self._pace is not None:
                self._pace.wait()
            answer: Mapping[str, Any] = getattr(self._clients.get("sagemaker"), operation)(**asked)
            return answer

        return call


def request_of(found: Mapping[str, Any]) -> TransformRequest:
    """What a described job was asked for."""
    source, output = found["TransformInput"], found.get("TransformOutput") or {}
    data = source["DataSource"]["S3DataSource"]
    machine, client = found["TransformResources"], found.get("ModelClientConfig") or {}
    processing = found.get("DataProcessing") or {}
    return TransformRequest(
        name=found["TransformJobName"],
        model=found["ModelName"],
        input=data["S3Uri"],
        output=output.get("S3OutputPath", ""),
        instance_type=machine["InstanceType"],
        count=machine["InstanceCount"],
        input_kind=data["S3DataType"],
        content_type=source.get("ContentType", ""),
        accept=output.get("Accept", ""),
        compression=source.get("CompressionType", ""),
        split=source.get("SplitType", ""),
        assemble=output.get("AssembleWith", ""),
        strategy=found.get("BatchStrategy", ""),
        max_payload_mb=found.get("MaxPayloadInMB"),
        max_concurrent=found.get("MaxConcurrentTransforms"),
        join=processing.get("JoinSource") == "Input",
        input_filter=processing.get("InputFilter", ""),
        output_filter=processing.get("OutputFilter", ""),
        output_kms_key=output.get("KmsKeyId", ""),
        volume_kms_key=machine.get("VolumeKmsKeyId", ""),
        environment=tuple(sorted((found.get("Environment") or {}).items())),
        timeout_seconds=client.get("InvocationsTimeoutInSeconds"),
        retries=client.get("InvocationsMaxRetries"),
    )


def _status(word: str) -> JobStatus:
    return next((each for each in JobStatus if each.value == word), JobStatus.UNKNOWN)
