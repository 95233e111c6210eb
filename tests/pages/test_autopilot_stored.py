"""Data in S3 on the page Autopilot: files, folders and manifests, shown after one read, judged before a plan."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.errors import PermissionDenied
from tests.pages.conftest import Open
from tests.pages.fake_autopilot import AutopilotConsole, table
from tests.pages.filling_in import control, fill, red
from tests.pages.test_autopilot import KIND, PAGE, TITLE, address, alerts, choose, worked
from tests.pages.test_deploying import press, said
from ui import autopilot_reviewed, autopilot_seen, table_doctor
from ui.autopilot_fields import KINDS


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_doctor, "PATIENCE", 30.0)
    monkeypatch.setattr(autopilot_reviewed, "PATIENCE", 30.0)


FILE = "s3://research/churn/train.csv"
PARTS = {"s3://research/parts/1.csv": table(), "s3://research/parts/2.csv": table()}


def stored(open_page: Open, console: AutopilotConsole, what: str, uri: str) -> AppTest:
    at = open_page(PAGE, console, TITLE)
    choose(at, "Where from", "In S3")
    choose(at, "What", what)
    return fill(at, {"S3 address": uri})


def test_a_file_is_shown_after_one_read_of_its_beginning_and_judged_whole(open_page: Open) -> None:
    console = AutopilotConsole({FILE: table(40_000)})
    at = stored(open_page, console, "One file", FILE)
    assert f"stream {FILE}" not in console.stored.asked
    assert "comma" in said(at)
    press(at, "Use this")
    worked(at, console)
    (kept,) = console.kept_tables.list(console.owner)
    assert kept.origin == FILE
    assert "40,000 rows" in alerts(at)
    press(at, "Review the plan")
    request = at.session_state["autopilot.reviewed"].request
    assert request.training.uri == FILE


def test_a_large_one_is_read_only_when_it_is_wanted_with_what_that_costs(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autopilot_seen, "AT_ONCE", 1000)
    console = AutopilotConsole({FILE: table()})
    at = stored(open_page, console, "One file", FILE)
    press(at, "Use this")
    assert console.kept_tables.list(console.owner) == ()
    assert "outside AWS (estimate)" in said(at)
    press(at, "Check every row")
    worked(at, console)
    assert "Can be launched" in alerts(at)


def test_a_folder_shows_its_first_object_and_goes_to_the_plan_as_it_is(open_page: Open) -> None:
    at = stored(open_page, AutopilotConsole(PARTS), "A folder", "s3://research/parts/")
    assert "**2 objects**" in said(at)
    press(at, "Use this")
    assert control(at, "Column to be predicted").value == "Churn?"
    press(at, "Review the plan")
    assert at.session_state["autopilot.reviewed"].request.training.uri == "s3://research/parts/"


def test_a_manifest_is_read_and_named_as_one(open_page: Open) -> None:
    manifest = b'[{"prefix": "s3://research/parts/"}, "1.csv", "2.csv"]'
    console = AutopilotConsole(PARTS | {"s3://research/all.manifest": manifest})
    at = stored(open_page, console, "A manifest", "s3://research/all.manifest")
    assert "s3://research/parts/2.csv" in at.code[0].value
    press(at, "Use this")
    assert address(at, "held") == "ManifestFile"
    fill(at, {"Column to be predicted": "Churn?"})
    press(at, "Review the plan")
    assert at.session_state["autopilot.reviewed"].request.training.held == "ManifestFile"


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        *(pytest.param(each, marks=pytest.mark.slow) for each in (b"a,b\n1,2\n", b'{"prefix": 1}', b'["s3://x/"]')),
    ],
)
def test_what_is_no_manifest_is_refused_at_once(open_page: Open, data: bytes) -> None:
    console = AutopilotConsole({"s3://research/all.manifest": data})
    at = stored(open_page, console, "A manifest", "s3://research/all.manifest")
    assert "no manifest" in alerts(at)
    assert not any(button.label == "Use this" for button in at.button)


def test_images_need_a_folder_for_each_of_two_classes(open_page: Open) -> None:
    pets = {f"s3://research/pets/{kind}/{n}.png": b"\x89PNG" for kind in ("cats", "dogs") for n in range(2)}
    at = open_page(PAGE, AutopilotConsole(pets), TITLE)
    choose(at, KIND, list(KINDS)[2])
    fill(at, {"S3 address": "s3://research/pets/cats/"})
    assert "at least two classes" in alerts(at)
    fill(at, {"S3 address": "s3://research/pets/"})
    assert "`cats`, `dogs`" in said(at)
    press(at, "Use this")
    fill(at, {"Images are": "image/png"})
    press(at, "Review the plan")
    assert "sorts images into classes" in said(at)
    assert at.session_state["autopilot.reviewed"].request.training.content_type == "image/png"


@pytest.mark.parametrize(
    "uri",
    [
        "http://x/y",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("s3://UPPER/x", "s3://", "s3://research/")),
    ],
)
def test_what_is_no_address_of_a_file_is_told_at_the_field(open_page: Open, uri: str) -> None:
    assert red(stored(open_page, AutopilotConsole(), "One file", uri))


def test_a_refused_permission_is_named_and_leaves_the_page_standing(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = AutopilotConsole({FILE: table()})

    def refused(*_: Any) -> None:
        raise PermissionDenied("You may not read it.", "s3:GetObject is missing.", "Ask for it.")

    monkeypatch.setattr(console.stored, "peek", refused)
    at = stored(open_page, console, "One file", FILE)
    assert "s3:GetObject is missing" in alerts(at)
    assert control(at, "Where from").value == "In S3"


def test_a_read_that_failed_says_why_and_can_be_tried_again(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    console = AutopilotConsole({FILE: table()})
    whole = console.stored.stream

    def broken(uri: Any) -> Any:
        yield b"Customer,"
        raise PermissionDenied("You may not read it.", "s3:GetObject is missing.", "Ask for it.")

    monkeypatch.setattr(console.stored, "stream", broken)
    at = stored(open_page, console, "One file", FILE)
    press(at, "Use this")
    worked(at, console)
    assert "s3:GetObject is missing" in alerts(at)
    assert console.kept_tables.list(console.owner) == ()
    monkeypatch.setattr(console.stored, "stream", whole)
    press(at, "Read it again")
    worked(at, console)
    assert "Can be launched" in alerts(at)
