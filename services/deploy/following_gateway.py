"""Looks at an endpoint or component under way: its status, its instances, and the end of its log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.aws_errors import found_or_none, translate
from services.clients import ClientSource
from services.deploy.container_log import LogLine
from services.deploy.following import Instances, LogStream, LogTail, Sighting
from services.errors import NotFound, PermissionDenied, SagedeckError
from services.inference import EndpointFacts
from services.logs import LogGroup, Stream
from services.logs import component as log_of_component
from services.logs import endpoint as log_of_endpoint
from services.logs.gateway import LogsGateway
from services.plans import looks_secret

READ_LINES = 120  # of a stream: what is shown, and some more to tell the stage from
_STREAMS = 20  # newest streams that are looked through for one of each variant
_VARIANTS = 4  # streams that are read; an endpoint under way seldom has more than two variants


class FollowingGateway:
    """Reads with the connection's SageMaker and CloudWatch Logs clients: at most 2 + 4 calls a look."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients, self._logs = clients, LogsGateway(clients)

    def endpoint(self, name: str) -> Sighting:
        """The endpoint as it stands; raises NotFound."""
        row = self._describe("describe_endpoint", f"looking at the endpoint {name}", EndpointName=name)
        pending = row.get("PendingDeploymentSummary") or {}
        variants = pending.get("ProductionVariants") or row.get("ProductionVariants") or ()
        return Sighting(
            name=name,
            status=row["EndpointStatus"],
            created=_seconds(row["CreationTime"]),
            modified=_seconds(row["LastModifiedTime"]),
            config=pending.get("EndpointConfigName") or row.get("EndpointConfigName", ""),
            failure=row.get("FailureReason", ""),
            instances=tuple(
                Instances(each["VariantName"], each.get("CurrentInstanceCount"), each.get("DesiredInstanceCount", 0))
                for each in variants
            ),
            serverless=any("DesiredServerlessConfig" in each for each in variants),
            log=self.log(log_of_endpoint(name)),
        )

    def component(self, name: str) -> Sighting:
        """The inference component as it stands; raises NotFound."""
        which = {"InferenceComponentName": name}
        row = self._describe("describe_inference_component", f"looking at the component {name}", **which)
        runtime = row.get("RuntimeConfig") or {}
        copies = Instances(name, runtime.get("CurrentCopyCount"), runtime.get("DesiredCopyCount", 0))
        return Sighting(
            name=name,
            status=row["InferenceComponentStatus"],
            created=_seconds(row["CreationTime"]),
            modified=_seconds(row["LastModifiedTime"]),
            failure=row.get("FailureReason", ""),
            instances=(copies,),
            component=True,
            log=self.log(log_of_component(name)),
        )

    def component_facts(self, name: str, endpoint: str) -> EndpointFacts:
        """What tells how a component on an endpoint wants to be called; raises NotFound."""
        which = {"InferenceComponentName": name}
        row = self._describe("describe_inference_component", f"looking at the component {name}", **which)
        specification = row.get("Specification") or {}
        container: Mapping[str, Any] = specification.get("Container") or {}
        image = (container.get("DeployedImage") or {}).get("SpecifiedImage", "")
        artifact = container.get("ArtifactUrl", "")
        if specification.get("ModelName"):
            model = specification["ModelName"]
            made = self._describe("describe_model", f"looking at the model {model}", ModelName=model)
            container = made.get("PrimaryContainer") or (made.get("Containers") or [{}])[0]
            source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
            artifact = source.get("S3Uri") or container.get("ModelDataUrl", "")
            image = container.get("Image", "")
        variables = dict(container.get("Environment") or {})
        return EndpointFacts(
            name=endpoint,
            config=row.get("VariantName", ""),
            created=row["CreationTime"].isoformat(),
            image=image,
            environment={key: value for key, value in variables.items() if not looks_secret(key, value)},
            artifact=artifact,
            tags=self._tags(row["InferenceComponentArn"]),
            inference_component=name,
        )

    def _tags(self, arn: str) -> dict[str, str]:
        try:
            rows = self._clients.get("sagemaker").list_tags(ResourceArn=arn).get("Tags", ())
        except Exception as error:
            raise translate(error, f"reading the tags of {arn}") from error
        return {row["Key"]: row["Value"] for row in rows}

    def log(self, group: LogGroup) -> LogTail:
        """The end of the newest stream of each variant. What AWS puts in the way is in the tail."""
        try:
            found = self._logs.streams(group.name, group.begins, _STREAMS)
            newest: dict[str, Stream] = {}  # by when they began: in an update the old ones still write
            for stream in sorted(found, key=lambda each: each.began, reverse=True):
                newest.setdefault(stream.variant, stream)
            streams = [self._stream(group, each) for each in list(newest.values())[:_VARIANTS]]
        except NotFound:
            return LogTail(group.name)
        except PermissionDenied as error:
            return LogTail(group.name, denied=error.action)
        except SagedeckError as error:
            return LogTail(group.name, problem=error.what)
        return LogTail(group.name, there=True, streams=tuple(streams))

    def _stream(self, group: LogGroup, stream: Stream) -> LogStream:
        told = self._logs.end(group.name, stream.name, READ_LINES)
        lines = tuple(LogLine(each.at, each.text) for each in told.events)
        return LogStream(stream.variant, stream.name, stream.began, lines)

    def _describe(self, operation: str, doing: str, **which: str) -> Mapping[str, Any]:
        found = found_or_none(lambda: getattr(self._clients.get("sagemaker"), operation)(**which), doing)
        if found is None:
            name = next(iter(which.values()))
            raise NotFound(f"{name} is not there.", "SageMaker does not know it.", "It may be deleted already.")
        return dict(found)


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
