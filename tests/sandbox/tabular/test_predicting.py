"""What the container of a trained candidate answers, through the endpoint and by itself."""

import csv
import gzip
import io
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.runtime.refusals import ContainerError
from sandbox.sagemaker.jobs.automl_outputs import containers
from sandbox.tabular import predictor_of, serves, serving
from sandbox.tabular.artefacts import archive
from sandbox.tabular.predictor import ARTIFACTS, Predictor
from tests.sandbox.conftest import ROLE, Running
from tests.sandbox.tabular import tables

Trained = tuple[Running, dict[str, Any]]
_ROW = b"30,basic,yes,2020-01-15,280\n"


def _answer(trained: Trained, body: bytes, kind: str = "text/csv", accept: str = "", **environment: str) -> bytes:
    sandbox, job = trained
    container = job["BestCandidate"]["InferenceContainers"][0]
    said = {**container["Environment"], **environment}
    return predictor_of(sandbox.app.world).answer(container["ModelDataUrl"], body, kind, accept, said)[0]


def test_an_endpoint_of_the_best_candidate_predicts_far_better_than_chance(trained: Trained) -> None:
    _, rows = tables.churn(400, seed=7)
    body = tables.as_csv((), [row[:-1] for row in rows])
    said = trained[0].client("sagemaker-runtime").invoke_endpoint(
        EndpointName="churn-ep", Body=body, ContentType="text/csv"
    )  # fmt: skip
    lines = list(csv.reader(io.StringIO(said["Body"].read().decode())))
    right = sum(line[0] == row[-1] for line, row in zip(lines, rows, strict=True))
    assert right / len(rows) > 0.85


def test_a_wrong_number_of_columns_is_a_client_error_of_the_model(trained: Trained) -> None:
    runtime = trained[0].client("sagemaker-runtime")
    with pytest.raises(ClientError, match="Expected number of columns is 5") as refused:
        runtime.invoke_endpoint(EndpointName="churn-ep", Body=b"1,2,3\n", ContentType="text/csv")
    assert refused.value.response["Error"]["Code"] == "ModelError"
    assert refused.value.response["OriginalStatusCode"] == 400


def test_a_transform_job_predicts_for_a_prefix_and_joins(trained: Trained) -> None:
    sandbox, _ = trained
    sagemaker, s3 = sandbox.client("sagemaker"), sandbox.client("s3")
    made = sagemaker.describe_endpoint_config(
        EndpointConfigName=sagemaker.describe_endpoint(EndpointName="churn-ep")["EndpointConfigName"]
    )
    s3.put_object(Bucket="lab", Key="batch/rows.csv", Body=_ROW * 3)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/batch/"}}
    request = {
        "ModelName": made["ProductionVariants"][0]["ModelName"],
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    }
    output = {"S3OutputPath": "s3://lab/predicted", "AssembleWith": "Line", "Accept": "text/csv"}
    sagemaker.create_transform_job(
        TransformJobName="batch", TransformOutput=output, DataProcessing={"JoinSource": "Input"}, **request
    )
    plain = {"S3OutputPath": "s3://lab/plain"}  # as AWS's Autopilot notebook asks
    sagemaker.create_transform_job(TransformJobName="plain", TransformOutput=plain, **request)
    sandbox.app.world.advance(60.0)
    found = sagemaker.describe_transform_job(TransformJobName="batch")
    assert found["TransformJobStatus"] == "Completed", found
    written = s3.get_object(Bucket="lab", Key="predicted/rows.csv.out")["Body"].read()
    assert written == _ROW.replace(b"\n", b",True.\n") * 3
    assert s3.get_object(Bucket="lab", Key="plain/rows.csv.out")["Body"].read() == b"True.\n" * 3


def test_what_is_answered_follows_the_containers_environment(trained: Trained) -> None:
    outputs = "predicted_label,probability,labels,probabilities"
    line = next(csv.reader(io.StringIO(_answer(trained, _ROW, SAGEMAKER_INFERENCE_OUTPUT=outputs).decode())))
    assert line[0] == "True."
    assert json.loads(line[2]) == ["False.", "True."]
    assert json.loads(line[3])[1] == pytest.approx(float(line[1])), "of two classes, the positive one's"
    with pytest.raises(ContainerError, match="not supported"):
        _answer(trained, _ROW, SAGEMAKER_INFERENCE_OUTPUT="mood")


def test_json_is_read_and_written_too(trained: Trained) -> None:
    row = {"age": 30, "plan": "basic", "Int'l Plan": "yes", "joined": "2020-01-15", "minutes": None}
    said = json.loads(_answer(trained, json.dumps([row]).encode(), "application/json", "application/json"))
    assert set(said["predictions"][0]) == {"predicted_label"}
    rows = json.dumps({"instances": [list(row.values())]}).encode()
    same = json.loads(_answer(trained, rows, "application/json", "application/json"))
    assert same == said
    assert json.loads(_answer(trained, _ROW, accept="application/json")) == {
        "predictions": [{"predicted_label": "True."}]
    }


@pytest.mark.parametrize(
    ("body", "kind", "accept", "status"),
    [
        (b"", "text/csv", "", 400),
        (b"\xff\xfe", "text/csv", "", 400),
        (b"{", "application/json", "", 400),
        (b'{"age": 1}', "application/json", "", 400),
        (_ROW, "image/gif", "", 415),
        (_ROW, "text/csv", "image/png", 406),
    ],
)
def test_rubbish_gets_the_status_of_a_client_error(
    trained: Trained, body: bytes, kind: str, accept: str, status: int
) -> None:
    with pytest.raises(ContainerError) as refused:
        _answer(trained, body, kind, accept)
    assert refused.value.status == status


def test_an_artifact_the_sandbox_did_not_make_is_never_loaded(trained: Trained) -> None:
    sandbox, job = trained
    uri = job["BestCandidate"]["InferenceContainers"][0]["ModelDataUrl"]
    own = sandbox.app.world.objects.read("lab", uri.removeprefix("s3://lab/"))
    assert own
    sandbox.client("s3").put_object(Bucket="lab", Key="foreign.tar.gz", Body=gzip.compress(gzip.decompress(own), 9))
    with pytest.raises(ContainerError, match="only models that it has trained itself"):
        predictor_of(sandbox.app.world).answer("s3://lab/foreign.tar.gz", _ROW, "text/csv", "", {})
    sandbox.client("s3").put_object(Bucket="lab", Key="copy.tar.gz", Body=own)
    assert predictor_of(sandbox.app.world).answer("s3://lab/copy.tar.gz", _ROW, "text/csv", "", {})[0] == b"True.\n"
    assert all(len(digest) == 64 for digest in sandbox.app.world.records.shelf(ARTIFACTS))


def test_a_worker_unpickles_only_what_has_the_digest_it_is_told(tmp_path: Path) -> None:
    artefact = tmp_path / "model.tar.gz"
    artefact.write_bytes(archive({"model.pickle": b"cbuiltins\nexit\n(tR."}))  # would end this process
    asked = {"digest": "0" * 64, "path": str(artefact), "content_type": "", "accept": "", "environment": {}}
    status, words, _ = serving._answered(OrderedDict(), asked, b"")
    assert (status, words) == (500, b"The model artifact is not the one that was recorded.")


def test_a_worker_that_dies_is_replaced(trained: Trained) -> None:
    predictor = predictor_of(trained[0].app.world)
    assert _answer(trained, _ROW) == b"True.\n"
    worker = predictor._worker
    assert worker
    assert worker.poll() is None
    worker.kill()
    worker.wait()
    assert _answer(trained, _ROW) == b"True.\n"


def test_the_model_of_an_endpoint_is_loaded_when_it_comes_into_service(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, _ = trained
    world, loaded = sandbox.app.world, threading.Event()
    answered = Predictor._asked

    def asked(predictor: Predictor, request: bytes) -> tuple[int, bytes, str]:
        status, words, kind = answered(predictor, request)
        if words == b"The request has no rows.":  # what follows once the model is loaded
            loaded.set()
        return status, words, kind

    monkeypatch.setattr(Predictor, "_asked", asked)
    monkeypatch.setattr(world.clock, "speed", 60.0)
    endpoint = world.records.shelf("sagemaker/endpoint", "us-east-1")["churn-ep"]
    world.service("sagemaker")._started("us-east-1", endpoint, world.clock.now())
    assert loaded.wait(60)


def test_the_pipeline_of_a_tuned_candidate_answers_as_its_first_container(trained: Trained) -> None:
    sandbox, job = trained
    sagemaker = sandbox.client("sagemaker")
    uri = job["BestCandidate"]["InferenceContainers"][0]["ModelDataUrl"]
    tuned = {**job, "name": "job", "arn": job["AutoMLJobArn"], "mode": "HYPERPARAMETER_TUNING"}
    request = {"AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "Churn?"}}}
    pipeline = containers(tuned | {"request": request, "problem": "BinaryClassification"}, uri)
    assert len(pipeline) == 3
    sagemaker.create_model(ModelName="tuned", ExecutionRoleArn=ROLE, Containers=pipeline)
    variant = {"VariantName": "v", "ModelName": "tuned", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="tuned", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="tuned", EndpointConfigName="tuned")
    sandbox.app.world.advance(30.0)
    said = sandbox.client("sagemaker-runtime").invoke_endpoint(EndpointName="tuned", Body=_ROW, ContentType="text/csv")
    assert said["Body"].read() == b"True.\n"


@pytest.mark.parametrize(
    ("image", "served"),
    [
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-inference:1.5.0-cpu-py311", True),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-sklearn-automl:2.5-1-cpu-py3", True),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3", False),
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-training:1.5.0-cpu-py311", False),
    ],
)
def test_the_images_of_autopilot_are_recognised(image: str, served: bool) -> None:
    assert serves(image) is served


def test_the_sandbox_itself_loads_neither_pandas_nor_scikit_learn() -> None:
    code = (
        "import sys, sandbox.world, sandbox.tabular.training_run, sandbox.sagemaker.jobs.service\n"
        "print(sorted({'pandas', 'sklearn', 'scipy', 'PIL', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
