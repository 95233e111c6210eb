"""Days and months as Cost Explorer asks for them: dates in UTC, the end not included."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sandbox.errors import invalid

HISTORY = 14  # months that are looked back


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to before `end`, in seconds since the epoch."""

    start: float
    end: float

    def shown(self) -> dict[str, str]:
        return {"Start": date_of(self.start), "End": date_of(self.end)}


def moment_of(text: str) -> float:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise invalid(f"Invalid date: {text}") from None


def date_of(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def month_of(moment: float, ahead: int = 0) -> float:
    """Return when the month begins that a moment lies in, or one some months ahead."""
    at = datetime.fromtimestamp(moment, UTC)
    months = at.year * 12 + at.month - 1 + ahead
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp()


def asked(interval: dict[str, str]) -> Period:
    """Read a TimePeriod. Raises AwsError (ValidationException)."""
    if "T" in interval["Start"] or "T" in interval["End"]:
        raise invalid("Hourly timePeriod is not supported for this request")
    period = Period(moment_of(interval["Start"]), moment_of(interval["End"]))
    if period.start >= period.end:
        raise invalid("Start date (and hour) should be before end date (and hour)")
    return period


def past(interval: dict[str, str], now: float) -> Period:
    """Read a TimePeriod of what has been. Raises AwsError (ValidationException)."""
    period = asked(interval)
    if period.start < month_of(now, -HISTORY):
        raise invalid(f"You haven't enabled historical data beyond {HISTORY} months")
    if period.end > month_of(now, 1):
        raise invalid("end date past the beginning of next month")
    return period


def refuse_hours(granularity: str) -> None:
    """Raise AwsError for hours: as on AWS, an account has to opt in to them."""
    if granularity == "HOURLY":
        raise invalid("Hourly timePeriod is not supported for this request")


def split(period: Period, granularity: str) -> list[Period]:
    """Cut into days or months; the first and the last may be part of one. Raises AwsError for hours."""
    refuse_hours(granularity)
    cuts = [period.start]
    while cuts[-1] < period.end:
        following = month_of(cuts[-1], 1) if granularity == "MONTHLY" else cuts[-1] + 86400
        cuts.append(min(following, period.end))
    return [Period(start, end) for start, end in pairwise(cuts)]


def days_before(moment: float, days: int) -> float:
    """Return midnight some days before the day of a moment."""
    at = datetime.fromtimestamp(moment, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (at - timedelta(days=days)).timestamp()
