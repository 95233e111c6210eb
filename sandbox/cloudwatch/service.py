"""CloudWatch as the world has it; what is not here of it (dashboards, insight rules, streams) goes on to moto."""

from functools import partial
from typing import TYPE_CHECKING

from sandbox.cloudwatch import alarms, refusals
from sandbox.cloudwatch.keeper import Keeper
from sandbox.cloudwatch.listing import Listing
from sandbox.cloudwatch.metric_data import get_metric_data
from sandbox.cloudwatch.publishing import put_metric_data
from sandbox.cloudwatch.reading import get_metric_statistics
from sandbox.errors import AwsError, not_built
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.records import Record

if TYPE_CHECKING:
    from sandbox.world import World

_NOT_BUILT = (
    "PutAnomalyDetector", "DeleteAnomalyDetector", "DescribeAnomalyDetectors", "GetMetricWidgetImage",
    "DescribeAlarmContributors", "PutLogAlarm",
)  # fmt: skip


class CloudWatch:
    """The service (`sandbox.operations.Service`)."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.keeper = Keeper(world)
        self.operations: dict[str, Handler] = {
            "PutMetricData": partial(put_metric_data, world),
            "GetMetricData": partial(get_metric_data, world),
            "GetMetricStatistics": partial(get_metric_statistics, world),
            "ListMetrics": Listing(world).list_metrics,
            "PutMetricAlarm": self.keeper.put,
            "PutCompositeAlarm": self.keeper.put,
            "DeleteAlarms": self.keeper.delete,
            "DescribeAlarms": self.describe_alarms,
            "DescribeAlarmsForMetric": partial(alarms.describe_alarms_for_metric, world),
            "DescribeAlarmHistory": partial(alarms.describe_alarm_history, world),
            "SetAlarmState": self.keeper.set_state,
            "EnableAlarmActions": partial(alarms.switch_actions, world, on=True),
            "DisableAlarmActions": partial(alarms.switch_actions, world, on=False),
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
            **dict.fromkeys(_NOT_BUILT, self._missing),
        }

    def describe_alarms(self, call: Call, request: Request) -> Response:
        """Alarms that moto's auto scaling made for other services than SageMaker are found by name, at moto's."""
        answer = alarms.describe_alarms(self._world, call, request)
        others = any("autoscaling" in service for service in self._world.moto.loaded)
        if (
            others
            and request.get("AlarmNames")
            and not any(answer.get(kind) for kind in ("MetricAlarms", "CompositeAlarms"))
        ):
            raise Elsewhere
        return answer

    def tagged(self, region: str) -> dict[str, dict[str, str]]:
        """Return the tags of every alarm that has some, by its ARN."""
        held = alarms.alarms_in(self._world, region).values()
        return {alarm["AlarmArn"]: dict(alarm["tags"]) for alarm in held if alarm.get("tags")}

    def tag(self, call: Call, request: Request) -> Response:
        held = self._tagged(call, request["ResourceARN"])
        tags = held["tags"] | {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        if len(tags) > 50:
            raise refusals.validation("The maximum number of tags on a resource is 50.")
        held["tags"] = tags
        return {}

    def untag(self, call: Call, request: Request) -> Response:
        held = self._tagged(call, request["ResourceARN"])
        held["tags"] = {key: value for key, value in held["tags"].items() if key not in request["TagKeys"]}
        return {}

    def list_tags(self, call: Call, request: Request) -> Response:
        tags = self._tagged(call, request["ResourceARN"])["tags"]
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tagged(self, call: Call, arn: str) -> Record:
        name = arn.partition(":alarm:")[2]
        if not name:
            raise Elsewhere  # an insight rule's, say
        shelf = alarms.alarms_in(self._world, call.region)
        if name not in shelf:
            raise AwsError("ResourceNotFoundException", "Unknown", 404)
        return shelf.changed(name)

    def _missing(self, call: Call, request: Request) -> Response:
        raise not_built(f"the operation {call.operation} of cloudwatch")
