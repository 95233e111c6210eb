"""Nothing is half made: each fault at each step of each mode; going on completes it, taking back leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from sandbox.faults import Kind
from services.access import RoleRequest
from services.deploy import DeployRequest, Metric, Scaling
from services.plans import RunStatus, RunView
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox
from tests.services.deploy.test_flow import WAIT, Rooms
from tests.services.deploy.test_flow_modes import BUCKET, MODES, request_of, standing
from tests.services.deploy.worlds import CPU, TEI, planned

ASLEEP = {"later": Scaling(minimum=0, maximum=2, metric=Metric.BACKLOG, target=5.0)}
SCALED: Mapping[str, Scaling | None] = {
    way: None if way == "serverless" else ASLEEP.get(way, Scaling(maximum=2)) for way in MODES
}
KINDS = (Kind.SERVER_ERROR, Kind.CONNECTION_RESET, Kind.THROTTLING, Kind.EXPIRED_TOKEN, Kind.DENIED_ACTION)
_numbers = count()


def request_for(way: str, name: str) -> DeployRequest:
    return request_of(name, TEI, MODES[way], scaling=SCALED[way])


def _actions(way: str) -> Iterator[tuple[str, str]]:
    """Each operation that the plan of a mode makes, as AWS names it."""
    request = replace(request_for(way, "demo"), role=RoleRequest(name="sagedeck-demo"))
    for step in planned(request):
        operation = "".join(word.capitalize() for word in step.operation.split("_"))
        yield step.service, operation


ALL = [
    (way, kind, service, operation)
    for way in MODES
    for service, operation in dict.fromkeys(_actions(way))
    for kind in KINDS
]
FEW = ALL[::11]  # every kind, every mode and most operations come up; all of them are the slow ones


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_sandbox("--speed", "3600") as url:
        yield url


@pytest.fixture(scope="module")
def ada(address: str, tmp_path_factory: pytest.TempPathFactory) -> Rooms:
    rooms = Rooms(address, "ada", tmp_path_factory.mktemp("ada"))
    rooms.connection.clients.get("s3").create_bucket(Bucket=BUCKET)
    return rooms


@pytest.fixture
def control(address: str) -> Iterator[SandboxControl]:
    control = SandboxControl(address)
    yield control
    control.clear_faults()


def ended(ada: Rooms, run: str, *allowed: RunStatus) -> RunView:
    view = ada.runs.wait(run, WAIT)
    assert view.status in allowed, [(step.id, step.status, step.problem) for step in view.steps]
    for step in view.steps:
        assert step.problem is None or step.problem.kind != "SagedeckError" or step.problem.why, step
    return view


def broken_and_mended(ada: Rooms, control: SandboxControl, way: str, fault: Mapping[str, Any]) -> None:
    """Deploy under a fault, go on once it is over, take all of it back."""
    before = standing(ada)
    request = request_for(way, f"half-{next(_numbers)}")
    plan = ada.deploy.plan_deploy(request)
    control.set_fault(**fault)
    run = ada.runs.start(plan)
    view = ended(ada, run, RunStatus.DONE, RunStatus.FAILED)
    control.clear_faults()
    if view.status is RunStatus.FAILED:
        assert any(step.problem and step.problem.next for step in view.steps), "it says what to do next"
        ada.runs.resume(run)
        ended(ada, run, RunStatus.DONE)
    # what scales it may have begun to, meanwhile
    waiter = ada.connection.clients.get("sagemaker").get_waiter("endpoint_in_service")
    waiter.wait(EndpointName=request.endpoint_name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert ada.endpoints.describe_endpoint(request.endpoint_name).status == "InService"
    ada.runs.undo(run)
    ended(ada, run, RunStatus.UNDONE)
    assert standing(ada) == before


def _under(kind: Kind, service: str, operation: str) -> dict[str, Any]:
    if kind is Kind.DENIED_ACTION:
        return {"kind": kind, "resource": f"{service}:{operation}"}
    if kind is not Kind.EXPIRED_TOKEN:  # for a while; without end a wait goes on for an hour, as it should
        return {"kind": kind, "service": service, "operation": operation, "times": 4}
    return {"kind": kind, "service": service, "operation": operation}


@pytest.mark.parametrize(("way", "kind", "service", "operation"), FEW, ids=str)
def test_a_call_that_fails(
    ada: Rooms, control: SandboxControl, way: str, kind: Kind, service: str, operation: str
) -> None:
    broken_and_mended(ada, control, way, _under(kind, service, operation))


@pytest.mark.slow
@pytest.mark.parametrize(("way", "kind", "service", "operation"), [each for each in ALL if each not in FEW], ids=str)
def test_any_call_that_fails(
    ada: Rooms, control: SandboxControl, way: str, kind: Kind, service: str, operation: str
) -> None:
    broken_and_mended(ada, control, way, _under(kind, service, operation))


@pytest.mark.parametrize("way", [way for way in MODES if way != "serverless"])
@pytest.mark.parametrize("kind", [Kind.NO_CAPACITY, Kind.QUOTA_ZERO])
def test_a_machine_that_is_not_to_be_had_is_taken_back_without_remains(
    ada: Rooms, control: SandboxControl, way: str, kind: Kind
) -> None:
    before = standing(ada)
    control.set_fault(kind, resource=CPU)
    run = ada.runs.start(ada.deploy.plan_deploy(request_for(way, f"half-{next(_numbers)}")))
    view = ended(ada, run, RunStatus.FAILED)
    assert any(step.problem and step.problem.next for step in view.steps)
    ada.runs.undo(run)
    ended(ada, run, RunStatus.UNDONE)
    assert standing(ada) == before


@pytest.mark.parametrize("way", MODES)
def test_an_endpoint_that_failed_is_planned_again_and_stands(ada: Rooms, control: SandboxControl, way: str) -> None:
    before = standing(ada)
    request = request_for(way, f"half-{next(_numbers)}")
    control.set_fault(Kind.FAILED_PING, resource=request.component_name or request.endpoint_name)
    run = ada.runs.start(ada.deploy.plan_deploy(request))
    ended(ada, run, RunStatus.FAILED)
    control.clear_faults()
    ada.runs.resume(run, plan=ada.deploy.plan_deploy(request))
    ended(ada, run, RunStatus.DONE)
    ada.runs.undo(run)
    ended(ada, run, RunStatus.UNDONE)
    assert standing(ada) == before
