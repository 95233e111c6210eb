"""What is asked of the ledger: dimensions, filters, and sums by group and period."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sandbox.costexplorer.ledger import SERVICE, Usage
from sandbox.costexplorer.periods import Period
from sandbox.errors import invalid
from sandbox.pricing.rates import usage_type
from sandbox.scope import ACCOUNT

LAG = 24 * 3600.0  # seconds by which the data are behind
CODES = {SERVICE: "AmazonSageMaker", "AWS Cost Explorer": "AWSCostExplorer"}
DIMENSIONS = (
    "AZ", "INSTANCE_TYPE", "LINKED_ACCOUNT", "OPERATION", "PURCHASE_TYPE", "REGION", "SERVICE", "SERVICE_CODE",
    "USAGE_TYPE", "USAGE_TYPE_GROUP", "RECORD_TYPE", "OPERATING_SYSTEM", "TENANCY", "PLATFORM", "LEGAL_ENTITY_NAME",
    "INSTANCE_TYPE_FAMILY", "BILLING_ENTITY", "INVOICING_ENTITY", "DATABASE_ENGINE", "CACHE_ENGINE",
    "DEPLOYMENT_OPTION", "RESERVATION_ID",
)  # fmt: skip
COSTS = ("AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "UnblendedCost")
METRICS = (*COSTS, "UsageQuantity", "NormalizedUsageAmount")
_SAME = {
    "LINKED_ACCOUNT": ACCOUNT,
    "RECORD_TYPE": "Usage",
    "PURCHASE_TYPE": "On Demand Instances",
    "LEGAL_ENTITY_NAME": "Amazon Web Services, Inc.",
    "BILLING_ENTITY": "AWS",
    "INVOICING_ENTITY": "Amazon Web Services, Inc.",
    "AZ": "NoAZ",
    "OPERATING_SYSTEM": "NoOperatingSystem",
}
Sums = dict[tuple[str, ...], tuple[float, float, set[str]]]  # by group: USD, amount, units


def metric_of(name: str) -> str:
    """Return a metric as it is spelled in answers; AWS takes both spellings. Raises AwsError."""
    plain = name.replace("_", "").lower()
    for metric in METRICS:
        if metric.lower() == plain and (name == metric or (name.isupper() and "_" in name)):
            return metric
    raise invalid(f"Metric {name} is invalid. Valid values are: {', '.join(sorted(METRICS))}")


def dimension(usage: Usage, key: str) -> str:
    """Return what a stretch of use has for a dimension."""
    return _dimension(usage.service, usage.region, usage.usage, key)


@lru_cache(4096)
def _dimension(service: str, region: str, usage: str, key: str) -> str:
    name = usage.rpartition(":")[2].rpartition("-")[2]
    instance = name if name.startswith("ml.") else ""
    if key == "SERVICE":
        return service
    if key == "SERVICE_CODE":
        return CODES.get(service, service)
    if key == "REGION":
        return region
    if key == "USAGE_TYPE":
        return usage_type(usage, region)
    if key == "OPERATION":
        return "RunInstance" if instance or "Volume" in usage else "Invoke-Endpoint"
    if key == "INSTANCE_TYPE":
        return instance or "NoInstanceType"
    if key == "INSTANCE_TYPE_FAMILY":
        return instance.split(".")[1] if instance else "NoInstanceTypeFamily"
    return _SAME.get(key, "No" + key.title().replace("_", ""))


def unit_of(usage: Usage) -> str:
    if "Volume" in usage.usage:
        return "GB-Mo"
    if usage.usage.startswith(("ServerlessInf", "ProvisionedConcurrency")):
        return "seconds"
    return "Requests" if usage.usage == "APIRequest" else "Hrs"


def fits(usage: Usage, expression: Mapping[str, Any] | None) -> bool:
    """Tell whether a stretch of use fits a filter. Raises AwsError for one that AWS refuses."""
    if not expression:
        return True
    if len(expression) != 1:
        raise invalid("Expression has more than one roots. Only one root is allowed: And, Or, Not, Dimensions, Tags")
    ((kind, asked),) = expression.items()
    if kind in ("And", "Or"):
        if len(asked) < 2:
            raise invalid(f"{kind} expression must have at least 2 operands")
        found = [fits(usage, each) for each in asked]
        return all(found) if kind == "And" else any(found)
    if kind == "Not":
        return not fits(usage, asked)
    if kind == "Dimensions":
        if asked.get("Key") not in DIMENSIONS:
            raise invalid(f"The dimension {asked.get('Key')} is not supported here.")
        return _matches(dimension(usage, asked["Key"]), asked)
    if kind == "Tags":
        return _matches(usage.tags.get(asked.get("Key", "")), asked)
    return False


def _matches(value: str | None, asked: Mapping[str, Any]) -> bool:
    options, wanted = set(asked.get("MatchOptions") or ("EQUALS",)), asked.get("Values") or []
    if "ABSENT" in options:
        return value is None
    held = value or ""
    if "CASE_INSENSITIVE" in options:
        held, wanted = held.lower(), [each.lower() for each in wanted]
    for option, test in (("STARTS_WITH", str.startswith), ("ENDS_WITH", str.endswith), ("CONTAINS", str.__contains__)):
        if option in options:
            return any(test(held, each) for each in wanted)
    return held in wanted


def group_keys(usage: Usage, groups: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(
        f"{group['Key']}${usage.tags.get(group['Key'], '')}"
        if group["Type"] == "TAG"
        else dimension(usage, group["Key"])
        for group in groups
    )


def summed(
    usages: Iterable[Usage], periods: Sequence[Period], until: float, groups: Sequence[Mapping[str, str]] = ()
) -> list[Sums]:
    """Return the sums of each period by group; what came after `until` is not known yet."""
    found: list[Sums] = [{} for _ in periods]
    starts = [period.start for period in periods]
    for usage in usages:
        keys, unit = group_keys(usage, groups), unit_of(usage)
        first = max(0, bisect_right(starts, usage.start) - 1)
        for number in range(first, len(periods)):
            period = periods[number]
            if period.start > usage.end or period.start >= until:
                break
            share = usage.share(period.start, min(period.end, until))
            if share:
                usd, amount, units = found[number].get(keys, (0.0, 0.0, set()))
                units.add(unit)
                found[number][keys] = (usd + (usage.usd or 0.0) * share, amount + usage.amount * share, units)
    return found


def shown(sums: tuple[float, float, set[str]], metrics: Sequence[str]) -> dict[str, dict[str, str]]:
    """Write sums as the metrics that were asked for."""
    usd, amount, units = sums
    unit = next(iter(units)) if len(units) == 1 else "N/A"
    answers: dict[str, dict[str, str]] = {}
    for metric in metrics:
        if metric in COSTS:
            answers[metric] = {"Amount": number(usd), "Unit": "USD"}
        else:
            answers[metric] = {"Amount": number(amount if metric == "UsageQuantity" else 0.0), "Unit": unit}
    return answers


def number(value: float) -> str:
    """Write an amount with the digits AWS gives, and no zeros behind them."""
    return f"{value:.10f}".rstrip("0").rstrip(".") or "0"


def values(usages: Iterable[Usage], key: str) -> Iterator[str]:
    """Yield each value of a dimension once."""
    yield from sorted({dimension(usage, key) for usage in usages})
