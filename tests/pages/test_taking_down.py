"""Take-down asks for its words, and says what it ends."""

from dataclasses import replace

from streamlit.testing.v1.element_tree import Button

from services.errors import PlanChanged
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint, pair, taking_down
from ui.endpoint_changes import Asked


def test_take_down_waits_for_the_words(open_page: Open) -> None:
    console = FakeConsole(*pair())
    console.takedown = taking_down()
    at = open_page("take_down", console, "Take down")

    def button() -> Button:
        return next(each for each in at.button if each.label.startswith("Take down ·"))

    assert button().disabled
    assert "ends" in button().label
    at.text_input[0].set_value("take down 1 item").run()
    assert not button().disabled
    button().click().run()
    assert [plan.title for plan in console.runs.started] == ["Take down what Sagedeck made"]


def test_a_take_down_that_changed_meanwhile_is_looked_at_anew(open_page: Open) -> None:
    console = FakeConsole(*pair())
    console.takedown = taking_down()
    console.runs.refuse = PlanChanged("The plan has changed.", "", "Look at the new plan.")
    at = open_page("take_down", console, "Take down")
    at.text_input[0].set_value("take down 1 item").run()
    next(each for each in at.button if each.label.startswith("Take down ·")).click().run()
    assert not at.exception
    assert "The plan has changed" in at.error[0].value
    assert "take_down.found" not in at.session_state
    assert console.runs.started == []


def test_what_others_made_is_said_to_stay(open_page: Open) -> None:
    theirs = replace(
        endpoint("hers", "text-generation"), tags=(("sagedeck:made-by", "sagedeck"), ("sagedeck:owner", "bea"))
    )
    at = open_page("take_down", FakeConsole(theirs), "Take down")
    assert any("1 endpoint here is not yours" in each.value and "bea" in each.value for each in at.markdown)
    at = open_page("take_down", FakeConsole(*pair()), "Take down")
    assert not any("not yours" in each.value for each in at.markdown)


def test_deleting_one_endpoint_asks_for_its_name(open_page: Open) -> None:
    console = FakeConsole(endpoint("embedder", "text-embedding"))
    at = open_page("endpoints", console, "Endpoints")
    at.session_state["endpoints.asked"] = Asked("Delete", "embedder")
    at.run()
    assert not at.exception
    confirm = next(each for each in at.button if each.label.startswith("Delete ·"))
    assert confirm.disabled
    next(box for box in at.text_input if "embedder" in box.label).set_value("embedder").run()
    next(each for each in at.button if each.label.startswith("Delete ·")).click().run()
    assert len(console.runs.started) == 1


def test_an_unknown_price_is_said_on_home_and_never_counted_as_nothing(open_page: Open) -> None:
    console = FakeConsole(endpoint("new", "text-generation", usd=None))
    at = open_page("home", console, "Home")
    metrics = {each.label: each.value for each in at.metric}
    assert metrics["Costs now"] == metrics["If left running"] == "price unknown"


def test_a_plan_that_only_deletes_has_a_script_and_says_why_it_is_no_template(open_page: Open) -> None:
    at = open_page("endpoints", FakeConsole(endpoint("embedder", "text-embedding")), "Endpoints")
    at.session_state["endpoints.asked"] = Asked("Delete", "embedder")
    at.session_state["endpoints-tabs"] = "As code"
    at.run()
    assert "delete_endpoint" in at.code[0].value
    next(box for box in at.selectbox if box.label == "Format").select("Terraform configuration").run()
    assert not at.exception
    assert "None of its steps creates" in at.error[0].value
    assert not at.code
