"""GetMetricData's queries: metrics, expressions over each other, and what they are worth."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.arithmetic import Value, combined
from sandbox.cloudwatch.functions import Range, call
from sandbox.cloudwatch.grammar import Tree, parsed
from sandbox.cloudwatch.labels import defaults, filled
from sandbox.cloudwatch.listing import LISTED
from sandbox.cloudwatch.reading import metric_of
from sandbox.cloudwatch.search import MOST, searched
from sandbox.cloudwatch.statistics import Periods, Series, check_period, statistic
from sandbox.errors import AwsError
from sandbox.telemetry.metrics import Metric

if TYPE_CHECKING:
    from sandbox.world import World

QUERIES = 500
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_DEEPEST = 20  # expressions that stand on each other
Query = Mapping[str, Any]


class Queries:
    """One request's queries over a range of time in a region."""

    def __init__(self, world: "World", region: str, queries: Sequence[Query], since: float, until: float) -> None:
        self._world, self._region = world, region
        self._queries = {query["Id"]: query for query in queries}
        self._since, self._until = since, until
        self._labels = defaults(queries)
        self._known: dict[str, Value] = {}
        self._asked: list[str] = []
        self._metrics_there: Sequence[Metric] | None = None
        self._latest: tuple[tuple[Metric, int, str], Periods] | None = None

    def read(self) -> None:
        """Read all metrics, those of one endpoint after each other, so that what is read of it is read once."""
        plain = [(query["MetricStat"], query["Id"]) for query in self._queries.values() if query.get("MetricStat")]
        for _, number in sorted(plain, key=_neighbourhood):
            self._worth(number)

    def series(self, number: str) -> list[Series]:
        """Return what a query gives: one series, or those of a list. AwsError if it is a number or fails."""
        query = self._queries[number]
        worth = self._worth(number)
        if isinstance(worth, list) and all(isinstance(each, Series) for each in worth):
            label = query.get("Label")
            return [self._named(each, (f"{label} {each.label}" if label else each.label) or number) for each in worth]
        if not isinstance(worth, Series):
            raise _in(number, "the expression's result must be a time series")
        return [self._named(worth, query.get("Label") or self._labels.get(number) or number)]

    def _named(self, series: Series, label: str) -> Series:
        return Series(series.at, series.values, series.period, filled(label, series), series.about)

    def _worth(self, number: str) -> Value:
        if number not in self._known:
            if number in self._asked or len(self._asked) > _DEEPEST:
                raise _in(number, "circular dependency between expressions")
            self._asked.append(number)
            query = self._queries[number]
            self._known[number] = (
                self._metric(query["MetricStat"]) if query.get("MetricStat") else self._expression(number, query)
            )
            self._asked.pop()
        return self._known[number]

    def _metric(self, held: Query) -> Series:
        metric = metric_of(held["Metric"])
        return self._read(metric, held["Stat"], held["Period"], held.get("Unit") or "")

    def _read(self, metric: Metric, stat: str, period: int, unit: str = "") -> Series:
        at, values = self._periods(metric, period, unit).reckoned(statistic(stat))
        about = {"MetricName": metric.name, "Namespace": metric.namespace, "Stat": stat, "Period": str(period)}
        about |= {"Region": self._region, **{f"Dim.{name}": value for name, value in metric.dimensions}}
        return Series(at, values, period, metric.name, about)

    def _periods(self, metric: Metric, period: int, unit: str) -> Periods:
        """The metric's periods; those asked for last are kept for the next statistic of them."""
        key = metric, period, unit
        if self._latest is None or self._latest[0] != key:
            start = self._since // period * period
            points = self._world.meters.points(self._region, metric, start, self._until, unit, period)
            self._latest = key, Periods(points, period)
        return self._latest[1]

    def _expression(self, number: str, query: Query) -> Value:
        try:
            tree = parsed(query["Expression"])
            period = query.get("Period") or self._longest()
            return self._tree(tree, Range(self._since, self._until, period))
        except AwsError as error:
            raise error if error.message.startswith("Error in expression") else _in(number, error.message) from None

    def _longest(self) -> int:
        periods = [q["MetricStat"]["Period"] for q in self._queries.values() if q.get("MetricStat")]
        return max(periods, default=300)

    def _tree(self, tree: Tree, within: Range) -> Value:
        kind = tree[0]
        if kind in ("number", "text"):
            worth: Value = tree[1]
            return worth
        if kind == "id":
            return self._id(tree[1])
        if kind == "neg":
            return combined("*", self._tree(tree[1], within), -1.0)
        if kind == "list":
            return [self._single(self._tree(each, within)) for each in tree[1]]
        if kind == "call" and tree[1] == "SEARCH":
            return self._search(tuple(self._tree(each, within) for each in tree[2]))
        if kind == "call" and tree[1] == "METRICS":
            return self._metrics(tuple(self._tree(each, within) for each in tree[2]))
        if kind == "call":
            return call(tree[1], tuple(self._tree(each, within) for each in tree[2]), within)
        return combined(kind, self._tree(tree[1], within), self._tree(tree[2], within))

    def _id(self, number: str) -> Value:
        if number in self._queries:
            return self._worth(number)
        if number in ("REPEAT", "LINEAR", "AVG", "SUM", "MAX", "MIN", "STDDEV", "ASC", "DESC"):
            return number
        raise refusals.validation(f"Undefined variable '{number}'")

    def _single(self, worth: Value) -> Series:
        if not isinstance(worth, Series):
            raise refusals.validation("a list may hold time series only")
        return worth

    def _metrics(self, arguments: tuple[Value, ...]) -> Value:
        part = str(arguments[0]) if arguments else ""
        plain = [n for n, query in self._queries.items() if query.get("MetricStat") and part in n]
        return [self._single(self._worth(number)) for number in plain]

    def _search(self, arguments: tuple[Value, ...]) -> Value:
        if len(arguments) not in (2, 3) or not all(isinstance(each, str) for each in arguments[:2]):
            raise refusals.validation("Invalid arguments for function SEARCH")
        test, stat = searched(str(arguments[0])), str(arguments[1])
        given = arguments[2] if len(arguments) == 3 else float(self._longest())
        if not isinstance(given, float) or not 1 <= given <= 86_400 * 366:
            raise refusals.validation("Invalid period for function SEARCH")
        period = int(given)
        check_period(period)
        found = islice(filter(test, self._listed()), MOST)
        return [self._read(metric, stat, period) for metric in found]

    def _listed(self) -> Sequence[Metric]:
        if self._metrics_there is None:
            since = min(self._world.clock.now() - LISTED, self._since)
            self._metrics_there = self._world.meters.listed(self._region, since)
        return self._metrics_there


def check(queries: Sequence[Query], where: str = "MetricDataQueries") -> None:
    """Raise what AWS answers to queries it would not take, before any is looked up."""
    if len(queries) > QUERIES:
        raise refusals.validation(f"The collection {where} must not have a size greater than {QUERIES}.")
    if len({query["Id"] for query in queries}) < len(queries):
        raise refusals.validation(f"The values for parameter {where}.Id are not unique.")
    for number, query in enumerate(queries, 1):
        at = f"{where}.member.{number}"
        if not _ID.fullmatch(query["Id"]):
            raise refusals.validation(
                f"The value {query['Id']} for parameter {at}.Id is not matching the expected pattern {_ID.pattern}."
            )
        if not query.get("MetricStat") and not query.get("Expression"):
            raise refusals.validation(f"The parameter {at}.MetricStat is required.\n")
        if query.get("MetricStat") and query.get("Expression"):
            raise refusals.validation(
                f"The parameters {at}.Expression and {at}.MetricStat are mutually exclusive and you have specified "
                "both."
            )
        if held := query.get("MetricStat"):
            check_period(held["Period"], f"{at}.MetricStat.Period")
            if not held["Metric"].get("MetricName") or not held["Metric"].get("Namespace"):
                raise refusals.validation(f"The parameter {at}.MetricStat.Metric.MetricName is required.\n")
            statistic(held["Stat"], f"{at}.MetricStat.Stat")


def _neighbourhood(query: tuple[Query, str]) -> tuple[object, ...]:
    held, number = query
    metric = metric_of(held["Metric"])
    return metric.dimensions, metric.namespace, metric.name, held["Period"], held.get("Unit") or "", number


def _in(number: str, what: str) -> AwsError:
    return refusals.validation(f"Error in expression '{number}': {what}")
