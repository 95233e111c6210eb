"""Notes that apply to what is on the bill, and no others."""

from datetime import UTC, datetime, timedelta

from services.costs import Bill, BillLine, FreeUsage, advice, free_words
from services.costs.advice import free_usage
from services.resources import Key, Kind

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def line(kind: Kind, days: float, **values: object) -> BillLine:
    given = {"tags": {}, "usd_per_hour": 1.0, "so_far": 1.0, "month_end": 1.0, "parts": (("2 x ml.m5.xlarge", 0.46),)}
    since = NOW - timedelta(days=days)
    return BillLine(key=Key(kind, f"{kind}-{days}", "us-east-1"), since=since, **{**given, **values})  # type: ignore[arg-type]


def test_only_what_is_steady_is_worth_a_promise() -> None:
    (plans, _) = advice(Bill((line(Kind.ENDPOINT, 9), line(Kind.ENDPOINT, 1)), NOW))
    assert "$0.46 an hour of this bill has run for a week or more" in plans.words
    assert "do not cover SageMaker" in plans.words
    assert plans.source
    (young, _) = advice(Bill((line(Kind.ENDPOINT, 1),), NOW))
    assert "nothing steady to promise yet" in young.words


def test_spot_is_told_where_training_runs_and_not_offered_for_endpoints() -> None:
    assert "1 training job runs now" in advice(Bill((line(Kind.TRAINING_JOB, 1),), NOW))[1].words
    assert "Endpoints cannot run on it" in advice(Bill((line(Kind.ENDPOINT, 1),), NOW))[1].words
    assert len(advice(Bill((), NOW))) == 1


def test_what_is_free_is_what_aws_counts() -> None:
    rows = [{"description": "of ml.t3.medium", "actualUsageAmount": 12.0, "limit": 250.0, "unit": "Hrs"}]
    assert free_usage(rows) == (FreeUsage("of ml.t3.medium", 12.0, 250.0, "Hrs"),)
    assert "12 of 250 Hrs of ml.t3.medium" in free_words(free_usage(rows))
    assert "everything on this bill is charged" in free_words(())
