"""Faults as a caller of an endpoint meets them: what any call may meet, a failing container, a stream that is cut."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.faults import Fault, Kind
from sandbox.runtime.requests import Asked

if TYPE_CHECKING:
    from sandbox.world import World

_SERVICE = "sagemaker-runtime"
_SLOW_PIECE = 0.5  # seconds before each piece of a slow stream
_MODEL = 424.0  # the value of a server error that is the container's own


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
        """Raise what goes wrong before a container hears of this call (AwsError, Cut), or return what does after."""
        world = self._world
        if world is None or not world.faults.any():
            return NONE
        from sandbox.refusing import Attempt, refuse

        attempt = Attempt(_SERVICE, asked.operation, asked.aws.region, {"EndpointName": asked.endpoint})
        with world.lock:
            model_fails = self._model_fails(asked, attempt.action)
            pause = 0.0 if model_fails else refuse(world, attempt)
            if asked.operation != "InvokeEndpointWithResponseStream":
                return Stroke(model_fails, pause)
            slow = self._find(Kind.SLOW_STREAM, asked, attempt.action)
            cut = self._find(Kind.CUT_STREAM, asked, attempt.action)
        return Stroke(
            model_fails,
            pause,
            (slow.value or _SLOW_PIECE) if slow else 0.0,
            cut is not None,
            cut is not None and cut.value > 0,
        )

    def _model_fails(self, asked: Asked, action: str) -> bool:
        """Whether a server error strikes that is the container's."""
        assert self._world is not None
        for _, fault in self._world.faults.list():
            if fault.kind is Kind.SERVER_ERROR and fault.value == _MODEL:
                if not fault.hits(_SERVICE, asked.operation, asked.endpoint, action=action):
                    continue
                return self._find(Kind.SERVER_ERROR, asked, action) is not None
        return False

    def _find(self, kind: Kind, asked: Asked, action: str) -> Fault | None:
        assert self._world is not None
        return self._world.faults.find(
            kind, service=_SERVICE, operation=asked.operation, resource=asked.endpoint, action=action
        )
