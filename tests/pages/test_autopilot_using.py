"""The tabs Deploy and Predict of an AutoML job's page, on a job that the sandbox really trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.access import ExistingRole
from services.autopilot.using.candidates import request_for
from tests.pages.conftest import Open
from tests.pages.test_deploying import press
from tests.sandbox.tabular import tables
from tests.services.autopilot.using.world import BUCKET, World, world

pytestmark = pytest.mark.slow
TABLE = {"TargetAttributeName": "Churn?", "CompletionCriteria": {"MaxCandidates": 1}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("home")) as made:
        made.train("churn", tables.churn(), {"TabularJobConfig": TABLE})
        job, candidates = made.trained("churn")
        request = request_for(
            job, candidates[0], name="churn-rt", role=ExistingRole(job.role), owner=made.console.owner
        )  # fmt: skip
        made.run(made.console.deploy.plan_deploy(request))
        yield made


def opened(open_page: Open, lab: World, tab: str, **query: str) -> AppTest:
    console: Any = lab.console
    return open_page("autopilot/job", console, "churn", job="churn", tab=tab, **query)


def said(at: AppTest) -> str:
    parts = (*at.markdown, *at.error, *at.warning, *at.success, *at.subheader)
    return " ".join(str(each.value) for each in parts).replace("\\", "")


def test_the_tab_deploy_lists_endpoints_and_plans_a_candidate(open_page: Open, lab: World) -> None:
    at = opened(open_page, lab, "Deploy")
    assert "churn-rt" in said(at)
    assert "One container: autogluon-inference" in said(at)
    press(at, "Review the plan")
    assert not at.exception
    words = said(at)
    assert "Deploy HistGradientBoosting" in words
    assert "create_model" in words or "CreateModel" in words
    press(at, "Change")
    assert "Deploy a candidate" in said(at)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_planned(open_page: Open, lab: World) -> None:
    at = opened(open_page, lab, "Deploy")
    next(each for each in at.text_input if each.label == "Endpoint name").set_value("-bad name-").run()
    press(at, "Review the plan")
    assert "cannot be a name" in said(at)
    assert "1 thing is to be mended" in said(at)


def test_serverless_tells_its_limits_and_costs_by_use(open_page: Open, lab: World) -> None:
    at = opened(open_page, lab, "Deploy")
    next(each for each in at.segmented_control if each.label == "How it answers").set_value("Serverless").run()
    assert not at.exception
    memory = next(each for each in at.number_input if each.label == "Memory, MB")
    memory.set_value(5000).run()
    assert "5000 MB cannot be" in said(at)


def test_a_row_is_predicted_and_a_changed_value_moves_the_prediction(open_page: Open, lab: World) -> None:
    at = opened(open_page, lab, "Predict")
    press(at, "Predict")
    assert not at.exception
    assert [each.label.replace("\\", "") for each in at.metric if "Churn" in each.label] == ["Churn?"]
    next(each for each in at.text_input if each.label == "minutes").set_value("500")
    press(at, "Predict")
    words = said(at)
    assert "minutes 197.2 → 500" in words
    assert "lies outside what was seen in training" in words
    press(at, "Fill in another row of the training table")
    assert next(each for each in at.text_input if each.label == "age").value == "26"


def test_a_table_in_s3_is_held_against_the_training_table_before_a_plan(open_page: Open, lab: World) -> None:
    lab.s3.put_object(Bucket=BUCKET, Key="new/bad.csv", Body=b"age,plan\n1,pro\n2,max\n")
    lab.s3.put_object(Bucket=BUCKET, Key="new/good.csv", Body=tables.as_csv(*tables.churn(50)))
    at = opened(open_page, lab, "Predict")
    next(each for each in at.segmented_control if each.label == "Predict").set_value("Batch in S3").run()
    field = next(each for each in at.text_input if each.label == "Table in S3")
    field.set_value(f"s3://{BUCKET}/new/bad.csv").run()
    assert "lacks columns Int'l Plan, joined, minutes" in said(at)
    field = next(each for each in at.text_input if each.label == "Table in S3")
    field.set_value(f"s3://{BUCKET}/new/good.csv").run()
    assert "All columns are there" in said(at)
    press(at, "Review the plan")
    assert not at.exception
    assert "by a transform job" in said(at)
