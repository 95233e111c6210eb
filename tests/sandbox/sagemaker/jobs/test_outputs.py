"""What is told of candidates, made of what the worker told."""

import pytest

from sandbox.sagemaker.jobs import automl_outputs as outputs


@pytest.mark.parametrize(("kind", "better", "worse"), [("Maximize", 0.9, 0.8), ("Minimize", 0.8, 0.9)])
def test_the_better_candidate_is_told_by_what_its_objective_wants(kind: str, better: float, worse: float) -> None:
    one = {"FinalAutoMLJobObjectiveMetric": {"Type": kind, "Value": better}}
    other = {"FinalAutoMLJobObjectiveMetric": {"Type": kind, "Value": worse}}
    assert outputs.better(one, other)
    assert not outputs.better(other, one)
    assert not outputs.better(one, one)
    assert not outputs.better(one, {})
