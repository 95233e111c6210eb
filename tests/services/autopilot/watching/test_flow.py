"""Jobs of every kind followed in the sandbox: what it writes to S3 is what the reports show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.autopilot.watching.following import best_of, value_of
from services.autopilot.watching.report_models import Reports
from services.errors import NotFound
from tests.sandbox.tabular import tables
from tests.services.autopilot.using.world import World, world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("home")) as made:
        yield made


def _reports(lab: World, name: str) -> Reports:
    job, candidates = lab.trained(name)
    best = best_of(job, candidates)
    assert best is not None
    return lab.console.autopilot.reports(job, best)


def test_a_table_s_reports_are_of_the_rows_it_was_measured_on(lab: World) -> None:
    lab.train("prices", tables.prices(), {"TabularJobConfig": {
        "TargetAttributeName": "price", "CompletionCriteria": {"MaxCandidates": 3}}})  # fmt: skip
    job, candidates = lab.trained("prices")
    found = _reports(lab, "prices")
    assert (len(found.problems), len(found.missing)) == (0, 0)
    assert found.quality is not None
    assert (found.quality.problem, found.quality.rows) == ("Regression", 600)
    assert found.quality.residuals is not None
    told = {each.name: each.value for each in found.quality.figures}
    best = best_of(job, candidates)
    assert best is not None
    assert told["mse"] == pytest.approx(value_of(best, "MSE"))
    assert told["mse"] < told["mse_best_constant_predictor"]
    assert found.impact is not None
    assert found.impact.columns[0][0][0] == "area"
    left = lab.console.autopilot.left(job)
    assert left is not None
    assert left.count > 4
    assert [lab.console.autopilot.download(each)[:1] for each in lab.console.autopilot.files(job)] == [b"{", b"{"]
    others = [each for each in candidates if each.name != best.name]
    assert lab.console.autopilot.reports(job, others[0]).missing == ("explainability report",)


def test_a_forecast_s_backtest_is_shown_with_its_quantiles(lab: World) -> None:
    series = {"TargetAttributeName": "sold", "TimestampAttributeName": "day", "ItemIdentifierAttributeName": "item"}
    config = {"ForecastFrequency": "D", "ForecastHorizon": 7, "TimeSeriesConfig": series}
    lab.train("demand", tables.demand(), {"TimeSeriesForecastingJobConfig": config})
    found = _reports(lab, "demand")
    assert found.forecasts is not None
    assert [each.item for each in found.forecasts.series] == ["coffee", "tea"]
    tea = found.forecasts.series[1]
    assert [name for name, _ in tea.quantiles] == ["p10", "p50", "p90"]
    assert len(tea.moments) == len(tea.actual) == 21
    assert "quality report" in found.missing


def test_text_is_measured_and_a_language_model_that_is_not_tuned_is_not(lab: World) -> None:
    columns = {"ContentColumn": "review", "TargetLabelColumn": "label"}
    lab.train("reviews", tables.reviews(), {"TextClassificationJobConfig": columns})
    measured = _reports(lab, "reviews").quality
    assert measured is not None
    assert measured.confusion is not None
    assert measured.confusion.labels == ("bad", "good")
    tuning = {"TextGenerationJobConfig": {"BaseModelName": "Falcon7BInstruct"}}
    lab.train("tuned", (["input", "output"], [["a", "b"]] * 60), tuning)
    found = _reports(lab, "tuned")
    assert (found.quality, found.impact, found.problems) == (None, None, ())
    assert found.missing == ("quality report", "explainability report")


def test_a_running_job_is_stopped_by_its_plan_and_one_that_is_gone_has_none(lab: World) -> None:
    lab.train("unwanted", tables.churn(), {"TabularJobConfig": {"TargetAttributeName": "Churn?"}})
    lab.run(lab.console.autopilot.plan_stop("unwanted"))
    assert lab.console.autopilot.describe("unwanted").status == "Stopped"
    with pytest.raises(NotFound):
        lab.console.autopilot.plan_stop("never-was")
