"""What each kind of fault does, in a plain sentence, and what can be said of it: for panel, command line and docs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.faults import SLOW_START_SECONDS, Kind

DEPLOYING, CALLING, SIGNING, ASTRA = "Deploying", "Calling", "Credentials", "Astra DB"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One kind of fault. `value_is`: what its value means ("" if it has none); `value`: its usual one.

    `resource_is`: what its resource pattern is compared with, "" if with nothing. `by_rate`: whether it has a rate.
    """

    kind: Kind
    group: str
    title: str
    does: str
    resource_is: str = ""
    value_is: str = ""
    value: float = 0.0
    by_rate: bool = True
    by_service: bool = False


_ENDPOINT, _TYPE = "endpoint name", "instance type"
_NAME = "name or IAM action"

AILMENTS = (
    Ailment(
        Kind.QUOTA_ZERO,
        DEPLOYING,
        "Quota of zero",
        "The account may use none of an instance type, as a new one may not: creating the endpoint is refused.",
        _TYPE,
    ),
    Ailment(
        Kind.NO_CAPACITY,
        DEPLOYING,
        "No capacity",
        "AWS has no machine of an instance type left: the endpoint fails after a while.",
        _TYPE,
    ),
    Ailment(
        Kind.FAILED_PING,
        DEPLOYING,
        "Failed health check",
        "The container never answers /ping: the endpoint fails, and its log says why.",
        _ENDPOINT,
    ),
    Ailment(
        Kind.GATED_MODEL,
        DEPLOYING,
        "Gated model",
        "The model's licence was not accepted or its token lacks access: the endpoint fails.",
        "model name",
    ),
    Ailment(
        Kind.MISSING_ARTIFACT,
        DEPLOYING,
        "Missing artefact",
        "The model's file is not in S3 or may not be read: the endpoint fails.",
        "model name",
    ),
    Ailment(
        Kind.SLOW_START,
        DEPLOYING,
        "Slow start",
        "What starts takes so many seconds longer, at AWS's pace.",
        _ENDPOINT,
        "seconds more",
        SLOW_START_SECONDS,
    ),
    Ailment(
        Kind.STUCK_CREATING,
        DEPLOYING,
        "Stuck in Creating",
        "What is created stays Creating until the fault is cleared.",
        _ENDPOINT,
    ),
    Ailment(
        Kind.SILENT_ROLLBACK,
        DEPLOYING,
        "Silent rollback",
        "An update ends InService with the old configuration, and nobody says so.",
        _ENDPOINT,
    ),
    Ailment(
        Kind.THROTTLING,
        CALLING,
        "Throttling",
        "Calls are refused because there are too many of them.",
        _NAME,
        by_service=True,
    ),
    Ailment(
        Kind.SERVER_ERROR,
        CALLING,
        "Server error",
        "Calls end with a fault of the service's own (HTTP 500, 503), or of the model's container (424).",
        _NAME,
        "HTTP status",
        500.0,
        by_service=True,
    ),
    Ailment(
        Kind.CONNECTION_RESET,
        CALLING,
        "Connection reset",
        "The connection is cut before an answer comes.",
        _NAME,
        by_service=True,
    ),
    Ailment(
        Kind.SLOW_ANSWER,
        CALLING,
        "Slow answers",
        "Every answer comes so many seconds late.",
        _NAME,
        "seconds",
        3.0,
        by_service=True,
    ),
    Ailment(
        Kind.SLOW_STREAM,
        CALLING,
        "Slow stream",
        "The parts of a streamed answer come so many seconds apart.",
        _ENDPOINT,
        "seconds between parts",
        0.5,
    ),
    Ailment(
        Kind.CUT_STREAM,
        CALLING,
        "Cut stream",
        "A streamed answer breaks off half-way: with an error, or without a word if the value is 1.",
        _ENDPOINT,
        "1: without a word",
    ),
    Ailment(
        Kind.EXPIRED_TOKEN,
        SIGNING,
        "Expired credentials",
        "Every signed call is refused: its credentials have expired.",
        _NAME,
        by_service=True,
    ),
    Ailment(
        Kind.DENIED_ACTION,
        SIGNING,
        "Denied action",
        "No policy allows a call: it is refused with the action's name.",
        _NAME,
        by_service=True,
    ),
    Ailment(
        Kind.ASTRA_UNAUTHORIZED, ASTRA, "Token refused", "The Data API refuses the token (HTTP 401).", "collection"
    ),
    Ailment(
        Kind.ASTRA_RATE_LIMIT,
        ASTRA,
        "Rate limit",
        "The Data API refuses calls because there are too many (HTTP 429).",
        "collection",
    ),
    Ailment(
        Kind.ASTRA_HIBERNATED,
        ASTRA,
        "Hibernated",
        "The database sleeps, as a free one does when nobody uses it, and every call tells to wait (HTTP 503).",
        by_rate=False,
    ),
    Ailment(
        Kind.ASTRA_TOO_MANY_COLLECTIONS,
        ASTRA,
        "Too many collections",
        "The database has as many collections as it may: another one cannot be made.",
        "collection",
        by_rate=False,
    ),
)
BY_KIND: Mapping[Kind, Ailment] = {each.kind: each for each in AILMENTS}


def told() -> list[dict[str, Any]]:
    """Every kind as JSON."""
    return [asdict(each) for each in AILMENTS]
