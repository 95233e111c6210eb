"""How far a job is, and which candidate is the best."""

from __future__ import annotations

import pytest

from services.autopilot import Candidate, JobStatus, ProblemKind
from services.autopilot.watching.following import State, best_of, best_so_far, progress, stages_of
from services.autopilot.watching.metrics import minimized, objective_of
from tests.services.autopilot.watching.samples import after, job, trained


def test_the_stages_before_are_done_and_those_after_wait() -> None:
    found = progress(job(most_candidates=4), [trained("a", 0.5), trained("b", 0.6, 60)], after(900))
    assert [each.state for each in found.stages] == [
        State.DONE, State.DONE, State.DONE, State.RUNNING, State.WAITING, State.WAITING,
    ]  # fmt: skip
    assert (found.trained, found.expected, found.elapsed) == (2, 4, 900.0)
    assert 0 < found.share < 1


def test_training_is_timed_from_the_first_candidate_and_a_stage_from_the_last_change() -> None:
    candidates = [trained("a", 0.5, 300), trained("b", 0.6, 360)]
    training = progress(job(), candidates, after(500)).stages[3]
    assert (training.name, training.seconds) == ("TrainingModels", 200.0)
    done = progress(job(status=JobStatus.COMPLETED, stage="Completed", ended=after(900)), candidates, after(5000))
    assert done.stages[3].seconds == 120.0
    assert done.elapsed == 900.0
    explaining = progress(job(stage="GeneratingExplainabilityReport"), candidates, after(630)).stages[4]
    assert (explaining.state, explaining.seconds) == (State.RUNNING, 30.0)


def test_the_pace_of_the_other_side_shortens_what_is_typical_and_nothing_else() -> None:
    slow, fast = (progress(job(), [], after(60), pace=pace) for pace in (1.0, 60.0))
    assert slow.typical == pytest.approx(60 * fast.typical)
    assert slow.elapsed == fast.elapsed == 60.0


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.STOPPED])
def test_a_job_that_ended_early_claims_no_stage_as_done(status: JobStatus) -> None:
    found = progress(job(status=status, stage=status.value, ended=after(700)), [], after(900))
    assert {each.state for each in found.stages} == {State.NOT_REACHED}
    assert found.share == 0.0


def test_a_stage_nobody_knows_is_the_last_that_is_known_of_a_running_job() -> None:
    found = progress(job(stage="Daydreaming"), [], after(900))
    assert (found.stages[-1].name, found.stages[-1].state) == ("Daydreaming", State.RUNNING)


def test_a_tuned_table_is_told_by_its_mode_or_by_its_stage() -> None:
    assert "ModelTuning" in stages_of(job(stage="FeatureEngineering"))
    assert "ModelTuning" in stages_of(job(status=JobStatus.COMPLETED, stage="x", mode="HYPERPARAMETER_TUNING"))
    assert "TrainingModels" in stages_of(job(status=JobStatus.COMPLETED, stage="Completed"))
    assert stages_of(job(kind=ProblemKind.TEXT, stage="Starting")) == (
        "Starting", "PreTraining", "TrainingModels", "GeneratingModelInsightsReport",
    )  # fmt: skip
    assert stages_of(job(deployed_as="ep"))[-1] == "DeployingModel"


@pytest.mark.parametrize(("metric", "best"), [("F1", [0.5, 0.5, 0.7]), ("RMSE", [0.5, 0.4, 0.4])])
def test_the_best_so_far_follows_the_order_in_which_candidates_were_finished(metric: str, best: list[float]) -> None:
    late, first, middle = (trained(str(n), value, at, metric) for n, (value, at) in enumerate(
        [(0.7, 300), (0.5, 0), (0.4, 100)]))  # fmt: skip
    running = Candidate(name="x", status="InProgress", created=after(400))
    steps = best_so_far([late, first, running, middle], metric)
    assert [each.best for each in steps] == best
    assert [each.value for each in steps] == [0.5, 0.4, 0.7]


def test_the_best_is_the_one_aws_names_else_that_with_the_best_value_else_the_only_one() -> None:
    one, two = trained("a", 0.5), trained("b", 0.6, 60)
    assert best_of(job(best=one), [one, two]) == one
    assert best_of(job(), [one, two]) == two
    assert best_of(job(), []) is None
    alone = Candidate(name="llm", status="Completed")
    assert best_of(job(kind=ProblemKind.LANGUAGE, objective="", problem=""), [alone]) == alone


def test_the_objective_is_what_was_resolved_or_asked_else_the_default_of_the_problem() -> None:
    assert objective_of(job(objective="AUC")) == "AUC"
    assert objective_of(job(objective="", problem="Regression")) == "MSE"
    assert objective_of(job(objective="", problem="", kind=ProblemKind.FORECAST)) == "AverageWeightedQuantileLoss"
    assert objective_of(job(objective="", problem="", kind=ProblemKind.LANGUAGE)) == ""
    assert minimized("LogLoss")
    assert not minimized("SomethingNew")
