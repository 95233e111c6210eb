"""How amounts of money, time and size are written, the same on every page."""

from __future__ import annotations

import time
from datetime import UTC, datetime

HOURS_PER_DAY = 24
HOURS_PER_MONTH = 730  # as AWS counts a month: 8,760 hours / 12

UNKNOWN_PRICE = "price unknown"
_TAIL = 11  # of a shortened name: a suggested one ends with day and time


def money(usd: float) -> str:
    """`$0.0042`, `$1.23`, `$1,234`: enough digits to tell small prices apart, no more."""
    usd += 0.0  # of nothing taken away, -0.0, is left 0.0
    if 0 < abs(usd) < 0.00005:
        return "under $0.0001"
    if usd and abs(usd) < 0.1:
        return f"${usd:,.4f}".rstrip("0")
    return f"${usd:,.2f}" if abs(usd) < 1000 else f"${usd:,.0f}"


def per_hour(usd: float | None) -> str:
    """USD an hour; an unknown price is said, never shown as zero."""
    return UNKNOWN_PRICE if usd is None else f"{money(usd)}/h"


def per_day(usd_per_hour: float | None) -> str:
    """What an hourly price comes to in a day."""
    return UNKNOWN_PRICE if usd_per_hour is None else f"{money(usd_per_hour * HOURS_PER_DAY)}/day"


def per_month(usd_per_hour: float | None) -> str:
    """What an hourly price comes to in a month of 730 hours."""
    return UNKNOWN_PRICE if usd_per_hour is None else f"{money(usd_per_hour * HOURS_PER_MONTH)}/month"


def a_month(usd: float | None) -> str:
    """What is kept costs in a month: `$0.42 a month`; under a cent nobody wants the digits."""
    if usd is None:
        return UNKNOWN_PRICE
    return "less than $0.01 a month" if 0 < usd < 0.01 else f"{money(usd)} a month"


def at_least(usd_per_hour: float, unknown: int) -> str:
    """A sum of hourly prices of which `unknown` more are not known: said as a lower bound, never as the whole."""
    if not unknown:
        return per_hour(usd_per_hour)
    return f"over {per_hour(usd_per_hour)}" if usd_per_hour else UNKNOWN_PRICE


def duration(seconds: float | None) -> str:
    """`8 s`, `3 min 20 s`, `2 h 5 min`, `3 days`."""
    if seconds is None:
        return "—"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} days"


def ago(moment: float | None, now: float | None = None) -> str:
    """How long ago a Unix time was."""
    if not moment:
        return "—"
    passed = (time.time() if now is None else now) - moment
    return "just now" if passed < 5 else f"{duration(passed)} ago"


def number(value: float) -> str:
    """`812`, `14,210`, `1.3M`: as much as one takes in at a glance."""
    return f"{value:,.0f}" if value < 1_000_000 else f"{value / 1_000_000:,.1f}M"


def figure(value: float) -> str:
    """`0.9543`, `197.2`, `14,210`: a measurement with four digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def measure(value: float) -> str:
    """A metric with the digits that tell models apart: `0.6212`, `2,996`, `9,007,113`, `5.86e-05`."""
    if value and not 1e-3 <= abs(value) < 1e10:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def milliseconds(value: float) -> str:
    """`8.2 ms`, `140 ms`, `2.1 s`."""
    if value < 10:
        return f"{value:.1f} ms"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def moment(at: float) -> str:
    """A Unix time as date and time, the same wherever one sits."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def size(octets: int) -> str:
    """`812 B`, `14 kB`, `2.3 MB`."""
    if octets < 1000:
        return f"{octets} B"
    return f"{octets / 1000:.0f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"


def short(name: str, most: int = 44) -> str:
    """A long name without its middle: its beginning says what it is, its end tells two of them apart."""
    if len(name) <= most:
        return name
    return f"{name[: most - _TAIL - 1]}…{name[-_TAIL:]}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 document`, `3 documents`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
