"""What `sagedeck autopilot launch` can be told becomes a request, and every field of a request has its option."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.autopilot_options import HeldName, KindName, Options
from cli.autopilot_request import OPTIONS, option_of, request_of
from services.access import ExistingRole
from services.autopilot import (
    FIELDS,
    AutoDeploy,
    AutopilotRequest,
    Filling,
    Forecast,
    Held,
    ImageClasses,
    LanguageTuning,
    Limits,
    LocalFile,
    S3Data,
    Security,
    Tabular,
    TextClasses,
    request_problems,
)
from services.console import Console
from services.errors import InvalidRequest
from tests.services.autopilot.launching.samples import EMR, KEY, NEW_ROLE, ROLE


class Desk:
    """What a request is made with of a console."""

    owner = "ada"
    settings = SimpleNamespace(execution_role_arn="")
    autopilot = SimpleNamespace(suggest_name=lambda about: f"of-{len(about)}", role=lambda: NEW_ROLE)


def asked(data: str = "churn.csv", **options: Any) -> AutopilotRequest:
    return request_of(cast(Console, Desk()), data, replace(Options(), **options), wait=False)


def test_every_field_of_a_request_has_an_option_that_the_command_knows() -> None:
    known = {f"--{each.name.replace('_', '-')}" for each in fields(Options)} | {"DATA"}
    assert set(OPTIONS.values()) <= known
    without = {each.name for each in FIELDS if not option_of(each.name)}
    assert without == set()
    used = set(OPTIONS.values()) | {"--kind", "--make-bucket", "--repair"}
    assert known <= used, known - used


def test_a_file_and_its_target_are_enough() -> None:
    request = asked(target="Churn?")
    assert request.training == LocalFile("churn.csv")
    assert request.settings == Tabular(target="Churn?")
    assert (request.name, request.role, request.limits) == ("of-9", NEW_ROLE, Limits(job_seconds=7200))
    assert request.validation is None
    assert request.deploy is None


def test_everything_about_a_table_is_taken_over() -> None:
    request = asked(
        "s3://mine/list", target="y", name="job", held=HeldName.MANIFEST, validation="held.csv", role=ROLE.arn,
        problem="Regression", objective="MSE", mode="ENSEMBLING", algorithm=["xgboost"], feature=["a", "b=c"],
        type=["b=c=numeric"], weight="w", job_seconds=0, training_seconds=60, candidates=3, endpoint_name="best",
        output="s3://mine/out/", make_bucket=True, output_kms_key=KEY, volume_kms_key=KEY, subnet=["s"],
        security_group=["g"], encrypt_traffic=True, emr_role=EMR, project="p", tag=["a=b=c"], repair=["drop_leaks"],
    )  # fmt: skip
    assert request.training == S3Data(uri="s3://mine/list", held=Held.MANIFEST)
    assert request.validation == LocalFile("held.csv")
    assert request.role == ExistingRole(ROLE.arn)
    assert request.settings == Tabular(
        target="y", problem_type="Regression", mode="ENSEMBLING", algorithms=("xgboost",), features=("a", "b=c"),
        types=(("b=c", "numeric"),), sample_weight="w",
    )  # fmt: skip
    assert request.limits == Limits(job_seconds=None, training_seconds=60, candidates=3)
    assert request.security == Security(
        output_key=KEY, volume_key=KEY, subnets=("s",), security_groups=("g",), encrypt_traffic=True
    )
    assert (request.deploy, request.tags, request.repairs) == (AutoDeploy("best"), (("a", "b=c"),), ("drop_leaks",))
    assert request.make_bucket
    assert (request.emr_role, request.project, request.objective) == (EMR, "p", "MSE")


def test_the_other_kinds_are_told_apart() -> None:
    assert asked(kind=KindName.TEXT, content="t", target="l").settings == TextClasses(content="t", label="l")
    assert asked("s3://mine/pets/", kind=KindName.IMAGE).settings == ImageClasses()
    tuned = asked(kind=KindName.LANGUAGE, base_model="Llama2-7B", epochs=2, learning_rate=0.1, accept_eula=True)
    assert tuned.settings == LanguageTuning(base_model="Llama2-7B", epochs=2, learning_rate=0.1, accept_eula=True)
    series = asked(
        kind=KindName.FORECAST, target="y", time="t", item="i", group=["g"], frequency="1H", horizon=3,
        quantile=["p10"], fill=["a:b:middlefill:zero", "c:backfill:value:-2"], aggregation="avg", holidays="DE",
    )  # fmt: skip
    fills = (Filling(column="a:b", where="middlefill", how="zero"),
             Filling(column="c", where="backfill", how="value", value="-2"))  # fmt: skip
    assert series.settings == Forecast(
        target="y", timestamp="t", item="i", grouping=("g",), frequency="1H", horizon=3, quantiles=("p10",),
        filling=fills, aggregation="avg", holidays="DE",
    )  # fmt: skip
    assert request_problems(series) == ()


@pytest.mark.parametrize("options", [{"type": ["numeric"]}, {"tag": ["x"]}, {"held": HeldName.MANIFEST}])
def test_an_option_that_cannot_be_read_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        asked(target="y", **options)


def test_a_filling_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        asked(kind=KindName.FORECAST, fill=["zero"])
