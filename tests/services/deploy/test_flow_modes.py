"""Each source in each mode, run against the sandbox: planned, made, called once, taken back, and nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.access import RoleRequest
from services.catalog import has_gpu
from services.deploy import (
    Asynchronous,
    CatalogSource,
    Components,
    CustomSource,
    DeployRequest,
    HubSource,
    Mode,
    NewTopic,
    RealTime,
    Scaling,
    Server,
    Serverless,
    Source,
)
from services.inference import EndpointFacts, InferenceService, recognise
from services.plans import Plan, RunStatus, RunView, check, undeclared
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox
from tests.services.deploy.samples import MINILM
from tests.services.deploy.test_flow import WAIT, Rooms
from tests.services.deploy.worlds import CPU, GPU, IMAGE, MISTRAL, TEI

BUCKET = "everything-of-ada"
OUT = Asynchronous(
    output=f"s3://{BUCKET}/answers/",
    success=NewTopic(name="answered"),
    error=NewTopic(name="failed", email="ada@example.org"),
)
SOURCES: dict[str, Source] = {
    "catalog": CatalogSource(model_id=MINILM),
    "tei": TEI,
    "archive": CustomSource(image=IMAGE, artifact=f"s3://{BUCKET}/model.tar.gz", family="tei"),
    "files": CustomSource(image=IMAGE, artifact=f"s3://{BUCKET}/model/", family="tei"),
    **{server.value: replace(MISTRAL, server=server, gated=True) for server in Server if server is not Server.TEI},
}
MODES: dict[str, Mode] = {
    "at-once": RealTime(),
    "later": OUT,
    "serverless": Serverless(memory_mb=4096, concurrency=5),
    "components": Components(memory_mb=2048),
}
TOKEN = "hf_of_nobody_at_all"  # invented


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_sandbox("--speed", "1200") as url:
        yield url


@pytest.fixture(scope="module")
def ada(address: str, tmp_path_factory: pytest.TempPathFactory) -> Rooms:
    rooms = Rooms(address, "ada", tmp_path_factory.mktemp("ada"))
    s3 = rooms.connection.clients.get("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key in ("model.tar.gz", "model/config.json"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    return rooms


def needs_gpu(source: Source) -> bool:
    return isinstance(source, HubSource) and source.server is not Server.TEI


def request_of(name: str, source: Source, mode: Mode, **changes: Any) -> DeployRequest:
    kind = GPU if needs_gpu(source) else CPU
    if needs_gpu(source) and isinstance(mode, Components):
        mode = replace(mode, accelerators=1)
    start = DeployRequest(
        source=source,
        endpoint_name=name,
        instance_type="" if isinstance(mode, Serverless) else kind,
        role=RoleRequest(name=f"sagedeck-{name}", owner="ada"),
        owner="ada",
        mode=mode,
    )
    return replace(start, **changes)


def started(ada: Rooms, request: DeployRequest) -> tuple[str, Plan]:
    assert ada.deploy.problems(request) == ()
    plan = ada.deploy.plan_deploy(request)
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert ada.deploy.plan_deploy(request) == plan
    return ada.runs.start(plan, secrets={request.secret_name(key): TOKEN for key in request.secret_keys}), plan


def finished(ada: Rooms, run: str) -> RunView:
    view = ada.runs.wait(run, WAIT)
    assert view.status is RunStatus.DONE, [(step.id, step.status, step.problem) for step in view.steps]
    return view


def made(ada: Rooms, request: DeployRequest) -> RunView:
    run, plan = started(ada, request)
    view = finished(ada, run)
    assert ada.deploy.plan_deploy(request).same_work(plan), "what stands is found again"
    return view


def taken_back(ada: Rooms, view: RunView) -> None:
    ada.runs.undo(view.id)
    after = ada.runs.wait(view.id, WAIT)
    assert after.status is RunStatus.UNDONE, [(step.id, step.status, step.problem) for step in after.steps]


def standing(ada: Rooms) -> dict[str, list[str]]:
    """What stands in the account, by kind: names."""
    clients = ada.connection.clients
    sagemaker, scaling = clients.get("sagemaker"), clients.get("application-autoscaling")
    targets = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    found = {
        "endpoints": [each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]],
        "configurations": [each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]],
        "models": [each["ModelName"] for each in sagemaker.list_models()["Models"]],
        "components": [
            each["InferenceComponentName"] for each in sagemaker.list_inference_components()["InferenceComponents"]
        ],
        "topics": [each["TopicArn"] for each in clients.get("sns").list_topics()["Topics"]],
        "alarms": [each["AlarmName"] for each in clients.get("cloudwatch").describe_alarms()["MetricAlarms"]],
        "targets": [each["ResourceId"] for each in targets],
        "roles": [role.name for role in ada.access.list_roles()],
    }
    return {kind: names for kind, names in found.items() if names}


def answers(ada: Rooms, request: DeployRequest) -> bool:
    """One call, as the endpoint's tags say it wants to be called."""
    clients, name = ada.connection.clients, request.endpoint_name
    runtime = clients.get("sagemaker-runtime")
    if isinstance(request.mode, Asynchronous):
        body = json.dumps({"inputs": "hello"}).encode()
        clients.get("s3").put_object(Bucket=BUCKET, Key="asked.json", Body=body)
        told = runtime.invoke_endpoint_async(EndpointName=name, InputLocation=f"s3://{BUCKET}/asked.json")
        return str(told["OutputLocation"]).startswith(f"s3://{BUCKET}/answers/")
    sagemaker = clients.get("sagemaker")
    model = sagemaker.describe_model(ModelName=request.model_name)
    container = model["PrimaryContainer"]
    facts = EndpointFacts(
        name,
        image=container["Image"],
        environment=container.get("Environment", {}),
        tags={tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=model["ModelArn"])["Tags"]},
        inference_component=request.component_name or None,
        serverless=isinstance(request.mode, Serverless),
    )
    contract = recognise(facts)
    assert contract is not None
    service = InferenceService(lambda: runtime, None, scope=("aws", "us-east-1", "123456789012"))
    return service.smoke_test(name, contract).ok


@pytest.mark.parametrize("what", SOURCES)
def test_in_every_mode_it_is_planned_made_called_and_taken_back(ada: Rooms, what: str) -> None:
    source = SOURCES[what]
    requests = [request_of(f"{what}-{way}", source, mode) for way, mode in MODES.items()]
    if needs_gpu(source):
        (serverless,) = (each for each in requests if isinstance(each.mode, Serverless))
        assert [each.field for each in ada.deploy.problems(serverless)] == ["mode"]
        requests.remove(serverless)
    runs = [(request, *started(ada, request)) for request in requests]
    views = [finished(ada, run) for _, run, _ in runs]
    for request, _, plan in runs:
        assert ada.endpoints.describe_endpoint(request.endpoint_name).status == "InService"
        assert ada.deploy.plan_deploy(request).same_work(plan), "what stands is found again"
        assert answers(ada, request)
    for view in views:
        ada.runs.undo(view.id)
    assert {ada.runs.wait(view.id, WAIT).status for view in views} == {RunStatus.UNDONE}
    assert standing(ada) == {}


def test_a_second_model_joins_and_leaves_an_endpoint_that_stays(ada: Rooms) -> None:
    roomy = Components(memory_mb=1024)
    host = made(ada, request_of("shared", TEI, roomy))
    mode = replace(roomy, name="second", onto=True)
    request = request_of("shared", CatalogSource(model_id=MINILM), mode, instance_type="", role=host_role())
    joined = made(ada, request)
    names = {"components": ["second", "shared"], "models": ["second", "shared"], "endpoints": ["shared"]}
    assert {kind: sorted(found) for kind, found in standing(ada).items() if kind in names} == names
    assert answers(ada, request)
    taken_back(ada, joined)
    assert standing(ada)["components"] == ["shared"]
    taken_back(ada, host)
    assert standing(ada) == {}


def host_role() -> RoleRequest:
    return RoleRequest(name="sagedeck-shared", owner="ada")


def test_where_one_type_has_no_capacity_the_next_one_runs(ada: Rooms, address: str) -> None:
    control = SandboxControl(address)
    control.set_fault("no-capacity", resource=GPU, times=1)
    view = made(ada, request_of("pooled", MISTRAL, RealTime(), fallbacks=("ml.g6.2xlarge",)))
    described = ada.connection.clients.get("sagemaker").describe_endpoint(EndpointName="pooled")
    (variant,) = described["ProductionVariants"]
    running = {pool["InstanceType"]: pool.get("CurrentInstanceCount", 0) for pool in variant["InstancePools"]}
    assert running == {GPU: 0, "ml.g6.2xlarge": 1}
    assert all(has_gpu(kind) for kind in running)
    control.clear_faults()
    taken_back(ada, view)
    assert standing(ada) == {}


@pytest.mark.parametrize("way", ["at-once", "later", "components"])
def test_what_scales_it_goes_with_it(ada: Rooms, way: str) -> None:
    scaling = Scaling(minimum=1, maximum=2)
    if way == "later":
        scaling = replace(scaling, metric=type(scaling.metric)("backlog"), minimum=0)
    view = made(ada, request_of(f"scaled-{way}", TEI, MODES[way], scaling=scaling))
    assert len(standing(ada)["targets"]) == 1
    taken_back(ada, view)
    assert standing(ada) == {}


def test_a_half_made_deployment_leaves_nothing_when_it_is_taken_back(ada: Rooms, address: str, tmp_path: Path) -> None:
    control = SandboxControl(address)
    control.set_fault("failed-ping", resource="ill", times=1)
    request = request_of("ill", TEI, OUT)
    view = ada.runs.wait(ada.runs.start(ada.deploy.plan_deploy(request)), WAIT)
    assert view.status is RunStatus.FAILED
    control.clear_faults()
    taken_back(ada, view)
    assert standing(ada) == {}


def test_a_component_that_failed_makes_room_for_the_next_try(ada: Rooms, address: str) -> None:
    control = SandboxControl(address)
    control.set_fault("failed-ping", resource="weak")
    request = request_of("host-of-weak", TEI, Components(name="weak", memory_mb=1024))
    first = ada.runs.wait(ada.runs.start(ada.deploy.plan_deploy(request)), WAIT)
    assert first.status is RunStatus.FAILED
    control.clear_faults()
    plan = ada.deploy.plan_deploy(request)
    assert "remove-failed-component-weak" in {step.id for step in plan}
    again = finished(ada, ada.runs.start(plan))
    assert answers(ada, request)
    taken_back(ada, again)
    taken_back(ada, first)
    assert standing(ada) == {}
