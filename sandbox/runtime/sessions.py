"""Stateful sessions: opened by NEW_SESSION, known by their id until they expire or are closed."""

import json
import uuid
from datetime import UTC, datetime

from sandbox.clock import Clock
from sandbox.hosting import Hosted
from sandbox.runtime.refusals import ContainerError, Headers

_LASTS = 1200.0  # seconds, as the stateful example of AWS's LMI container does
_MOST = 1000


class Sessions:
    """What the containers remember; it goes with them, and one endpoint knows nothing of another's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[tuple[str, str, str], float] = {}  # by region, endpoint and id

    def headers(self, hosted: Hosted, asked: str, body: bytes) -> Headers:
        """Return the response headers of a request with this SessionId ("" for none). Raises ContainerError."""
        if not asked:
            return []
        now = self._clock.now()
        if asked == "NEW_SESSION":
            number, ends = str(uuid.uuid4()), now + _LASTS
            if len(self._ends) >= _MOST:
                del self._ends[next(iter(self._ends))]
            self._ends[hosted.region, hosted.endpoint, number] = ends
            until = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return [(b"x-amzn-sagemaker-new-session-id", f"{number}; Expires={until}".encode())]
        session = (hosted.region, hosted.endpoint, asked)
        if self._ends.get(session, 0.0) <= now:
            raise ContainerError(400, {"code": 400, "error": f"Session {asked} is not there or has expired."})
        if _closes(body):
            del self._ends[session]
            return [(b"x-amzn-sagemaker-closed-session-id", asked.encode())]
        return []


def _closes(body: bytes) -> bool:
    """Whether the request ends its session, as AWS's LMI container has it: {"requestType": "CLOSE"}."""
    if b"requestType" not in body:
        return False
    try:
        return str(json.loads(body).get("requestType")).upper() in ("CLOSE", "CLOSE_SESSION")
    except (ValueError, AttributeError):
        return False
