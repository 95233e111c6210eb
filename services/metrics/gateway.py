"""Reads figures from CloudWatch: as many queries a call as it takes, the calls side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from services.aws_errors import translate
from services.clients import ClientSource
from services.metrics.models import Query, Values, Window

# CloudWatch takes 500 queries a call and answers at most 100,800 points in one.
MOST_QUERIES = 500
MOST_POINTS = 100_800
SIDE_BY_SIDE = 4


class MetricsGateway:
    """Reads with the connection's CloudWatch client. CloudWatch asks $0.01 for every 1,000 metrics read."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def values(self, queries: Sequence[Query], window: Window) -> Values:
        """The figures of each query by the beginning of their period; a query without any is left out.

        Raises PermissionDenied (cloudwatch:GetMetricData), Throttled, Unreachable.
        """
        wanted = tuple(dict.fromkeys(queries))
        size = max(1, min(MOST_QUERIES, MOST_POINTS // max(1, len(window.times))))
        batches = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="metrics") as pool:
            answers = list(pool.map(lambda batch: self._batch(batch, window), batches))
        return {query: points for answer in answers for query, points in answer.items()}

    def _batch(self, batch: Sequence[Query], window: Window) -> dict[Query, Mapping[int, float]]:
        asked = {
            "MetricDataQueries": [_asked(number, query, window.period) for number, query in enumerate(batch)],
            "StartTime": datetime.fromtimestamp(window.start, UTC),
            "EndTime": datetime.fromtimestamp(window.end, UTC),
            "ScanBy": "TimestampAscending",
        }
        found: dict[Query, dict[int, float]] = {}
        try:
            for page in self._clients.get("cloudwatch").get_paginator("get_metric_data").paginate(**asked):
                for row in page.get("MetricDataResults", []):
                    query = batch[int(row["Id"][1:])]
                    pairs = zip(row.get("Timestamps", []), row.get("Values", []), strict=False)
                    points = {int(time.timestamp()): value * query.scale for time, value in pairs}
                    if points:
                        found.setdefault(query, {}).update(points)
        except Exception as error:
            raise translate(error, "reading metrics") from error
        return dict(found)


def _asked(number: int, query: Query, period: int) -> dict[str, Any]:
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
    }
    return {
        "Id": f"q{number}",
        "MetricStat": {"Metric": metric, "Period": period, "Stat": query.statistic},
        "ReturnData": True,
    }
