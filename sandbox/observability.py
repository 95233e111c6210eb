"""What the meters hold, shown through moto's CloudWatch and logs, which are touched only once somebody has asked them.

The metrics go in by moto's own door for other services' metrics (`CloudWatchMetricProvider`), read at every question.
Three things of moto 5.2 are mended: percentiles, start times (AWS rounds them down), and the order of dimensions.
"""

import math
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from weakref import WeakSet

from sandbox.scope import ACCOUNT
from sandbox.telemetry import LogLine, Measured, Meters, Spread

KEPT = 20_000  # log lines kept of a stream
NAMESPACE = "AWS/SageMaker"
_shown: WeakSet[Meters] = WeakSet()
_PERCENTILE = re.compile(r"[pP](\d+(?:\.\d+)?)")


def extend_cloudwatch(meters: Meters) -> None:
    """Let moto's CloudWatch see the meters. Moto's backends belong to the process, and so does what is mended here."""
    _shown.add(meters)
    _mend()


@cache
def _mend() -> type:
    from moto.cloudwatch import models
    from moto.core.common_models import CloudWatchMetricProvider

    class Endpoints(CloudWatchMetricProvider):  # type: ignore[misc, unused-ignore]  # moto is untyped
        @staticmethod
        def get_cloudwatch_metrics(account_id: str, region: str) -> list[Any]:
            if account_id != ACCOUNT:
                return []
            return [_datum(models, each) for meters in tuple(_shown) for each in meters.measured(region)]

    untyped: Any = models
    untyped.Dimension.__lt__ = lambda self, other: (self.name, self.value) < (other.name, other.value)
    _round_start_times(untyped.CloudWatchBackend)
    _add_percentiles(untyped.Statistics)
    return Endpoints  # kept by the cache: moto looks for living subclasses


def deliver_lines(meters: Meters) -> None:
    """Move the waiting log lines into moto's logs."""
    lines = meters.take_lines()
    if not lines:
        return
    from moto.logs.models import logs_backends

    together: dict[tuple[str, str, str], list[LogLine]] = defaultdict(list)
    for line in lines:
        together[line.region, line.group, line.stream].append(line)
    for (region, group, stream), written in together.items():
        backend = logs_backends[ACCOUNT][region]
        backend.ensure_log_group(group)
        backend.ensure_log_stream(group, stream)
        kept = backend.groups[group].streams[stream]
        kept.put_log_events([{"timestamp": int(line.at * 1000), "message": line.text} for line in written])
        del kept.events[:-KEPT]


def percentile(spread: Spread, percent: float) -> float | None:
    """Return the value below which `percent` of the sample lies (nearest rank), or None without a sample."""
    values = sorted(spread.values)
    return values[max(0, math.ceil(percent / 100 * len(values)) - 1)] if values else None


def _datum(models: Any, measured: Measured) -> Any:
    spread = measured.spread
    datum = models.MetricAggregatedDatum(
        namespace=NAMESPACE,
        name=measured.metric,
        min_stat=spread.least,
        max_stat=spread.most,
        sample_count=spread.count,
        sum_stat=spread.total,
        dimensions=[
            {"Name": "EndpointName", "Value": measured.endpoint},
            {"Name": "VariantName", "Value": measured.variant},
        ],
        timestamp=datetime.fromtimestamp(measured.minute, UTC).replace(tzinfo=None),
        unit=measured.unit,
    )
    datum.spread = spread
    return datum


def _round_start_times(backend: Any) -> None:
    metric_data, metric_statistics = backend.get_metric_data, backend.get_metric_statistics

    def get_metric_data(
        self: Any, queries: Any, start_time: datetime, end_time: datetime, *rest: Any, **named: Any
    ) -> Any:
        periods = [int(q.get("MetricStat", q).get("Period") or 60) for q in queries]
        return metric_data(self, queries, _rounded(start_time, min(periods, default=60)), end_time, *rest, **named)

    def get_metric_statistics(self: Any, namespace: str, name: str, start: datetime, *rest: Any, **named: Any) -> Any:
        return metric_statistics(self, namespace, name, _rounded(start, 60), *rest, **named)

    backend.get_metric_data, backend.get_metric_statistics = get_metric_data, get_metric_statistics


def _rounded(moment: datetime, period: int) -> datetime:
    since = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return moment - timedelta(seconds=since.timestamp() % max(period, 60))


def _add_percentiles(statistics: Any) -> None:
    plain = statistics.get_statistics_for_type

    def get_statistics_for_type(self: Any, stat: str) -> Any:
        found = _PERCENTILE.fullmatch(stat)
        if not found:
            return plain(self, stat)
        together = Spread()
        for datum in self.metric_data:
            values = datum.spread.values if hasattr(datum, "spread") else (getattr(datum, "value", None),)
            together.values.extend(value for value in values if value is not None)
        return percentile(together, float(found[1]))

    statistics.get_statistics_for_type = get_statistics_for_type
