"""Savings: what can go, asked for on a click, with proof, plans, and what was put aside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.cleanup import Cleanup, Item
from services.errors import InvalidRequest, PermissionDenied, SagedeckError
from services.plans import Estimate, Plan, Step
from services.resources import Kind
from services.savings import Asking, Finding, Kept, Proposal, Savings, Unjudged, Way, What
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.services.savings.made import NOW, key

PAGE = "costs/savings"


def finding(name: str, what: What = What.IDLE, usd: float | None = 100.0, **changes: Any) -> Finding:
    proposal = Proposal(
        way=Way.PAUSE, words=f"Pause {name}.", before=usd, after=0.0, checks=("The price is known.",),
        caution="Calls fail.",
    )  # fmt: skip
    start = Finding(
        key=key(Kind.ENDPOINT, name), what=what, title=f"Nobody called {name}.", proof=("No Invocations in 7 days.",),
        usd_per_month=usd, proposal=proposal, use=(0.0, 3.0, 1.0), use_of="requests", owner="ana",
    )  # fmt: skip
    return replace(start, **changes)


def orphan(name: str = "old") -> Finding:
    gone = Proposal(way=Way.CLEAN_UP, words="Tick it.", before=0.0, after=0.0)
    return finding(
        name, What.ORPHAN, 0.0, key=key(Kind.ENDPOINT_CONFIG, name), proposal=gone,
        title=f"Nothing refers to the endpoint configuration {name}.", proof=("All 3 endpoints were read.",),
    )  # fmt: skip


class FakeSavings:
    """Findings that are given; what was asked and put aside is written down."""

    def __init__(self, *findings: Finding, **told: Any) -> None:
        self.told = Savings(days=7, at=NOW, findings=findings, **({"measured": NOW} | told))
        self.asked: list[int] = []
        self.looked: list[int] = []
        self.aside: list[tuple[str, str]] = []
        self.again: list[Kept] = []
        self.refuse: SagedeckError | None = None

    def look(self, days: int) -> Savings:
        self.looked.append(days)
        return self.told

    def ask(self, days: int) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(days)
        self.told = replace(self.told, asking=Asking(0, 0), measured=NOW, findings=(finding("silent"),))

    def keep(self, one: Finding, why: str) -> None:
        if not why:
            raise InvalidRequest("Say why it is kept.", "", "A few words do.")
        self.aside.append((one.key.name, why))

    def show_again(self, kept: Kept) -> None:
        self.again.append(kept)

    def plan_stop(self, keys: Any) -> Plan:
        step = Step(id="stop", service="sagemaker", operation="stop_notebook_instance", reason="It stops.",
                    parameters={"NotebookInstanceName": "lab"})  # fmt: skip
        return Plan("Stop lab", (step,), estimate=Estimate(-0.2))


class FakeCleaning:
    """A cleanup of whatever is named."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def request(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return asked

    def look(self, request: dict[str, Any]) -> Cleanup:
        steps = tuple(
            Step(id=f"delete-{name}", service="sagemaker", operation="delete_endpoint_config", reason=f"{name} goes.",
                 parameters={"EndpointConfigName": name})
            for name in request["names"]
        )  # fmt: skip
        items = tuple(Item(each, True, "Nothing refers to it.") for each in sorted(request["also"]))
        return Cleanup(request, Plan("Clean up", steps), items, account="123456789012")  # type: ignore[arg-type]


def console(savings: FakeSavings) -> Any:
    made: Any = FakeConsole(endpoint("silent", "text-generation"))
    made.savings, made.cleaning = savings, FakeCleaning()
    return made


def opened(open_page: Open, savings: FakeSavings) -> tuple[AppTest, Any]:
    made = console(savings)
    return open_page(PAGE, made, "Savings"), made


def said(at: AppTest) -> str:
    return " ".join(str(each.value).replace("\\", "") for each in (*at.markdown, *at.info))


def test_the_headline_tells_what_can_go_and_each_finding_its_part(open_page: Open) -> None:
    at, _ = opened(open_page, FakeSavings(finding("silent"), finding("other", usd=None), orphan()))
    figures = {each.label: each.value for each in at.metric}
    assert figures["Can go a month"] == "over $100.00"
    assert (figures["Idle"], figures["Oversized"], figures["Orphaned"]) == ("2", "0", "1")
    assert "Nobody called silent." in said(at)
    assert "price unknown" in [each.value for each in at.metric]


def test_cloudwatch_is_asked_on_a_click_alone_and_its_price_is_said_before(open_page: Open) -> None:
    savings = FakeSavings(measured=None, asking=Asking(36, 194))
    at, _ = opened(open_page, savings)
    assert savings.asked == []
    assert "194 metrics" in said(at)
    assert "$0.0019" in said(at)
    at.button(key="savings.ask").click().run()
    assert not at.exception
    assert savings.asked == [7]
    assert "Nobody called silent." in said(at)


def test_a_refusal_to_read_figures_is_explained_and_orphans_stay(open_page: Open) -> None:
    savings = FakeSavings(orphan(), measured=None, asking=Asking(1, 4))
    savings.refuse = PermissionDenied("You may not read metrics.", "cloudwatch:GetMetricData is missing.", "Ask.")
    at, _ = opened(open_page, savings)
    at.button(key="savings.ask").click().run()
    assert "GetMetricData" in at.error[0].value
    assert {each.label: each.value for each in at.metric}["Orphaned"] == "1"


def test_the_days_are_the_persons(open_page: Open) -> None:
    savings = FakeSavings()
    at, _ = opened(open_page, savings)
    at.number_input(key="savings.days").set_value(21).run()
    assert savings.looked[-1] == 21


def test_where_nearly_all_is_too_young_fewer_days_are_offered(open_page: Open) -> None:
    young = tuple(Unjudged(key(Kind.ENDPOINT, f"e{n}"), What.IDLE, "It is 2 days old.", young=True) for n in range(3))
    savings = FakeSavings(unjudged=young)
    at, _ = opened(open_page, savings)
    assert "3 things are younger than 7 days" in said(at)
    at.button(key="savings.fewer").click().run()
    assert savings.looked[-1] == 3


def test_a_pause_is_one_click_from_its_plan(open_page: Open) -> None:
    at, _ = opened(open_page, FakeSavings(finding("silent")))
    at.button(key="savings.idle.endpoint.silent.us-east-1.0").click().run()
    assert not at.exception
    assert any("Pause silent" in each.value for each in at.subheader)


def test_a_notebook_is_stopped_by_a_plan(open_page: Open) -> None:
    stop = Proposal(way=Way.STOP, words="Stop lab.", before=146.0, after=0.0)
    at, made = opened(open_page, FakeSavings(finding("lab", key=key(Kind.NOTEBOOK, "lab"), proposal=stop)))
    at.button(key="savings.idle.notebook instance.lab.us-east-1.0").click().run()
    at.button(key="savings-confirm").click().run()
    assert [each.title for each in made.runs.started] == ["Stop lab"]


def test_a_finding_is_put_aside_with_a_reason_and_shown_again(open_page: Open) -> None:
    one = finding("silent")
    kept = Kept(key=one.key, what=one.what, why="the failover", by="ben", at=NOW, made="")
    savings = FakeSavings(one, kept=((finding("spare"), kept),))
    at, _ = opened(open_page, savings)
    name = "savings.idle.endpoint.silent.us-east-1"
    at.button(key=f"{name}.aside").click().run()
    assert "Say why" in at.error[0].value
    at.text_input(key=f"{name}.why").set_value("we need it").run()
    at.button(key=f"{name}.aside").click().run()
    assert savings.aside == [("silent", "we need it")]
    assert "the failover" in said(at)
    at.button(key="savings.idle.endpoint.spare.us-east-1.again").click().run()
    assert savings.again == [kept]


def test_ticked_orphans_go_to_a_plan_of_exactly_these(open_page: Open) -> None:
    at, made = opened(open_page, FakeSavings(orphan("old"), orphan("older")))
    at.toggle(key="savings.orphans.all").set_value(True).run()
    assert "All 3 endpoints were read" in said(at)
    at.button(key="savings.clean").click().run()
    (asked,) = made.cleaning.asked
    assert asked["names"] == ("old", "older")
    assert asked["kinds"] == {Kind.ENDPOINT_CONFIG}
    at.text_input(key="savings-typed").set_value("123456789012").run()
    at.button(key="savings-confirm").click().run()
    assert len(made.runs.started[0].steps) == 2


def test_a_read_only_connection_shows_plans_and_runs_none(open_page: Open) -> None:
    made: Any = FakeConsole(endpoint("silent", "text-generation"), read_only=True)
    made.savings, made.cleaning = FakeSavings(finding("silent")), FakeCleaning()
    at = open_page(PAGE, made, "Savings")
    at.button(key="savings.idle.endpoint.silent.us-east-1.0").click().run()
    assert at.button(key="endpoints-confirm").disabled


@pytest.mark.parametrize(
    "name", ["![x](http://evil.test/x)", "[a](javascript:alert(1))", ":material/delete:", "a|b*c_"]
)
def test_nothing_a_name_says_can_act(open_page: Open, name: str) -> None:
    at, _ = opened(open_page, FakeSavings(finding(name), orphan(name), problems=(f"{name} could not be read.",)))
    raw = " ".join(str(each.value) for each in (*at.markdown, *at.warning))
    assert "![x](http" not in raw
    assert "[a](javascript" not in raw
    assert not at.exception


def test_hundreds_of_findings_are_drawn_a_few_at_a_time(open_page: Open) -> None:
    at, _ = opened(open_page, FakeSavings(*(finding(f"e{n}", usd=1000.0 - n) for n in range(40))))
    assert "Nobody called e9." in said(at)
    assert "Nobody called e10." not in said(at)
    at.button(key="savings.all.idle.more").click().run()
    assert "Nobody called e39." in said(at)
