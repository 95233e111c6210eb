"""The pages of AutoML jobs: the list, one job with its tabs, refusals, names that try to act, hundreds of jobs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.autopilot import Candidate, JobStatus, ProblemKind
from services.errors import PermissionDenied
from tests.pages.conftest import Open
from tests.pages.fake_experiments import ExperimentsConsole
from tests.services.autopilot.watching.samples import BEGUN, after, job, trained
from tests.services.autopilot.watching.test_reports import BACKTEST, FILES, REPORTED

LIST, JOB = "autopilot/jobs", "autopilot/job"
HOSTILE = "![x](http://evil.example/x.png) <b>now</b>"
DONE = job(status=JobStatus.COMPLETED, stage="Completed", ended=after(900), best=REPORTED, target="left",
           notebooks=(("Notebook: candidates", "s3://lab/out/churn/a.ipynb"),))  # fmt: skip
LISTED = PermissionDenied(
    "You may not list.", "The identity in use lacks the permission sagemaker:ListAutoMLJobs.", "Ask for it."
)


def said(at: AppTest) -> str:
    told = (*at.markdown, *at.subheader, *at.warning, *at.error, *at.info, *at.code)
    return " ".join(str(each.value) for each in told).replace("\\", "")


def one(open_page: Open, console: ExperimentsConsole, tab: str = "Progress", **query: str) -> AppTest:
    return open_page(JOB, console, "churn", job="churn", tab=tab, **query)


def test_an_account_without_jobs_is_shown_the_way_to_the_first(open_page: Open) -> None:
    at = open_page(LIST, ExperimentsConsole(), "Experiments")
    assert "No experiment yet" in said(at)
    assert not at.dataframe


def test_every_job_is_listed_with_what_it_is_about_and_its_best_value(open_page: Open) -> None:
    failed = job(name="broken", status=JobStatus.FAILED, stage="Failed", failure="ClientError: " + HOSTILE)
    at = open_page(LIST, ExperimentsConsole(DONE, failed), "Experiments")
    rows = {row["Name"]: row for row in at.dataframe[0].value.to_dict("records")}
    assert (rows["churn"]["Problem"], rows["churn"]["Target"], rows["churn"]["Best"]) == ("Two classes", "left", 0.6)
    assert rows["churn"]["Took"] == "15 min"
    assert rows["broken"]["Remark"] == "ClientError: " + HOSTILE


def test_searching_and_narrowing_stand_in_the_address(open_page: Open) -> None:
    stopped = job(name="older", status=JobStatus.STOPPED, stage="Stopped")
    console = ExperimentsConsole(DONE, stopped)
    at = open_page(LIST, console, "Experiments", status="Stopped")
    assert [row["Name"] for row in at.dataframe[0].value.to_dict("records")] == ["older"]
    at = open_page(LIST, console, "Experiments", q="chu")
    assert [row["Name"] for row in at.dataframe[0].value.to_dict("records")] == ["churn"]
    at.text_input[0].set_value("nothing like it").run()
    assert at.query_params["q"] in ("nothing like it", ["nothing like it"])
    assert "No job matches" in said(at)


def test_of_five_hundred_jobs_names_come_from_one_list_and_only_some_are_described(open_page: Open) -> None:
    many = [replace(DONE, name=f"job-{n:03d}", arn=f"arn:{n}", created=BEGUN - timedelta(hours=n)) for n in range(500)]
    console = ExperimentsConsole(*many)
    at = open_page(LIST, console, "Experiments")
    rows = at.dataframe[0].value.to_dict("records")
    assert [row["Name"] for row in rows] == [f"job-{n:03d}" for n in range(25)]
    assert "500 jobs" in said(at)
    assert console.sagemaker.asked.count("describe") <= 10
    at.text_input[0].set_value("job-499").run()
    assert [row["Name"] for row in at.dataframe[0].value.to_dict("records")] == ["job-499"]


def test_who_may_not_list_jobs_is_told_the_permission(open_page: Open) -> None:
    console = ExperimentsConsole(DONE)
    console.sagemaker.refused["list"] = LISTED
    at = open_page(LIST, console, "Experiments")
    assert "sagemaker:ListAutoMLJobs" in said(at)
    assert at.text_input[0].label == "Name of a job"


def test_who_may_not_describe_jobs_still_sees_names_and_states(open_page: Open) -> None:
    console = ExperimentsConsole(DONE)
    console.sagemaker.refused["describe"] = PermissionDenied("No.", "sagemaker:DescribeAutoMLJobV2 is missing.")
    at = open_page(LIST, console, "Experiments")
    assert [row["Name"] for row in at.dataframe[0].value.to_dict("records")] == ["churn"]
    assert "sagemaker:DescribeAutoMLJobV2" in said(at)
    at = one(open_page, console)
    assert "is Completed" in said(at)


def test_a_job_that_trains_shows_its_stages_candidates_and_can_be_stopped(open_page: Open) -> None:
    running = Candidate(name="XGBoost-t3", status="InProgress", created=after(700))
    candidates = [trained("LightGBM-t1", 0.5, 300), trained("CatBoost-t2", 0.7, 400), running]
    at = one(open_page, ExperimentsConsole(job(most_candidates=5), candidates=candidates))
    words = said(at)
    assert "Training candidates" in words
    assert "Best F1 so far" in words
    assert {each.label: each.value for each in at.metric} | {"So far": ""} == {
        "Best F1": "0.7", "Best candidate": "catboost", "Candidates": "2", "So far": "",
    }  # fmt: skip
    at.button(key="autopilot-stop-ask").click().run()
    assert not at.exception
    assert "sagemaker.stop_auto_ml_job" in said(at)


def test_a_stage_and_a_status_that_nobody_knows_are_shown_as_they_are(open_page: Open) -> None:
    odd = replace(DONE, status=JobStatus.UNKNOWN, stage="Daydreaming", best=None, created=None, ended=None, output="")
    at = one(open_page, ExperimentsConsole(odd))
    assert "Unknown" in said(at)
    assert not at.error


def test_a_failed_job_is_explained_with_what_it_left_and_its_cost(open_page: Open) -> None:
    why = 'ClientError: The target attribute "left" was not found. AccessDenied'
    failed = replace(DONE, status=JobStatus.FAILED, stage="Failed", failure=why, best=None, partial=("One was lost.",))
    at = one(open_page, ExperimentsConsole(failed, files=FILES))
    words = said(at)
    assert why in words
    assert "What to do:" in words
    assert "Partly failed: One was lost." in words
    assert "Left in S3:" in words
    assert "documentation/model_monitor" in words
    assert "a month" in words


def test_what_was_left_is_not_shown_where_it_may_not_be_listed_and_the_page_stands(open_page: Open) -> None:
    console = ExperimentsConsole(DONE, candidates=[REPORTED], files=FILES)
    console.s3.refused = PermissionDenied("You may not list.", "s3:ListBucket is missing.", action="s3:ListBucket")
    at = one(open_page, console, "Files")
    assert "What it left in S3 is not shown" in said(at)
    assert "s3:ListBucket" in said(at)
    at = one(open_page, console, "Candidate")
    assert "s3:ListBucket" in said(at)
    assert any("F1" in each.value for each in at.markdown)


def test_candidates_that_may_not_be_listed_leave_the_best_one(open_page: Open) -> None:
    console = ExperimentsConsole(DONE, candidates=[REPORTED])
    console.sagemaker.refused["candidates"] = PermissionDenied(
        "No.", "sagemaker:ListCandidatesForAutoMLJob is missing."
    )
    at = one(open_page, console, "Leaderboard")
    assert "sagemaker:ListCandidatesForAutoMLJob" in said(at)
    assert [row["Candidate"] for row in at.dataframe[0].value.to_dict("records")] == ["t1"]


def test_the_leaderboard_ranks_sorts_narrows_and_compares(open_page: Open) -> None:
    candidates = [trained("LightGBM-t1", 0.5), trained("XGBoost-t2", 0.8), trained("LinearLearner-t3", 0.6)]
    console = ExperimentsConsole(replace(DONE, best=candidates[1]), candidates=candidates)
    at = one(open_page, console, "Leaderboard")
    rows = at.dataframe[0].value.to_dict("records")
    assert [(row["#"], row["Candidate"]) for row in rows] == [
        (1, "XGBoost-t2"), (2, "LinearLearner-t3"), (3, "LightGBM-t1"),
    ]  # fmt: skip
    at.multiselect[0].set_value(["XGBoost-t2", "LightGBM-t1"]).run()
    assert not at.exception
    assert "**0.8**" in said(at)
    at = one(open_page, console, "Leaderboard", algorithm="lightgbm")
    assert [row["Candidate"] for row in at.dataframe[0].value.to_dict("records")] == ["LightGBM-t1"]


def test_a_candidate_shows_its_reports_and_what_it_consists_of(open_page: Open) -> None:
    at = one(open_page, ExperimentsConsole(DONE, candidates=[REPORTED], files=FILES), "Candidate")
    words = said(at)
    for part in ("Confusion matrix", "ROC", "Precision over recall", "What matters to it", "Measured on 8 rows"):
        assert part in words
    assert "Quality report: statistics.json" in words
    assert "This candidate has no" not in words


def test_a_candidate_without_reports_says_so(open_page: Open) -> None:
    at = one(open_page, ExperimentsConsole(DONE, candidates=[trained("t2", 0.5)]), "Candidate")
    assert "This candidate has no quality report and no explainability report." in said(at)


def test_a_forecast_shows_what_came_between_its_quantiles(open_page: Open) -> None:
    made = trained("ets", 0.1, metric="RMSE", backtest="s3://lab/out/churn/backtest-results/ets")
    held = {f"{made.backtest}/backtest-results.csv": BACKTEST.encode()}
    forecast = replace(DONE, kind=ProblemKind.FORECAST, problem="", objective="RMSE", best=made)
    at = one(open_page, ExperimentsConsole(forecast, candidates=[made], files=held), "Candidate")
    assert "What it forecast of what came" in said(at)
    assert "100% of what came lies between p10 and p90" in said(at)


def test_nothing_that_a_report_says_can_act(open_page: Open) -> None:
    shap: dict[str, Any] = {"explanations": {"kernel_shap": {"label0": {"global_shap_values": {HOSTILE: 1.0}}}}}
    named = replace(REPORTED, name="t1", failure=HOSTILE)
    held = FILES | {f"{REPORTED.explainability}/analysis.json": json.dumps(shap | {"sandbox": HOSTILE}).encode()}
    at = one(open_page, ExperimentsConsole(replace(DONE, failure=HOSTILE, target=HOSTILE), candidates=[named],
                                           files=held), "Candidate")  # fmt: skip
    raw = " ".join(str(each.value) for each in (*at.markdown, *at.error, *at.warning, *at.info))
    assert "![x](" not in raw
    assert "<b>" not in raw


@pytest.mark.parametrize("query", [{}, {"job": "gone"}])
def test_a_job_that_is_not_there_is_told_and_leads_back(open_page: Open, query: dict[str, str]) -> None:
    at = open_page(JOB, ExperimentsConsole(DONE), query.get("job", "Experiment"), **query)
    assert "no AutoML job called gone" in said(at) if query else "No job is chosen" in said(at)


def test_notebooks_can_be_looked_at_as_text_and_do_nothing(open_page: Open) -> None:
    cells = {"cells": [{"cell_type": "markdown", "source": ["# Hi\n", HOSTILE]}]}
    files = FILES | {"s3://lab/out/churn/a.ipynb": json.dumps(cells).encode()}
    at = one(open_page, ExperimentsConsole(DONE, candidates=[REPORTED], files=files), "Files")
    at.button(key="job-files-look-0").click().run()
    assert not at.exception
    assert any(each.value == "# Hi\n" + HOSTILE for each in at.code)
