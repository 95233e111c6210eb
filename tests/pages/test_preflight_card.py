"""The preflight above the plan: stops first and holding back, fixes as buttons, foreign words shown as they are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.deploy import RagPairRequest
from services.preflight import Fix, Line, Preflight, Topic, Verdict
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from tests.pages.test_deploying import press, review, said
from ui import preflight_card

STOP = Line(
    topic=Topic.QUOTA,
    verdict=Verdict.STOP,
    words="ml.g5.2xlarge: 1 wanted, 0 left (0 allowed, 0 in use).",
    detail="SageMaker would refuse it.",
    fixes=(Fix(words="Ask AWS for more", url="https://console.aws.amazon.com/servicequotas/"),),
)
UNKNOWN = Line(topic=Topic.ROLE, verdict=Verdict.UNKNOWN, words="What the role may do is not known.")
FINE = Line(topic=Topic.NAME, verdict=Verdict.OK, words="The name demo is free.")


def found(*lines: Line) -> Preflight:
    return Preflight(lines, 0.3)


def confirm(at: AppTest) -> Any:
    return next(button for button in at.button if button.label.startswith("Deploy ·"))


def test_a_stop_holds_the_confirmation_back_and_says_why_above_it(open_page: Open) -> None:
    console = FakeConsole()
    console.checked = found(STOP, FINE)
    at = review(open_page, console)
    assert confirm(at).disabled
    assert "Preflight holds this back: ml.g5.2xlarge: 1 wanted, 0 left" in said(at)
    assert "1 would make it fail, 1 check fine" in said(at)
    assert not at.exception


@pytest.mark.parametrize("verdict", [Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK])
def test_nothing_but_a_stop_holds_back(open_page: Open, verdict: Verdict) -> None:
    console = FakeConsole()
    console.checked = found(Line(topic=Topic.QUOTA, verdict=verdict, words="Something to read."))
    at = review(open_page, console)
    assert "Something to read." in said(at)
    assert not confirm(at).disabled


def test_what_is_fine_is_folded_away_but_price_and_quota(open_page: Open) -> None:
    console = FakeConsole()
    price = Line(topic=Topic.PRICE, verdict=Verdict.OK, words="$1.51 an hour.")
    console.checked = found(UNKNOWN, price, FINE)
    at = review(open_page, console)
    assert "$1.51 an hour." in said(at)
    assert "What the role may do is not known." in said(at)
    assert "The name demo is free." not in said(at)
    assert [each.label for each in at.expander if "more that are fine" in each.label] == ["1 more that are fine"]


def test_a_fix_that_changes_the_request_plans_it_anew_and_looks_again(open_page: Open) -> None:
    console = FakeConsole()
    asked: list[RagPairRequest] = []

    def check(request: RagPairRequest, plan: Any = None) -> Preflight:
        from dataclasses import replace

        asked.append(request)
        if request.language.instance_type == "ml.g5.4xlarge":
            return found(FINE)
        changed = replace(request, language=replace(request.language, instance_type="ml.g5.4xlarge"))
        fix = Fix(words="Use ml.g5.4xlarge, $2.03 an hour", change=changed)
        return found(Line(topic=Topic.QUOTA, verdict=Verdict.STOP, words="No quota.", fixes=(fix,)))

    console.preflight = SimpleNamespace(check=check)
    at = review(open_page, console)
    assert confirm(at).disabled
    press(at, "Use ml")
    assert [each.language.instance_type for each in asked][-1] == "ml.g5.4xlarge"
    assert "on 1 × ml.g5.4xlarge" in said(at)
    assert not confirm(at).disabled


def test_checking_again_looks_again(open_page: Open) -> None:
    console = FakeConsole()
    console.checked = found(STOP)
    at = review(open_page, console)
    console.checked = found(FINE)
    press(at, "Check again")
    at.run()
    assert not confirm(at).disabled
    assert console.refreshed == 1


@pytest.fixture
def slow() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_the_page_does_not_wait_and_nothing_is_confirmed_unseen(open_page: Open, slow: threading.Event) -> None:
    console = FakeConsole()

    def check(request: Any, plan: Any = None) -> Preflight:
        slow.wait(30)
        return found(FINE)

    console.preflight = SimpleNamespace(check=check)
    at = review(open_page, console)
    assert "sagemaker.create_endpoint" in said(at)  # the plan is there already
    assert confirm(at).disabled
    assert "Preflight is still looking" in said(at)
    slow.set()
    at.run()
    at.run()
    assert not confirm(at).disabled


def test_a_preflight_that_breaks_says_so_and_holds_nothing_back(open_page: Open) -> None:
    console = FakeConsole()

    def check(request: Any, plan: Any = None) -> Preflight:
        raise RuntimeError("oops")

    console.preflight = SimpleNamespace(check=check)
    at = review(open_page, console)
    assert "Preflight itself failed (RuntimeError)" in said(at)
    assert not confirm(at).disabled


def test_what_others_named_is_shown_and_never_formatted(open_page: Open) -> None:
    console = FakeConsole()
    nasty = "![x](https://evil.example/a.png) :red[**loud**]"
    fixes = (Fix(words=nasty, url="javascript:alert(1)"), Fix(words=nasty, url="https://good.example/"))
    console.checked = found(Line(topic=Topic.ROLE, verdict=Verdict.STOP, words=nasty, detail=nasty, fixes=fixes))
    at = review(open_page, console)
    written = [str(each.value) for each in at.markdown if "loud" in str(each.value)]
    assert written
    assert all("](https" not in text and "**loud" not in text for text in written)


def test_why_it_is_held_back_counts_what_else_stands_in_the_way() -> None:
    assert preflight_card.withheld(None) == preflight_card.LOOKING
    assert preflight_card.withheld(found(FINE, UNKNOWN)) == ""
    assert preflight_card.withheld(found(STOP, STOP)).endswith("1 more thing stands in the way.")
