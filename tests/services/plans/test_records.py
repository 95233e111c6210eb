"""The journal as records: found, exported, reported."""

from __future__ import annotations

import csv
import io
import json

import pytest

from services.plans import Cost, Runs
from services.plans.models import ErrorMatch, Proof, Read, Step
from services.plans.records import as_csv, as_json, matching, records, report_json, report_markdown, report_of
from tests.services.plans.world import SECONDS, Refused, World, making, plan

WHO = "ana"


def deleting(name: str, usd: float | None = -1.5, reason: str = "") -> Step:
    which = {"Name": name}
    absent = (ErrorMatch("ValidationException", "Could not find"),)
    return Step(
        id=f"delete-{name}",
        service="library",
        operation="delete_thing",
        reason=reason or f"Nobody uses {name}.",
        parameters=which,
        cost=Cost(usd),
        proof=Proof(Read("library", "describe_thing", which), absent=absent, gone=True),
    )


@pytest.fixture
def deleted(runs: Runs, world: World) -> Runs:
    """Two things made; one of them deleted, the other refused."""
    runs.wait(runs.start(plan(making("a"), making("b"))), SECONDS)
    world.errors["delete_thing b"] = [Refused("AccessDenied", "no")]
    runs.wait(runs.start(plan(deleting("a"), deleting("b", reason="=HYPERLINK(1)"))), SECONDS)
    return runs


def test_every_step_that_was_begun_is_a_record_with_its_request_and_cost(deleted: Runs) -> None:
    found = {record.step: record for record in records(deleted.list(), WHO)}
    assert set(found) == {"a", "b", "delete-a", "delete-b"}
    assert found["delete-a"].request_id.startswith("request-")
    assert (found["a"].usd_per_hour, found["delete-a"].usd_per_hour) == (1.0, -1.5)
    assert (found["delete-b"].status, found["delete-b"].usd_per_hour) == ("failed", 0.0)
    assert "no" in found["delete-b"].problem
    assert {record.who for record in found.values()} == {WHO}


def test_what_went_is_seen_to_be_gone_and_what_stayed_is_not(deleted: Runs) -> None:
    found = {record.step: record.gone for record in records(deleted.list(), WHO)}
    assert found == {"a": False, "b": False, "delete-a": True, "delete-b": False}


def test_records_are_found_by_words_status_and_time(deleted: Runs) -> None:
    found = records(deleted.list(), WHO)
    assert [record.step for record in matching(found, text="DELETE nobody")] == ["delete-a"]
    assert [record.step for record in matching(found, status="failed")] == ["delete-b"]
    newest = max(record.at for record in found)
    assert matching(found, since=newest + 1) == ()
    assert len(matching(found, until=newest + 1)) == 4


def test_exports_hold_every_field_and_no_formula(deleted: Runs) -> None:
    found = records(deleted.list(), WHO)
    listed = json.loads(as_json(found))
    assert {row["step"] for row in listed} == {"a", "b", "delete-a", "delete-b"}
    rows = {row["step"]: row for row in csv.DictReader(io.StringIO(as_csv(found)))}
    assert rows["delete-b"]["what"] == "'=HYPERLINK(1)"
    assert rows["delete-a"]["usd_per_hour"] == "-1.5"


def test_a_report_tells_what_went_what_is_left_and_what_it_saves(deleted: Runs) -> None:
    report = report_of(deleted.list()[0], WHO)
    assert [record.step for record in report.gone] == ["delete-a"]
    assert [what for what, _ in report.left] == ["=HYPERLINK(1)"]
    assert report.saved_per_month == pytest.approx(1.5 * 730)
    written = report_markdown(report)
    assert "$1,095.00" in written
    assert "`library.delete_thing`" in written
    assert json.loads(report_json(report))["saved_per_month"] == pytest.approx(1095.0)


def test_an_unknown_price_leaves_the_saving_unknown(runs: Runs) -> None:
    runs.wait(runs.start(plan(making("a"))), SECONDS)
    runs.wait(runs.start(plan(deleting("a", usd=None))), SECONDS)
    report = report_of(runs.list()[0], WHO)
    assert report.saved_per_month is None
    assert "not known" in report_markdown(report)


def test_names_in_a_report_do_not_act(runs: Runs) -> None:
    name = "a`|<img src=x>\n| b"
    runs.wait(runs.start(plan(deleting("a", reason="x"), making(name))), SECONDS)
    written = report_markdown(report_of(runs.list()[0], WHO))
    (row,) = [line for line in written.splitlines() if "img" in line]
    assert "`a'\\|<img src=x> \\| b`" in row  # one code span: no tag, no cell of its own
    assert row.replace("\\|", "").count("|") == 6
