"""When a schedule is due: at(), rate() and cron() as EventBridge Scheduler and Application Auto Scaling read them.

at(2026-12-24T18:00:00)              once, in the schedule's time zone
rate(5 minutes)                      from the start on, again and again
cron(0/15 8-17 ? * MON-FRI *)        minutes hours day-of-month month day-of-week year; one of the days is `?`
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = {name: number for number, name in enumerate(
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1
)}  # fmt: skip
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_UNITS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
_LOOKED_AHEAD = 366 * 9  # days: the 29th of February on a given weekday is the rarest that is asked for in earnest
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class BadExpression(Exception):
    """The expression is none of the three, or has a field that cannot be."""


class BadZone(Exception):
    """A time zone nobody has."""


@dataclass(frozen=True, slots=True)
class Field:
    """The values of one field of cron(): a set, and what depends on the month (`L`, `15W`, `6#3`, `6L`)."""

    values: frozenset[int]
    special: tuple[str, ...] = ()
    unasked: bool = False  # `?`


@dataclass(frozen=True, slots=True)
class Once:
    at: datetime  # without a zone


@dataclass(frozen=True, slots=True)
class Rate:
    seconds: float


@dataclass(frozen=True, slots=True)
class Cron:
    minutes: Field
    hours: Field
    days: Field
    months: Field
    weekdays: Field
    years: Field


Expression = Once | Rate | Cron


@lru_cache(256)
def parse(text: str) -> Expression:
    """Read an expression. Raises BadExpression."""
    found = re.fullmatch(r"(at|rate|cron)\((.*)\)", text.strip())
    if not found:
        raise BadExpression
    match found[1]:
        case "at":
            return _once(found[2])
        case "rate":
            return _rate(found[2])
    fields = found[2].split()
    if len(fields) != 6:
        raise BadExpression
    days, weekdays = _field(fields[2], 1, 31, {}, "LW"), _field(fields[4], 1, 7, _DAYS, "L#")
    if days.unasked == weekdays.unasked:
        raise BadExpression
    return Cron(
        _field(fields[0], 0, 59),
        _field(fields[1], 0, 23),
        days,
        _field(fields[3], 1, 12, _MONTHS),
        weekdays,
        _field(fields[5], _FIRST_YEAR, _LAST_YEAR),
    )


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name. Raises BadZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadZone from None


def next_time(expression: Expression, zone: ZoneInfo, begin: float, after: float) -> float | None:
    """Return the first time it is due that is later than `after`, or None if there is none.

    `begin`: when the schedule starts, from which a rate is counted. Seconds since the epoch.
    """
    match expression:
        case Once(at):
            due = at.replace(tzinfo=zone).timestamp()
            return due if due > after else None
        case Rate(seconds):
            return begin if after < begin else begin + (int((after - begin) // seconds) + 1) * seconds
    return _next_cron(expression, zone, after)


def _once(text: str) -> Once:
    try:
        return Once(datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        raise BadExpression from None


def _rate(text: str) -> Rate:
    found = re.fullmatch(r"(\d+)\s+(minute|hour|day)(s?)", text.strip())
    if not found or int(found[1]) < 1:
        raise BadExpression
    return Rate(int(found[1]) * _UNITS[found[2]])


def _field(text: str, low: int, high: int, names: dict[str, int] | None = None, special: str = "") -> Field:
    if text == "?":
        if not special:
            raise BadExpression
        return Field(frozenset(), unasked=True)
    values: set[int] = set()
    rest: list[str] = []
    for part in (_numbered(each, names or {}) for each in text.upper().split(",")):
        if special and re.fullmatch(r"L(-\d+)?|LW|\d{1,2}W|\d#[1-5]|\dL", part):
            number = re.match(r"\d+", part)
            if not set(re.sub(r"[\d-]", "", part)) <= set(special) or (number and not low <= int(number[0]) <= high):
                raise BadExpression
            rest.append(part)
        else:
            values |= _span(part, low, high, names or {})
    return Field(frozenset(values), tuple(rest))


def _numbered(part: str, names: dict[str, int]) -> str:
    """Write a day's name before `#` or `L` as its number: 3#2 for TUE#2, 6L for FRIL."""
    return re.sub(r"^([A-Z]{3})(?=#|L$)", lambda found: str(names.get(found[1], found[1])), part)


def _span(part: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    head, slash, step = part.partition("/")
    first, dash, last = head.partition("-")
    begin = low if head == "*" else _number(first, low, high, names)
    end = _number(last, low, high, names) if dash else high if head == "*" or slash else begin
    if slash and (not step.isdecimal() or int(step) < 1):
        raise BadExpression
    if end < begin:
        if not names:
            raise BadExpression
        return {*range(begin, high + 1), *range(low, end + 1)}  # FRI-MON
    return set(range(begin, end + 1, int(step) if slash else 1))


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    number = names.get(text, int(text) if text.isdecimal() else -1)
    if not low <= number <= high:
        raise BadExpression
    return number


def _next_cron(cron: Cron, zone: ZoneInfo, after: float) -> float | None:
    local = datetime.fromtimestamp(after, zone)
    for ahead in range(_LOOKED_AHEAD):
        day = local.date() + timedelta(ahead)
        if not _is_day(cron, day):
            continue
        for hour in sorted(cron.hours.values):
            for minute in sorted(cron.minutes.values):
                due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                moment = due.timestamp()
                exists = datetime.fromtimestamp(moment, UTC).astimezone(zone).replace(tzinfo=None)
                if moment > after and exists == due.replace(tzinfo=None):  # an hour that summer time skips is skipped
                    return moment
    return None


def _is_day(cron: Cron, day: date) -> bool:
    if day.year not in cron.years.values or day.month not in cron.months.values:
        return False
    if cron.weekdays.unasked:
        return day.day in cron.days.values or any(_is_special_day(each, day) for each in cron.days.special)
    weekday = day.isoweekday() % 7 + 1
    return weekday in cron.weekdays.values or any(_is_special_weekday(e, day, weekday) for e in cron.weekdays.special)


def _is_special_day(word: str, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if word in ("L", "LW") or word.startswith("L-"):
        wanted = last - int(word[2:]) if word.startswith("L-") else last
        return day.day == (_nearest_weekday(day, wanted, last) if word == "LW" else wanted)
    wanted = int(word[:-1])
    return wanted <= last and day.day == _nearest_weekday(day, wanted, last)


def _nearest_weekday(day: date, wanted: int, last: int) -> int:
    """Return the day of the month, from Monday to Friday, nearest to one that may lie on a weekend."""
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted


def _is_special_weekday(word: str, day: date, weekday: int) -> bool:
    if word == "L":
        return weekday == 7
    if "#" in word:
        number, _, which = word.partition("#")
        return weekday == int(number) and (day.day - 1) // 7 + 1 == int(which)
    last = monthrange(day.year, day.month)[1]
    return weekday == int(word[:-1]) and day.day > last - 7
