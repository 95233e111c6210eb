"""Fine-tuning that is simulated: what its script refuses, what it leaves, and how a model of it answers."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.models.conversation import Turn
from sandbox.runtime.tuned import Tuned
from tests.sandbox.conftest import Running
from tests.sandbox.sagemaker.jobs.test_training import train as train  # a fixture

Tune = Callable[..., dict[str, Any]]
_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.0.0-gpu-py310"
_ROWS = "\n".join(json.dumps({"q": f"Where is shelf {n}?", "a": f"Shelf {n} is by the door."}) for n in range(30))
_TEMPLATE = json.dumps({"prompt": "Answer: {q}", "completion": "{a}"})


@pytest.fixture
def tune(sandbox: Running, bucket: str, role: str) -> Tune:
    """Tune job `t` on files put below `tune/`, and put the clock forward until it has ended."""

    def made(
        files: dict[str, str], environment: dict[str, str] | None = None, compression: str = "GZIP", **given: str
    ) -> dict[str, Any]:
        for name, content in files.items():
            sandbox.client("s3").put_object(Bucket=bucket, Key=f"tune/{name}", Body=content.encode())
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/tune/"}}
        told = {"sagemaker_program": '"transfer_learning.py"', "instruction_tuned": "True", "epoch": "1"} | given
        sagemaker = sandbox.client("sagemaker")
        sagemaker.create_training_job(
            TrainingJobName="t", RoleArn=role, HyperParameters=told, Environment=environment or {},
            AlgorithmSpecification={"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
            InputDataConfig=[{"ChannelName": "training", "DataSource": source}],
            OutputDataConfig={"S3OutputPath": f"s3://{bucket}/models", "CompressionType": compression},
            ResourceConfig={"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
            StoppingCondition={"MaxRuntimeInSeconds": 36000},
        )  # fmt: skip
        sandbox.app.world.advance(600)
        found: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName="t")
        return found

    return made


REFUSED = [
    ({"train.jsonl": _ROWS}, {}, {}, "template.json"),
    ({"template.json": _TEMPLATE}, {}, {}, "Could not find any JSON lines file"),
    ({"train.jsonl": "{oops", "template.json": _TEMPLATE}, {}, {}, "JSON parse error in train.jsonl, row 1"),
    ({"train.jsonl": '{"x": 1}', "template.json": _TEMPLATE}, {}, {}, "KeyError: 'q'"),
    ({"train.jsonl": _ROWS}, {}, {"instruction_tuned": "False", "chat_dataset": "True"}, "KeyError: 'dialog'"),
    ({"image.png": "x"}, {}, {"instruction_tuned": "False"}, "TXT, CSV or JSON"),
    ({"a.txt": "text"}, {"SageMakerGatedModelS3Uri": "s3://x/"}, {"instruction_tuned": "False"}, "accept_eula"),
]


@pytest.mark.parametrize(("files", "environment", "given", "words"), REFUSED)
def test_what_the_script_would_refuse_fails_the_job_and_stands_in_its_log(
    sandbox: Running, tune: Tune, files: dict[str, str], environment: dict[str, str], given: dict[str, str], words: str
) -> None:
    found = tune(files, environment, **given)
    assert found["TrainingJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("AlgorithmError: ExecuteUserScriptError")
    assert words in found["FailureReason"]
    assert found["ModelArtifacts"]["S3ModelArtifacts"] == ""
    logs = sandbox.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    assert any(words in each["message"] for each in events)


@pytest.mark.parametrize("compression", ["GZIP", "NONE"])
def test_a_model_of_it_answers_with_its_text_and_says_that_nothing_was_learned(
    sandbox: Running, tune: Tune, compression: str
) -> None:
    artifact = tune({"train.jsonl": _ROWS, "template.json": _TEMPLATE}, compression=compression)["ModelArtifacts"]
    hosted: Any = SimpleNamespace(artifact=artifact["S3ModelArtifacts"])
    tuned, other = Tuned(sandbox.app.world), SimpleNamespace(artifact="s3://lab/churn/train.csv")

    def says(words: str, model: Any = hosted) -> str:
        return tuned.answer(model, [Turn("user", words)], "What the base says.")

    assert "Shelf 7 is by the door." in says("where is shelf 7")
    assert says("Who are you?") == "[Simulated fine-tuning t: nothing was learned.] What the base says."
    assert says("where is shelf 7", other) == "What the base says."


@pytest.mark.parametrize("checkpoints", ["s3://lab/ckpt/", ""])
def test_a_long_spot_training_is_interrupted_once_and_goes_on_from_a_checkpoint_only(
    sandbox: Running, train: Callable[..., dict[str, Any]], checkpoints: str
) -> None:
    train(
        EnableManagedSpotTraining=True, HyperParameters={"epochs": "5"},
        StoppingCondition={"MaxRuntimeInSeconds": 36000, "MaxWaitTimeInSeconds": 72000},
        **({"CheckpointConfig": {"S3Uri": checkpoints}} if checkpoints else {}),
    )  # fmt: skip
    sandbox.app.world.advance(600)
    found = sandbox.client("sagemaker").describe_training_job(TrainingJobName="t")
    stages = [each["Status"] for each in found["SecondaryStatusTransitions"]]
    course = ["Starting", "Downloading", "Training"]
    assert stages == [*course, "Interrupted", *course, "Uploading", "Completed"]
    assert found["BillableTimeInSeconds"] < found["TrainingTimeInSeconds"]
    group = "/aws/sagemaker/TrainingJobs"
    logs = sandbox.client("logs")
    stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    assert sum("eval_epoch_loss" in each["message"] for each in events) == (20 if checkpoints else 30)


def test_a_text_of_its_own_kind_is_kept_for_the_artifact(sandbox: Running, tune: Tune, bucket: str) -> None:
    found = tune({"book.txt": "A sentence that is long enough.\nShort.\n"}, instruction_tuned="False")
    assert found["TrainingJobStatus"] == "Completed"
    told = Tuned(sandbox.app.world)._of(found["ModelArtifacts"]["S3ModelArtifacts"])
    assert (told["about"], told["examples"]) == (["A sentence that is long enough."], [])
