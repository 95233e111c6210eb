"""Trying again where waiting helps. The runtime client itself does not retry, so that attempts do not multiply."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.errors import EndpointNotReady, ModelFailed, SagedeckError, ServiceFailure, Throttled, Unreachable

Result = TypeVar("Result")
_BUSY = (429, 503)  # a container's own "later, please"
_CONNECTING = 2  # tries where nobody answers at all: enough for a dropped connection, quick to tell a wrong region


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard to drive an endpoint: requests in flight, tries a request, and the bounds of the waits in seconds."""

    workers: int = 6
    tries: int = 6
    first_wait: float = 0.25
    longest_wait: float = 8.0


CHAT_PACE = Pace(workers=1, tries=3)  # somebody sits and waits


def patiently(call: Callable[[], Result], pace: Pace, sleep: Callable[[float], None]) -> Result:
    """What `call` returns, after pauses that grow, with jitter, while the endpoint is busy, throttled or loading.

    Raises the last error when the tries are spent, and any other error at once.
    """
    tried = 0
    while True:
        tried += 1
        try:
            return call()
        except SagedeckError as error:
            if tried >= min(pace.tries, _tries_for(error)):
                raise
        longest = min(pace.longest_wait, pace.first_wait * 2 ** (tried - 1))
        sleep(longest * random.uniform(0.5, 1))


def _tries_for(error: SagedeckError) -> float:
    if isinstance(error, Unreachable):
        return _CONNECTING
    busy = isinstance(error, ModelFailed) and error.status in _BUSY
    return float("inf") if busy or isinstance(error, Throttled | ServiceFailure | EndpointNotReady) else 1
