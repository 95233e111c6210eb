"""A bill as CSV and JSON."""

import csv
import io
import json
from datetime import UTC, datetime

from services.costs import Bill, BillLine
from services.costs.records import as_csv, as_json, packed
from services.resources import Key, Kind

NOW = datetime(2026, 11, 11, tzinfo=UTC)


def line(name: str, usd: float | None = 1.0, **values: object) -> BillLine:
    given = {"tags": {}, "usd_per_hour": usd, "so_far": usd, "month_end": usd, **values}
    return BillLine(key=Key(Kind.ENDPOINT, name, "us-east-1"), **given)  # type: ignore[arg-type]


def test_what_a_spreadsheet_would_run_is_only_text() -> None:
    tags = {"=cmd": "+1"}
    found = Bill((line("=HYPERLINK(1)", owner="@me", tags=tags, note="-1", source="\tx"),), NOW)
    (row,) = csv.DictReader(io.StringIO(as_csv(found)))
    assert (row["name"], row["owner"], row["note"]) == ("'=HYPERLINK(1)", "'@me", "'-1")
    assert row["tags"].startswith("'=cmd")


def test_what_is_not_known_is_no_zero() -> None:
    found = Bill((line("odd", None),), NOW)
    (row,) = csv.DictReader(io.StringIO(as_csv(found)))
    assert row["usd_per_hour"] == "unknown"
    told = json.loads(as_json(found))
    assert told["lines"][0]["usd_per_hour"] is None
    assert told["total"]["unknown"] == 1


def test_sums_are_packed_by_what_is_asked() -> None:
    found = Bill((line("a", owner="ana"), line("b", 2.0, owner="ben"), line("c", owner="ana")), NOW)
    told = packed(found, "owner")
    assert [(each["name"], each["usd_per_hour"], each["things"]) for each in told["sums"]] == [
        ("ana", 2.0, 2), ("ben", 2.0, 1),
    ]  # fmt: skip
    assert "sums" not in packed(found)
