"""How figures are written in a line."""

from __future__ import annotations

HOURS_PER_MONTH = 730  # as AWS counts a month: 8,760 hours / 12


def money(usd: float) -> str:
    """`$0.0042`, `$1.23`, `$1,234`."""
    if 0 < abs(usd) < 0.1:
        return f"${usd:,.4f}".rstrip("0")
    return f"${usd:,.2f}" if abs(usd) < 1000 else f"${usd:,.0f}"


def prices(usd_per_hour: float) -> str:
    """An hourly price by the hour, the day and the month."""
    month = money(usd_per_hour * HOURS_PER_MONTH)
    return f"{money(usd_per_hour)} an hour, {money(usd_per_hour * 24)} a day, {month} a month"


def gib(octets: float) -> str:
    """Bytes as GiB: `0.4 GiB`, `14 GiB`."""
    size = octets / 1024**3
    return f"{size:.1f} GiB" if size < 10 else f"{size:.0f} GiB"


def of_gib(size: float) -> str:
    """GiB as they are said: `0.4 GiB`, `14 GiB`."""
    return gib(size * 1024**3)


def count(number: int, one: str, many: str = "") -> str:
    """`1 instance`, `3 instances`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: tuple[str, ...] | list[str], most: int = 4) -> str:
    """`a, b and 3 more`."""
    shown = list(names[:most])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
