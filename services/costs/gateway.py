"""Asks Cost Explorer and the free tier; CloudWatch for what serverless endpoints did; how one endpoint was scaled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.aws_errors import translate
from services.clients import ClientSource
from services.costs.models import Worked
from services.costs.scaling import Activity
from services.plans.scaling import NAMESPACE
from services.resources import Kind, Resource

DAY = 86_400
MOST_QUERIES = 500  # of GetMetricData in a call
MOST_PAGES = 10
_COUNT = re.compile(r"instance count to (\d+)", re.IGNORECASE)
_WORK = ("Invocations", "ModelLatency", "ModelSetupTime")
_COUNTS = ("Invocations", "InvocationsProcesssed", "InvocationsProcessed")  # asynchronous ones have one of the last
_MICROSECONDS = 1e6


class CostsGateway:
    """Reads with the connection's clients. `paid` is called before each request of Cost Explorer, which costs."""

    def __init__(self, clients: ClientSource, paid: Callable[[], None]) -> None:
        self._clients, self._paid = clients, paid

    def cost_and_usage(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """GetCostAndUsage to its last page. Raises PermissionDenied (ce:GetCostAndUsage), Throttled, Unreachable."""
        rows: list[Mapping[str, Any]] = []
        token: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._asked("get_cost_and_usage", {**asked, **token}, "asking Cost Explorer what was spent")
            rows += page.get("ResultsByTime", [])
            if not page.get("NextPageToken"):
                break
            token = {"NextPageToken": page["NextPageToken"]}
        return {"ResultsByTime": rows}

    def forecast(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """GetCostForecast. Raises PermissionDenied (ce:GetCostForecast), InvalidRequest without enough history."""
        found = self._asked("get_cost_forecast", asked, "asking Cost Explorer for a forecast")
        return {name: found[name] for name in ("Total", "ForecastResultsByTime") if name in found}

    def _asked(self, operation: str, asked: Mapping[str, Any], doing: str) -> dict[str, Any]:
        client = self._clients.get("ce")
        self._paid()
        try:
            found: dict[str, Any] = getattr(client, operation)(**asked)
        except Exception as error:
            raise translate(error, doing) from error
        return found

    def worked(self, endpoints: Sequence[Resource], since: datetime, until: datetime) -> dict[str, Worked]:
        """What serverless variants did, by endpoint. Raises PermissionDenied (cloudwatch:GetMetricData), Throttled."""
        sums = self._totals([each for each in endpoints if _serverless(each)], _WORK, since, until)
        return {
            name: Worked(found["Invocations"], (found["ModelLatency"] + found["ModelSetupTime"]) / _MICROSECONDS)
            for name, found in sums.items()
        }

    def requests(self, endpoints: Sequence[Resource], since: datetime, until: datetime) -> dict[str, float]:
        """How many requests endpoints took, by name: three figures of each variant, $0.01 for a thousand.

        Raises PermissionDenied (cloudwatch:GetMetricData), Throttled.
        """
        sums = self._totals(endpoints, _COUNTS, since, until)
        return {name: found[_COUNTS[0]] + max(found[_COUNTS[1]], found[_COUNTS[2]]) for name, found in sums.items()}

    def _totals(
        self, endpoints: Sequence[Resource], metrics: Sequence[str], since: datetime, until: datetime
    ) -> dict[str, dict[str, float]]:
        """The sum of each metric over the variants of each endpoint."""
        found = {each.name: dict.fromkeys(metrics, 0.0) for each in endpoints}
        places = [(each.name, machine.variant) for each in endpoints for machine in each.machines]
        queries = [(place, metric) for place in places for metric in metrics]
        for start in range(0, len(queries), MOST_QUERIES):
            batch = queries[start : start + MOST_QUERIES]
            for number, total in self._sums(batch, since, until):
                (name, _), metric = batch[number]
                found[name][metric] += total
        return found

    def _sums(
        self, asked: Sequence[tuple[tuple[str, str], str]], since: datetime, until: datetime
    ) -> Iterator[tuple[int, float]]:
        queries = [
            {"Id": f"q{number}", "ReturnData": True, "MetricStat": _sum_of(*place, metric)}
            for number, (place, metric) in enumerate(asked)
        ]
        try:
            pages = self._clients.get("cloudwatch").get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=since, EndTime=until
            )  # fmt: skip
            for page in pages:
                for row in page.get("MetricDataResults", []):
                    yield int(row["Id"][1:]), sum(row.get("Values", []))
        except Exception as error:
            raise translate(error, "reading what serverless endpoints did") from error

    def scaled(self, endpoint: Resource) -> tuple[Activity, ...]:
        """How auto scaling changed an endpoint's variants in the last six weeks, oldest first.

        Raises PermissionDenied (application-autoscaling:DescribeScalingActivities), Throttled.
        """
        found = []
        for machine in endpoint.machines:
            which = {"ServiceNamespace": NAMESPACE, "ResourceId": f"endpoint/{endpoint.name}/variant/{machine.variant}"}
            try:
                client = self._clients.get("application-autoscaling")
                pages = client.get_paginator("describe_scaling_activities").paginate(
                    **which, PaginationConfig={"MaxItems": 500}
                )
                rows = [row for page in pages for row in page.get("ScalingActivities", [])]
            except Exception as error:
                raise translate(error, f"reading how {endpoint.name} was scaled") from error
            found += [each for row in rows if (each := _activity(row, machine.variant)) is not None]
        return tuple(sorted(found, key=lambda each: each.at))

    def initial(self, endpoint: Resource) -> dict[str, int]:
        """With how many instances each variant begins, by its configuration. Raises PermissionDenied, Throttled."""
        config = next((key.name for key in endpoint.uses if key.kind is Kind.ENDPOINT_CONFIG), "")
        try:
            found = self._clients.get("sagemaker").describe_endpoint_config(EndpointConfigName=config) if config else {}
        except Exception as error:
            raise translate(error, f"looking at {config}") from error
        variants = found.get("ProductionVariants", [])
        return {each["VariantName"]: int(each.get("InitialInstanceCount") or 0) for each in variants}

    def free_tier(self) -> tuple[Mapping[str, Any], ...]:
        """What of AWS's free tier this account uses of SageMaker this month; AWS asks nothing for telling.

        Raises PermissionDenied (freetier:GetFreeTierUsage), ServiceFailure where there is no such service.
        """
        try:
            pages = self._clients.get("freetier").get_paginator("get_free_tier_usage").paginate()
            rows = [row for page in pages for row in page.get("freeTierUsages", [])]
        except Exception as error:
            raise translate(error, "asking for the account's free tier") from error
        return tuple(row for row in rows if "SageMaker" in str(row.get("service", "")))


def _serverless(endpoint: Resource) -> bool:
    return any(machine.memory_mb for machine in endpoint.machines)


def _sum_of(endpoint: str, variant: str, metric: str) -> dict[str, Any]:
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    named = {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions}
    return {"Metric": named, "Period": DAY, "Stat": "Sum"}


def _activity(row: Mapping[str, Any], variant: str) -> Activity | None:
    found = _COUNT.search(row.get("Description", ""))
    if row.get("StatusCode") != "Successful" or found is None or not row.get("StartTime"):
        return None
    at: datetime = (row.get("EndTime") or row["StartTime"]).astimezone(UTC)
    return Activity(at, variant, int(found.group(1)))
