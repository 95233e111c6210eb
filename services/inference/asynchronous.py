"""Calls an asynchronous endpoint: the request goes along, the answer is read from S3 once SageMaker has left it there.

The request is small enough to be sent inline (InvokeEndpointAsync's Body, at most 128,000 bytes), so nothing is
uploaded first; what SageMaker leaves under the endpoint's own output path is an answer like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.aws_errors import code_and_message, translate
from services.errors import InvalidRequest, ModelFailed
from services.inference.models import MAX_ANSWER_BYTES, Contract
from services.inference.runtime import JSON, failure, options_for

MOST_INLINE = 128_000  # bytes of an inline body (API reference of InvokeEndpointAsync, 2026-11)
# S3 answers 403 for what is not there to those who may not list the bucket, so both only mean "not seen yet".
_NOT_YET = frozenset({"NoSuchKey", "404", "NotFound", "AccessDenied", "403", "Forbidden"})
_PLACE = re.compile(r"s3://([^/]+)/(.+)")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request on its way. `output`, `failed`: where its answer or error will lie; `at`: the clock as it was sent."""

    endpoint: str
    contract: Contract
    output: str
    failed: str
    at: float


class AsyncCalls:
    """Submits requests and looks for their answers, with the connection's runtime and S3 clients."""

    def __init__(self, runtime: Callable[[], Any], storage: Callable[[], Any], clock: Callable[[], float]) -> None:
        self._runtime, self._storage, self._clock = runtime, storage, clock

    def submit(self, endpoint: str, body: bytes, contract: Contract) -> Submitted:
        """Send one request. Raises InvalidRequest for a body that is too large, and what an invocation raises."""
        if len(body) > MOST_INLINE:
            raise InvalidRequest(
                f"The request for {endpoint} is too large to be sent along.",
                f"It has {len(body):,} bytes; {MOST_INLINE:,} are allowed.",
                "Put it into S3, and send its place as InputLocation.",
            )
        options = {key: value for key, value in options_for(contract).items() if key == "CustomAttributes"}
        try:
            answer = self._runtime().invoke_endpoint_async(
                EndpointName=endpoint, Body=body, ContentType=JSON, Accept=JSON, **options
            )
        except Exception as error:
            raise failure(error, endpoint) from error
        return Submitted(
            endpoint, contract, answer.get("OutputLocation", ""), answer.get("FailureLocation", ""), self._clock()
        )

    def answer(self, sent: Submitted) -> bytes | None:
        """The answer, or None while there is none. Raises ModelFailed with the words SageMaker left beside it."""
        body = self._read(sent.output)
        if body is not None:
            return body
        wrong = self._read(sent.failed)
        if wrong is None:
            return None
        words = wrong.decode("utf-8", "replace").strip()[:500]
        raise ModelFailed(
            f"The model of {sent.endpoint} failed.",
            f"It says: {words}",
            "The endpoint's log says more.",
            original=words,
        )

    def _read(self, place: str) -> bytes | None:
        found = _PLACE.fullmatch(place)
        if found is None:
            return None
        try:
            body = self._storage().get_object(Bucket=found[1], Key=found[2])["Body"]
            return bytes(body.read(MAX_ANSWER_BYTES))
        except Exception as error:
            if code_and_message(error)[0] in _NOT_YET:
                return None
            raise translate(error, f"reading the answer of an endpoint from {place}") from error
