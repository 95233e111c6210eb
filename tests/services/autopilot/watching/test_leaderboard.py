"""Candidates ranked, narrowed, sorted and laid beside each other."""

from __future__ import annotations

import pytest

from services.autopilot import Candidate, Measure
from services.autopilot.watching.leaderboard import Query, algorithm, compared, leaderboard, metrics_of
from tests.services.autopilot.watching.samples import job, trained

A, B, C = trained("LightGBM-t1", 0.5), trained("XGBoost-t2", 0.8), trained("LinearLearner-t3", 0.6)
RUNNING = Candidate(name="CatBoost-t4", status="InProgress")


def test_the_best_objective_comes_first_and_what_has_none_last_without_a_rank() -> None:
    places = leaderboard(job(), [A, RUNNING, B, C])
    assert [each.candidate.name for each in places] == ["XGBoost-t2", "LinearLearner-t3", "LightGBM-t1", "CatBoost-t4"]
    assert [each.rank for each in places] == [1, 2, 3, None]
    assert [each.behind for each in places] == [0.0, pytest.approx(0.25), pytest.approx(0.375), None]


def test_of_an_error_the_least_comes_first() -> None:
    places = leaderboard(job(objective="RMSE"), [trained("a", 0.5, metric="RMSE"), trained("b", 0.2, metric="RMSE")])
    assert [each.candidate.name for each in places] == ["b", "a"]


def test_sorting_by_another_metric_keeps_the_ranks_of_the_objective() -> None:
    odd = trained("odd", 0.7, measures=(Measure("LogLoss", 0.9),))
    places = leaderboard(job(), [A, B, odd], Query(metric="LogLoss"))
    assert [(each.candidate.name, each.rank) for each in places] == [
        ("XGBoost-t2", 1), ("LightGBM-t1", 3), ("odd", 2),
    ]  # fmt: skip
    backwards = leaderboard(job(), [A, B, odd], Query(metric="LogLoss", ascending=False))
    assert backwards[0].candidate.name == "odd"


def test_narrowing_keeps_the_rank_among_all() -> None:
    (only,) = leaderboard(job(), [A, B, C], Query(text="linear LEARNER"))
    assert (only.candidate.name, only.rank) == ("LinearLearner-t3", 2)
    assert [each.candidate.name for each in leaderboard(job(), [A, RUNNING], Query(status="InProgress"))] == [
        "CatBoost-t4"
    ]
    assert [each.candidate.name for each in leaderboard(job(), [A, B], Query(algorithm="xgboost"))] == ["XGBoost-t2"]
    assert leaderboard(job(), [A], Query(text="nothing")) == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("LightGBM-BAG-L1-t3", "lightgbm"),
        ("WeightedEnsemble-L3-FULL-t9", "ensemble"),
        ("HistGradientBoosting-for-CatBoost-t6", "catboost"),
        ("LogisticRegression-for-LinearLearner-t2", "linear-learner"),
        ("churn-HistGradientBoosting-for-XGBoost-001", "xgboost"),
        ("SmoothedSeason-for-ETS", "ets"),
        ("tuning-job-1-abcdef", ""),
    ],
)
def test_the_algorithm_is_read_from_names_that_tell_it(name: str, said: str) -> None:
    assert algorithm(Candidate(name=name)) == said


def test_beside_each_other_every_metric_marks_its_best_by_its_own_direction() -> None:
    rows = {(row.metric, row.which): row for row in compared([A, B])}
    assert rows["F1", "Validation"].best == (1,)
    assert rows["LogLoss", "Validation"].best == (1,)
    assert list(rows["F1", "Train"].values) == pytest.approx([0.55, 0.85])
    alone = compared([A, RUNNING])
    assert all(row.best == () for row in alone)


@pytest.mark.parametrize("count", [1, 5])
def test_two_to_four_are_compared(count: int) -> None:
    with pytest.raises(ValueError, match="2 to 4"):
        compared([A] * count)


def test_metrics_are_those_that_any_candidate_has() -> None:
    assert metrics_of([A, RUNNING]) == ("F1", "LogLoss")
    assert metrics_of([RUNNING]) == ()
    assert metrics_of([A], "Train") == ("F1",)
