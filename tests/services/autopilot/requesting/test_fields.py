"""The table of fields tells all that CreateAutoMLJobV2 can be told, within the limits of its service model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from services.autopilot import FIELDS, Field, ProblemKind, field_of, fields_of
from services.autopilot.requesting.field_problems import value_of
from services.autopilot.requesting.known import ALGORITHMS, metrics_of
from services.plans.validate import service_model
from tests.services.autopilot.launching.samples import full, plain, plan_for

# Told by the plan itself, not by a person: the object that S3 keeps the columns in, and the tags' shape.
_CREATED = "create-auto-ml-job"
_KINDS = tuple(kind.value for kind in ProblemKind)


def shape(name: str = "CreateAutoMLJobV2") -> Any:
    return service_model("sagemaker").operation_model(name).input_shape


def leaves(found: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every value the request can hold, by its dotted name, [] for an entry; maps are one value."""
    if found.type_name == "structure":
        for name, member in found.members.items():
            yield from leaves(member, f"{where}.{name}" if where else name)
    elif found.type_name == "list":
        yield from leaves(found.member, f"{where}[]")
    else:
        yield where, found


def apis(field: Field) -> set[str]:
    """The members a field becomes, of each kind that has it."""
    return {each.replace("{}", f"AutoMLProblemTypeConfig.{kind.value}") for each in field.api for kind in field.kinds}


def test_every_member_of_the_request_is_a_field() -> None:
    known = {each for field in FIELDS for each in apis(field)}
    wanted = {name for name, _ in leaves(shape())}
    assert len(wanted) > 50
    assert wanted <= known, sorted(wanted - known)


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_no_kind_has_a_field_twice_and_all_of_them_tell_what_they_are_for(kind: ProblemKind) -> None:
    names = [each.name for each in fields_of(kind)]
    assert len(names) == len(set(names))
    assert all(each.label and (each.words or each.name == "tags") for each in fields_of(kind))


def test_no_field_lets_more_through_than_the_service_model_does() -> None:
    members = dict(leaves(shape()))
    looked_at = 0
    for field in FIELDS:
        for name in apis(field) & set(members):
            told = members[name].metadata
            if field.most is not None and "max" in told and members[name].type_name in ("string", "integer"):
                assert field.most <= told["max"], field.name
                looked_at += 1
            if field.choices and getattr(members[name], "enum", ()):
                assert set(field.choices) <= set(members[name].enum), field.name
                looked_at += 1
    assert looked_at > 20


@pytest.mark.parametrize("text", ["Y", "1Y", "M", "11M", "W", "4W", "D", "6D", "H", "23H", "1min", "59min"])
def test_a_frequency_that_aws_takes_is_one_here(text: str) -> None:
    own = field_of("settings.frequency", ProblemKind.FORECAST).pattern
    aws = shape().members["AutoMLProblemTypeConfig"].members["TimeSeriesForecastingJobConfig"]
    assert re.fullmatch(aws.members["ForecastFrequency"].metadata["pattern"], text)
    assert re.fullmatch(own, text)


@pytest.mark.parametrize("text", ["2Y", "12M", "5W", "7D", "24H", "60min", "0D", "min", "D1", "d", "1 H"])
def test_a_frequency_that_overlaps_the_next_larger_one_is_none(text: str) -> None:
    assert not re.fullmatch(field_of("settings.frequency", ProblemKind.FORECAST).pattern, text)


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_every_field_reads_something_of_a_request(kind: ProblemKind) -> None:
    request = full(kind)
    filled = {each.name for each in fields_of(kind) if value_of(request, each.name) not in (None, "", (), False)}
    silent = {each.name for each in fields_of(kind)} - filled
    apart = {"validation_fraction", "settings.definitions_only", "training.compression", "emr_role"}
    assert silent <= apart, silent


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_a_full_request_becomes_a_call_that_fills_every_member_of_its_kind(kind: ProblemKind) -> None:
    sent = plan_for(full(kind)).step(_CREATED).parameters
    told = {re.sub(r"\[\d+\]", "[]", name) for name in _paths(sent)}
    others = [each for each in _KINDS if each != kind.value]
    wanted = {name for name, _ in leaves(shape()) if not any(f".{each}." in name for each in others)}
    left = {name for name in wanted if not any(each == name or each.startswith(f"{name}.") for each in told)}
    # what excludes something that is set, or is not for this kind
    apart = {"DataSplitConfig.ValidationFraction", "ModelDeployConfig.AutoGenerateEndpointName"}
    apart |= {name for name in left if name.endswith("GenerateCandidateDefinitionsOnly")}
    if kind is ProblemKind.LANGUAGE:
        apart.add("AutoMLJobObjective.MetricName")
    if kind not in (ProblemKind.TABULAR, ProblemKind.FORECAST):
        apart.add("AutoMLComputeConfig.EmrServerlessComputeConfig.ExecutionRoleARN")
    assert left <= apart | {"ModelDeployConfig.AutoGenerateEndpointName"}, sorted(left - apart)


def _paths(value: Any, where: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _paths(item, f"{where}.{key}" if where else str(key))
    elif isinstance(value, tuple | list):
        for number, item in enumerate(value):
            yield from _paths(item, f"{where}[{number}]")
    else:
        yield where


def test_the_words_of_a_field_follow_problem_type_and_mode() -> None:
    kind = ProblemKind.TABULAR
    by_name = {each.name: each for each in fields_of(kind, "Regression", "HYPERPARAMETER_TUNING")}
    assert by_name["objective"].choices == metrics_of(kind, "Regression") == ("MAE", "MSE", "R2", "RMSE")
    assert by_name["settings.algorithms"].choices == ALGORITHMS["HYPERPARAMETER_TUNING"]
    assert "sequence" in by_name["settings.types"].choices
    ensembled = {each.name: each for each in fields_of(kind, "Regression", "ENSEMBLING")}
    assert "sequence" not in ensembled["settings.types"].choices
    assert next(each for each in fields_of(ProblemKind.TEXT) if each.name == "limits.candidates").most == 1


def test_a_kind_has_none_of_the_fields_of_another() -> None:
    with pytest.raises(KeyError):
        field_of("settings.horizon", ProblemKind.TABULAR)
    assert field_of("settings.target", ProblemKind.FORECAST).api == ("{}.TimeSeriesConfig.TargetAttributeName",)
    assert value_of(plain(), "settings.horizon") is None
