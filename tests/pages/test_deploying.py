"""From the form to the run, and back to the run after a refresh."""

from streamlit.testing.v1 import AppTest

from services.errors import PermissionDenied, PlanChanged
from services.inference import Kind, SmokeResult
from services.plans import RunStatus
from services.settings import Settings
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, pair, run_view


def review(open_page: Open, console: FakeConsole) -> AppTest:
    at = open_page("deploy", console, "Deploy")
    press(at, "Review the plan")
    return at


def press(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label.startswith(label)).click().run()
    assert not at.exception


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def test_nothing_runs_before_the_plan_was_confirmed_with_its_price(open_page: Open) -> None:
    console = FakeConsole()
    at = review(open_page, console)
    assert not console.runs.started
    confirm = next(button for button in at.button if button.label.startswith("Deploy ·"))
    assert "/h" in confirm.label
    assert "sagemaker.create_endpoint" in said(at)


def test_a_confirmed_plan_runs_and_its_run_stands_in_the_address(open_page: Open) -> None:
    console = FakeConsole()
    at = review(open_page, console)
    press(at, "Deploy ·")
    (plan,) = console.runs.started
    assert plan.title.startswith("Deploy All MiniLM L6 v2 and ")
    assert at.query_params["run"] in ("run-1", ["run-1"])
    assert "A model says what runs" in said(at)


def test_a_plan_that_changed_meanwhile_is_not_run(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.refuse = PlanChanged("The plan has changed.", "The price rose.", "Look at the new plan.")
    at = review(open_page, console)
    press(at, "Deploy ·")
    assert "The plan has changed" in at.error[0].value
    assert not console.runs.started
    console.runs.refuse = None
    press(at, "Show the new plan")
    press(at, "Deploy ·")
    assert len(console.runs.started) == 1


def test_the_plan_takes_the_place_of_the_form_and_change_brings_the_form_back_as_it_was(open_page: Open) -> None:
    at = open_page("deploy", FakeConsole(), "Deploy")
    at.session_state["deploy.CHAT.more"] = True
    at.run()
    next(box for box in at.number_input if box.label == "Count").set_value(3).run()
    chosen = next(box for box in at.selectbox if box.label == "Model").value
    press(at, "Review the plan")
    assert "on 3 × " in said(at)
    assert not at.selectbox
    press(at, "Change")
    assert not [button for button in at.button if button.label.startswith("Deploy ·")]
    assert next(box for box in at.selectbox if box.label == "Model").value == chosen
    press(at, "Review the plan")
    assert "on 3 × " in said(at)


def test_a_name_that_cannot_be_used_stops_the_review_and_is_said(open_page: Open) -> None:
    at = open_page("deploy", FakeConsole(), "Deploy")
    at.session_state["deploy.CHAT.more"] = True
    at.run()
    next(box for box in at.text_input if box.label == "Endpoint name").set_value("no good name!").run()
    press(at, "Review the plan")
    assert "1 thing is to be mended" in at.error[0].value
    assert not [button for button in at.button if button.label == "Change"]


def test_a_licence_is_never_ticked_beforehand_and_is_needed(open_page: Open) -> None:
    console = FakeConsole()
    at = open_page("deploy", console, "Deploy")
    models = next(box for box in at.selectbox if box.label == "Model")
    licensed = next(name for name in models.options if "Llama 3.1 8B" in name)
    models.select(licensed).run()
    tick = at.checkbox[0]
    assert tick.value is False
    press(at, "Review the plan")
    assert "licence" in at.error[0].value
    at.checkbox[0].check().run()
    press(at, "Review the plan")
    assert not at.error


def test_read_only_shows_the_plan_and_refuses_to_run_it(open_page: Open) -> None:
    at = review(open_page, FakeConsole(read_only=True))
    assert next(button for button in at.button if button.label.startswith("Deploy ·")).disabled
    assert "read-only" in said(at)


def test_a_refreshed_page_finds_its_run_and_offers_to_cancel(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.RUNNING)
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert [button.label for button in at.button if button.label == "Cancel and undo"]
    assert not [button for button in at.button if button.label == "Review the plan"]


def test_a_finished_run_is_tested_with_one_real_call(open_page: Open) -> None:
    console = FakeConsole(*pair())
    console.smoke = SmokeResult(True, Kind.EMBEDDING, 12.0, dimension=384, norm=1.0)
    console.runs.views["run-1"] = run_view(RunStatus.DONE)
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert "vectors of 384 numbers" in said(at)
    assert "Add documents" in [button.label for button in at.button]


def test_an_interrupted_run_can_be_resumed_or_undone(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.INTERRUPTED)
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert {"Resume", "Undo what was made"} <= {button.label for button in at.button}


def test_what_was_made_is_taken_back_only_after_its_plan_was_read(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = run_view(RunStatus.FAILED)
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert "left $1.50/h running" in " ".join(str(each.text) for each in at.get("progress")).replace("\\", "")
    press(at, "Undo what was made")
    assert console.runs.asked == []
    assert "Takes back the endpoint." in said(at)
    press(at, "Undo ·")
    assert console.runs.asked == [("undo", "Take back: Deploy a pair")]


def test_resuming_asks_for_the_secrets_it_lacks(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.secrets = ("embedder/HF_TOKEN",)
    console.runs.views["run-1"] = run_view(RunStatus.INTERRUPTED)
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert next(button for button in at.button if button.label == "Resume").disabled
    next(box for box in at.text_input if box.label == "embedder/HF_TOKEN").set_value("testing").run()
    press(at, "Resume")
    assert console.runs.asked == [("resume", {"embedder/HF_TOKEN": "testing"})]


def test_a_role_can_be_named_by_those_who_may_not_list_roles(open_page: Open) -> None:
    console = FakeConsole()

    def refused() -> None:
        raise PermissionDenied("AWS refused permission while listing roles.")

    console.access.list_roles = refused  # type: ignore[method-assign,assignment]
    console.settings = Settings(execution_role_arn="arn:aws:iam::123456789012:role/Team")
    at = open_page("deploy", console, "Deploy")
    assert "may not list roles" in said(at)
    press(at, "Review the plan")
    press(at, "Deploy ·")
    (plan,) = console.runs.started
    models = [step for step in plan if step.operation == "create_model"]
    assert {str(step.parameters["ExecutionRoleArn"]) for step in models} == {"arn:aws:iam::123456789012:role/Team"}


def test_a_run_nobody_knows_is_said_so(open_page: Open) -> None:
    at = open_page("deploy", FakeConsole(), "Deploy", run="elsewhere")
    assert "no run of this name" in at.warning[0].value


def as_code(at: AppTest, key: str, form: str) -> None:
    at.session_state[f"{key}-tabs"] = "As code"
    at.run()
    next(box for box in at.selectbox if box.label == "Format").select(form).run()
    assert not at.exception


def test_the_plan_can_be_taken_as_a_file_for_other_tools(open_page: Open) -> None:
    at = review(open_page, FakeConsole())
    as_code(at, "deploy", "boto3 script")
    assert "boto3.Session" in at.code[0].value
    for form, sign, language in (
        ("CloudFormation template", "AWSTemplateFormatVersion", "yaml"),
        ("CDK app in Python", "cdk.Stack", "python"),
        ("Terraform configuration", 'resource "aws_sagemaker_endpoint"', "hcl"),
    ):
        as_code(at, "deploy", form)
        assert sign in at.code[0].value
        assert at.code[0].language == language
    labels = [button.proto.label for button in at.get("download_button")]
    assert labels == ["Save", "Download as a Terraform configuration"]
