"""What home and activity tell of what runs and what was done."""

from dataclasses import replace

from services.endpoints import Variant
from services.errors import Problem
from services.plans import RunStatus, StepStatus
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, document, endpoint, pair, run_view
from tests.pages.test_every_page import texts


def test_a_newcomer_is_led_from_step_to_step(open_page: Open) -> None:
    console = FakeConsole()

    def primary() -> list[str]:
        at = open_page("home", console, "Home")
        return [button.label for button in at.button if button.key and button.key.startswith("next.")
                and button.proto.type == "primary"]  # fmt: skip

    assert primary() == ["Deploy a pair"]
    console.endpoints.found = {each.name: each for each in pair()}
    assert primary() == ["Add documents"]
    console.knowledge.records = [document()]
    assert primary() == ["Ask your documents"]


def test_several_endpoints_are_drawn_by_what_they_cost(open_page: Open) -> None:
    details = [endpoint(f"model-{number}", "text-generation", usd=float(number + 1)) for number in range(4)]
    at = open_page("home", FakeConsole(*details), "Home")
    assert len(at.get("plotly_chart")) == 1
    metrics = {each.label: each.value for each in at.metric}
    assert metrics["Costs now"] == "$10.00/h"
    assert metrics["Endpoints in service"] == "4 of 4"


def test_a_run_under_way_is_on_home_with_a_way_to_it(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.RUNNING)
    at = open_page("home", console, "Home")
    assert any("Deploy a pair" in bar.text for bar in at.progress)
    assert any(link.value == "Follow" for link in at.page_link)


def test_a_run_that_waits_for_a_person_is_on_home(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.INTERRUPTED)
    at = open_page("home", console, "Home")
    assert any("Interrupted" in each.value for each in at.markdown)


def test_activity_lists_runs_with_what_they_left_running(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.DONE)
    at = open_page("activity", console, "Activity")
    row = at.dataframe[0].value.iloc[0]
    assert row["What"] == "Deploy a pair"
    assert row["Running now"] == "$1.50/h"


def test_hundreds_of_endpoints_are_listed_and_can_be_filtered(open_page: Open) -> None:
    details = [endpoint(f"model-{number:03}", "text-generation", usd=1.0) for number in range(150)]
    at = open_page("endpoints", FakeConsole(*details), "Endpoints")
    assert len(at.dataframe[0].value) == 150
    at.text_input[0].set_value("model-14").run()
    assert len(at.dataframe[0].value) == 10
    assert "10 endpoints · \\$10.00/h" in texts(at)


def test_an_endpoint_without_machine_or_direct_answer_is_told_as_such(open_page: Open) -> None:
    bare = Variant(name="AllTraffic", model_name="spam", instance_type="", count=0, desired=0)
    spam = replace(endpoint("spam", "", usd=0.0), variants=(bare,))
    calls = replace(endpoint("calls", "text-generation"), asynchronous=True)
    console = FakeConsole(spam, calls)
    rows = open_page("endpoints", console, "Endpoints").dataframe[0].value.set_index("Name")
    assert rows.loc["spam", "Instance"] == "serverless"
    assert rows.loc["calls", "For"] == "Language · async"
    assert "by the request" in texts(open_page("home", console, "Home"))
    assert "No language model yet" in texts(open_page("playground/chat", console, "Chat"))


def test_a_step_that_was_skipped_is_no_second_problem(open_page: Open) -> None:
    console = FakeConsole()
    view = run_view(RunStatus.FAILED)
    first, second = view.steps
    told = replace(first, status=StepStatus.FAILED, problem=Problem("A limit was met.", "", "Ask for more."))
    left_out = replace(second, status=StepStatus.SKIPPED, problem=Problem("Not begun.", "It waits.", ""))
    console.runs.views["run-1"] = replace(view, steps=(told, left_out))
    at = open_page("activity", console, "Activity")
    at.query_params["run"] = "run-1"
    at.run()
    assert ["A limit was met" in each.value for each in at.error] == [True]
