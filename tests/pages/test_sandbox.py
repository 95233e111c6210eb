"""The sandbox's own page, and what other pages tell of it."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.connection import Mode
from services.errors import ServiceFailure
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from tests.pages.fake_sandbox import FakeSandbox

CLOCK = ("Time in the sandbox", "2026-11-20 09:00 UTC")


@pytest.fixture
def console() -> FakeConsole:
    made = FakeConsole()
    made.sandbox = FakeSandbox()
    return made


def sandbox(console: FakeConsole) -> FakeSandbox:
    assert console.sandbox is not None
    return console.sandbox


def press(at: AppTest, label: str) -> AppTest:
    return next(each for each in at.button if each.label == label).click().run()


def toggle(at: AppTest, label: str) -> Any:
    return next(each for each in at.toggle if each.label == label)


def show(at: AppTest, group: str) -> AppTest:
    at.session_state["sandbox.group"] = group
    return at.run()


def texts(at: AppTest) -> str:
    return " ".join(each.value for each in at.markdown).replace("\\", "")


def test_what_it_holds_its_time_and_its_faults_are_shown(open_page: Open, console: FakeConsole) -> None:
    at = open_page("sandbox", console, "Sandbox")
    assert [(each.label, each.value) for each in at.metric] == [
        ("Endpoints", "3"), ("Models", "0"), ("Jobs", "5"), ("Notebooks", "0"), CLOCK,
    ]  # fmt: skip
    assert "Studio apps · 2" in texts(at)
    assert [each.label for each in at.toggle] == ["No capacity"]
    at = show(at, "Calling")
    assert [each.label for each in at.toggle] == ["Throttling", "Server error"]
    assert not any(each.value for each in at.toggle)


def test_a_switch_sets_its_fault_and_clears_it_again(open_page: Open, console: FakeConsole) -> None:
    at = show(open_page("sandbox", console, "Sandbox"), "Calling")
    toggle(at, "Throttling").set_value(True).run()
    assert list(sandbox(console).held) == ["throttling"]
    assert toggle(at, "Throttling").value
    assert any("1 fault set" in each.value for each in at.subheader)
    assert "everywhere, every time" in texts(at)
    toggle(at, "Throttling").set_value(False).run()
    assert sandbox(console).held == {}
    assert not at.exception


def test_a_fault_is_set_with_where_and_how_often(open_page: Open, console: FakeConsole) -> None:
    at = open_page("sandbox", console, "Sandbox")
    fields = {each.label: each for each in at.text_input}
    fields["Instance type"].set_value("ml.g5.*")
    at.slider[0].set_value(30)
    next(each for each in at.button if each.label == "Set").click().run()
    held = sandbox(console).held["no-capacity"]
    assert (held.resource, held.rate, held.left) == ("ml.g5.*", 0.3, None)
    assert "on ml.g5.*, 30% of calls" in texts(at)


def test_all_faults_are_cleared_at_once_and_one_by_one(open_page: Open, console: FakeConsole) -> None:
    for kind in ("no-capacity", "throttling"):
        sandbox(console).set_fault(kind)
    at = open_page("sandbox", console, "Sandbox")
    press(at, "Clear")
    assert list(sandbox(console).held) == ["throttling"]
    press(at, "Clear all")
    assert sandbox(console).held == {}
    assert not at.exception


def test_its_clock_is_put_forward(open_page: Open, console: FakeConsole) -> None:
    at = open_page("sandbox", console, "Sandbox")
    press(at, "Put forward 1 hour")
    assert at.metric[-1].value == "2026-11-20 10:00 UTC"
    assert "It is 2026-11-20 10:00 UTC there" in at.success[0].value.replace("\\", "")
    press(at, "Put forward 1 day")
    assert at.metric[-1].value == "2026-11-21 10:00 UTC"
    assert console.refreshed >= 2


def test_it_is_emptied_only_after_the_word_was_typed(open_page: Open, console: FakeConsole) -> None:
    at = open_page("sandbox", console, "Sandbox")
    press(at, "Forget everything")
    assert sandbox(console).counts["Endpoints"] == 3
    assert [each.value for each in at.warning] == ["Type empty first."]
    next(each for each in at.text_input if "to confirm" in each.label).set_value("empty")
    press(at, "Forget everything")
    assert sandbox(console).counts == {}
    assert "Nothing yet" in texts(at)
    assert "The sandbox is empty" in at.success[0].value
    at.run()
    assert not at.success, "said once"


def test_it_is_filled_where_it_can_be(open_page: Open, console: FakeConsole) -> None:
    at = open_page("sandbox", console, "Sandbox")
    press(at, "Fill with a demo account")
    assert sandbox(console).done == [("demo", "us-east-1")]
    assert "40 endpoints and 1,200,000 invocations" in at.success[0].value
    assert not any(each.label.startswith("Fill") for each in at.button)


def test_a_refusal_is_shown_and_the_switch_stays_off(
    open_page: Open, console: FakeConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise ServiceFailure("The sandbox does not answer.", "", "Start it again.")

    at = show(open_page("sandbox", console, "Sandbox"), "Calling")
    monkeypatch.setattr(sandbox(console), "set_fault", refused)
    toggle(at, "Throttling").set_value(True).run()
    assert "does not answer" in at.error[0].value
    assert not at.exception


def test_read_only_locks_every_switch_and_button(open_page: Open) -> None:
    console = FakeConsole(read_only=True)
    console.sandbox = FakeSandbox()
    console.sandbox.set_fault("throttling")
    at = open_page("sandbox", console, "Sandbox")
    assert all(each.disabled for each in at.toggle)
    open_to_all = {"Refresh", "Set", "Forget everything"}  # the last two stand in popovers that do not open
    assert all(each.disabled for each in at.button if each.label not in open_to_all)


def test_other_pages_tell_that_faults_are_set(open_page: Open, console: FakeConsole) -> None:
    at = open_page("home", console, "Home")
    assert not any("fault" in each.value for each in at.page_link)
    sandbox(console).set_fault("throttling")
    at = open_page("home", console, "Home")
    assert any("1 fault is set" in each.value for each in at.page_link)


def test_every_page_tells_of_a_sandbox_that_has_ended_and_how_it_comes_back(
    open_page: Open, console: FakeConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise ServiceFailure("The sandbox does not answer.", "", "Start it again.")

    monkeypatch.setattr(sandbox(console), "faults", gone)
    at = open_page("home", console, "Home")
    assert "The sandbox has ended" in texts(at)
    assert "Reload the page" in texts(at)


def test_in_a_real_account_there_is_nothing_to_switch(open_page: Open) -> None:
    at = open_page("sandbox", FakeConsole(mode=Mode.AWS), "Sandbox")
    assert not at.toggle
    assert "This is a real account" in texts(at)
