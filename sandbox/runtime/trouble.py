"""Faults as a caller of an endpoint meets them: refusals in AWS's words, a connection that is cut, a stream that is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.faults import Fault, Kind
from sandbox.runtime.refusals import Refused
from sandbox.runtime.requests import Asked
from sandbox.scope import partition_of

if TYPE_CHECKING:
    from sandbox.world import World

_SERVICE = "sagemaker-runtime"
_SLOW = 5.0  # seconds before a slow answer
_SLOW_PIECE = 0.5  # seconds before each piece of a slow stream
_MODEL = 424.0  # the value of a server error that is the container's own
_STREAMS = frozenset({Kind.SLOW_STREAM, Kind.CUT_STREAM})


class ConnectionCut(Exception):
    """The connection is to be reset without an answer."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """What goes wrong once a container is asked. `pause`: seconds before the answer, `stream_pause`: before each piece
    of a stream. `cut`: the stream ends half-way, by its own error event or (`dead`) by a reset of the connection.
    """

    model_fails: bool = False
    pause: float = 0.0
    stream_pause: float = 0.0
    cut: bool = False
    dead: bool = False


NONE = Stroke()


class Troubles:
    """The faults that are set, asked for each call; none without a world."""

    def __init__(self, world: "World | None") -> None:
        self._world = world

    def strike(self, asked: Asked) -> Stroke:
        """Raise what goes wrong with this call before a container hears of it (Refused, ConnectionCut), or return
        what goes wrong after.
        """
        if self._world is None or not self._world.faults:
            return NONE
        with self._world.lock:
            if self._find(Kind.CONNECTION_RESET, asked):
                raise ConnectionCut
            if self._find(Kind.EXPIRED_TOKEN, asked):
                raise Refused(403, "ExpiredTokenException", "The security token included in the request is expired")
            if self._find(Kind.DENIED_ACTION, asked):
                raise Refused(403, "AccessDeniedException", _denied(asked))
            if self._find(Kind.THROTTLING, asked):
                raise Refused(429, "ThrottlingException", "Rate exceeded")
            failing = self._find(Kind.SERVER_ERROR, asked)
            if failing and failing.value != _MODEL:
                raise _server_error(int(failing.value))
            slow, stream = self._find(Kind.SLOW_ANSWER, asked), self._find(Kind.SLOW_STREAM, asked)
            cut = self._find(Kind.CUT_STREAM, asked)
        return Stroke(
            model_fails=failing is not None,
            pause=(slow.value or _SLOW) if slow else 0.0,
            stream_pause=(stream.value or _SLOW_PIECE) if stream else 0.0,
            cut=cut is not None,
            dead=cut is not None and cut.value > 0,
        )

    def _find(self, kind: Kind, asked: Asked) -> Fault | None:
        if kind in _STREAMS and asked.operation != "InvokeEndpointWithResponseStream":
            return None
        assert self._world is not None
        action = "sagemaker:InvokeEndpointAsync" if asked.operation.endswith("Async") else "sagemaker:InvokeEndpoint"
        return self._world.faults.find(
            kind, service=_SERVICE, operation=asked.operation, resource=asked.endpoint, action=action
        )


def _denied(asked: Asked) -> str:
    region, account = asked.aws.region, asked.aws.account
    action = "sagemaker:InvokeEndpointAsync" if asked.operation.endswith("Async") else "sagemaker:InvokeEndpoint"
    where = f"arn:{partition_of(region)}:sagemaker:{region}:{account}:endpoint/{asked.endpoint}"
    return (
        f"User: arn:{partition_of(region)}:iam::{account}:user/sandbox is not authorized to perform: {action} on "
        f"resource: {where} because no identity-based policy allows the {action} action"
    )


def _server_error(status: int) -> Refused:
    if status == 503:
        return Refused(503, "ServiceUnavailable", "The service is unavailable.")
    if status == 530:
        return Refused(530, "InternalDependencyException", "A dependency of the service failed.")
    return Refused(status or 500, "InternalFailure", "An internal failure occurred.")
