"""The form of an Autopilot job: every field reaches the request, and what is wrong is told at its field at once."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.access import ExistingRole
from services.autopilot import ProblemKind
from services.autopilot.requesting.request import AutoDeploy, AutopilotRequest, Filling, Forecast, LocalFile, Tabular
from services.plans import RunStatus
from services.settings import Settings
from tests.pages.conftest import Open
from tests.pages.fake_autopilot import AutopilotConsole, table
from tests.pages.fake_console import run_view
from tests.pages.filling_in import control, fill, red
from tests.pages.test_autopilot import PAGE, TITLE, alerts, choose, opened
from tests.pages.test_deploying import press, said
from ui import autopilot_form_more, autopilot_reviewed, table_doctor

ROLE = "arn:aws:iam::123456789012:role/research"
SERIES = "day,shop,sold\n" + "".join(
    f"2026-{1 + day // 28:02d}-{1 + day % 28:02d},{shop},{day % 7 + 3}\n" for day in range(280) for shop in "ab"
)
PAIRS = "input,output\n" + "".join(f"What is {n} and {n}?,It is {2 * n}.\n" for n in range(600))


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_doctor, "PATIENCE", 30.0)
    monkeypatch.setattr(autopilot_reviewed, "PATIENCE", 30.0)


def part(at: AppTest, name: str, kind: str = "TABULAR") -> AppTest:
    """The form with one of its folded parts open."""
    at.session_state[f"autopilot.{kind}.more"], at.session_state[f"autopilot.{kind}.parts"] = True, name
    at.run()
    assert not at.exception
    return at


def reviewed(at: AppTest) -> AutopilotRequest:
    press(at, "Review the plan")
    assert not at.error, alerts(at)
    found: AutopilotRequest = at.session_state["autopilot.reviewed"].request
    return found


def test_left_alone_it_is_a_job_with_defaults_and_a_name(open_page: Open) -> None:
    console = AutopilotConsole()
    request = reviewed(opened(open_page, console, table()))
    (kept,) = console.kept_tables.list(console.owner)
    assert request.training == LocalFile(str(kept.path), "churn.csv")
    assert request.settings == Tabular(target="Churn?")
    assert request.name.startswith("churn-")
    assert (request.objective, request.validation_fraction, request.deploy) == ("", None, None)
    assert (request.limits.job_seconds, request.limits.candidates) == (7200, None)
    assert request.owner == console.owner


def test_every_field_of_a_table_reaches_the_request(open_page: Open) -> None:
    console = AutopilotConsole()
    console.settings = Settings(execution_role_arn=ROLE)
    at = opened(open_page, console, table())
    fill(at, {"Problem type": "BinaryClassification", "Job name": "leavers-1", "Training": "ENSEMBLING"})
    fill(at, {"Candidates are ranked by": "AUC", "Algorithms": ["xgboost", "catboost"], "Sample weight": "Length"})
    fill(at, {"Whole job, minutes at most": 60, "Each training, minutes": 10, "Candidates at most": 5})
    fill(at, {"Kept back for it, per cent": 30, "Deploy the best candidate as soon as the job ends": True})
    fill(at, {"Endpoint name": "Given"})
    fill(at, {"Name": "leavers"})
    part(at, autopilot_form_more.OUTPUT)
    fill(at, {"Where models and reports are written": "s3://results/churn/"})
    fill(at, {"Make its bucket if it is not there": True})
    part(at, autopilot_form_more.ROLE)
    assert control(at, "Execution role").value == "One that exists"
    part(at, autopilot_form_more.NETWORK)
    fill(at, {"Key for the output": "alias/results", "Key for the volumes": "alias/disks"})
    fill(at, {"Subnets": "subnet-1, subnet-2", "Security groups": "sg-1"})
    fill(at, {"Encrypt what containers send each other": True})
    part(at, autopilot_form_more.TAGS)
    fill(at, {"Project": "search", "Tags": "team=a\ncost-centre=4711"})
    request = reviewed(at)
    assert request.settings == Tabular(
        target="Churn?", problem_type="BinaryClassification", mode="ENSEMBLING", algorithms=("xgboost", "catboost"),
        sample_weight="Length",
    )  # fmt: skip
    assert (request.name, request.objective, request.validation_fraction) == ("leavers-1", "AUC", 0.3)
    limits, security = request.limits, request.security
    assert (limits.job_seconds, limits.training_seconds, limits.candidates) == (3600, 600, 5)
    assert (security.output_key, security.volume_key) == ("alias/results", "alias/disks")
    assert (security.subnets, security.security_groups) == (("subnet-1", "subnet-2"), ("sg-1",))
    assert security.encrypt_traffic
    assert request.deploy == AutoDeploy("leavers")
    assert (request.output, request.make_bucket) == ("s3://results/churn/", True)
    assert request.role == ExistingRole(ROLE)
    assert (request.project, request.tags) == ("search", (("team", "a"), ("cost-centre", "4711")))


def test_columns_left_out_and_types_given_reach_the_request(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table())
    press(at, "Without 1 identifier")
    assert "**3** of 4 columns" in said(at)
    held = at.session_state._state.filtered_state
    (key,) = {str(name).rpartition(".")[2] for name in held if "autopilot.off." in str(name)}
    at.session_state[f"autopilot.types.{key}"] = {"Length": "categorical"}
    settings = reviewed(at).settings
    assert isinstance(settings, Tabular)
    assert settings.features == ("Length", "Charge", "Int'l Plan")
    assert settings.types == (("Length", "categorical"),)


def test_an_objective_brings_the_inferred_problem_type_with_it(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table())
    fill(at, {"Candidates are ranked by": "Recall"})
    request = reviewed(at)
    assert isinstance(request.settings, Tabular)
    assert (request.settings.problem_type, request.objective) == ("BinaryClassification", "Recall")


def test_an_objective_of_another_problem_type_is_forgotten(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table())
    fill(at, {"Candidates are ranked by": "AUC", "Problem type": "Regression"})
    assert "AUC" not in control(at, "Candidates are ranked by").options
    assert not any("AUC" in each for each in red(at))


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("", {"Job name": "not a name"}, "name"),
    ("", {"Job name": "x" * 33}, "32"),
    ("", {"Candidates at most": 751}, "750"),
    ("", {"Candidates at most": 0}, "1"),
    ("", {"Whole job, minutes at most": 0}, "1"),
    ("", {"Whole job, minutes at most": 10, "Each training, minutes": 20}, "may not take longer than the whole job"),
    ("", {"Kept back for it, per cent": 100}, "1"),
    ("", {"Training": "HYPERPARAMETER_TUNING", "Sample weight": "Length"}, "nsembl"),
    ("", {"Checked against": "A set in S3", "Validation data in S3": "bucket/x"}, "s3://"),
    (autopilot_form_more.OUTPUT, {"Where models and reports are written": "results/"}, "s3://"),
    (autopilot_form_more.NETWORK, {"Subnets": "subnet-1"}, "both subnets and security groups"),
    (autopilot_form_more.NETWORK, {"Key for the output": "no key!"}, "key"),
    (autopilot_form_more.TAGS, {"Tags": "no equals sign"}, "KEY=value"),
    (autopilot_form_more.TAGS, {"Tags": "aws:x=1"}, "kept for others"),
    (autopilot_form_more.FURTHER, {"Training": "ENSEMBLING", "Describe candidates, train none": True}, "nsembl"),
]


QUICK = 4  # of them in every run; each opens a page and has a table judged


@pytest.mark.parametrize(
    ("folded", "values", "words"),
    [*BAD[:QUICK], *(pytest.param(*each, marks=pytest.mark.slow) for each in BAD[QUICK:])],
)
def test_what_is_wrong_stands_at_its_field_and_is_not_planned(
    open_page: Open, folded: str, values: dict[str, Any], words: str
) -> None:
    at = opened(open_page, AutopilotConsole(), table())
    if folded:
        part(at, folded)
    fill(at, values)
    assert any(words in each for each in red(at)), red(at)
    press(at, "Review the plan")
    assert "to be mended" in alerts(at)
    assert "autopilot.reviewed" not in at.session_state


def test_what_is_folded_opens_where_something_in_it_is_wrong(open_page: Open) -> None:
    at = part(opened(open_page, AutopilotConsole(), table()), autopilot_form_more.NETWORK)
    fill(at, {"Subnets": "subnet-1"})
    at.session_state["autopilot.TABULAR.more"] = False
    at.run()
    press(at, "Review the plan")
    assert any(each.label == "Subnets" for each in at.text_input)


def test_a_forecast_takes_its_own_fields(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), SERIES.encode(), "sales.csv", kind="forecast")
    assert control(at, "Time").value == "day"
    assert control(at, "Number to be forecast").value == "sold"
    assert "tells **2 series** apart" in alerts(at)
    row = {"Column": "sold", "Where": "middlefill", "With": "value", "Value": "0"}
    at.session_state["autopilot.FORECAST.filling.rows"] = [row, {"Column": None, "Where": None, "With": None}]
    assert reviewed(at).settings.filling == (  # type: ignore[union-attr]
        Filling(column="sold", where="middlefill", how="value", value="0"),
    )
    press(at, "Change")
    at.session_state["autopilot.FORECAST.series"] = True
    at.run()
    fill(at, {"Steps to forecast": 20, "Quantiles": ["p10", "p90"], "Holidays of": "de"})
    fill(at, {"Several numbers of one step are": "avg", "Algorithms": ["prophet"], "How often": "D"})
    settings = reviewed(at).settings
    assert isinstance(settings, Forecast)
    assert (settings.target, settings.timestamp, settings.item) == ("sold", "day", "shop")
    assert (settings.frequency, settings.horizon, settings.quantiles) == ("D", 20, ("p10", "p90"))
    assert (settings.holidays, settings.aggregation, settings.algorithms) == ("DE", "avg", ("prophet",))


@pytest.mark.parametrize(
    ("values", "words"), [({"Steps to forecast": 501}, "500"), ({"Steps to forecast": 200}, "quarter")]
)
def test_a_horizon_that_cannot_be_is_told_at_its_field(open_page: Open, values: dict[str, Any], words: str) -> None:
    at = fill(opened(open_page, AutopilotConsole(), SERIES.encode(), kind="forecast"), values)
    assert any(words in each for each in red(at)), red(at)


@pytest.mark.parametrize(
    ("label", "column", "words"),
    [("Time", "shop", "should hold dates or times"), ("Number to be forecast", "shop", "only numbers can be forecast")],
)
def test_a_column_that_cannot_be_what_it_is_taken_for_is_told_at_its_field(
    open_page: Open, label: str, column: str, words: str
) -> None:
    at = opened(open_page, AutopilotConsole(), SERIES.encode(), kind="forecast")
    choose(at, label, column)
    assert any(words in each for each in red(at)), red(at)
    press(at, "Review the plan")
    assert "autopilot.reviewed" not in at.session_state


def test_validation_data_of_its_own_are_sent_with_the_job(open_page: Open) -> None:
    console = AutopilotConsole()
    at = opened(open_page, console, table())
    fill(at, {"Checked against": "A file of its own"})
    press(at, "Review the plan")
    assert "to be mended" in alerts(at)
    at.file_uploader[0].set_value(("held.csv", table(520), "text/csv")).run()
    assert not at.exception
    request = reviewed(at)
    assert isinstance(request.validation, LocalFile)
    assert request.validation_fraction is None
    plan = at.session_state["autopilot.reviewed"].plan
    assert sum(step.operation == "put_object" for step in plan.steps) == 2


def test_a_language_model_wants_its_two_columns_and_its_licence_accepted(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), PAIRS.encode(), "pairs.csv", kind="language")
    assert "are what is trained on" in said(at)
    choose(at, "Base model", "Llama2-7B")
    press(at, "Review the plan")
    assert "to be mended" in alerts(at)
    at.checkbox[0].check().run()
    request = reviewed(at)
    assert request.kind is ProblemKind.LANGUAGE
    assert "tunes a language model" in said(at)


def test_a_table_with_other_columns_is_no_language_models(open_page: Open) -> None:
    at = opened(open_page, AutopilotConsole(), table(), kind="language")
    assert "exactly two columns" in alerts(at)
    press(at, "Review the plan")
    assert "autopilot.reviewed" not in at.session_state


def test_the_ceiling_stands_before_the_plan_and_in_its_button(open_page: Open) -> None:
    console = AutopilotConsole()
    at = opened(open_page, console, table())
    at_most = next(each.value for each in at.metric if each.label == "At most")
    press(at, "Review the plan")
    button = next(each for each in at.button if each.label.startswith("Launch ·"))
    assert button.label.replace("\\", "") == f"Launch · at most {at_most}"
    assert not console.runs.started
    button.click().run()
    assert not at.exception
    (plan,) = console.runs.started
    assert plan.steps[-1].operation == "create_auto_ml_job_v2"


def test_fewer_minutes_lower_the_ceiling(open_page: Open) -> None:
    def most(at: AppTest) -> float:
        return float(next(each.value for each in at.metric if each.label == "At most").lstrip("$").replace(",", ""))

    at = opened(open_page, AutopilotConsole(), table())
    before = most(at)
    fill(at, {"Whole job, minutes at most": 30})
    assert most(at) < before


def test_a_launch_leads_to_its_job(open_page: Open) -> None:
    console = AutopilotConsole()
    at = opened(open_page, console, table())
    press(at, "Review the plan")
    press(at, "Launch ·")
    (plan,) = console.runs.started
    console.runs.views["run-1"] = run_view(RunStatus.DONE, plan.title)
    object.__setattr__(console.runs.views["run-1"], "plan", plan)
    again = open_page(PAGE, console, TITLE, run="run-1")
    assert "has begun" in said(again)
