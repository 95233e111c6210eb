"""What is told of candidates is what they really do: recomputed here from their artefacts and their reports."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sandbox.tabular import folds, forecasting, metrics, reading, training
from sandbox.tabular.models import unpacked
from tests.sandbox.tabular import tables
from tests.sandbox.tabular.test_training import _events, _file, _spec

HEADER, ROWS = tables.churn()


def _churn(folder: Path, **more: Any) -> dict[str, Any]:
    path = _file(folder, "a.csv", tables.as_csv(HEADER, ROWS))
    return _spec(folder, [path], **{"algorithms": ["linear-learner"], **more})


def _matrix(event: dict[str, Any]) -> int:
    quality = event["insights"]["binary_classification_metrics"]["confusion_matrix"]
    return sum(sum(row.values()) for row in quality.values())


def test_where_nobody_sets_rows_aside_every_row_is_left_out_once_and_measured(tmp_path: Path) -> None:
    told = _events(_churn(tmp_path))["candidate"]
    assert _matrix(told) == len(ROWS)
    assert told["insights"]["dataset"] == {
        "item_count": len(ROWS), "evaluation_set": "Cross-validation in 5 folds",
    }  # fmt: skip
    assert told["insights"]["binary_classification_metrics"]["f1"]["standard_deviation"] > 0
    assert "cross-validated in 5 folds of all rows: F1" in told["said"]


def test_a_share_that_is_asked_for_is_set_aside_and_never_trained_on(tmp_path: Path) -> None:
    told = _events(_churn(tmp_path, fraction=0.25))["candidate"]
    assert _matrix(told) == len(ROWS) // 4
    assert told["insights"]["dataset"]["evaluation_set"] == "Validation"


def test_metrics_on_a_validation_set_are_those_of_the_artefact(tmp_path: Path) -> None:
    header, rows = tables.churn(200, seed=8)
    path = _file(tmp_path, "v.csv", tables.as_csv(header, rows))
    told = _events(_churn(tmp_path, validation=[path]))["candidate"]
    model = unpacked(Path(told["artifact"]).read_bytes())
    frame = reading.table([path], fewest=1).frame
    truth = np.array([list(model.labels).index(each) for each in frame["Churn?"]])
    again = metrics.of(model.problem, model.labels, truth, model.scores(frame.drop(columns="Churn?")))
    assert {name: told["metrics"]["Validation"][name] for name in again} == pytest.approx(again)


def test_the_ensemble_is_weighed_by_what_its_members_said_of_rows_they_had_not_seen(tmp_path: Path) -> None:
    events = list(training.run(_churn(tmp_path, most=3, algorithms=["linear-learner", "xgboost"])))
    ensemble = [each for each in events if each["event"] == "candidate"][-1]
    assert ensemble["name"] == "WeightedEnsemble-t3"
    assert ensemble["said"].startswith("mean of models, weighed by their cross-validation: ")
    alone = [each["metrics"]["Validation"]["F1"] for each in events if each["event"] == "candidate"][:2]
    assert ensemble["metrics"]["Validation"]["F1"] >= max(alone)


def test_a_model_that_is_always_wrong_is_not_taken_into_the_ensemble() -> None:
    truth = np.array([0, 1] * 20)
    right, wrong = np.eye(2)[truth] * 0.8 + 0.1, np.eye(2)[1 - truth] * 0.8 + 0.1
    taken = folds.chosen([wrong, right], truth, "BinaryClassification", ("a", "b"), "F1")
    assert taken[0] == 0
    assert taken[1] > 0


def test_there_are_as_many_folds_as_there_is_time_for() -> None:
    assert folds.count(1200, 0.1) == folds.MOST_FOLDS
    assert folds.count(1200, 10.0) == 0
    assert folds.count(20, 0.1) == 0
    assert folds.for_all(0.2, 9)
    assert not folds.for_all(4.0, 9)


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The candidates of a forecasting job by name."""
    folder = tmp_path_factory.mktemp("series")
    path = _file(folder, "s.csv", tables.as_csv(*tables.demand()))
    spec = {"files": [path], "item": "item", "timestamp": "day", "target": "sold", "frequency": "D", "horizon": 7}
    events = forecasting.run({**spec, "out": str(folder), "quantiles": ["p10", "p50", "p90"]})
    return {each["name"]: each for each in events if each["event"] == "candidate"}


def test_every_family_forecasts_and_estimators_of_scikit_learn_are_among_them(
    forecast: dict[str, dict[str, Any]],
) -> None:
    assert set(forecast) == set(forecasting.MODELS)
    assert {"HistGradientBoosting-for-CNN-QR", "Ridge-for-ARIMA"} < set(forecast)
    assert all(each["metrics"]["Validation"]["WAPE"] < 0.5 for each in forecast.values())


@pytest.mark.parametrize("name", ["Ridge-for-ARIMA", "SmoothedSeason-for-ETS"])
def test_the_metrics_of_a_forecast_follow_from_its_backtest(forecast: dict[str, dict[str, Any]], name: str) -> None:
    header, *rows = forecast[name]["backtest"]
    assert header[:5] == [
        "item_id",
        "timestamp",
        "target_value",
        "backtestwindow_start_time",
        "backtestwindow_end_time",
    ]
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert len(cells) == 2 * 3 * 7  # series, windows, steps
    assert all(
        each["backtestwindow_start_time"] <= each["timestamp"] <= each["backtestwindow_end_time"] for each in cells
    )
    off = [abs(each["target_value"] - each["mean"]) for each in cells]
    told = forecast[name]["metrics"]["Validation"]
    assert sum(off) / sum(each["target_value"] for each in cells) == pytest.approx(told["WAPE"], rel=1e-3)
    assert math.sqrt(sum(each**2 for each in off) / len(off)) == pytest.approx(told["RMSE"], rel=1e-3)
    inside = sum(each["p10"] <= each["target_value"] <= each["p90"] for each in cells) / len(cells)
    assert 0.5 < inside <= 1


def test_an_estimator_that_has_too_little_past_is_lost_and_the_others_stay(tmp_path: Path) -> None:
    days = [["tea", f"2025-01-{1 + day:02d}", str(10 + day % 3)] for day in range(28)]
    path = _file(tmp_path, "s.csv", tables.as_csv(["item", "day", "sold"], days))
    spec = {"files": [path], "item": "item", "timestamp": "day", "target": "sold", "frequency": "D", "horizon": 7}
    events = list(forecasting.run({**spec, "out": str(tmp_path)}))
    assert {each["name"] for each in events if each["event"] == "lost"} <= {"HistGradientBoosting-for-CNN-QR",
                                                                           "Ridge-for-ARIMA"}  # fmt: skip
    assert {each["name"] for each in events if each["event"] == "candidate"} >= {"RepeatedSeason-for-NPTS"}
