"""How far a training is, what it has cost, and what its losses say, from what AWS describes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.tuning import Curve, JobStatus, TrainingJob, verdict
from services.tuning.curves import curves_of, from_log, richer
from services.tuning.following import progress
from services.tuning.models import Figure, Stage, suggest_job_name

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LOSS = ("huggingface-textgeneration:eval-loss", r"eval_epoch_loss=tensor\(([0-9\.]+)")
HOSTILE = ("own-loss", "(a+)+$")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def job(**change: Any) -> TrainingJob:
    made: dict[str, Any] = {
        "name": "t", "status": JobStatus.IN_PROGRESS, "created": START, "started": at(3),
        "instance_type": "ml.g5.12xlarge",
        "most_seconds": 7200, "stages": (Stage("Starting", START, at(3)), Stage("Downloading", at(3), at(5)),
                                         Stage("Training", at(5))), "metrics": (LOSS,),
    }  # fmt: skip
    return TrainingJob(**made | change)


def test_a_training_under_way_tells_what_it_has_cost_and_what_comes() -> None:
    found = progress(job(count=2), at(33), 7.0)
    assert [(part.name, part.state) for part in found.parts] == [
        ("Starting", "done"), ("Downloading", "done"), ("Training", "running"), ("Uploading", "waiting"),
    ]  # fmt: skip
    assert found.billed == 1800
    assert found.usd == pytest.approx(7.0)
    assert found.most_usd == pytest.approx(28.0)
    assert found.usd_per_hour == pytest.approx(14.0)
    assert found.saved is None


def test_a_training_of_spare_capacity_tells_in_the_end_what_was_saved() -> None:
    done = job(
        status=JobStatus.COMPLETED, spot=True, ended=at(40), training_seconds=2000, billable_seconds=700,
        stages=(*job().stages[:2], Stage("Training", at(5), at(38)), Stage("Completed", at(40), at(40))),
    )  # fmt: skip
    found = progress(done, at(600), 7.2)
    assert found.saved == pytest.approx(0.65)
    assert found.usd == pytest.approx(7.2 * 700 / 3600)
    assert found.usd_per_hour == 0
    assert found.elapsed == 2400
    assert all(part.state == "done" for part in found.parts)


def test_a_failed_training_skips_what_it_did_not_reach_and_an_unknown_price_stays_unknown() -> None:
    failed = job(status=JobStatus.FAILED, ended=at(6), stages=(*job().stages[:2], Stage("Failed", at(6), at(6))))
    found = progress(failed, at(60), None)
    assert [part.state for part in found.parts] == ["done", "failed", "skipped", "skipped"]
    assert (found.usd, found.most_usd, found.usd_per_hour) == (None, None, None)


def test_a_training_whose_spare_capacity_was_taken_begins_again() -> None:
    stages = (*job().stages[:2], Stage("Training", at(5), at(20)), Stage("Interrupted", at(20)))
    found = progress(job(spot=True, stages=stages), at(22), 7.0)
    assert [(part.name, part.state) for part in found.parts][3:] == [
        ("Interrupted", "running"), ("Starting", "waiting"), ("Downloading", "waiting"), ("Training", "waiting"),
        ("Uploading", "waiting"),
    ]  # fmt: skip


def test_losses_are_read_from_the_log_by_known_expressions_only() -> None:
    text = "epoch 1: eval_epoch_loss=tensor(0.91) " + "a" * 60 + "!"
    lines = [(START.timestamp() + place, text) for place in range(4)]
    found = from_log(job(metrics=(LOSS, HOSTILE)), lines)
    assert list(found) == [LOSS[0]]
    assert [value for _, value in found[LOSS[0]]] == [0.91] * 4
    assert from_log(job(metrics=(HOSTILE,)), lines) == {}


def test_the_source_with_more_points_is_drawn_and_the_last_figures_where_there_is_neither() -> None:
    few, many = ((at(1), 1.0),), ((at(1), 1.0), (at(2), 0.9))
    assert richer({"a": few}, {"a": many, "b": few}) == {"a": many, "b": few}
    told = curves_of(job(figures=(Figure(LOSS[0], 0.8, at(9)), Figure("accuracy", 0.5, at(9)))), {})
    assert [(curve.label, curve.points) for curve in told] == [("Validation loss", ((at(9), 0.8),))]


@pytest.mark.parametrize(
    ("train", "held", "words"),
    [
        ([2.0, 1.5, 1.2, 1.0], [2.0, 1.6, 1.4, 1.3], "falls"),
        ([2.0, 1.0, 0.5, 0.2, 0.1], [2.0, 1.0, 1.2, 1.5, 1.9], "overfitting"),
        ([1.0, 1.1, 1.2, 1.4], [1.0], "does not fall"),
        ([1.0], [1.0], ""),
    ],
)
def test_what_the_losses_say_is_said(train: list[float], held: list[float], words: str) -> None:
    curves = [
        Curve(name, name, tuple((at(place), value) for place, value in enumerate(values)))
        for name, values in (("Training loss", train), ("Validation loss", held))
    ]
    said = verdict(curves)
    assert words in said
    assert bool(said) is bool(words)


def test_a_suggested_name_fits_whatever_the_model_is_called() -> None:
    name = suggest_job_name("huggingface-textgeneration1-redpajama-incite-instruct-7B-v1-fp16-and-more", START)
    assert len(name) <= 63
    assert name.startswith("tune-")
    assert name.endswith("-20261120-120000")
