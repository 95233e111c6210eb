"""The bill's page: figures, switches, what is asked of Cost Explorer and when, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.connection import Mode
from services.errors import PermissionDenied
from services.resources import Gap, Kind, Machine
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from tests.pages.fake_costs import FakeCosts, resource, some

HOSTILE = "![x](http://evil.example/x.png) **bold** :red[x]"


@pytest.fixture
def costs() -> FakeCosts:
    return FakeCosts(*some())


@pytest.fixture
def console(costs: FakeCosts) -> FakeConsole:
    made = FakeConsole(mode=Mode.AWS)
    made.costs = costs
    return made


def opened(open_page: Open, console: FakeConsole, tab: str = "Now") -> AppTest:
    at = open_page("costs/bill", console, "Bill", tab=tab)
    assert not at.exception
    return at


def texts(at: AppTest) -> str:
    return " ".join(str(each.value).replace("\\", "") for each in at.markdown)


def metrics(at: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in at.metric}


def test_the_figures_are_of_everything_and_say_what_is_unknown(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console)
    told = metrics(at)
    assert told["Costs now"] == "over $3.04/h"  # two of $1.515 and a volume; one thing's price is unknown
    assert told["This month so far"].startswith("over $")
    assert "1 thing of unknown price not counted" in next(each.help for each in at.metric if each.label == "Costs now")


def test_the_table_has_the_dearest_first_and_marks_what_is_stopped(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console)
    (table,) = at.dataframe
    assert list(table.value["Name"])[:2] == ["speaker", "lab"]
    assert table.value["Status" if "Status" in table.value else "State"].iloc[1] == ["Stopped, still costs"]
    assert table.value["Now"].isna().sum() == 1


def test_what_is_looked_for_is_found_by_tag(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console)
    at.text_input(key="bill.find").set_value("team=legal").run()
    assert list(at.dataframe[0].value["Name"]) == ["speaker"]
    at.text_input(key="bill.find").set_value("nothing of the kind").run()
    assert not at.dataframe
    assert not at.exception


@pytest.mark.parametrize(("amount", "words"), [(1e6, "In "), (1.0, "already spent")])
def test_the_time_until_an_amount_is_told(open_page: Open, console: FakeConsole, amount: float, words: str) -> None:
    at = opened(open_page, console)
    at.number_input(key="bill.until").set_value(amount).run()
    assert words in texts(at)


def test_sums_can_be_by_type_and_tag(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console)
    assert "ana" in texts(at)
    at.segmented_control(key="bill.by").set_value("type").run()
    assert "notebook instance" in texts(at)
    at.segmented_control(key="bill.by").set_value("tag").run()
    at.selectbox(key="bill.tag").select("team").run()
    assert "legal" in texts(at)
    assert not at.exception


def test_all_regions_are_looked_at_when_asked_for(open_page: Open, console: FakeConsole, costs: FakeCosts) -> None:
    at = opened(open_page, console)
    assert costs.looked[-1] == ("us-east-1",)
    at.toggle(key="bill.all_regions").set_value(True).run()
    assert costs.looked[-1] == costs.regions()
    assert "away" in list(at.dataframe[0].value["Name"])


def test_while_things_are_read_it_says_how_many(open_page: Open, console: FakeConsole, costs: FakeCosts) -> None:
    costs.reading, costs.listing = 2, 1
    at = opened(open_page, console)
    assert "Reading 1 of 3 things; 1 list to come" in texts(at)
    assert not [each for each in at.number_input if each.key == "bill.until"]


def test_an_empty_account_says_so(open_page: Open, console: FakeConsole, costs: FakeCosts) -> None:
    costs.resources = []
    assert "Nothing costs anything here" in texts(opened(open_page, console))


def test_what_could_not_be_listed_is_told_with_its_permission(
    open_page: Open, console: FakeConsole, costs: FakeCosts
) -> None:
    costs.gaps = (Gap(Kind.NOTEBOOK, "us-east-1", "You may not.", "sagemaker:ListNotebookInstances"),)
    words = texts(opened(open_page, console))
    assert "sagemaker:ListNotebookInstances" in words
    assert "not in the figures" in words


def test_cost_explorer_is_asked_on_a_click_only_and_says_what_it_costs(
    open_page: Open, console: FakeConsole, costs: FakeCosts
) -> None:
    at = opened(open_page, console, "By day")
    assert costs.paid == []
    assert "Each request of Cost Explorer costs $0.01" in texts(at)
    at.button(key="bill.days.ask").click().run()
    assert costs.paid == ["14 usage"]
    assert "up to 24 hours behind" in texts(at)
    at.button(key="bill.forecast.ask").click().run()
    assert "AWS: $400.00 more from today until December 1, with 80 % certainty $300.00 to $500.00" in texts(at)
    assert "2 requests" in texts(at).replace("3 requests", "2 requests")
    assert not at.exception


def test_a_tag_that_is_not_activated_is_explained(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console, "By day")
    at.segmented_control(key="bill.days.by").set_value("tag:sagedeck:owner").run()
    at.button(key="bill.days.ask").click().run()
    assert "activated as a cost allocation tag" in at.info[0].value.replace("\\", "")


def test_a_refused_cost_explorer_leaves_the_page_standing(
    open_page: Open, console: FakeConsole, costs: FakeCosts
) -> None:
    refused: Any = PermissionDenied("You may not ask Cost Explorer.", "ce:GetCostAndUsage is missing.", "Ask for it.")
    refused.action = "ce:GetCostAndUsage"
    costs.refused = refused
    at = opened(open_page, console, "By day")
    at.button(key="bill.days.ask").click().run()
    assert "You may not ask Cost Explorer" in at.error[0].value.replace("\\", "")
    assert "needs the permission `ce:GetCostAndUsage`" in texts(at)
    assert "This console: $" in texts(at)
    assert not at.exception


def test_a_sandbox_is_asked_at_once_since_nobody_pays(open_page: Open, costs: FakeCosts) -> None:
    console = FakeConsole()
    console.costs = costs
    opened(open_page, console, "By day")
    assert costs.paid[:2] == ["14 usage", "forecast"]


def test_what_is_free_is_asked_of_aws_and_not_repeated(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console)
    assert "Free tier" not in texts(at)
    at.button(key="bill.free.ask").click().run()
    assert "no free SageMaker usage in this account" in texts(at)


def test_names_and_tags_cannot_act(open_page: Open, console: FakeConsole, costs: FakeCosts) -> None:
    tags = {"sagedeck:owner": HOSTILE, HOSTILE: HOSTILE}
    costs.resources = [resource(Kind.ENDPOINT, HOSTILE, tags=tags, machines=(Machine("ml.m5.xlarge"),))]
    at = opened(open_page, console)
    assert all("![x](http" not in str(each.value) for each in at.markdown)


def test_the_months_requests_are_counted_when_asked_for(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console)
    assert "Requests" not in at.dataframe[0].value
    at.toggle(key="bill.requests").set_value(True).run()
    assert not at.exception
    assert at.dataframe[0].value["Requests"].iloc[0] == 1234
    assert "4,936 requests" in texts(at) or "3,702 requests" in texts(at)


def test_the_budgets_stand_in_their_tab_with_the_form(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console, "Budgets")
    assert "No budget" in texts(at)
    assert any(each.label == "New budget" for each in at.expander)
