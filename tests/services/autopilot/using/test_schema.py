"""What a prediction asks for, told from the training table's beginning."""

from __future__ import annotations

import json

import pytest

from services.autopilot.models import ProblemKind
from services.autopilot.using.answers import Answer
from services.autopilot.using.schema import schema_of
from services.autopilot.using.training_facts import Training, trained_on
from services.autopilot.using.what_if import lines_of, moved, swept, values_of
from services.errors import InvalidRequest
from tests.services.autopilot.using import samples


def test_each_column_is_known_by_its_kind_with_what_was_usual() -> None:
    found = samples.churn()
    assert [(each.name, each.kind) for each in found.features] == [
        ("age", "numeric"), ("plan", "categorical"), ("joined", "datetime"), ("note", "text"),
    ]  # fmt: skip
    age, plan = found.feature("age"), found.feature("plan")
    assert (age.whole, age.at(0.0), age.at(1.0)) == (True, 20.0, 69.0)
    assert set(plan.choices) == {"basic", "pro", "max"}
    assert found.labels == ("no", "yes")
    assert found.examples[0] == tuple(samples.ROWS[0][:4])


def test_chosen_features_and_their_types_are_the_jobs_own() -> None:
    training = Training(name="j", problem="BinaryClassification", target="Churn?", weight="note")
    said = json.dumps({"FeatureAttributeNames": ["age", "plan"], "FeatureDataTypes": {"age": "categorical"}}).encode()
    found = schema_of(training, samples.COLUMNS, samples.ROWS, specification=said)
    assert [(each.name, each.kind) for each in found.features] == [("age", "categorical"), ("plan", "categorical")]
    assert schema_of(training, samples.COLUMNS, samples.ROWS, specification=b"no json").names == (
        "age",
        "plan",
        "joined",
    )


def test_a_table_that_lost_its_target_is_said_to_be_another() -> None:
    training = Training(name="j", target="price")
    with pytest.raises(InvalidRequest, match="no column price"):
        schema_of(training, samples.COLUMNS, samples.ROWS)


def test_a_description_of_a_forecast_and_of_texts_is_read() -> None:
    series = {"TargetAttributeName": "sold", "TimestampAttributeName": "day", "ItemIdentifierAttributeName": "item"}
    found = trained_on({
        "AutoMLJobName": "d",
        "AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": {
            "ForecastHorizon": 7, "ForecastFrequency": "1D", "TimeSeriesConfig": series}},
    })  # fmt: skip
    assert (found.kind, found.target, found.item, found.moment) == (ProblemKind.FORECAST, "sold", "item", "day")
    assert found.quantiles == ("p10", "p50", "p90")
    config = {"ContentColumn": "review", "TargetLabelColumn": "label"}
    texts = trained_on({"AutoMLJobName": "t", "AutoMLProblemTypeConfig": {"TextClassificationJobConfig": config}})
    assert (texts.content, texts.target, texts.classes) == ("review", "label", True)


def test_a_sweep_changes_one_cell_over_what_was_usual() -> None:
    schema = samples.churn()
    values = values_of(schema.feature("age"))
    assert len(values) == 25
    assert (values[0], values[-1]) == ("22", "67")
    rows = swept(schema, samples.ROWS[0][:4], "age", values)
    assert [row[0] for row in rows] == list(values)
    assert {tuple(row[1:]) for row in rows} == {tuple(samples.ROWS[0][1:4])}
    assert set(values_of(schema.feature("plan"))) == {"basic", "pro", "max"}
    assert values_of(schema.feature("note")) == ()


def test_a_sweep_is_drawn_as_a_line_a_label_or_as_the_number() -> None:
    answers = [Answer("yes", scores=(("no", 0.4), ("yes", 0.6))), Answer("no", scores=(("no", 0.7), ("yes", 0.3)))]
    found = moved(["1", "2"], answers)
    assert lines_of(found, regression=False) == {"no": [0.4, 0.7], "yes": [0.6, 0.3]}
    assert lines_of(moved(["1"], [Answer("12.5")]), regression=True) == {"prediction": [12.5]}
    assert lines_of(moved(["1"], [Answer("yes")]), regression=False) == {}
