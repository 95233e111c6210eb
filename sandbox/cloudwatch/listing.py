"""ListMetrics: reckoned when a first page is asked for, and kept for the pages that follow."""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from sandbox import paging
from sandbox.operations import Call, Request, Response
from sandbox.telemetry.metrics import Metric

if TYPE_CHECKING:
    from sandbox.world import World

PAGE = 500  # metrics, as on AWS
LISTED = 14 * 86_400  # seconds for which a metric that gets no data stays in the list
_ACTIVE = 3 * 3600  # seconds that RecentlyActive (PT3H) means
_KEPT = 4  # lists kept for their next pages
_Key = tuple[object, ...]


class Listing:
    """The lists that are being read; one that was let go is reckoned again."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._kept: OrderedDict[_Key, list[Metric]] = OrderedDict()

    def list_metrics(self, call: Call, request: Request) -> Response:
        found = self._found(call, request, anew=request.get("NextToken") is None)
        refusal = ("InvalidParameterValue", "Request parameter NextToken is invalid")
        return paging.listed("Metrics", found, request, refusal, row=_row, most=PAGE)

    def _found(self, call: Call, request: Request, *, anew: bool) -> list[Metric]:
        wanted = tuple((each["Name"], each.get("Value")) for each in request.get("Dimensions") or ())
        asked = request.get("Namespace"), request.get("MetricName"), wanted
        key = call.region, request.get("RecentlyActive"), *asked
        if anew or key not in self._kept:
            since = call.now // 60 * 60 - (_ACTIVE if request.get("RecentlyActive") else LISTED)
            listed = self._world.meters.listed(call.region, since)
            self._kept[key] = [metric for metric in listed if _fits(metric, *asked)]
            self._kept.move_to_end(key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def _fits(metric: Metric, namespace: str | None, name: str | None, wanted: tuple[tuple[str, str | None], ...]) -> bool:
    if namespace not in (None, metric.namespace) or name not in (None, metric.name):
        return False
    return all(any(key == own and value in (None, told) for own, told in metric.dimensions) for key, value in wanted)


def _row(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
