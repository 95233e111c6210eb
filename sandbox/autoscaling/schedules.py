"""When a schedule fires next: `at(…)`, `rate(…)` and AWS's six-field `cron(…)`, in a time zone."""

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_RATE = re.compile(r"rate\((\d+) (minute|minutes|hour|hours|day|days)\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_HORIZON = 366 * 5  # days that are looked through for a cron expression


class BadSchedule(ValueError):
    """An expression that says nothing, or a time zone nobody has."""


def zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        raise BadSchedule(f"Invalid timezone: {name}") from None


def next_after(expression: str, moment: float, *, begun: float, where: tzinfo = UTC) -> float | None:
    """Return the first moment after `moment` at which it fires, None if never again. `begun`: when rates start."""
    if found := _RATE.fullmatch(expression):
        every = int(found[1]) * _SECONDS[found[2].rstrip("s")]
        if not every:
            raise BadSchedule("a rate is at least 1")
        return begun if moment < begun else begun + (int((moment - begun) // every) + 1) * every
    if found := _AT.fullmatch(expression):
        try:
            at = datetime.fromisoformat(found[1]).replace(tzinfo=where).timestamp()
        except ValueError:
            raise BadSchedule(f"no such time: {found[1]}") from None
        return at if at > moment else None
    if found := _CRON.fullmatch(expression):
        return _next_cron(found.groups(), moment, where)
    raise BadSchedule("neither at, rate nor cron")


def _next_cron(fields: Iterable[str], moment: float, where: tzinfo) -> float | None:
    minute, hour, day, month, week, year = fields
    if (day == "?") == (week == "?"):
        raise BadSchedule("one of day-of-month and day-of-week must be ?")
    minutes, hours = _numbers(minute, 0, 59), _numbers(hour, 0, 23)
    months, years = _numbers(month, 1, 12, _MONTHS), _numbers(year, 1970, 2199)
    start = datetime.fromtimestamp(moment, where)
    today = start.date()
    for ahead in range(_HORIZON):
        on = today + timedelta(days=ahead)
        if on.year not in years or on.month not in months or not _is_day(on, day, week):
            continue
        for h in sorted(hours):
            for m in sorted(minutes):
                at = datetime(on.year, on.month, on.day, h, m, tzinfo=where).timestamp()
                if at > moment:
                    return at
    return None


def _is_day(on: date, day: str, week: str) -> bool:
    last = calendar.monthrange(on.year, on.month)[1]
    if week == "?":
        if day == "L":
            return on.day == last
        if day.endswith("W"):
            return on.day == _nearest_weekday(on, int(day[:-1]), last)
        return on.day in _numbers(day, 1, 31)
    number = on.isoweekday() % 7 + 1  # Sunday is 1
    if "#" in week:
        which, _, nth = week.partition("#")
        return number in _numbers(which, 1, 7, _DAYS) and (on.day - 1) // 7 + 1 == int(nth)
    if week.endswith("L") and week != "L":
        return number in _numbers(week[:-1], 1, 7, _DAYS) and on.day > last - 7
    return number in _numbers("7" if week == "L" else week, 1, 7, _DAYS)


def _nearest_weekday(on: date, wanted: int, last: int) -> int:
    wanted = min(wanted, last)
    falls = date(on.year, on.month, wanted).isoweekday()
    if falls == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if falls == 7:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted


def _numbers(field: str, least: int, most: int, names: dict[str, int] | None = None) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        try:
            every = int(step) if step else 1
            start = least if low in ("*", "?") else _number(low, names)
            end = most if low in ("*", "?") or (step and not high) else _number(high or low, names)
        except ValueError:
            raise BadSchedule(f"cannot be read: {field}") from None
        if every < 1 or not least <= start <= end <= most:
            raise BadSchedule(f"out of range: {field}")
        found.update(range(start, end + 1, every))
    return found


def _number(text: str, names: dict[str, int] | None) -> int:
    return (names or {}).get(text.upper()) or int(text)
