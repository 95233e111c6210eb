"""What a budget's period is, what was spent in it, and what it will probably come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.costexplorer.ledger import Usage

if TYPE_CHECKING:
    from sandbox.world import World

FAR = 3706473600.0  # 2087-06-15, the end of a budget that names none
_MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}
_LEAST = 3600.0  # seconds of a period that must have passed before anything is extrapolated


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, seconds since the epoch."""

    start: float
    end: float


def period_of(budget: Mapping[str, Any], now: float) -> Period:
    """Return the day, month, quarter or year a budget counts at that moment (UTC); its own time if that is CUSTOM."""
    unit = budget["TimeUnit"]
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "CUSTOM":
        return Period(budget["TimePeriod"]["Start"], budget["TimePeriod"]["End"])
    if unit == "DAILY":
        return Period(today.timestamp(), today.timestamp() + 86400)
    months = _MONTHS[unit]
    first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
    year, month = divmod(first.month - 1 + months, 12)
    return Period(first.timestamp(), first.replace(year=first.year + year, month=month + 1).timestamp())


def used(world: "World", budgets: Iterable[Mapping[str, Any]], now: float) -> list[Usage]:
    """Read the meter once for all these budgets: what was used in any of their periods."""
    periods = [period_of(budget, now) for budget in budgets]
    if not periods:
        return []
    world.ledger.settle()
    return list(world.ledger.usages(min(each.start for each in periods), max(each.end for each in periods)))


def spent(usages: Iterable[Usage], budget: Mapping[str, Any], period: Period) -> float:
    """Return USD spent in a period on what the budget's filters let through."""
    if budget["BudgetType"] != "COST":
        return 0.0
    filters = budget.get("CostFilters") or {}
    return sum(
        usage.usd * usage.share(period.start, period.end)
        for usage in usages
        if usage.usd and all(_passes(usage, name, wanted) for name, wanted in filters.items())
    )


def forecast(actual: float, period: Period, now: float) -> float:
    """Return what a period will come to if it goes on as it has until now."""
    passed = min(now, period.end) - period.start
    return actual * (period.end - period.start) / passed if passed >= _LEAST else actual


def limit_of(budget: Mapping[str, Any], period: Period) -> float:
    """Return the budget's limit in a period; planned limits are kept by the start of their month."""
    planned = budget.get("PlannedBudgetLimits") or {}
    due = [float(limit["Amount"]) for start, limit in sorted(planned.items()) if float(start) <= period.start]
    return due[-1] if due else float((budget.get("BudgetLimit") or {"Amount": 0})["Amount"])


def _passes(usage: Usage, name: str, wanted: list[str]) -> bool:
    match name:
        case "Service":
            return usage.service in wanted
        case "Region":
            return usage.region in wanted
        case "UsageType":
            return any(usage.usage == each or each.endswith(f"-{usage.usage}") for each in wanted)
        case "TagKeyValue":  # user:owner$ada
            return any(f"user:{key}${value}" in wanted for key, value in usage.tags.items())
    return True
