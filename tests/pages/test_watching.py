"""What home and activity tell of what runs and what was done."""

import time
from dataclasses import replace
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from services.deploy import LogLine, LogTail, Sighting
from services.deploy.following import LogStream
from services.endpoints import Variant
from services.errors import ModelFailed, Problem
from services.inference import Kind, SmokeResult
from services.plans import Cost, Estimate, Plan, RunStatus, RunView, Step, StepStatus, StepView, Until
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
    assert row["Left running"] == "$1.50/h"


def test_hundreds_of_endpoints_are_listed_and_can_be_filtered(open_page: Open) -> None:
    details = [endpoint(f"model-{number:03}", "text-generation", usd=1.0) for number in range(150)]
    at = open_page("endpoints", FakeConsole(*details), "Endpoints")
    assert len(at.dataframe[0].value) == 50
    assert "150 endpoints · $150.00/h" in texts(at).replace("\\", "")
    at.text_input[0].set_value("model-14").run()
    assert len(at.dataframe[0].value) == 10
    assert "10 endpoints · $10.00/h" in texts(at).replace("\\", "")


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


CREATING = Sighting(
    name="embedder",
    status="Creating",
    created=time.time() - 60,
    modified=time.time() - 60,
    log=LogTail("/aws/sagemaker/Endpoints/embedder"),
)


def waiting_run(*names: str) -> RunView:
    """A run that has asked for these endpoints and waits until they are in service."""
    steps: list[Step] = []
    for name in names:
        which = {"EndpointName": name}
        steps += (
            Step(id=f"up-{name}", service="sagemaker", operation="create_endpoint", reason="It starts.",
                 parameters=which, cost=Cost(usd_per_hour=1.5)),
            Step(id=f"wait-{name}", service="sagemaker", operation="describe_endpoint", reason="It answers.",
                 parameters=which, manner=Until(path="EndpointStatus", typical=480.0)),
        )  # fmt: skip
    done, running = StepStatus.DONE, StepStatus.RUNNING
    views = tuple(
        StepView(step.id, step.reason, step.service, step.operation,
                 done if step.operation == "create_endpoint" else running, 100.0, 101.0)
        for step in steps
    )  # fmt: skip
    plan = Plan(title="Deploy a pair", steps=tuple(steps), estimate=Estimate(1.5))
    return RunView("run-1", plan.title, RunStatus.RUNNING, views, plan, 100.0, None, 1.5, now=3700.0)


def followed(open_page: Open, console: FakeConsole, view: RunView) -> AppTest:
    console.runs.views["run-1"] = view
    at = open_page("activity", console, "Activity")
    at.query_params["run"] = "run-1"
    at.run()
    assert not at.exception
    return at


def test_a_run_shows_the_stages_of_each_endpoint_under_way_and_what_they_cost(open_page: Open) -> None:
    console = FakeConsole(*(replace(each, status="Creating") for each in pair()))
    console.sightings = {"embedder": CREATING, "speaker": replace(CREATING, name="speaker")}
    at = followed(open_page, console, waiting_run("embedder", "speaker"))
    said = texts(at).replace("\\", "")
    assert said.count("Asking for instances") == 2
    assert said.count("Loading weights") == 2
    assert "of about 8 min" in " ".join(bar.text for bar in at.progress)
    assert "$1.50/h while it stands; at most $1.50 so far" in said
    assert "does not tell" in said
    assert said.count("the log group appears with the container") == 2


def test_after_a_restart_the_stages_are_there_beside_the_way_to_resume(open_page: Open) -> None:
    console = FakeConsole()  # and its configuration may not be read
    console.sightings = {"embedder": CREATING}
    at = followed(open_page, console, replace(waiting_run("embedder"), status=RunStatus.INTERRUPTED))
    assert "Asking for instances" in texts(at)
    assert "Log of the container" in [each.label for each in at.expander]
    assert "Resume" in [button.label for button in at.button]
    assert not at.error


def test_what_a_run_has_finished_with_is_no_longer_looked_at(open_page: Open) -> None:
    console = FakeConsole(*pair())
    console.sightings = {"embedder": CREATING}
    at = followed(open_page, console, replace(waiting_run("embedder"), status=RunStatus.UNDONE))
    assert "Asking for instances" not in texts(at)


def test_a_log_is_shown_as_it_is_without_secrets_and_without_markup(open_page: Open) -> None:
    words = ("![x](http://evil.example/x.png)", "HF_TOKEN=not-a-real-one", "it is a-secret-of-the-run")
    lines = tuple(LogLine(time.time(), text) for text in words)
    stream = LogStream("AllTraffic", "AllTraffic/i-1", time.time() - 20, lines)
    log = LogTail("/aws/sagemaker/Endpoints/embedder", there=True, streams=(stream,))
    console = FakeConsole(*(replace(each, status="Creating") for each in pair()))
    console.sightings = {"embedder": replace(CREATING, log=log)}
    at = followed(open_page, console, waiting_run("embedder"))
    (shown,) = at.code
    assert shown.value.split("\n") == ["![x](http://evil.example/x.png)", "HF_TOKEN=***", "it is ***"]
    assert "evil.example" not in texts(at)


def test_a_log_that_may_not_be_read_names_the_action_and_hides_nothing_else(open_page: Open) -> None:
    console = FakeConsole(*(replace(each, status="Creating") for each in pair()))
    log = replace(CREATING.log, denied="logs:GetLogEvents")
    console.sightings = {"embedder": replace(CREATING, log=log)}
    said = texts(followed(open_page, console, waiting_run("embedder"))).replace("\\", "")
    assert "lack logs:GetLogEvents" in said
    assert "Asking for instances" in said


def test_what_is_stuck_is_said_in_the_run_and_on_home(open_page: Open) -> None:
    old = datetime.fromtimestamp(time.time() - 7200, UTC)
    stuck = replace(pair()[0], status="Creating", created=old)
    console = FakeConsole(stuck)
    console.sightings = {"embedder": CREATING}
    at = followed(open_page, console, waiting_run("embedder"))
    assert any("Creating for 120 min" in each.value or "2 h" in each.value for each in at.warning)
    assert "Needs attention" in [each.value for each in open_page("home", console, "Home").subheader]
    calm = open_page("home", FakeConsole(*pair()), "Home")
    assert "Needs attention" not in [each.value for each in calm.subheader]


def test_the_end_of_a_run_is_told_on_whatever_page_one_is(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.RUNNING)
    at = open_page("settings", console, "Settings")
    assert not at.toast
    console.runs.views["run-1"] = run_view(RunStatus.FAILED)
    at.run()
    (toast,) = at.toast
    assert "Deploy a pair" in toast.value
    assert "Failed after 30 s" in toast.value
    at.run()
    assert not at.toast


def test_runs_that_ended_before_this_browser_came_are_no_news(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.DONE)
    at = open_page("settings", console, "Settings")
    at.run()
    assert not at.toast


def test_a_step_of_unknown_outcome_is_settled_by_looking(open_page: Open) -> None:
    console = FakeConsole()
    view = run_view(RunStatus.FAILED)
    unsure = replace(view.steps[1], status=StepStatus.UNKNOWN, problem=Problem("Not answered.", "", "Look."))
    at = followed(open_page, console, replace(view, steps=(view.steps[0], unsure)))
    labels = [button.label for button in at.button]
    assert "Look again and go on" in labels
    assert "Resume" not in labels
    next(button for button in at.button if button.label.startswith("Look again")).click().run()
    assert console.runs.asked == [("resume", {})]


def test_while_a_run_is_taken_back_it_says_what_bills(open_page: Open) -> None:
    console = FakeConsole()
    at = followed(open_page, console, run_view(RunStatus.CANCELLING))
    assert any("costs $1.50/h" in each.value.replace("\\", "") for each in at.info)


def finished(*steps: Step) -> RunView:
    """A run that made what these steps make."""
    views = tuple(StepView(step.id, "", step.service, step.operation, StepStatus.DONE, 100.0, 101.0) for step in steps)
    plan = Plan(title="Deploy", steps=steps, estimate=Estimate(1.5))
    return RunView("run-1", plan.title, RunStatus.DONE, views, plan, 100.0, 130.0, 1.5, now=130.0)


def making(operation: str, **names: str) -> Step:
    return Step(id=operation, service="sagemaker", operation=operation, reason="", parameters=names)


def test_an_asynchronous_endpoint_is_tested_and_its_answer_is_waited_for(open_page: Open) -> None:
    console = FakeConsole(replace(pair()[0], asynchronous=True))
    console.answers = [None, SmokeResult(True, Kind.EMBEDDING, 900.0, dimension=384, norm=1.0)]
    console.runs.views["run-1"] = finished(making("create_endpoint", EndpointName="embedder"))
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert "its answer will lie in S3" in texts(at)
    assert console.tested == [("embedder", "through S3")]
    at.run()
    assert "vectors of 384 numbers" in texts(at)
    assert console.tested == [("embedder", "through S3")]


def test_a_component_is_tested_in_the_place_of_the_endpoint_that_holds_it(open_page: Open) -> None:
    console = FakeConsole(pair()[1])
    console.smoke = SmokeResult(True, Kind.CHAT, 500.0, text="Hello", tokens_per_second=12.34)
    component = {"EndpointName": "speaker", "InferenceComponentName": "part"}
    console.runs.views["run-1"] = finished(
        making("create_endpoint", EndpointName="speaker"), making("create_inference_component", **component)
    )
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert console.tested == [("speaker", "part")]
    assert "12.3 tokens a second" in texts(at).replace("\\", "")


def test_a_test_call_that_fails_leads_to_its_diagnosis(open_page: Open) -> None:
    console = FakeConsole(pair()[1])
    console.smoke = ModelFailed("The model failed.", "It says: CUDA out of memory.", "Look at the log.")
    console.runs.views["run-1"] = finished(making("create_endpoint", EndpointName="speaker"))
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert any("The model failed" in each.value for each in at.error)
    assert any("Cause" in each.value for each in at.info)
