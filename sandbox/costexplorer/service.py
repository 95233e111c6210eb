"""The operations of Cost Explorer. Every request is charged, as AWS does."""

import math
import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.costexplorer import periods, query
from sandbox.costexplorer.ledger import Usage
from sandbox.costexplorer.periods import Period
from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.paging import listed

if TYPE_CHECKING:
    from sandbox.world import World

REQUEST = 0.01  # USD for each
MOST_GROUPS, ROWS = 2, 5000
BASIS, LEAST = 30, 3  # days a forecast looks back at, and those of them that must have data
RECENT = 7  # of the days with data: a forecast goes on as they did
BAD_TOKEN = ("InvalidNextTokenException", "The pagination token is invalid.")
FORECAST_MONTHS = {"DAILY": 3, "MONTHLY": 18}


class CostExplorer:
    """The service as the world has it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Handler] = {
            "GetCostAndUsage": self._charged(self.get_cost_and_usage),
            "GetCostForecast": self._charged(self.get_cost_forecast),
            "GetDimensionValues": self._charged(self.get_dimension_values),
            "GetTags": self._charged(self.get_tags),
        }

    def get_cost_and_usage(self, call: Call, request: Request) -> Response:
        period = periods.past(request["TimePeriod"], call.now)
        metrics = [query.metric_of(name) for name in request["Metrics"]]
        if not metrics:
            raise invalid("At least one metric must be given.")
        groups = _groups(request)
        cuts = periods.split(period, request["Granularity"])
        until = call.now - query.LAG
        sums = query.summed(self._usages(period, request), cuts, until, groups)
        rows = [
            _result(cut, found, metrics, bool(groups), cut.end > periods.month_of(call.now))
            for cut, found in zip(cuts, sums, strict=True)
        ]
        most = _rows_per_page(sums)
        answer = listed("ResultsByTime", rows, request, BAD_TOKEN, most=most, token="NextPageToken")
        return {**answer, "GroupDefinitions": [dict(group) for group in groups], "DimensionValueAttributes": []}

    def get_cost_forecast(self, call: Call, request: Request) -> Response:
        """Forecast what the last days' mean says: the sandbox has no better model."""
        period = periods.asked(request["TimePeriod"])
        granularity = request["Granularity"]
        periods.refuse_hours(granularity)
        if request["Metric"] in ("USAGE_QUANTITY", "NORMALIZED_USAGE_AMOUNT"):
            raise invalid(f"The metric {request['Metric']} is not supported by GetCostForecast.")
        today = periods.days_before(call.now, 0)
        if period.start < today:
            raise invalid("Start date cannot be in the past for a forecast.")
        if period.end > periods.month_of(call.now, FORECAST_MONTHS[granularity] + 1):
            raise invalid(f"A {granularity} forecast ends at most {FORECAST_MONTHS[granularity]} months ahead.")
        cuts = periods.split(period, granularity)
        mean, spread = self._daily(call, request)
        level = request.get("PredictionIntervalLevel")
        rows = [_forecast(cut, mean, spread, level) for cut in cuts]
        total = mean * (period.end - period.start) / 86400
        return {"Total": {"Amount": query.number(total), "Unit": "USD"}, "ForecastResultsByTime": rows}

    def get_dimension_values(self, call: Call, request: Request) -> Response:
        period, key = periods.past(request["TimePeriod"], call.now), request.get("Dimension", "")
        if key not in query.DIMENSIONS:
            raise invalid(f"The dimension {key} is not supported here.")
        found = list(query.values(self._usages(period, request, call.now - query.LAG), key))
        return _searched(found, request, "DimensionValues", lambda value: {"Value": value, "Attributes": {}})

    def get_tags(self, call: Call, request: Request) -> Response:
        """List tag keys, or the values of one."""
        period, key = periods.past(request["TimePeriod"], call.now), request.get("TagKey")
        used = self._usages(period, request, call.now - query.LAG)
        found = {each.tags.get(key, "") for each in used} if key else {name for each in used for name in each.tags}
        return _searched(sorted(found), request, "Tags", str)

    def _usages(self, period: Period, request: Request, until: float = math.inf) -> list[Usage]:
        self._world.ledger.settle()
        used = self._world.ledger.usages(period.start, min(period.end, until))
        return [each for each in used if query.fits(each, request.get("Filter"))]

    def _daily(self, call: Call, request: Request) -> tuple[float, float]:
        """Mean and spread of a day's cost, of the days that are known and had any."""
        until = periods.days_before(call.now - query.LAG, 0)
        period = Period(until - BASIS * 86400, until)
        sums = query.summed(self._usages(period, request), periods.split(period, "DAILY"), until)
        days = [each[()][0] for each in sums if each]
        if len(days) < LEAST:
            raise AwsError("DataUnavailableException", "Insufficient amount of historical data to generate a forecast")
        recent = days[-RECENT:]
        return statistics.fmean(recent), statistics.pstdev(recent)

    def _charged(self, plain: Handler) -> Handler:
        def handler(call: Call, request: Request) -> Response:
            answered = plain(call, request)
            self._world.ledger.metered("us-east-1", "", "APIRequest", 1, {}, service="AWS Cost Explorer", usd=REQUEST)
            return answered

        return handler


def _groups(request: Request) -> Sequence[dict[str, str]]:
    groups: Sequence[dict[str, str]] = request.get("GroupBy") or []
    if len(groups) > MOST_GROUPS:
        raise invalid(f"Up to {MOST_GROUPS} group by definitions are allowed.")
    for group in groups:
        if group.get("Type") == "DIMENSION" and group.get("Key") not in query.DIMENSIONS:
            raise invalid(f"Group by dimension {group.get('Key')} is not supported.")
        if group.get("Type") not in ("DIMENSION", "TAG"):
            raise invalid(f"Group by {group.get('Type')} is not built in the sandbox.")
    return groups


def _result(cut: Period, sums: query.Sums, metrics: Sequence[str], grouped: bool, estimated: bool) -> Response:
    groups = [{"Keys": list(keys), "Metrics": query.shown(each, metrics)} for keys, each in sorted(sums.items())]
    total = query.shown(sums.get((), (0.0, 0.0, set())), metrics)
    return {
        "TimePeriod": cut.shown(),
        "Total": {} if grouped else total,
        "Groups": groups if grouped else [],
        "Estimated": estimated,
    }


def _forecast(cut: Period, mean: float, spread: float, level: int | None) -> Response:
    days = (cut.end - cut.start) / 86400
    row: dict[str, Any] = {"TimePeriod": cut.shown(), "MeanValue": query.number(mean * days)}
    if level:
        wide = statistics.NormalDist().inv_cdf(0.5 + level / 200) * spread * math.sqrt(days)
        row["PredictionIntervalLowerBound"] = query.number(max(0.0, mean * days - wide))
        row["PredictionIntervalUpperBound"] = query.number(mean * days + wide)
    return row


def _rows_per_page(sums: Sequence[query.Sums]) -> int:
    """As many periods as have about `ROWS` groups between them."""
    widest = max((len(each) for each in sums), default=1)
    return max(1, ROWS // max(1, widest))


def _searched(found: Sequence[str], request: Request, member: str, shape: Callable[[str], Any]) -> Response:
    wanted = [each for each in found if request.get("SearchString", "").lower() in each.lower()]
    answer = listed(member, wanted, request, BAD_TOKEN, row=shape, most=1000, token="NextPageToken")
    return {**answer, "ReturnSize": len(answer[member]), "TotalSize": len(wanted)}
