"""Notes every control-plane call: who, what, where, with which parameters, and how it ended."""

import heapq
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox import wire
from sandbox.cloudtrail.identity import identity
from sandbox.cloudtrail.masking import masked
from sandbox.moto_bridge import Answer
from sandbox.records import Record

if TYPE_CHECKING:
    from sandbox.world import World

# Events that are kept. What only reads has a shelf of its own, so that polling never displaces what changed something.
KEPT = {"cloudtrail/change": 15_000, "cloudtrail/read": 5_000}
AGE = 90 * 86400.0  # seconds after which an event is forgotten
LARGEST = 4000  # characters of an event's parameters
_CALLERS = 500  # who is remembered at once
_SHORT = 2000  # bytes of an answer that is looked at

_READS = re.compile(r"(Get|Describe|List|Lookup|Search|Head|Query|Filter|Simulate|Check|Validate|Estimate|Preview)")
# What AWS counts as data events, which the history does not show.
_DATA = frozenset(
    {
        "PutMetricData", "GetMetricData", "GetMetricStatistics", "PutLogEvents", "GetLogEvents", "FilterLogEvents",
        "Publish", "PublishBatch", "SendMessage", "ReceiveMessage", "DeleteMessage", "SendMessageBatch",
    }
)  # fmt: skip
_KEY = re.compile(r"Credential=([^/,\s]+)/")
_XML_CODE = re.compile(r"<Code>([^<]*)</Code>(?:\s*<Message>([^<]*)</Message>)?")
_BUCKETS = {
    "policy": "BucketPolicy", "encryption": "BucketEncryption", "lifecycle": "BucketLifecycle", "cors": "BucketCors",
    "tagging": "BucketTagging", "versioning": "BucketVersioning", "acl": "BucketAcl", "logging": "BucketLogging",
    "notification": "BucketNotification", "publicAccessBlock": "BucketPublicAccessBlock",
}  # fmt: skip
# Under which name a service is told, where that is not botocore's.
_SOURCES = {
    "cloudwatch": "monitoring", "efs": "elasticfilesystem", "application-autoscaling": "autoscaling",
    "service-quotas": "servicequotas", "resourcegroupstaggingapi": "tagging", "elbv2": "elasticloadbalancing",
}  # fmt: skip


class Trail:
    """`heard` is told of every request when it has been answered; use the rest under the world's lock."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._known: dict[str, Record] = {}  # a cache of callers: thousands of events share what they say of them

    def heard(self, head: wire.Head, asked: wire.Asked | None, answer: Answer) -> None:
        """Note one request of a client, unless it is none of the control plane's."""
        called = _bucket_call(head) if head.aws.service == "s3" else _call(asked)
        if called is None or called[1] in _DATA or not called[1]:
            return
        key = _KEY.search(head.headers.get("authorization", ""))
        code, message = _failure(answer) if answer.status >= 400 else ("", "")
        with self._world.lock:
            who = identity(key[1] if key else "", head.aws.region)
            agent = sys.intern(head.headers.get("user-agent", "")[:120])
            number = next((value.decode() for name, value in answer.headers if name == b"x-amzn-requestid"), "")
            made = _made(answer) if not code and not is_read(called[1]) else {}
            told: dict[str, Any] = {
                "code": code,
                "message": message,
                "agent": agent,
                "request_id": number,
                "made": made,
            }
            self.note(*called, head.aws.region, who, **told)

    def note(
        self,
        service: str,
        operation: str,
        request: Mapping[str, Any],
        region: str,
        who: Mapping[str, str],
        **told: Any,
    ) -> str:
        """Note one call and return the event's id; for calls that the sandbox makes itself, as a schedule does.

        `told`, as far as known: the error's `code` and `message`, the `agent`, the `request_id`, and the names
        of what was `made`.
        """
        parameters = json.dumps(masked(request), default=str)
        if len(parameters) > LARGEST:
            parameters = json.dumps({"truncated": parameters[: LARGEST // 2]})
        event: Record = {
            "at": self._world.clock.now(),
            "heard": time.time_ns(),  # tells the order of what happened at one moment of a clock that stands still
            "source": sys.intern(f"{_SOURCES.get(service, service)}.amazonaws.com"),
            "name": sys.intern(operation),
            "region": region,
            "who": self._known.setdefault(who["arn"] + who.get("accessKeyId", ""), dict(who)),
            "parameters": parameters,
        }
        while len(self._known) > _CALLERS:
            del self._known[next(iter(self._known))]
        event |= {member: value for member, value in told.items() if value}
        number = str(uuid.uuid4())
        self._keep("cloudtrail/read" if is_read(operation) else "cloudtrail/change", number, event)
        return number

    def events(self, region: str) -> Iterator[tuple[str, Record]]:
        """Yield id and record of the events of a region, the newest first.

        What was noted while a past was played (`Clock.set_back`) stands where it was noted, not where it was.
        """
        oldest = self._world.clock.now() - AGE
        kinds = (self._newest_first(kind) for kind in KEPT)
        for number, event in heapq.merge(*kinds, key=lambda pair: (pair[1]["at"], pair[1]["heard"]), reverse=True):
            if event["at"] < oldest:
                return
            if event["region"] == region:
                yield number, event

    def _newest_first(self, kind: str) -> Iterator[tuple[str, Record]]:
        shelf = self._world.records.shelf(kind)
        return ((number, shelf[number]) for number in reversed(tuple(shelf)))

    def _keep(self, kind: str, number: str, event: Record) -> None:
        shelf = self._world.records.shelf(kind)
        shelf[number] = event
        shelf.keep_newest(KEPT[kind])


def is_read(operation: str) -> bool:
    return _READS.match(operation) is not None


def _call(asked: wire.Asked | None) -> tuple[str, str, Mapping[str, Any]] | None:
    return (asked.service, asked.operation, asked.request) if asked else None


def _bucket_call(head: wire.Head) -> tuple[str, str, Mapping[str, Any]] | None:
    """Tell what is done to a bucket; objects are data, which the history does not show."""
    host = head.headers.get("host", "").partition(":")[0]
    path = head.path.strip("/")
    bucket = host.removesuffix(".localhost").removesuffix(".s3") if host.endswith(".localhost") else ""
    if (bucket and path) or "/" in path:
        return None
    bucket = bucket or path
    asked = head.query.partition("&")[0].partition("=")[0]
    if not bucket:
        return ("s3", "ListBuckets", {}) if head.method == "GET" else None
    if asked and asked not in _BUCKETS:
        return None
    verb = {"PUT": "Put", "GET": "Get", "DELETE": "Delete"}.get(head.method, "")
    name = f"{verb}{_BUCKETS[asked]}" if asked else {"PUT": "CreateBucket", "DELETE": "DeleteBucket"}.get(head.method)
    return ("s3", name, {"bucketName": bucket}) if verb and name else None


def _made(answer: Answer) -> Mapping[str, str]:
    """Return the ARNs and ids that a short JSON answer tells; nothing else of it is kept."""
    if len(answer.body) > _SHORT or not answer.body.startswith(b"{"):
        return {}
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    names = {name: value for name, value in told.items() if name.endswith(("Arn", "Id")) and isinstance(value, str)}
    return {name[:1].lower() + name[1:]: value for name, value in names.items()}


def _failure(answer: Answer) -> tuple[str, str]:
    code = next((value.decode("latin-1") for name, value in answer.headers if name == b"x-amzn-errortype"), "")
    try:
        told = json.loads(answer.body)
        message = str(told.get("message", told.get("Message", "")))
        return code or str(told.get("__type", "")).rpartition("#")[2], message[:400]
    except (ValueError, AttributeError, UnicodeDecodeError):
        found = _XML_CODE.search(answer.body.decode(errors="replace"))
        return (code or found[1], (found[2] or "")[:400]) if found else (code or str(answer.status), "")
