"""Calls of the sandbox's demonstration account: components, asynchronous jobs, and the code we hand out as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.connection import sandbox_at
from services.console import Console
from services.inference import AsyncJob, Call, Contract, Family, Kind, Language, Outcome, Where, snippet, templates
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox

REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        SandboxControl(address).seed("demo", REGION)
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ana"), folder=tmp_path_factory.mktemp("home"))


def ended(console: Console, job: AsyncJob) -> Outcome:
    control = SandboxControl(console.connection.sandbox_url or "")
    for _ in range(200):
        outcome = console.inference.jobs.look(job)
        if outcome.ended:
            return outcome
        control.advance(5.0)
    raise AssertionError("no answer was left")


@pytest.mark.parametrize("name", ["support-chat-llama", "contracts-chat", "search-embed", "kyc-names"])
def test_endpoints_of_every_kind_answer_their_template(console: Console, name: str) -> None:
    facts = console.facts(name)
    contract = console.inference.known_contract(facts)
    template = templates.templates_for(contract, templates.task_of(facts))[0]
    called = console.inference.call(
        name, template.body.encode(), family=contract.family if contract else None, content_type=template.content_type
    )
    assert (called.status, called.problem) == (200, None)
    assert called.request_id
    assert called.text or called.vectors or (contract is None and called.body)
    if template.streams:
        body = templates.streaming(template.body, True).encode()
        live = console.inference.call(name, body, family=contract.family if contract else None, stream=True)
        assert (live.problem, live.text) == (None, called.text)
        assert live.timing.first_token_ms is not None


def test_each_component_is_judged_by_its_own_model(console: Console) -> None:
    detail = console.detail("shared-models")
    assert len(detail.components) == 2
    for name in detail.components:
        facts = console.facts(detail.name, name)
        assert facts.inference_component == name
        assert "djl" in facts.image
        called = console.inference.call(detail.name, b'{"inputs": "Hi"}', family=Family.LMI, component=name)
        assert called.ok
    assert console.contract(detail.name, Kind.CHAT).inference_component in detail.components


def test_an_asynchronous_request_is_kept_followed_and_read_in_parts(console: Console) -> None:
    jobs, name = console.inference.jobs, "call-transcripts"
    job = jobs.submit(Call(name, b'{"inputs": "x"}'))
    assert jobs.recent(name)[0] == jobs.find(job.id) == job
    outcome = ended(console, job)
    assert outcome.piece is not None
    assert outcome.piece.whole
    part = jobs.fetch(job.output, most=10)
    assert (part.body, part.size, part.whole) == (outcome.piece.body[:10], len(outcome.piece.body), False)
    assert job.output in {each.place for each in jobs.outputs(console.detail(name).output)}
    other = Console(sandbox_at(console.connection.sandbox_url or "", owner="ben"), folder=console.folder)
    assert other.inference.jobs.recent(name) == ()
    assert other.inference.jobs.find(job.id) is None


def test_an_input_in_s3_is_read_from_there(console: Console) -> None:
    bucket = console.detail("call-transcripts").output.removeprefix("s3://").partition("/")[0]
    console.connection.clients.get("s3").put_object(Bucket=bucket, Key="in/1.json", Body=b'{"inputs": "from S3"}')
    job = console.inference.jobs.submit(Call("call-transcripts"), source=f"s3://{bucket}/in/1.json")
    outcome = ended(console, job)
    assert outcome.piece is not None
    assert b"21" in outcome.piece.body, "the sandbox says how much it was sent"


@pytest.mark.parametrize("stream", [False, True])
def test_the_code_for_boto3_and_curl_runs_as_it_is(console: Console, url: str, tmp_path: Path, stream: bool) -> None:
    contract = console.contract("support-chat-llama")
    asked = templates.question(contract, "What's “it”? $HOME `id` \\n")
    body = templates.streaming(asked.decode(), stream).encode()
    call, where = Call("support-chat-llama", body, stream=stream), Where(REGION, url)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | KEYS
    for command in (
        [sys.executable, "-c", snippet(Language.BOTO3, call, where, contract)],
        ["sh", "-c", snippet(Language.CURL, call, where)],
    ):
        if command[0] == "sh" and not any(Path(each, "curl").exists() for each in os.get_exec_path()):
            pytest.skip("there is no curl here")
        done = subprocess.run(command, env=clean, cwd=tmp_path, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert b"sandbox" in done.stdout


def test_the_code_for_asynchronous_calls_runs_as_it_is(console: Console, url: str, tmp_path: Path) -> None:
    text = snippet(Language.ASYNC, Call("call-transcripts", b'{"inputs": "x"}'), Where(REGION, url))
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | KEYS
    done = subprocess.run([sys.executable, "-c", text], env=clean, cwd=tmp_path, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert b"call-transcripts" in done.stdout


def test_what_was_asked_is_remembered_until_it_is_forgotten(console: Console) -> None:
    facts = console.facts("support-chat-llama")
    assert console.inference.known_contract(facts) == Contract(Family.TGI, template="llama-3", origin="image")
    chosen = console.inference.choose(facts, Family.MESSAGES)
    assert console.inference.known_contract(facts) == chosen
    assert chosen.origin == "chosen"
    asked = console.inference.ask_contract(facts)
    assert asked.origin == "probe"
    assert console.inference.known_contract(facts) == asked
    console.inference.forget(facts)
    found = console.inference.known_contract(facts)
    assert found is not None
    assert found.origin == "image"
