"""The page Autopilot: data, the doctor's verdict, repairs, a look, and what stands in the way, told where it stands."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.errors import PlanChanged
from services.jobs import JobStatus
from services.tables.kept import IDLE_SECONDS
from tests.pages.conftest import Open
from tests.pages.fake_autopilot import HEAD, AutopilotConsole, table
from tests.pages.filling_in import control
from tests.pages.test_deploying import press, said
from ui import autopilot_columns, autopilot_reviewed, table_doctor
from ui.autopilot_fields import KINDS

PAGE, TITLE = "autopilot/launch", "Autopilot"
KIND = "What is to be learned"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_doctor, "PATIENCE", 30.0)
    monkeypatch.setattr(autopilot_reviewed, "PATIENCE", 30.0)


def opened(open_page: Open, console: AutopilotConsole, data: bytes, name: str = "churn.csv", **query: str) -> AppTest:
    """The page with a table that was sent before."""
    kept = console.kept(name, data)
    return open_page(PAGE, console, TITLE, table=kept.sha256, **query)


def alerts(at: AppTest) -> str:
    boxes = (*at.error, *at.warning, *at.success, *at.info)
    return " ".join(str(each.value) for each in boxes).replace("\\", "")


def address(at: AppTest, name: str) -> str:
    found = at.query_params.get(name, "")
    return found[0] if isinstance(found, list) else str(found)


def worked(at: AppTest, console: AutopilotConsole) -> AppTest:
    """The page after the jobs that run are done."""
    deadline = time.monotonic() + 30
    while any(job.status is JobStatus.RUNNING for job in console.jobs.list(console.owner)):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    at.run()
    assert not at.exception
    return at


def choose(at: AppTest, label: str, value: Any) -> AppTest:
    control(at, label).set_value(value).run()
    assert not at.exception
    return at


def test_a_file_that_was_sent_is_kept_on_disk_judged_and_named_in_the_address(open_page: Open) -> None:
    console = AutopilotConsole()
    at = open_page(PAGE, console, TITLE)
    at.file_uploader[0].set_value(("churn.csv", table(), "text/csv")).run()
    assert not at.exception
    (kept,) = console.kept_tables.list(console.owner)
    assert kept.path.read_bytes() == table()
    assert address(at, "table") == kept.sha256
    assert "Can be launched" in alerts(at)
    assert "binary classification" in alerts(at)
    assert control(at, "Column to be predicted").value == "Churn?"
    assert not any(table() in (value if isinstance(value, bytes) else b"") for value in _session(at).values())


def _session(at: AppTest) -> dict[str, Any]:
    return dict(at.session_state._state.filtered_state)


def test_who_has_sent_nothing_yet_is_led_to_the_samples(open_page: Open) -> None:
    console = AutopilotConsole()
    at = open_page(PAGE, console, TITLE)
    assert [each.label for each in at.button].count("Try it") == 3
    console.kept("churn.csv", table())
    assert not [each for each in at.run().button if each.label == "Try it"]


def test_it_is_found_again_after_a_refresh_and_its_target_with_it(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table(), target="Charge")
    assert control(at, "Column to be predicted").value == "Charge"
    assert "regression" in alerts(at)


def test_the_table_of_another_is_not_shown(open_page: Open) -> None:
    console = AutopilotConsole()
    other = console.kept_tables.put("sandbox/ben", "secret.csv", [table()])
    at = open_page(PAGE, console, TITLE, table=other.sha256)
    assert "not kept here any more" in alerts(at)
    assert "secret" not in said(at)
    assert address(at, "table") == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (table(499), "at least 500 rows"),
        (b"".join(b'"' + line + b'"\n' for line in table().splitlines()), "quot"),
        (table().replace(b"True.", b"False."), "same"),
        (b"\n\n\n", "The file is empty"),
        (bytes(range(256)) * 40, "would refuse this file"),
    ],
)
def test_what_autopilot_would_refuse_is_told_and_never_planned(
    open_page: Open, data: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = AutopilotConsole()
    monkeypatch.setattr(console.autopilot, "plan_seen", lambda *_: pytest.fail("planned"))
    at = opened(open_page, console, data)
    assert "would refuse" in alerts(at)
    assert words in said(at) + alerts(at)
    press(at, "Review the plan")
    assert "to be mended" in alerts(at)
    assert "autopilot.reviewed" not in at.session_state


def test_safe_repairs_are_made_on_a_copy_and_one_click_goes_back(open_page: Open) -> None:
    console = AutopilotConsole()
    data = table(delimiter=";", encoding="cp1252")
    at = opened(open_page, console, data)
    assert "after its safe repairs" in alerts(at)
    assert "semicolon" in said(at)
    original = address(at, "table")
    press(at, "Apply all")
    worked(at, console)
    copy = console.kept_tables.open(console.owner, address(at, "table"))
    assert copy.sha256 != original
    assert copy.path.read_text("utf-8").startswith(",".join(HEAD))
    assert "safe repairs" not in alerts(at)
    assert "Can be launched" in alerts(at)
    assert control(at, "Column to be predicted").value == "Churn?"
    assert console.kept_tables.open(console.owner, original).path.read_bytes() == data
    press(at, "Back to the original")
    assert address(at, "table") == original
    assert "semicolon" in said(at)


def test_one_repair_alone_can_be_made(open_page: Open) -> None:
    console = AutopilotConsole()
    at = opened(open_page, console, table())
    press(at, "Leave out the identifiers")
    worked(at, console)
    copy = console.kept_tables.open(console.owner, address(at, "table"))
    assert not copy.path.read_text("utf-8").startswith("Customer")
    assert copy.changes == ("Leave out the identifiers.",)


def test_a_table_without_header_is_asked_about_by_place_and_launched_by_name(open_page: Open) -> None:
    console = AutopilotConsole()
    at = opened(open_page, console, table(header=False))
    assert control(at, "Column to be predicted").value == "column_4"
    assert "no header" in said(at)
    press(at, "Review the plan")
    reviewed = at.session_state["autopilot.reviewed"]
    assert reviewed.request.target == "column_4"
    press(at, "Change")
    press(at, "Apply")
    worked(at, console)
    assert control(at, "Column to be predicted").value == "column_4"
    assert "Can be launched" in alerts(at)


def test_another_target_is_another_question(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table())
    choose(at, "Column to be predicted", "Length")
    assert "`Length` makes it a **regression**" in alerts(at)
    assert address(at, "target") == "Length"


def test_a_look_that_takes_long_shows_how_far_it_is_and_can_be_cancelled(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    console, go = AutopilotConsole(), threading.Event()
    monkeypatch.setattr(table_doctor, "PATIENCE", 0.0)

    class Slow:
        def examined(self, path: Any, target: str, *, cancelled: Callable[[], bool], **more: Any) -> Any:
            more["progress"](3 << 20, 4 << 20)
            assert go.wait(30)
            raise RuntimeError

    console.table_looks._given = Slow()  # type: ignore[assignment]
    at = opened(open_page, console, table())
    assert any(button.label == "Cancel" for button in at.button)
    review = next(button for button in at.button if button.label == "Review the plan")
    assert review.disabled
    press(at, "Cancel")
    (job,) = console.jobs.list(console.owner)
    assert console.jobs.cancel_asked(job.id)
    go.set()
    worked(at, console)
    assert any(button.label == "Look again" for button in at.button)


def test_every_part_of_the_look_is_drawn(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table().replace(b",yes,", b",,", 9))
    for name in (
        autopilot_columns.ROWS,
        autopilot_columns.TARGET,
        autopilot_columns.WITH_IT,
        autopilot_columns.ONE,
        autopilot_columns.MISSING,
    ):
        at.session_state["autopilot.look.6"] = name
        at.run()
        assert not at.exception
        assert not at.error
    assert "4 columns are complete" in said(at)


def test_names_and_cells_never_act_as_markup(open_page: Open) -> None:
    head = "<script>alert(1)</script>,![x](http://e.com/i.png),:red[y],$e^2$,[l](javascript:1)"
    body = "".join(f"{n},<img src=x>,{n % 3},{n % 5},{'a' if n % 2 else '**b**'}\n" for n in range(600))
    at = opened(open_page, AutopilotConsole(), f"{head}\n{body}".encode(), "![x](y) <b>.csv")
    for each in (*at.markdown, *at.success, *at.warning, *at.error, *at.info):
        plain = re.sub(r"`[^`]*`", "", re.sub(r"\\.", "", str(each.value)))
        assert not any(sign in plain for sign in ("<script", "![x]", ":red[y]", "$e^2$", "[l](", "**b**")), each
    labels = [button.label for button in at.button]
    assert not any("![x](" in label or "<b>" in label for label in labels), labels


def test_tables_looked_at_lately_are_offered_and_removed(open_page: Open) -> None:
    console = AutopilotConsole()
    kept = console.kept("churn.csv", table())
    old = console.kept("old.csv", table(510))
    console.kept_tables._clock = lambda: time.time() - 2 * IDLE_SECONDS
    console.kept_tables.open(console.owner, old.sha256)
    console.kept_tables._clock = time.time
    at = open_page(PAGE, console, TITLE)
    assert [each.sha256 for each in console.kept_tables.list(console.owner)] == [kept.sha256]
    press(at, "churn")
    assert address(at, "table") == kept.sha256
    press(at, "Choose other data")
    press(at, "Remove them")
    assert console.kept_tables.list(console.owner) == ()


def test_samples_bring_their_kind_and_their_target(open_page: Open) -> None:
    for place, kind, label in ((0, "TABULAR", "Column to be predicted"), (1, "TEXT", "Column of the label")):
        at = open_page(PAGE, AutopilotConsole(), TITLE)
        choose(at, "Where from", "A sample")
        tries = [button for button in at.button if button.label == "Try it"]
        tries[place].click().run()
        assert not at.exception
        assert address(at, "kind") == kind.lower()
        assert control(at, label).value
        assert "Can be launched" in alerts(at)


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_opens_without_data(open_page: Open, kind: Any) -> None:
    at = open_page(PAGE, AutopilotConsole(), TITLE)
    choose(at, KIND, kind)
    assert KINDS[kind][2] in said(at)
    assert not at.error


def test_looks_at_tables_are_no_activity(open_page: Open) -> None:
    console = AutopilotConsole()
    opened(open_page, console, table())
    assert [job.kind for job in console.jobs.list(console.owner)] == ["table"]
    at = open_page("activity", console, "Activity")
    assert "Nothing was done yet" in said(at)


def test_a_plan_that_changed_meanwhile_is_shown_anew_and_not_run(open_page: Open) -> None:
    console = AutopilotConsole()
    console.runs.refuse = PlanChanged("The plan has changed.", "The price rose.", "Look at the new plan.")
    at = opened(open_page, console, table())
    press(at, "Review the plan")
    press(at, "Launch ·")
    assert not console.runs.started
    assert "The price rose" in alerts(at)


def test_read_only_shows_the_plan_and_runs_nothing(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(read_only=True), table())
    press(at, "Review the plan")
    assert next(each for each in at.button if each.label.startswith("Launch ·")).disabled
