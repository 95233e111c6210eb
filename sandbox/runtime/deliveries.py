"""What an asynchronous request reads and leaves: its input from S3, its answer or its error there, and a notification.

The notification has AWS's members (awsRegion, eventTime, invocationStatus, requestParameters, …). How AWS writes an
included response could not be found: here it is {"content", "encoding"}, UTF-8 or BASE64.
"""

import base64
import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sandbox.hosting import Hosted
from sandbox.objects import split
from sandbox.runtime.engine import Engine, Request, Streamed
from sandbox.runtime.lines import written
from sandbox.runtime.refusals import TIMED_OUT, ContainerError, in_words

if TYPE_CHECKING:
    from sandbox.world import World

_MOST_INCLUDED = 128_000  # bytes of a response that a notification includes
_LARGEST = 1_000_000_000  # bytes of an input


@dataclass(frozen=True, slots=True)
class Answered:
    """How a request ended: `failure` is the metric that counts it ("" if none), `reason` in AWS's words.

    `status` is the container's, 0 if it was not asked; `seconds` what AWS would take.
    """

    body: bytes = b""
    content_type: str = "application/json"
    failure: str = ""
    reason: str = ""
    status: int = 200
    seconds: float = 0.0

    @classmethod
    def expired(cls) -> "Answered":
        reason = "ClientError: Request expired before it was processed."
        return cls(b"", failure="ExpiredRequests", reason=reason, status=0)


def where_to(hosted: Hosted, file: str, extension: str) -> tuple[str, str]:
    """Return where a request's output and its failure go; the latter is "" if the endpoint has no S3FailurePath."""
    output = (hosted.asynchronous or {}).get("OutputConfig") or {}
    usual = f"s3://sagemaker-{hosted.region}-{hosted.account}/async-endpoint-outputs/{hosted.endpoint}"
    middle = f"/{extension.strip('/')}" if extension else ""
    place = str(output.get("S3OutputPath") or usual).rstrip("/") + f"{middle}/{file}"
    failures = str(output.get("S3FailurePath") or "").rstrip("/")
    stem = file.removesuffix(".out")
    return place, f"{failures}{middle}/{stem}-error.out" if failures else ""


class Deliveries:
    """Safe for threads but for `deliver` and `waiting`, which are called under the world's lock."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def ask(self, hosted: Hosted, record: Mapping[str, Any]) -> Answered:
        """Read the input and let the container answer it; takes as long as the model needs."""
        try:
            return self._asked(hosted, record)
        except ContainerError as error:
            return _failed(error, hosted)
        except Exception as error:  # noqa: BLE001 - a mistake of ours ends this request as the container's error would
            traceback.print_exc()
            return _failed(ContainerError(500, f"The sandbox stumbled: {type(error).__name__}: {error}"), hosted)

    def _asked(self, hosted: Hosted, record: Mapping[str, Any]) -> Answered:
        body = base64.b64decode(record["body"]) if record["body"] else self._read(record["input"])
        if body is None:
            reason = f"ClientError: Unable to download the input from {record['input']}."
            return Answered(failure="RequestDownloadFailures", reason=reason, status=0)
        engine: Engine = self._world.engine
        container = engine.container(hosted)
        outcome = engine.answer_now(
            container, Request(body, record["content_type"], record["attributes"], record["accept"])
        )
        content = b"".join(outcome.chunks()) if isinstance(outcome, Streamed) else outcome.body
        seconds = container.pace.seconds(outcome.work, 0) if outcome.work else 0.0
        if seconds > record["timeout"]:
            return _failed(ContainerError(0, TIMED_OUT), hosted)
        return Answered(content, outcome.content_type, seconds=seconds)

    def deliver(self, hosted: Hosted, record: Mapping[str, Any], answered: Answered, now: float) -> None:
        """Write the answer or the error to S3, notify, and tell the meters."""
        failed, place = answered.failure, record["output"]
        if failed:
            place = record["failure"]
            if place and answered.reason:
                self._write(place, answered.reason.encode(), "text/plain")
        elif not self._write(place, answered.body, answered.content_type):
            failed = "ResponseUploadFailures"
            reason = f"ClientError: Unable to upload the output to {place}."
            answered = Answered(failure=failed, reason=reason, status=0, seconds=answered.seconds)
        notified = self._notify(hosted, record, answered, now)
        waited = max(0.0, record.get("started", now) - record["received"])
        sizes = (len(record["body"]), len(answered.body))
        family = self._world.engine.container(hosted).family
        line = written(hosted, family, now, status=answered.status, seconds=answered.seconds, sizes=sizes)
        self._world.meters.processed(
            hosted,
            status=answered.status or 500,
            model_microseconds=answered.seconds * 1e6,
            waited=waited,
            took=waited + answered.seconds,
            log_line=line if answered.status else "",
            failure=failed or ("" if notified else "NotificationFailures"),
        )

    def waiting(self, region: str, endpoint: str, size: int) -> None:
        """Tell the meters how many requests wait or are being answered."""
        self._world.meters.backlog(region, endpoint, size)

    def _read(self, location: str) -> bytes | None:
        try:
            bucket, key = _split(location)
            size = self._world.objects.size(bucket, key)
            return self._world.objects.read(bucket, key) if size is not None and size <= _LARGEST else None
        except ValueError:
            return None

    def _write(self, location: str, content: bytes, content_type: str) -> bool:
        try:
            self._world.objects.write(*split(location), content, content_type)
        except KeyError:
            return False
        return True

    def _notify(self, hosted: Hosted, record: Mapping[str, Any], answered: Answered, now: float) -> bool:
        """Publish to the success or the error topic; return False if it is not there."""
        config = ((hosted.asynchronous or {}).get("OutputConfig") or {}).get("NotificationConfig") or {}
        member = "ErrorTopic" if answered.failure else "SuccessTopic"
        arn = config.get(member)
        if not arn:
            return True
        named = "ERROR_NOTIFICATION_TOPIC" if answered.failure else "SUCCESS_NOTIFICATION_TOPIC"
        included = named in (config.get("IncludeInferenceResponseIn") or ())
        try:
            self._world.topics.publish(arn, "", json.dumps(_message(hosted, record, answered, now, included)))
        except KeyError:
            return False
        return True


def _message(
    hosted: Hosted, record: Mapping[str, Any], answered: Answered, now: float, included: bool
) -> dict[str, Any]:
    asked = {"contentType": record["content_type"], "endpointName": hosted.endpoint, "inputLocation": record["input"]}
    message: dict[str, Any] = {
        "awsRegion": hosted.region,
        "eventTime": _iso(now),
        "receivedTime": _iso(record["received"]),
        "invocationStatus": "Failed" if answered.failure else "Completed",
        "requestParameters": {name: value for name, value in asked.items() if value},
    }
    if answered.failure:
        message["failureReason"] = answered.reason
        if record["failure"]:
            message["responseParameters"] = {"failureLocation": record["failure"]}
    else:
        message["responseParameters"] = {"contentType": answered.content_type, "outputLocation": record["output"]}
    content = answered.body or (answered.reason.encode() if answered.failure else b"")
    if included and len(content) <= _MOST_INCLUDED:
        message["responseBody"] = _included(content)
    message |= {"inferenceId": record["inference"], "eventVersion": "1.0", "eventSource": "aws:sagemaker"}
    return {**message, "eventName": "InferenceResult"}


def _included(content: bytes) -> dict[str, str]:
    try:
        return {"content": content.decode(), "encoding": "UTF-8"}
    except UnicodeDecodeError:
        return {"content": base64.b64encode(content).decode(), "encoding": "BASE64"}


def _failed(error: ContainerError, hosted: Hosted) -> Answered:
    status = error.status or 504
    return Answered(failure="InvocationFailures", reason=f"ClientError: {in_words(error, hosted)}", status=status)


def _split(location: str) -> tuple[str, str]:
    """Split s3://bucket/key, or https://bucket.s3.region.amazonaws.com/key and its older form with the bucket first."""
    if location.startswith("s3://"):
        return split(location)
    parts = urlsplit(location)
    host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
    if host.startswith(("s3.", "s3-")):
        bucket, _, path = path.partition("/")
        return bucket, path
    return host.partition(".s3")[0], path


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
