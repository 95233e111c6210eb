"""Where a failure is shown, so is its diagnosis: the cause in words, the line that shows it, what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from streamlit.testing.v1 import AppTest

from services.access import ExistingRole
from services.deploy import CatalogSource, DeployRequest
from services.diagnosis import ContainerLog, LoggedLine
from services.errors import InvalidCredentials, Problem, StoreProblem
from services.plans import RunStatus, RunView, StepStatus
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint, run_view
from ui import diagnosis_box

QUOTA = "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 0 Instances."
PING = "The primary container for production variant AllTraffic did not pass the ping health check."


def failed(problem: Problem) -> RunView:
    view = run_view(RunStatus.FAILED)
    first, last = view.steps
    return replace(view, problem=problem, steps=(first, replace(last, status=StepStatus.FAILED, problem=problem)))


def test_a_failed_run_is_put_down_to_its_cause_once(open_page: Open) -> None:
    console = FakeConsole()
    what, then = "A limit of the account was met while creating endpoint embedder.", "Ask for a higher quota."
    console.runs.views["run-1"] = failed(Problem(what, f"AWS says: {QUOTA}", then, "LimitExceeded"))
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert len(at.error) == 1
    [box] = [each.value for each in at.info if "**Cause:**" in each.value]
    assert "A quota of the account is used up" in box
    assert f"Shown by `{QUOTA}`" in box
    assert "Service Quotas" in box


def test_a_problem_of_no_known_cause_is_not_guessed_at(open_page: Open) -> None:
    console = FakeConsole()
    console.runs.views["run-1"] = failed(Problem("It is not known whether it was done.", "", "Look yourself.", "X"))
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert len(at.error) == 1
    assert not [each for each in at.info if "**Cause:**" in each.value]


def boxes(at: AppTest) -> list[str]:
    """What is said of causes."""
    return [each.value for each in at.info if "**Cause:**" in each.value]


def test_a_failed_endpoint_s_page_says_why(open_page: Open) -> None:
    def told(reason: str) -> str:
        console = FakeConsole(replace(endpoint("embedder", "text-embedding", "Failed"), failure=reason))
        at = open_page("endpoint", console, "embedder", endpoint="embedder")
        return "".join(each.value for each in at.info if "**Cause:**" in each.value)

    assert "did not pass its health check" in told(PING)
    assert "ml\\.g5\\.xlarge" in told("CapacityError: Unable to provision requested ML compute capacity.")
    hostile = told("CUDA out of memory `**[x](http://evil)**` <script>")
    assert "`` CUDA out" in hostile or "``CUDA out" in hostile
    assert "is not known" in told("It broke.")


def test_a_failed_endpoint_s_log_is_asked_and_the_stream_of_the_line_named(open_page: Open) -> None:
    console = FakeConsole(replace(endpoint("embedder", "text-embedding", "Failed"), failure=PING))
    [box] = boxes(open_page("endpoint", console, "embedder", endpoint="embedder"))
    assert "has no log" in box
    lines = (
        LoggedLine("AllTraffic/i-1", "INFO: loading"),
        LoggedLine("AllTraffic/i-1", "RuntimeError: CUDA out of memory"),
    )
    console.container_logs["embedder"] = ContainerLog("/aws/sagemaker/Endpoints/embedder", lines)
    [box] = boxes(open_page("endpoint", console, "embedder", endpoint="embedder"))
    assert "It does not fit the memory" in box
    assert "`RuntimeError: CUDA out of memory` in its log stream `AllTraffic/i-1`" in box


def test_another_instance_type_is_one_click_and_a_plan_away(open_page: Open) -> None:
    console = FakeConsole()
    reason = "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."
    console.runs.views["run-1"] = failed(Problem("The endpoint embedder ended as Failed.", reason, "Resume.", "Ended"))
    at = open_page("deploy", console, "Deploy", run="run-1")
    assert not [each for each in at.button if each.label.startswith("Try ")]  # another window started it
    asked = DeployRequest(
        source=CatalogSource(model_id="huggingface-llm-falcon-7b-instruct-bf16"),
        endpoint_name="embedder", instance_type="ml.g5.2xlarge",
        role=ExistingRole("arn:aws:iam::123456789012:role/Mine"),
    )  # fmt: skip
    at.session_state["deploy.requests"] = {"run-1": asked}
    at.run()
    button, *choices = [each for each in at.button if each.label.startswith("Try ")]
    assert [each.label for each in choices] == ["Try several types"]
    assert any("instead of ml\\.g5\\.2xlarge" in each.value for each in at.markdown)
    button.click().run()
    assert not at.exception
    planned = at.session_state["deploy.reviewed"].request
    assert planned.endpoint_name == "embedder-2"
    assert planned.instance_type != asked.instance_type
    assert [each.label for each in at.button if each.label.startswith("Deploy ·")]  # its plan, not yet run
    assert console.runs.started == []


def test_what_astra_refuses_is_no_matter_of_aws_s_credentials() -> None:
    console: Any = FakeConsole()
    token = InvalidCredentials("Astra does not accept this token.", "It is mistyped, or expired.")
    assert diagnosis_box.diagnosed(console, token).cause == "astra_auth"
    asleep = StoreProblem("The Astra database is not awake.", "A database that was not used for a while hibernates.")
    found = diagnosis_box.diagnosed(console, asleep)
    assert (found.cause, found.retry) == ("astra_unavailable", True)
    ours = InvalidCredentials("AWS does not know these credentials.", "AWS says: The security token is invalid.")
    assert diagnosis_box.diagnosed(console, ours).cause == "credentials"
