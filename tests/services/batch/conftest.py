"""One sandbox with a bucket, a role and models for all tests of this folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from services.batch import TransformJob, TransformRequest
from services.connection import sandbox_at
from services.console import Console
from services.plans import Plan, RunStatus, RunView
from tests.sandbox.server import start_sandbox

BUCKET = "batches"
REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
EMBEDDING = f"{REGISTRY}/tei-cpu:2.0.1-tei1.8.0-cpu-py310-ubuntu22.04"
CHAT = f"{REGISTRY}/huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PATIENCE = 60.0


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with start_sandbox("--speed", "600") as url:
        console = Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))
        furnish(console)
        yield console


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of a sandbox whose clock stands still, so that a job stays as it is until it is put forward."""
    with start_sandbox("--speed", "0") as url:
        console = Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("still"))
        furnish(console)
        yield console


def furnish(console: Console) -> None:
    clients = console.connection.clients
    clients.get("s3").create_bucket(Bucket=BUCKET)
    role = clients.get("iam").create_role(RoleName="models", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    clients.get("iam").put_role_policy(RoleName="models", PolicyName="all", PolicyDocument=json.dumps(everything))
    for name, image, variables in (
        ("embeds", EMBEDDING, {"HF_MODEL_ID": "sentence-transformers/all-MiniLM-L6-v2"}),
        ("writes", CHAT, {"HF_MODEL_ID": "Qwen/Qwen2.5-0.5B-Instruct"}),
        ("echoes", EMBEDDING, {"SANDBOX_FAMILY": "echo"}),
    ):
        clients.get("sagemaker").create_model(
            ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"Image": image, "Environment": variables}
        )


def put(console: Console, key: str, body: bytes) -> str:
    """Put an object; its address."""
    console.connection.clients.get("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    return f"s3://{BUCKET}/{key}"


def asked(name: str, **change: Any) -> TransformRequest:
    """A request of JSON lines to the embedding model."""
    values: dict[str, Any] = {
        "name": name, "model": "embeds", "input": f"s3://{BUCKET}/{name}/in/", "output": f"s3://{BUCKET}/{name}/out/",
        "instance_type": "ml.m5.xlarge", "content_type": "application/json", "accept": "application/json",
        "split": "Line", "assemble": "Line", "strategy": "SingleRecord",
    }  # fmt: skip
    return TransformRequest(**(values | change))


def run(console: Console, plan: Plan) -> RunView:
    """Carry out a plan, which must succeed."""
    view = console.runs.wait(console.runs.start(plan), PATIENCE)
    assert view.status is RunStatus.DONE, [each for each in view.steps if each.problem]
    return view


def ended(console: Console, name: str) -> TransformJob:
    """The job once it has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        job = console.batch.describe(name)
        if not job.status.moving:
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.1)


def carried_out(console: Console, request: TransformRequest) -> TransformJob:
    """Plan, run and wait for a job."""
    run(console, console.batch.plan(request))
    return ended(console, request.name)
