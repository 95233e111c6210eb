"""What of many endpoints wants a person beside what the watchdog sees: those that failed, and those nobody uses.

Pure. Also what they have cost since the month began, as far as what runs now tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from services.endpoints.models import EndpointDetail
from services.endpoints.watchdog import Concern, Worry
from services.plans.leasing import DELETE, ENDED, moment

IDLE_DAYS = 2.0  # without a request; a weekend alone is none
DAY, HOURS_PER_MONTH = 86_400.0, 730  # as AWS counts a month
SOON_HOURS = 8.0  # before its end, a lease is told of: a working day
LATE_SECONDS = 1200.0  # that the end of an endpoint with components may take
DEAR = 1.0  # USD an hour, from which on an endpoint without an end is told of


@dataclass(frozen=True, slots=True)
class MonthToDate:
    """USD since the first of the month (UTC), of what runs now at its present size and price.

    `unknown` more endpoints have no known price. What ran and is gone is not in it, nor what is billed by the request.
    """

    usd: float
    unknown: int = 0


def month_to_date(details: Iterable[EndpointDetail], now: float) -> MonthToDate:
    """What these cost since the month began or since they were made; `now` in seconds since 1970."""
    begun = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
    every = tuple(details)
    known = (
        each.usd_per_hour * max(0.0, now - max(begun, each.created.timestamp())) / 3600
        for each in every
        if each.usd_per_hour is not None
    )
    return MonthToDate(sum(known), sum(each.usd_per_hour is None for each in every))


def failed(details: Iterable[EndpointDetail]) -> tuple[Concern, ...]:
    """Those that failed, with AWS's reason."""
    return tuple(
        Concern(
            Worry.FAILED,
            each.name,
            f"{each.name} failed.",
            each.failure,
            "Its page says why and what to do.",
        )
        for each in details
        if each.status in ("Failed", "UpdateRollbackFailed")
    )


class Ending(Protocol):
    """What may have a lease: an endpoint, a notebook instance."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    def tag(self, name: str) -> str: ...


def ending(details: Iterable[Ending], now: float) -> tuple[Concern, ...]:
    """Those whose lease ends within SOON_HOURS or has ended though they still run, the first to end first."""
    found: list[tuple[float, Concern]] = []
    for each in details:
        ends = moment(each.tag("lease-ends"))
        if ends is None or each.status == "Deleting":
            continue
        left = ends.timestamp() - now
        if left > SOON_HOURS * 3600:
            continue
        then = ENDED.get(each.tag("lease-then"), ENDED[DELETE])
        if left > -LATE_SECONDS:
            what = f"The lease of {each.name} ends {_when(left)}."
            why = f"It is {then} then, as was agreed."
            concern = Concern(Worry.LEASE, each.name, what, why, "Extend it on its page if it is still needed.")
        else:
            what = f"The lease of {each.name} has ended, and it still runs."
            why = "Nothing ended it: AWS was not asked to, could not, or it is protected."
            concern = Concern(Worry.LEASE, each.name, what, why, "End it, or extend its lease.")
        found.append((left, concern))
    return tuple(concern for _, concern in sorted(found, key=lambda pair: pair[0]))


def _when(left: float) -> str:
    if left < 60:
        return "now"
    return f"in {left / 3600:.0f} hours" if left >= 2 * 3600 else f"in {left / 60:.0f} minutes"


def endless(details: Iterable[EndpointDetail]) -> tuple[EndpointDetail, ...]:
    """Those that cost more than DEAR an hour, or an unknown price, and have no agreed end; the dearest first."""
    found = [
        each
        for each in details
        if each.status != "Deleting"
        and not each.tag("lease-ends")
        and (each.usd_per_hour is None or each.usd_per_hour >= DEAR)
    ]
    return tuple(sorted(found, key=lambda each: -(each.usd_per_hour or float("inf"))))


def may_be_idle(details: Iterable[EndpointDetail], now: float) -> tuple[EndpointDetail, ...]:
    """Those that cost by the hour, take requests and are old enough to be called idle."""
    return tuple(
        each
        for each in details
        if each.ready and each.usd_per_hour != 0 and now - each.created.timestamp() > IDLE_DAYS * DAY
    )


def idle(
    details: Iterable[EndpointDetail], last_seen: Mapping[str, float | None], now: float, looked_back: float
) -> tuple[Concern, ...]:
    """Those nobody called for IDLE_DAYS, the dearest first.

    last_seen     when a request came last, in seconds since 1970; None: none in the time looked at; absent: not known
    looked_back   how many seconds were looked at
    """
    found: list[tuple[float, Concern]] = []
    for each in may_be_idle(details, now):
        if each.name not in last_seen:
            continue
        last = last_seen[each.name]
        silent = now - last if last is not None else min(looked_back, now - each.created.timestamp())
        if silent < IDLE_DAYS * DAY:
            continue
        least = "more than " if last is None and looked_back < now - each.created.timestamp() else ""
        hourly = each.usd_per_hour
        cost = "an unknown price" if hourly is None else f"${hourly * HOURS_PER_MONTH:,.0f} a month"
        concern = Concern(
            Worry.IDLE,
            each.name,
            f"Nobody has called {each.name} for {least}{silent / DAY:.0f} days.",
            f"It costs {cost} all the same.",
            "Pause it: it costs nothing then, and is resumed as it was.",
        )
        found.append((hourly if hourly is not None else float("inf"), concern))
    return tuple(concern for _, concern in sorted(found, key=lambda pair: -pair[0]))
