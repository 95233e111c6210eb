"""The whole life of a fine-tuning against the sandbox: planned, trained, followed, stopped, failed, deployed, asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import facts
from services import sandbox_child
from services.connection import sandbox_at
from services.console import Console
from services.diagnosis import Place, diagnose_container
from services.errors import InvalidRequest, NotFound
from services.inference import ChatParams, Message
from services.tuning import Format, JobStatus, Learned, LocalText, TrainingJob, TuningRequest, verdict
from tests.sandbox.server import client, start_sandbox
from tests.services.endpoints.flows import done
from tests.services.tuning.texts import GATED, OPEN, TEMPLATE, lines, rows, written

SAMPLE = facts.path("samples/shop_replies.jsonl")
WAIT = 60.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "600") as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


def asked(console: Console, name: str, path: Path = SAMPLE, model: str = OPEN, **change: Any) -> TuningRequest:
    made: dict[str, Any] = {
        "model_id": model, "job_name": name, "format": Format.INSTRUCTION, "text": LocalText(path, path.name),
        "template": TEMPLATE, "instance_type": console.tuning.spec(model).default_instance, "owner": "ada",
        "bucket": console.tuning.default_bucket, "role": console.access.request(),
    }  # fmt: skip
    return TuningRequest(**made | change)


def begun(console: Console, request: TuningRequest) -> None:
    done(console, console.tuning.plan(request, Learned(160, 14_000)))


def ended(console: Console, url: str, name: str) -> TrainingJob:
    deadline = time.monotonic() + WAIT
    while (job := console.tuning.describe(name)).status.moving and time.monotonic() < deadline:
        sandbox_child.advance(url, 600)
    return job


@pytest.mark.slow
def test_a_tuned_model_is_trained_deployed_and_answers_as_what_it_is(console: Console, url: str) -> None:
    request = asked(console, "whole", model=GATED, accept_eula=True, spot=True, wait_seconds=90_000,
                    checkpoints=f"s3://{console.tuning.default_bucket}/ckpt/")  # fmt: skip
    begun(console, request)
    job = ended(console, url, "whole")
    assert (job.status, job.failure) == (JobStatus.COMPLETED, "")
    assert (job.model_id, job.made_here, job.spot) == (GATED, True, True)
    assert job.billable_seconds is not None
    curves = console.tuning.curves(job)
    assert [curve.label for curve in curves] == ["Training loss", "Validation loss"]
    assert len(curves[0].points) == 20
    assert verdict(curves)
    left = console.tuning.left(job)
    assert {pile.what: pile.count for pile in left.piles} == {
        "The result and what it wrote": 1, "Checkpoints": 0, "The text that was sent": 2,
    }  # fmt: skip
    assert left.usd_a_month is not None
    deploy = console.tuning.deploy_request(job)
    plan = console.tuning.plan_deploy(job, deploy)
    assert "AcceptEula" not in json.dumps([str(step.parameters) for step in plan])
    assert any(f"the container of {GATED} with what whole trained" in step.reason for step in plan)
    done(console, plan)
    console.refresh()
    contract = console.inference.ask_contract(console.facts("whole"))

    def says(words: str) -> str:
        return console.inference.chat("whole", [Message("user", words)], ChatParams(), contract).text

    row = json.loads(SAMPLE.read_text().splitlines()[0])
    assert row["answer"] in says(row["question"])
    assert "Simulated fine-tuning whole: nothing was learned" in says("How are you?")


def test_a_text_that_the_script_refuses_fails_with_its_reason_found_in_the_log(
    console: Console, url: str, tmp_path: Path
) -> None:
    path = written(tmp_path, lines([{"something": "else"}] * 120))
    begun(console, asked(console, "refused", path))
    job = ended(console, url, "refused")
    assert job.status is JobStatus.FAILED
    assert "KeyError" in job.failure
    found = diagnose_container(
        job.failure, lambda: console.container_log(Place.TRAINING, "refused"), operation="CreateTrainingJob"
    )
    assert found.cause != "unknown"
    assert console.tuning.left(job).piles[0].count == 0
    with pytest.raises(InvalidRequest, match="no result"):
        console.tuning.deploy_request(job)


def test_a_training_is_stopped_and_can_be_stopped_only_once(console: Console, url: str) -> None:
    begun(console, asked(console, "stopped", hyperparameters=(("epoch", "400"),)))
    plan = console.tuning.plan_stop("stopped")
    assert plan.estimate.usd_per_hour is not None
    assert plan.estimate.usd_per_hour < 0
    done(console, plan)
    assert ended(console, url, "stopped").status is JobStatus.STOPPED
    with pytest.raises(InvalidRequest, match="not running"):
        console.tuning.plan_stop("stopped")
    with pytest.raises(NotFound):
        console.tuning.plan_stop("nobody")


def test_what_lies_in_s3_is_looked_at_by_one_read_and_learned_from_where_it_lies(console: Console, url: str) -> None:
    s3 = client(url, "s3")
    s3.create_bucket(Bucket="texts")
    s3.put_object(Bucket="texts", Key="a/one.jsonl", Body=lines(rows(40_000)).encode())
    s3.put_object(Bucket="texts", Key="a/template.json", Body=json.dumps(TEMPLATE.as_json()).encode())
    seen = console.tuning.check_stored("s3://texts/a/", Format.INSTRUCTION)
    assert seen.report.sound
    assert (seen.template, seen.files, seen.report.complete) == (TEMPLATE, 1, False)
    assert 10_000 < seen.report.rows < 40_000
    begun(console, asked(console, "stored", text="s3://texts/a/", template=None))
    job = ended(console, url, "stored")
    assert job.status is JobStatus.COMPLETED
    assert dict(job.inputs)["training"] == "s3://texts/a/"
    with pytest.raises(NotFound, match="no text"):
        console.tuning.check_stored("s3://texts/b/", Format.INSTRUCTION)


def test_a_copy_of_one_object_is_learned_from_and_the_name_is_taken_then(console: Console, url: str) -> None:
    s3 = client(url, "s3")
    s3.create_bucket(Bucket="books")
    s3.put_object(Bucket="books", Key="book.txt", Body=b"A long sentence about bells and books. " * 400)
    request = asked(console, "copied", text="s3://books/book.txt", format=Format.DOMAIN, template=None)
    begun(console, request)
    assert ended(console, url, "copied").status is JobStatus.COMPLETED
    with pytest.raises(InvalidRequest, match="cannot be planned"):
        console.tuning.plan(asked(console, "other", format=Format.CHAT))
    assert console.tuning.describe("copied").hyperparameters
    assert "copied" in {job.name for job in console.tuning.list_jobs()}


def test_a_licence_that_was_not_accepted_fails_in_the_sandbox_as_in_aws(console: Console, url: str) -> None:
    begun(console, asked(console, "licensed", model=GATED, accept_eula=True))
    sent = client(url, "sagemaker").describe_training_job(TrainingJobName="licensed")
    keep = ("AlgorithmSpecification", "HyperParameters", "InputDataConfig", "OutputDataConfig", "ResourceConfig",
            "StoppingCondition", "RoleArn")  # fmt: skip
    without = {name: value for name, value in sent["Environment"].items() if name != "accept_eula"}
    client(url, "sagemaker").create_training_job(
        TrainingJobName="unlicensed", Environment=without, **{name: sent[name] for name in keep}
    )
    job = ended(console, url, "unlicensed")
    assert "accept_eula" in job.failure


def test_the_models_that_can_be_tuned_are_known_with_their_own_limits(console: Console) -> None:
    models = console.tuning.models()
    assert len(models) > 50
    assert not any(each.eula for each in models[:10])
    spec = console.tuning.spec(OPEN)
    assert spec.own
    assert "specification" in spec.source
    assert console.tuning.formats(GATED) == (Format.INSTRUCTION, Format.DOMAIN, Format.CHAT)
    assert Format.CHAT not in console.tuning.formats(OPEN)


@pytest.mark.slow
def test_five_hundred_jobs_are_listed_by_five_calls(console: Console, url: str) -> None:
    begun(console, asked(console, "model-of-many"))
    sagemaker = client(url, "sagemaker")
    sent = sagemaker.describe_training_job(TrainingJobName="model-of-many")
    keep = ("AlgorithmSpecification", "InputDataConfig", "OutputDataConfig", "ResourceConfig", "StoppingCondition",
            "RoleArn")  # fmt: skip
    for place in range(500):
        sagemaker.create_training_job(TrainingJobName=f"many-{place}", **{name: sent[name] for name in keep})
    found = [job for job in console.tuning.list_jobs() if job.name.startswith("many-")]
    assert len(found) == 500
    made = [job.created for job in found if job.created is not None]
    assert made == sorted(made, reverse=True)
