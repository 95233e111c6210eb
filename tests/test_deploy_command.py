"""`sagedeck deploy` with everything it can be told: what request follows, and which option a problem names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import asking, deploying  # noqa: F401 - add their commands to `app`
from cli.deploy_options import MetricName, Options, ServerName
from cli.deploy_request import OPTIONS, option_of
from cli.opening import app
from services.deploy import DeployRequest, Metric, Server
from services.deploy.saved import load
from services.errors import InvalidRequest
from tests.pages.fake_console import FakeConsole

CHAT = "huggingface-llm-qwen2-5-7b-instruct"
EMBEDDING = "huggingface-sentencesimilarity-all-MiniLM-L6-v2"
LICENSED = "meta-textgeneration-llama-3-2-1b-instruct"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/search:1"
Run = Callable[..., Result]


@pytest.fixture
def console() -> FakeConsole:
    return FakeConsole()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, console: FakeConsole) -> Run:
    """Runs the command beside a console in memory; its result."""
    monkeypatch.setattr(deploying, "open_console", lambda _: console)
    return lambda *words: CliRunner().invoke(app, ["deploy", *words])


def asked(run: Run, path: Path, *words: str) -> DeployRequest:
    """The request of a command line."""
    done = run(*words, "--save-request", str(path))
    assert done.exit_code == 0, done.output
    (request,) = load(path.read_text(encoding="utf-8"))
    return request


def test_a_model_of_the_hub_is_asked_for_with_its_server_and_limits(run: Run, tmp_path: Path) -> None:
    request = asked(
        run, tmp_path / "r.json", "--hub", "Qwen/Qwen2.5-7B-Instruct-AWQ", "--server", "lmi", "--revision", "main",
        "--gated", "--quantization", "awq", "--max-input-tokens", "4096", "--max-total-tokens", "8192", "--gpus", "1",
        "--instance-type", "ml.g5.2xlarge", "--fallback", "ml.g5.4xlarge", "--fallback", "ml.g5.8xlarge",
    )  # fmt: skip
    source: Any = request.source
    assert (source.hub_id, source.server, source.revision) == ("Qwen/Qwen2.5-7B-Instruct-AWQ", Server.LMI, "main")
    assert (source.most_input_tokens, source.most_total_tokens, source.gpus) == (4096, 8192, 1)
    assert request.secrets == ("HF_TOKEN",)
    assert request.instance_types == ("ml.g5.2xlarge", "ml.g5.4xlarge", "ml.g5.8xlarge")
    assert request.endpoint_name.startswith("hf-qwen-")


def test_a_container_of_one_s_own_is_asked_for_with_all_its_settings(run: Run, tmp_path: Path) -> None:
    variables = tmp_path / "env.json"
    variables.write_text('{"WORKERS": 4, "MODE": "fast"}', encoding="utf-8")
    request = asked(
        run, tmp_path / "r.json", "--image", IMAGE, "--artifact", "s3://models/search/", "--env-file", str(variables),
        "--env", "MODE=slow", "--tag", "team=search", "--subnet", "subnet-0abc1234", "--security-group", "sg-0abc1234",
        "--volume-gb", "64", "--startup-seconds", "900", "--download-seconds", "600", "--secret", "API_KEY",
        "--capture", "s3://kept-requests/x/", "--capture-percentage", "20", "--instance-type", "ml.m5.xlarge",
    )  # fmt: skip
    assert dict(request.environment) == {"WORKERS": "4", "MODE": "slow"}
    assert (request.secrets, request.tags) == (("API_KEY",), (("team", "search"),))
    assert request.advanced.subnets == ("subnet-0abc1234",)
    assert (request.advanced.startup_seconds, request.advanced.download_seconds) == (900, 600)
    assert request.advanced.capture is not None
    assert request.advanced.capture.percentage == 20


@pytest.mark.parametrize(
    ("words", "kind", "values"),
    [
        (("--mode", "serverless", "--memory-mb", "4096", "--concurrency", "9"), "Serverless", (4096, 9)),
        (("--mode", "component", "--copies", "2", "--memory-mb", "2048"), "Components", (2048, 2)),
        (("--mode", "async", "--output", "s3://answers-here/", "--concurrency", "3"), "Asynchronous", (3,)),
        ((), "RealTime", ()),
    ],
)
def test_each_mode_is_asked_for(
    run: Run, tmp_path: Path, words: tuple[str, ...], kind: str, values: tuple[int, ...]
) -> None:
    mode = asked(run, tmp_path / "r.json", EMBEDDING, *words).mode
    assert type(mode).__name__ == kind
    assert set(values) <= {getattr(mode, field.name) for field in fields(mode)}


def test_scaling_to_nothing_goes_by_the_backlog_of_an_asynchronous_endpoint(run: Run, tmp_path: Path) -> None:
    words = ("--mode", "async", "--output", "s3://answers-here/", "--min", "0", "--max", "4", "--error-topic", "failed")
    request = asked(run, tmp_path / "r.json", CHAT, *words)
    assert request.scaling is not None
    assert (request.scaling.minimum, request.scaling.maximum, request.scaling.metric) == (0, 4, Metric.BACKLOG)
    error: Any = request.mode
    assert error.error.name == "failed"


@pytest.mark.parametrize(
    ("words", "option", "said"),
    [
        (("--hub", "no id"), "--hub", "no id of the Hugging Face hub"),
        (("--hub", "a/b", "--max-input-tokens", "-1"), "--max-input-tokens", "-1 tokens"),
        (("--image", "nginx:latest"), "--image", "no image in Amazon ECR"),
        (("--image", IMAGE, "--artifact", "x"), "--artifact", "S3"),
        ((EMBEDDING, "--name", "not a name"), "--name", "cannot be a name"),
        ((EMBEDDING, "--instance-type", "ml.potato.large"), "--instance-type", "ml.potato.large"),
        ((EMBEDDING, "--count", "0"), "--count", "0 instances"),
        ((EMBEDDING, "--role", "me"), "--role", "not the ARN of a role"),
        ((EMBEDDING, "--mode", "async", "--output", "x"), "--output", "no S3 URL"),
        ((EMBEDDING, "--mode", "serverless", "--memory-mb", "7"), "--memory-mb", "7 MB"),
        ((EMBEDDING, "--mode", "component", "--copies", "0"), "--copies", "0 copies"),
        ((EMBEDDING, "--min", "0"), "--min", "can go down to 0"),
        ((EMBEDDING, "--min", "3", "--max", "2"), "--max", "less than the minimum"),
        ((EMBEDDING, "--env", "HF_TOKEN=hf_notreal_0123456789"), "--env", "looks like a secret"),
        ((EMBEDDING, "--env", "nonsense"), "--env", "not KEY=value"),
        ((EMBEDDING, "--tag", "nonsense"), "--tag", "not KEY=value"),
        ((EMBEDDING, "--subnet", "10.0.0.0/8"), "--subnet", "subnet"),
        ((EMBEDDING, "--kms-key", "my key"), "--kms-key", "KMS key"),
        ((EMBEDDING, "--volume-gb", "9999"), "--volume-gb", "9999 GB"),
        ((EMBEDDING, "--startup-seconds", "5"), "--startup-seconds", "5 seconds"),
        ((EMBEDDING, "--capture", "x"), "--capture", "no S3 URL"),
        ((EMBEDDING, "--fallback", "ml.potato.large"), "--fallback", "ml.potato.large"),
    ],
)
def test_a_value_that_cannot_be_names_its_option_and_leaves_with_2(
    run: Run, console: FakeConsole, words: tuple[str, ...], option: str, said: str
) -> None:
    done = run(*words, "--json")
    assert done.exit_code == 2
    error = json.loads(done.stdout)["error"]
    assert [row for row in error["problems"] if row["option"].startswith(option) and said in row["words"]], error
    assert "hf_notreal" not in done.output
    assert not console.runs.started
    assert run(*words).stderr.count(said) >= 1


@pytest.mark.parametrize("words", [(), (CHAT, "--hub", "a/b"), ("--hub", "a/b", "--image", IMAGE)])
def test_one_thing_is_deployed_at_a_time(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--json")
    assert done.exit_code == 1
    assert "One thing" in json.loads(done.stdout)["error"]["what"]


def test_a_licence_is_accepted_by_who_deploys_and_never_by_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    assert not asked(run, path, LICENSED, "--accept-eula").accept_eula
    refused = run("--request", str(path), "--json")
    assert refused.exit_code == 1
    assert "licence" in json.loads(refused.stdout)["error"]["why"]
    plan = run("--request", str(path), "--accept-eula", "--plan", "--json")
    assert plan.exit_code == 0, plan.output


def test_a_secret_comes_from_the_environment_of_the_command_and_is_in_nothing_it_prints(
    run: Run, console: FakeConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    words = ("--hub", "a/b-1b", "--gated", "--name", "gated", "--yes", "--json")
    lacking = run(*words)
    assert "HF_TOKEN" in json.loads(lacking.stdout)["error"]["what"]
    assert not console.runs.started
    given: dict[str, Any] = {}
    start = console.runs.start
    monkeypatch.setattr(console.runs, "start", lambda plan, **more: given.update(more) or start(plan, **more))
    monkeypatch.setenv("HF_TOKEN", "hf_notreal_0123456789")
    done = run(*words)
    assert given["secrets"] == {"gated/HF_TOKEN": "hf_notreal_0123456789"}
    assert "hf_notreal" not in done.output + repr(console.runs.started)


def test_a_file_that_is_no_request_is_said_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    for text in ("{", "[]", '{"version": 1, "requests": [{"kind": "Plan"}]}', '{"version": 9}'):
        path.write_text(text, encoding="utf-8")
        done = run("--request", str(path), "--json")
        assert done.exit_code == 1
        assert "not a saved request" in json.loads(done.stdout)["error"]["what"]
    with pytest.raises(InvalidRequest):
        load("[" * 100_000)


def test_every_option_that_a_problem_names_is_there() -> None:
    words = {f"--{field.name.replace('_', '-')}" for field in fields(Options)}
    named = {name for names in OPTIONS.values() for name in names.split(", ")} - {"MODELS"}
    assert named <= words
    assert option_of("advanced.capture.destination") == "--capture"
    assert option_of("nothing.of.the.sort") == ""


def test_the_words_of_the_command_line_are_those_of_the_services() -> None:
    assert [each.value for each in ServerName] == [each.value for each in Server]
    assert [each.value for each in MetricName] == [each.value for each in Metric]
