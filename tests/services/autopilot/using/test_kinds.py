"""A tuned pipeline, a regression, texts and a forecast, deployed and asked in the sandbox; the commands as well."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import autopilot_using
from cli.opening import app
from services.access import ExistingRole
from services.autopilot.using.candidates import request_for, serverless_problem, suggested_type
from services.autopilot.using.predicting import Asked
from services.autopilot.using.what_if import swept
from services.deploy import Serverless
from services.errors import InvalidRequest
from tests.sandbox.tabular import tables
from tests.services.autopilot.using.world import BUCKET, ROLE, World, world

pytestmark = pytest.mark.slow
FEW = {"CompletionCriteria": {"MaxCandidates": 1}}
SERIES = {"TargetAttributeName": "sold", "TimestampAttributeName": "day", "ItemIdentifierAttributeName": "item"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("home")) as made:
        tuned = {"TargetAttributeName": "Churn?", "Mode": "HYPERPARAMETER_TUNING", **FEW}
        made.train("tuned", tables.churn(), {"TabularJobConfig": tuned})
        made.train("prices", tables.prices(), {"TabularJobConfig": {"TargetAttributeName": "price", **FEW}})
        texts = {"ContentColumn": "review", "TargetLabelColumn": "label"}
        made.train("reviews", tables.reviews(), {"TextClassificationJobConfig": texts})
        forecast = {"ForecastFrequency": "1D", "ForecastHorizon": 7, "TimeSeriesConfig": SERIES}
        made.train("demand", tables.demand(), {"TimeSeriesForecastingJobConfig": forecast})
        yield made


def _deployed(lab: World, name: str) -> Asked:
    job, candidates = lab.trained(name)
    request = request_for(
        job, candidates[0], name=f"{name}-rt", role=ExistingRole(job.role), owner=lab.console.owner
    )  # fmt: skip
    lab.run(lab.console.deploy.plan_deploy(request))
    return Asked(f"{name}-rt")


def test_a_tuned_pipeline_tells_probabilities_and_is_refused_without_machines(lab: World) -> None:
    asked = _deployed(lab, "tuned")
    job, candidates = lab.trained("tuned")
    assert len(candidates[0].containers) == 3
    (found,) = lab.console.predictions.ask(asked, [["26", "max", "yes", "2017-08-15", "300"]])
    assert {label for label, _ in found.scores} == {"False.", "True."}
    assert "pipeline of 3" in serverless_problem(candidates[0])
    request = request_for(
        job, candidates[0], name="no", role=ExistingRole(job.role), owner=lab.console.owner, mode=Serverless()
    )  # fmt: skip
    with pytest.raises(InvalidRequest, match="cannot be deployed like this"):
        lab.console.deploy.plan_deploy(request)


def test_a_regression_moves_with_what_it_was_trained_on(lab: World) -> None:
    asked = _deployed(lab, "prices")
    schema = lab.console.predictions.schema("prices")
    rows = swept(schema, ["100", "Bonn"], "area", ["50", "100", "150"])
    small, middle, large = (each.number or 0.0 for each in lab.console.predictions.ask(asked, rows))
    assert small < middle < large
    assert middle == pytest.approx(130_000, rel=0.15)


def test_a_text_is_classified(lab: World) -> None:
    asked = _deployed(lab, "reviews")
    assert lab.console.predictions.schema("reviews").names == ("review",)
    kind, unkind = lab.console.predictions.ask(asked, [['the food was "great", lovely'], ["cold and\nawful"]])
    assert (kind.label, unkind.label) == ("good", "bad")


def test_a_forecast_goes_on_where_the_history_ends(lab: World) -> None:
    asked = _deployed(lab, "demand")
    predictions = lab.console.predictions
    schema = predictions.schema("demand")
    series = predictions.forecast(asked, schema, predictions.history("demand"))
    assert {each.item for each in series} == {"tea", "coffee"}
    for each in series:
        values = dict(each.values)
        assert len(each.moments) == 7
        assert each.moments[0].startswith("2025-05-29")
        assert all(low <= high for low, high in zip(values["p10"], values["p90"], strict=True))


def _picture(colour: tuple[int, int, int]) -> bytes:
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(made, "PNG")
    return made.getvalue()


def test_a_picture_is_classified(lab: World) -> None:
    for place in range(20):
        for name, colour in (("red", (180 + place, 20, 20)), ("blue", (20, 20, 180 + place))):
            lab.s3.put_object(Bucket=BUCKET, Key=f"seen/{name}/{place}.png", Body=_picture(colour))
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/seen/"}}
    lab.sagemaker.create_auto_ml_job_v2(
        AutoMLJobName="seen", AutoMLJobInputDataConfig=[{"ContentType": "image/png", "DataSource": source}],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/out"}, RoleArn=ROLE,
        AutoMLProblemTypeConfig={"ImageClassificationJobConfig": {}},
    )  # fmt: skip
    asked = _deployed(lab, "seen")
    assert lab.console.predictions.picture(asked, _picture((200, 15, 15)), "image/png").label == "red"


def test_a_tuned_language_model_goes_on_a_gpu_and_chats(lab: World) -> None:
    rows = [[f"question {number}", f"answer {number}"] for number in range(500)]
    lab.train("words", (["input", "output"], rows), {"TextGenerationJobConfig": {"BaseModelName": "Falcon7BInstruct"}})
    job, (candidate,) = lab.trained("words")
    assert suggested_type(job, candidate).startswith("ml.g")
    assert "needs a GPU" in serverless_problem(candidate)
    asked = _deployed(lab, "words")
    assert lab.console.endpoints.describe_endpoint(asked.endpoint).task == "text-generation"
    assert lab.console.smoke_test(asked.endpoint, "").ok


def _invoked(lab: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setattr(autopilot_using, "open_console", lambda _: lab.console)
    done = CliRunner().invoke(app, ["autopilot", *words, "--json"])
    return json.loads(done.stdout), done.exit_code


def test_the_commands_deploy_and_predict_a_row_a_file_and_a_batch(
    lab: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lab.trained("prices")
    monkeypatch.chdir(tmp_path)
    made, code = _invoked(lab, monkeypatch, "deploy", "prices", "--serverless", "--name", "prices-sl", "--yes")
    assert (code, made["status"], made["instance_type"], made["job"]) == (0, "InService", "serverless", "prices")
    row = json.dumps({"town": "Kiel", "area": 100})
    found, code = _invoked(lab, monkeypatch, "predict", "--endpoint", "prices-sl", "--row", row)
    assert code == 0
    assert found["prediction"] == pytest.approx(160_000, rel=0.15)

    head, rows = tables.prices(60, seed=8)
    (tmp_path / "new.csv").write_bytes(tables.as_csv(head, rows))
    by_file, code = _invoked(lab, monkeypatch, "predict", "prices", "new.csv", "--endpoint", "prices-sl")
    assert (code, by_file["rows"], by_file["into"]) == (0, 60, "new.csv.predictions.csv")
    assert by_file["scores"]["R2"] > 0.9
    batch = ("predict", "prices", "new.csv", "--batch", "--into", "batch.csv", "--yes")
    by_job, code = _invoked(lab, monkeypatch, *batch)
    assert (code, by_job["rows"]) == (0, 60)
    assert by_job["scores"] == pytest.approx(by_file["scores"])
    told = [
        [each["prediction"] for each in csv.DictReader((tmp_path / name).read_text().splitlines())]
        for name in ("new.csv.predictions.csv", "batch.csv")
    ]
    assert told[0] == told[1]


def test_a_command_says_what_a_file_lacks_and_what_there_is_not(
    lab: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lab.trained("prices")
    (tmp_path / "bad.csv").write_text("town,price\nUlm,1\nBonn,2\n")
    plan, code = _invoked(lab, monkeypatch, "predict", "prices", str(tmp_path / "bad.csv"), "--batch", "--plan")
    assert code == 1
    assert "lacks the column area" in plan["error"]["what"]
    gone, code = _invoked(lab, monkeypatch, "deploy", "prices", "--candidate", "nobody")
    assert code == 1
    assert "no candidate nobody" in gone["error"]["what"]
    none, code = _invoked(lab, monkeypatch, "predict")
    assert (code, none["error"]["what"]) == (1, "Which job?")
