"""Whatever is asked: what has no problem is taken by the sandbox, and what the sandbox refuses has a problem."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.sagemaker.jobs import automl_checks
from services.autopilot import (
    AutoDeploy,
    AutopilotRequest,
    Forecast,
    ImageClasses,
    LanguageTuning,
    Limits,
    ProblemKind,
    S3Data,
    Seen,
    Tabular,
    TextClasses,
    request_problems,
)
from services.autopilot.launching.places import Places
from services.autopilot.requesting.known import ALGORITHMS, BASE_MODELS, metrics_of
from services.autopilot.requesting.parameters import parameters
from services.autopilot.requesting.request import CSV
from services.deploy import Place
from services.plans import Plan, Step, check
from tests.services.autopilot.launching.samples import EMR, ROLE

TRIES = 1_500
HERE = Place("us-east-1", "123456789012")
EVERY_METRIC = tuple({each for kind in ProblemKind for each in metrics_of(kind)})
EVERY_ALGORITHM = tuple({each for names in ALGORITHMS.values() for each in names})
COLUMNS = ("y", "a", "b", "day", "item")


def some(chance: random.Random, choices: tuple[Any, ...], most: int = 2) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(chance.choices(choices, k=chance.randint(0, most)))) if chance.random() < 0.4 else ()


def series(chance: random.Random) -> Forecast:
    return Forecast(
        target="y",
        timestamp=chance.choice(("day", "day", "day", "y")),
        item=chance.choice(("item", "item", "item", "day")),
        frequency=chance.choice(("D", "1H", "60min", "2W", "1Y", "")),
        horizon=chance.choice((1, 14, 500, 501, None)),
        quantiles=some(chance, ("p1", "p50", "p99", "p100"), 3),
        algorithms=some(chance, EVERY_ALGORITHM),
        holidays=chance.choice(("", "", "", "DE", "de")),
    )


def settings(chance: random.Random) -> Any:
    """Settings of a random kind, more of them right than wrong."""

    def rarely(value: Any, usual: Any) -> Any:
        return value if chance.random() < 0.25 else usual

    match chance.choice(list(ProblemKind)):
        case ProblemKind.TABULAR:
            return Tabular(
                target=rarely("", "y"),
                problem_type=chance.choice(("", "", "Regression", "BinaryClassification", "MulticlassClassification")),
                mode=chance.choice(("AUTO", "ENSEMBLING", "HYPERPARAMETER_TUNING")),
                algorithms=some(chance, EVERY_ALGORITHM),
                features=some(chance, COLUMNS, 3),
                sample_weight=rarely(chance.choice(("y", "a")), ""),
                definitions_only=chance.random() < 0.1,
            )
        case ProblemKind.TEXT:
            return TextClasses(content=rarely("y", "a"), label="y")
        case ProblemKind.IMAGE:
            return ImageClasses()
        case ProblemKind.FORECAST:
            return series(chance)
        case _:
            return LanguageTuning(
                base_model=rarely("Nothing", chance.choice(("", *BASE_MODELS))),
                epochs=rarely(chance.choice((0, 11)), chance.choice((None, 1, 10))),
                batch_size=rarely(65, chance.choice((None, 64))),
                learning_rate=rarely(1.5, chance.choice((None, 0.00001, 0.5))),
                warmup_steps=rarely(251, chance.choice((None, 0, 250))),
                accept_eula=chance.random() < 0.8,
            )


def asked(chance: random.Random) -> AutopilotRequest:
    chosen = settings(chance)
    content = ("text/csv;header=present", "x-application/vnd.amazon+parquet", "image/png", "", "")

    def source(name: str) -> S3Data:
        return S3Data(
            uri=f"s3://mine/{name}",
            held=chance.choice(("S3Prefix",) * 6 + ("ManifestFile", "AugmentedManifestFile")),  # type: ignore[arg-type]
            content_type=chance.choice(content),
            compression=chance.choice(("", "", "", "Gzip")),
        )

    start = AutopilotRequest(
        name=chance.choice(("churn-1",) * 6 + ("a" * 33, "-x", "")),
        training=source("train.csv"),
        validation=source("held.csv") if chance.random() < 0.2 else None,
        settings=chosen,
        role=ROLE,
        validation_fraction=chance.choice((None,) * 5 + (0.2, 0.0, 1.0)),
        objective=chance.choice(("",) * 3 + EVERY_METRIC),
        limits=Limits(
            job_seconds=chance.choice((None, 3600, 0, 2_592_001)),
            training_seconds=chance.choice((None, None, 60, 7200)),
            candidates=chance.choice((None, None, 1, 10, 751)),
        ),
        deploy=chance.choice((None, None, AutoDeploy(), AutoDeploy("best"))),
        emr_role=chance.choice(("",) * 4 + (EMR,)),
        output="s3://mine/out/",
    )
    return start if chance.random() < 0.6 else _mended(start)


def _mended(request: AutopilotRequest) -> AutopilotRequest:
    """The same with its plainest mistakes taken out, so that many requests are right."""
    data = S3Data(uri="s3://mine/train.csv")
    return replace(request, name="churn-1", training=data, validation=None, validation_fraction=None, objective="",
                   limits=Limits(job_seconds=3600), emr_role="")  # fmt: skip


def refusal(request: AutopilotRequest) -> str:
    """What the service model or the sandbox says against the call; "" it is taken."""
    places = Places({name: source.uri for name, source in request.sources}, request.output)  # type: ignore[union-attr]
    content = "image/*" if request.kind is ProblemKind.IMAGE else CSV
    seen = {name: Seen(content_type=content) for name, _ in request.sources}
    sent = parameters(request, seen, places, ROLE.arn)
    step = Step(id="create", service="sagemaker", operation="create_auto_ml_job_v2", reason="", parameters=sent)
    wrong = check(Plan("", (step,)))
    if wrong:
        return " ".join(wrong)
    try:
        automl_checks.check(_plain(sent))
    except AwsError as error:
        return str(error.message)
    return ""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("seed", range(3))
def test_what_has_no_problem_is_taken_and_what_is_refused_has_one(seed: int) -> None:
    chance = random.Random(seed)
    taken = refused = 0
    for _ in range(TRIES // 3):
        request = asked(chance)
        problems, said = request_problems(request, HERE), refusal(request)
        if problems:
            refused += 1
        else:
            taken += 1
            assert said == "", request
        if said:
            assert problems, (said, request)
    assert taken > 30
    assert refused > 100
