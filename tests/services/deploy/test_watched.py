"""What is seen of an endpoint while the sandbox brings it up, and the test call after, whatever its mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.faults import Kind as Fault
from services.connection import sandbox_at
from services.console import Console
from services.deploy import (
    Asynchronous,
    CatalogSource,
    Components,
    DeployRequest,
    HubSource,
    Server,
    Serverless,
    Stage,
    State,
    follow,
)
from services.deploy.modes import Mode
from services.endpoints import Worry
from services.inference import Kind
from services.plans import RunStatus, RunView
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client, start_sandbox

MINILM, CPU = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "ml.c6i.xlarge"
FALCON, GPU = "huggingface-llm-falcon-7b-instruct-bf16", "ml.g5.2xlarge"
WAIT = 60.0


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox ten times as fast as the usual one."""
    with start_sandbox("--speed", "600", "--home", str(tmp_path_factory.mktemp("sandbox"))) as address:
        client(address, "s3").create_bucket(Bucket="answers")
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


@pytest.fixture
def control(url: str) -> Iterator[SandboxControl]:
    found = SandboxControl(url)
    yield found
    found.clear_faults()


def begun(console: Console, name: str, model: str = MINILM, kind: str = CPU, mode: Mode | None = None) -> str:
    request = DeployRequest(
        source=CatalogSource(model_id=model),
        endpoint_name=name,
        instance_type=kind,
        role=console.access.request(),
        owner=console.owner,
        **({"mode": mode} if mode else {}),  # type: ignore[arg-type]
    )
    return console.runs.start(console.deploy.plan_deploy(request))


def done(console: Console, run: str) -> RunView:
    view = console.runs.wait(run, WAIT)
    assert view.status is RunStatus.DONE, [(step.id, step.status, step.problem) for step in view.steps]
    console.refresh()
    made = [str(step.parameters["EndpointName"]) for step in view.plan if step.operation == "create_endpoint"]
    assert console.concerns(console.endpoints.describe_many(made)) == ()  # it is what was confirmed
    return view


def test_an_endpoint_goes_from_stage_to_stage_and_ends_without_a_concern(
    console: Console, control: SandboxControl
) -> None:
    control.set_fault(Fault.SLOW_START, value=3000.0)  # 5 s here
    run = begun(console, "watched")
    seen: list[Stage] = []
    view = console.runs.view(run)
    while not view.status.ended:
        view = console.runs.wait(run, 0.1)
        if any(step.id.startswith("create-endpoint") and step.status == "done" for step in view.steps):
            told = follow(console.following.endpoint("watched"), console.connection.now(), 1.0)
            now = next((each.stage for each in told.stages if each.state is State.NOW), Stage.READY)
            seen += [now] if now not in seen else []
    assert view.status is RunStatus.DONE
    assert seen[0] is Stage.INSTANCES
    assert seen == sorted(seen, key=list(Stage).index)
    assert {Stage.WEIGHTS, Stage.HEALTH} & set(seen)
    log = console.following.endpoint("watched").log
    assert [stream.variant for stream in log.streams] == ["AllTraffic"]
    assert "GET /ping" in log.streams[0].lines[-1].text
    assert console.concerns([console.endpoints.describe_endpoint("watched")]) == ()


def test_a_log_that_may_not_be_read_is_said_and_the_rest_stays(console: Console, control: SandboxControl) -> None:
    done(console, begun(console, "hidden"))
    control.set_fault(Fault.DENIED_ACTION, resource="logs:DescribeLogStreams")
    seen = console.following.endpoint("hidden")
    assert (seen.status, seen.log.denied) == ("InService", "logs:DescribeLogStreams")


def test_what_hangs_in_creating_becomes_a_concern_when_time_has_passed(
    console: Console, control: SandboxControl
) -> None:
    control.set_fault(Fault.STUCK_CREATING, resource="hangs")
    run = begun(console, "hangs")
    assert console.runs.wait(run, 2.0).status is RunStatus.RUNNING
    detail = console.endpoints.describe_endpoint("hangs")
    assert console.concerns([detail]) == ()
    control.advance(7200)
    late = console.endpoints.describe_endpoint("hangs")
    (concern,) = console.concerns([late])
    assert concern.kind is Worry.STUCK
    control.clear_faults()
    control.advance(7200)
    done(console, run)


def test_an_update_that_was_rolled_back_without_a_word_is_a_concern(
    console: Console, control: SandboxControl, url: str
) -> None:
    done(console, begun(console, "rolls"))
    detail = console.endpoints.describe_endpoint("rolls")
    sagemaker = client(url, "sagemaker")
    config = sagemaker.describe_endpoint_config(EndpointConfigName="rolls")
    sagemaker.create_endpoint_config(EndpointConfigName="newer", ProductionVariants=config["ProductionVariants"])
    sagemaker.update_endpoint(EndpointName="rolls", EndpointConfigName="newer")
    control.advance(7200)
    (concern,) = console.concerns([console.endpoints.describe_endpoint("rolls")])
    assert concern.kind is Worry.ROLLED_BACK
    assert console.concerns([detail]) == ()


def test_a_chat_endpoint_is_tested_with_words_and_their_speed(console: Console) -> None:
    done(console, begun(console, "talks", FALCON, GPU))
    result = console.smoke_test("talks")
    assert (result.ok, result.kind) == (True, Kind.CHAT)
    assert result.text
    assert result.tokens_per_second is None or result.tokens_per_second > 0


def test_a_serverless_endpoint_is_tested_like_any_other(console: Console) -> None:
    done(console, begun(console, "bare", kind="", mode=Serverless(memory_mb=2048)))
    result = console.smoke_test("bare")
    assert (result.ok, result.dimension) == (True, 384)


def test_an_asynchronous_endpoint_is_tested_without_uploading_anything(console: Console) -> None:
    done(console, begun(console, "later", mode=Asynchronous(output="s3://answers/out/", failure="s3://answers/bad/")))
    sent = console.submit_test("later")
    assert sent.output.startswith("s3://answers/")
    result = console.inference.test_answer(sent)
    for _ in range(200):
        if result is not None:
            break
        result = console.inference.test_answer(sent)
    assert result is not None
    assert (result.ok, result.kind, result.dimension) == (True, Kind.EMBEDDING, 384)
    assert result.norm == pytest.approx(1.0, abs=0.01)


def test_a_model_of_the_hub_with_settings_of_ones_own_is_what_was_confirmed(console: Console) -> None:
    request = DeployRequest(
        source=HubSource(hub_id="Qwen/Qwen2.5-0.5B-Instruct", server=Server.VLLM, gated=True),
        endpoint_name="hub", instance_type=GPU, role=console.access.request(), owner=console.owner,
        environment=(("MY_SETTING", "1"),), secrets=("HF_TOKEN",),
    )  # fmt: skip
    secrets = {request.secret_name("HF_TOKEN"): "not-a-real-token"}
    run = console.runs.start(console.deploy.plan_deploy(request), secrets=secrets)
    assert console.runs.scrub(run, "HF_TOKEN is not-a-real-token") == "HF_TOKEN is ***"
    done(console, run)
    detail = console.endpoints.describe_endpoint("hub")
    assert ("HF_TOKEN", "***") in detail.models[0].environment


def test_a_component_is_tested_by_its_own_name(console: Console) -> None:
    done(console, begun(console, "shared", FALCON, GPU, Components(name="part", accelerators=1, memory_mb=4096)))
    result = console.smoke_test("shared", "part")
    assert (result.ok, result.kind) == (True, Kind.CHAT)
    seen = console.following.component("part")
    assert (seen.status, seen.component) == ("InService", True)
    assert seen.log.there


def test_a_run_cancelled_while_its_endpoint_comes_up_says_what_bills_and_leaves_nothing(
    console: Console, control: SandboxControl
) -> None:
    control.set_fault(Fault.SLOW_START, value=3000.0)
    run = begun(console, "unwanted")
    while not any(
        step.id.startswith("create-endpoint") and step.status == "done" for step in console.runs.view(run).steps
    ):
        console.runs.wait(run, 0.1)
    console.runs.cancel(run)
    meanwhile = set()
    view = console.runs.view(run)
    while not view.status.ended:
        meanwhile.add((view.status, view.usd_per_hour))
        view = console.runs.wait(run, 0.1)
    assert view.status is RunStatus.CANCELLED
    assert view.usd_per_hour == 0
    assert any(status is RunStatus.UNDOING and usd for status, usd in meanwhile)
    assert "unwanted" not in [each.name for each in console.endpoints.list_endpoints()]
