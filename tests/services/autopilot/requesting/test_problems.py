"""What is wrong with a request is told at its field, in a sentence; what is right is let through."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from services.access import ExistingRole, RoleRequest
from services.autopilot import (
    AutoDeploy,
    AutopilotRequest,
    Filling,
    Forecast,
    Held,
    LanguageTuning,
    Limits,
    LocalFile,
    ProblemKind,
    S3Data,
    Security,
    Tabular,
    TextClasses,
    request_problems,
)
from services.autopilot.requesting.problems import refuse
from services.deploy import Place
from services.errors import InvalidRequest
from tests.services.autopilot.launching.samples import EMR, SERIES, TABLE, TUNED, full, plain

HERE = Place("us-east-1", "123456789012")
TOKEN = "hf_" + "a" * 30


def told(request: AutopilotRequest, field: str) -> str:
    """What is said of one field; "" nothing."""
    return " ".join(each.words for each in request_problems(request, HERE) if each.field == field)


def table(**changes: Any) -> AutopilotRequest:
    return plain(settings=replace(Tabular(target="y"), **changes))


def series(**changes: Any) -> AutopilotRequest:
    return full(ProblemKind.FORECAST, settings=replace(SERIES, **changes))


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_a_request_with_everything_that_goes_together_has_no_problem(kind: ProblemKind) -> None:
    assert request_problems(full(kind), HERE) == ()


@pytest.mark.parametrize("key", ["my data/train set.csv", "a//b.csv", "größe.csv", ""])
def test_data_may_lie_under_any_key(key: str) -> None:
    assert request_problems(plain(training=S3Data(uri=f"s3://mine/{key}")), HERE) == ()


def test_a_request_with_nothing_but_what_is_needed_has_no_problem() -> None:
    assert request_problems(plain(), HERE) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "missing"),
        ("a" * 33, "32"),
        ("-a", "cannot be"),
        ("a_b", "cannot be"),
        ("ä", "cannot be"),
        ("a\n", "print"),
    ],
)
def test_a_job_name_is_held_to_its_32_characters(name: str, words: str) -> None:
    assert words in told(plain(name=name), "name")
    assert told(plain(name="a" * 32), "name") == ""


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (plain(training=LocalFile("")), "training", "upload a file"),
        (plain(training=S3Data(uri="https://x/y")), "training", "no S3 address"),
        (plain(training=S3Data(uri="s3://mine/a\tb")), "training", "does not print"),
        (plain(training=S3Data(uri="s3://Mine/a")), "training", "cannot be the name of a bucket"),
        (plain(training=S3Data(uri=f"s3://mine/{'a' * 1_020}")), "training", "1024 are allowed"),
        (plain(training=S3Data(uri="s3://mine/a", held=Held.AUGMENTED)), "training.held", "S3Prefix or ManifestFile"),
        (plain(training=S3Data(uri="s3://mine/a/", held=Held.MANIFEST)), "training", "manifest itself"),
        (plain(training=S3Data(uri="s3://mine/a", content_type="image/png")), "training.content_type", "text/csv"),
        (plain(training=S3Data(uri="s3://mine/a", compression="Zip")), "training.compression", "none of"),
        (plain(validation=S3Data(uri="s3://mine/churn/train.csv")), "validation", "the same"),
        (
            plain(validation=S3Data(uri="s3://mine/b"), validation_fraction=0.3),
            "validation_fraction",
            "nothing is kept",
        ),
        (plain(validation_fraction=1.0), "validation_fraction", "less than 1"),
        (plain(validation_fraction=0.0), "validation_fraction", "more than 0"),
        (plain(output="mine"), "output", "no S3 URL"),
        (plain(training=S3Data(uri="s3://mine/d/"), output="s3://mine/d/out/"), "output", "inside the data"),
        (full(ProblemKind.FORECAST, validation=S3Data(uri="s3://mine/b")), "validation", "splits series"),
        (full(ProblemKind.FORECAST, validation_fraction=0.3), "validation_fraction", "splits series"),
        (full(ProblemKind.IMAGE, training=LocalFile("/a.zip")), "training", "S3 only"),
        (
            full(ProblemKind.TEXT, training=S3Data(uri="s3://mine/a", compression="Gzip")),
            "training.compression",
            "tables",
        ),
    ],
)
def test_data_and_output_are_told_at_their_field(request_: AutopilotRequest, field: str, words: str) -> None:
    assert words in told(request_, field)


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (table(target=""), "settings.target", "missing"),
        (table(problem_type="Clustering"), "settings.problem_type", "none of"),
        (table(problem_type="Regression"), "objective", "needs an objective"),
        (replace(table(), objective="MSE"), "settings.problem_type", "needs the problem type"),
        (replace(table(problem_type="Regression"), objective="AUC"), "objective", "MAE, MSE, R2, RMSE"),
        (table(mode="FAST"), "settings.mode", "none of AUTO"),
        (table(algorithms=("xgboost",)), "settings.algorithms", "not with AUTO"),
        (table(mode="HYPERPARAMETER_TUNING", algorithms=("catboost",)), "settings.algorithms", "has no catboost"),
        (table(mode="HYPERPARAMETER_TUNING", sample_weight="w"), "settings.sample_weight", "ensembling"),
        (table(sample_weight="y"), "settings.sample_weight", "both"),
        (table(sample_weight="a b"), "settings.sample_weight", "cannot be"),
        (table(features=("y", "a")), "settings.features", "another part"),
        (table(features=("a", "a")), "settings.features", "twice"),
        (table(features=("a",), types=(("b", "numeric"),)), "settings.types", "not among"),
        (table(types=(("a", "number"),)), "settings.types", "no type"),
        (table(mode="ENSEMBLING", types=(("a", "sequence"),)), "settings.types", "tuned"),
        (table(mode="ENSEMBLING", definitions_only=True), "settings.definitions_only", "no definitions"),
        (replace(table(definitions_only=True), deploy=AutoDeploy()), "deploy", "cannot be deployed"),
    ],
)
def test_settings_of_a_table_are_told_at_their_field(request_: AutopilotRequest, field: str, words: str) -> None:
    assert words in told(request_, field)


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (series(frequency="60min"), "settings.frequency", "looks like"),
        (series(horizon=None), "settings.horizon", "missing"),
        (series(horizon=501), "settings.horizon", "1 to 500"),
        (series(quantiles=("p0",)), "settings.quantiles", "cannot be"),
        (series(quantiles=("p10", "p10")), "settings.quantiles", "twice"),
        (series(quantiles=("p1", "p2", "p3", "p4", "p5", "p6")), "settings.quantiles", "5 are allowed"),
        (series(item="day"), "settings.item", "two parts"),
        (series(grouping=("a", "b", "c", "d", "e", "f")), "settings.grouping", "5 are allowed"),
        (series(grouping=("demand",)), "settings.grouping", "two parts"),
        (series(holidays="de"), "settings.holidays", "looks like DE"),
        (series(aggregation="median"), "settings.aggregation", "none of sum"),
        (series(algorithms=("xgboost",)), "settings.algorithms", "none of cnn-qr"),
        (series(features=("demand",), types=()), "settings.features", "another part"),
        (full(ProblemKind.FORECAST, objective="AUC"), "objective", "none of RMSE"),
    ],
)
def test_settings_of_a_forecast_are_told_at_their_field(request_: AutopilotRequest, field: str, words: str) -> None:
    assert words in told(request_, field)


@pytest.mark.parametrize(
    ("filling", "words"),
    [
        (Filling(column="price", where="sideways", how="zero"), "no place"),
        (Filling(column="price", where="futurefill", how="nan"), "futurefill fills with"),
        (Filling(column="demand", where="futurefill", how="zero"), "what is forecast"),
        (Filling(column="price", where="frontfill", how="none"), "target only"),
        (Filling(column="price", where="backfill", how="nan"), "target only"),
        (Filling(column="price", where="backfill", how="value"), "a number is given"),
        (Filling(column="price", where="backfill", how="zero", value="2"), "a number is given"),
        (Filling(column="price", where="backfill", how="value", value="2.5"), "no decimal point"),
        (Filling(column="", where="backfill", how="zero"), "no column"),
    ],
)
def test_a_filling_that_aws_would_refuse_is_told(filling: Filling, words: str) -> None:
    assert words in told(series(filling=(filling,)), "settings.filling")


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        (replace(TUNED, accept_eula=False), "settings.accept_eula", "licence"),
        (replace(TUNED, base_model="GPT5"), "settings.base_model", "none of"),
        (replace(TUNED, epochs=11), "settings.epochs", "1 to 10"),
        (replace(TUNED, batch_size=0), "settings.batch_size", "1 to 64"),
        (replace(TUNED, learning_rate=float("nan")), "settings.learning_rate", "0 to 1"),
        (replace(TUNED, warmup_steps=251), "settings.warmup_steps", "0 to 250"),
    ],
)
def test_settings_of_a_language_model_are_told_at_their_field(settings: LanguageTuning, field: str, words: str) -> None:
    assert words in told(full(ProblemKind.LANGUAGE, settings=settings), field)


def test_a_model_without_a_licence_asks_for_none_and_no_objective_is_taken() -> None:
    free = LanguageTuning(base_model="Falcon7BInstruct")
    assert request_problems(full(ProblemKind.LANGUAGE, settings=free), HERE) == ()
    assert "without an objective" in told(full(ProblemKind.LANGUAGE, objective="Accuracy"), "objective")


def test_text_and_label_are_two_columns() -> None:
    same = TextClasses(content="review", label="review")
    assert "both" in told(full(ProblemKind.TEXT, settings=same), "settings.content")
    assert "missing" in told(full(ProblemKind.TEXT, settings=TextClasses(label="mood")), "settings.content")


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (plain(limits=Limits(job_seconds=60, training_seconds=61)), "limits.training_seconds", "longer than the whole"),
        (plain(limits=Limits(job_seconds=0)), "limits.job_seconds", "1 to 2,592,000"),
        (plain(limits=Limits(candidates=751)), "limits.candidates", "1 to 750"),
        (full(ProblemKind.TEXT, limits=Limits(candidates=2)), "limits.candidates", "Only a table"),
        (plain(security=Security(subnets=("subnet-0123456789abcdef0",))), "security.security_groups", "both"),
        (plain(security=Security(output_key="not a key")), "security.output_key", "no KMS key"),
        (
            plain(security=Security(volume_key="arn:aws:kms:eu-west-1:123456789012:key/1")),
            "security.volume_key",
            "the job runs in us-east-1",
        ),
        (plain(role=ExistingRole("arn:aws:iam::999999999999:role/x")), "role", "999999999999"),
        (plain(role=RoleRequest(name="a b")), "role", "role's name"),
        (full(ProblemKind.TEXT, emr_role=EMR), "emr_role", "tables and series"),
        (plain(emr_role="arn:aws:iam::999999999999:role/x"), "emr_role", "999999999999"),
        (plain(deploy=AutoDeploy("a" * 64)), "deploy.endpoint_name", "63"),
        (plain(tags=(("sagedeck:x", "y"),)), "tags", "kept for others"),
        (plain(tags=(("a", "b"), ("A", "c"))), "tags", "twice"),
        (plain(tags=tuple((f"k{n}", "v") for n in range(48))), "tags", "47 are allowed"),
        (plain(project=TOKEN), "project", "token"),
    ],
)
def test_limits_keys_roles_and_tags_are_told_at_their_field(request_: AutopilotRequest, field: str, words: str) -> None:
    assert words in told(request_, field)


def test_no_problem_repeats_a_token_that_was_typed() -> None:
    found = request_problems(plain(name=TOKEN, settings=Tabular(target=TOKEN, problem_type=TOKEN), output=TOKEN), HERE)
    assert len(found) > 3
    assert not any(TOKEN in each.words for each in found)


def test_every_problem_names_a_field_that_the_request_has() -> None:
    request = plain(name="", training=LocalFile(""), output="x", objective="Nonsense")
    tops = {each.name for each in fields(request)}
    assert {each.field.partition(".")[0] for each in request_problems(request, HERE)} <= tops


def test_a_wrong_request_is_refused_with_everything_that_is_wrong() -> None:
    with pytest.raises(InvalidRequest) as refused:
        refuse(plain(name="", settings=replace(TABLE, mode="AUTO"), objective="AUC"), HERE)
    assert "Job name is missing" in refused.value.why
    assert "not with AUTO" in refused.value.why


def test_columns_of_a_forecast_are_told_once_each() -> None:
    settings = Forecast(target="a", timestamp="a", item="a", frequency="D", horizon=1)
    found = [each.field for each in request_problems(full(ProblemKind.FORECAST, settings=settings), HERE)]
    assert found == ["settings.timestamp", "settings.item"]
