"""CloudWatch Logs as the world has it. What is not here of it goes on to moto, which is told of the group first."""

from typing import TYPE_CHECKING, Any

from sandbox.errors import not_built
from sandbox.logs import events, groups
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.telemetry.events import GROUP

if TYPE_CHECKING:
    from sandbox.world import World

# Operations on a group that moto keeps for itself: nothing here acts on what they set
_MOTOS = (
    "PutMetricFilter", "DescribeMetricFilters", "DeleteMetricFilter", "PutSubscriptionFilter",
    "DescribeSubscriptionFilters", "DeleteSubscriptionFilter", "CreateExportTask",
)  # fmt: skip
_NOT_BUILT = (
    "StartLiveTail", "GetLogGroupFields", "GetLogRecord", "GetLogFields", "GetLogObject", "StartQuery", "StopQuery",
    "GetQueryResults", "DescribeQueries",
)  # fmt: skip


class Logs:
    """The service (`sandbox.operations.Service`)."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Handler] = {
            **groups.Groups(world).operations,
            **events.LogEvents(world).operations,
            **dict.fromkeys(_MOTOS, self._elsewhere),
            **dict.fromkeys(_NOT_BUILT, self._missing),
        }

    def tagged(self, region: str) -> dict[str, dict[str, str]]:
        """Return the tags of every log group that has some, by its ARN."""
        held = self._world.records.shelf(GROUP, region)
        return {group["arn"]: dict(group["tags"]) for group in held.values() if group["tags"]}

    def _elsewhere(self, call: Call, request: Request) -> Response:
        """Leave a request to moto, which must know the group."""
        name = request.get("logGroupName")
        if name is not None:
            groups.group_of(self._world, call.region, name)
            backend: Any = _backend(call)
            if name not in backend.groups:
                backend.create_log_group(name, {})
        raise Elsewhere

    def _missing(self, call: Call, request: Request) -> Response:
        raise not_built(f"the operation {call.operation} of logs")


def _backend(call: Call) -> Any:
    from moto.logs.models import logs_backends

    return logs_backends[call.account][call.region]
