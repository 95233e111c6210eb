"""What AWS itself says was spent: Cost Explorer's days and its forecast. Pure; the gateway asks.

Sources (as of 2026-11-20): AWS's guide "Analyzing your costs and usage with AWS Cost Explorer" (data is refreshed at
least once every 24 hours) and its pricing page ($0.01 for each request, and for each further page of an answer).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

REQUEST_USD = 0.01
SERVICE = "Amazon SageMaker"  # as bills, and with them the dimension SERVICE, call it
LAG = "Cost Explorer is up to 24 hours behind: the last day or two are not whole."
LAG_DAYS = 2  # that may still grow
NOTHING = "nothing named"


@dataclass(frozen=True, slots=True)
class Day:
    """What one day (UTC) cost, by group; `whole` is false while it may still grow."""

    day: date
    groups: tuple[tuple[str, float], ...]
    whole: bool = True

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(usd for _, usd in self.groups)


@dataclass(frozen=True, slots=True)
class Spent:
    """What Cost Explorer told: `by` is "usage", "region" or "tag:KEY"; `asked` when it was, seconds since the epoch."""

    by: str
    days: tuple[Day, ...]
    asked: float

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(each.usd for each in self.days)

    @property
    def groups(self) -> tuple[tuple[str, float], ...]:
        """What each group came to, dearest first."""
        found: dict[str, float] = {}
        for each in self.days:
            for name, usd in each.groups:
                found[name] = found.get(name, 0.0) + usd
        return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def untagged(self) -> bool:
        """Whether nothing carries the tag it is by: then nothing was tagged, or the tag is not activated in billing."""
        return self.by.startswith("tag:") and bool(self.days) and all(name == NOTHING for name, _ in self.groups)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What AWS expects from today to the month's end, USD, and within which bounds at 80 percent; None not told."""

    usd: float
    low: float | None
    high: float | None
    until: date
    asked: float


def by_of(by: str) -> Mapping[str, str]:
    """A grouping as Cost Explorer takes it. Raises ValueError for one it has not."""
    if by.startswith("tag:") and by != "tag:":
        return {"Type": "TAG", "Key": by.removeprefix("tag:")}
    keys = {"usage": "USAGE_TYPE", "region": "REGION"}
    if by not in keys:
        raise ValueError(f"{by} is not usage, region or tag:KEY")
    return {"Type": "DIMENSION", "Key": keys[by]}


def days_asked(now: datetime, days: int, by: str) -> dict[str, Any]:
    """The request for the last days, today among them."""
    until = now.date() + timedelta(days=1)
    return {
        "TimePeriod": {"Start": str(until - timedelta(days=days)), "End": str(until)},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "Filter": {"Dimensions": {"Key": "SERVICE", "Values": [SERVICE]}},
        "GroupBy": [dict(by_of(by))],
    }


def forecast_asked(now: datetime, following: datetime) -> dict[str, Any]:
    """The request for what the rest of the month is expected to cost."""
    return {
        "TimePeriod": {"Start": str(now.date()), "End": str(following.date())},
        "Granularity": "MONTHLY",
        "Metric": "UNBLENDED_COST",
        "Filter": {"Dimensions": {"Key": "SERVICE", "Values": [SERVICE]}},
        "PredictionIntervalLevel": 80,
    }


def spent_of(rows: Iterable[Mapping[str, Any]], by: str, now: datetime, asked: float) -> Spent:
    """The days of an answer's ResultsByTime."""
    grown = now.date() - timedelta(days=LAG_DAYS)
    days = []
    for row in rows:
        day = date.fromisoformat(row["TimePeriod"]["Start"])
        groups = ((_named(each["Keys"], by), _usd(each["Metrics"])) for each in row.get("Groups", []))
        days.append(Day(day, tuple(pair for pair in groups if pair[1]), day < grown))
    return Spent(by, tuple(sorted(days, key=lambda each: each.day)), asked)


def forecast_of(answer: Mapping[str, Any], following: datetime, asked: float) -> Forecast:
    """An answer of GetCostForecast."""
    rows: Sequence[Mapping[str, Any]] = answer.get("ForecastResultsByTime", [])

    def bound(member: str) -> float | None:
        found = [row.get(member) for row in rows]
        return sum(float(each) for each in found if each) if found and all(found) else None

    return Forecast(
        usd=float(answer["Total"]["Amount"]),
        low=bound("PredictionIntervalLowerBound"),
        high=bound("PredictionIntervalUpperBound"),
        until=following.date(),
        asked=asked,
    )


def _named(keys: Sequence[str], by: str) -> str:
    name = keys[0] if keys else ""
    if by.startswith("tag:"):
        name = name.removeprefix(f"{by.removeprefix('tag:')}$")
    return name or NOTHING


def _usd(metrics: Mapping[str, Any]) -> float:
    return float(metrics["UnblendedCost"]["Amount"])
