"""Endpoints that scale, sleep or hold components go whole, whoever made them: the sandbox refuses what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.access import AccessService
from services.access.gateway import AccessGateway
from services.catalog import CatalogService
from services.cleanup import CleanupService
from services.cleanup.gateway import CleanupGateway
from services.connection import Connection, sandbox_at
from services.deploy import (
    Asynchronous,
    Components,
    DeployRequest,
    Metric,
    NewTopic,
    Scaling,
    plan_deploy,
)
from services.endpoints import EndpointsService
from services.endpoints.gateway import EndpointsGateway
from services.knowledge import LibraryState
from services.plans import AwsOperator, Plan, Runs, RunStatus, RunView, StepStatus
from services.sandbox_control import SandboxControl
from services.state import State
from tests.sandbox.server import start_sandbox
from tests.services.deploy.samples import MINILM, NEW_ROLE, request_for, state_for

SPEED = 600
WAIT = 60.0
QUEUE = Asynchronous(output="s3://answers/out/", success=NewTopic(name="told", email="ada@example.com"))
SLEEPS = Scaling(minimum=0, maximum=2, metric=Metric.BACKLOG, target=5)
COPIES = Scaling(minimum=0, maximum=2, metric=Metric.CONCURRENCY, target=4)


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with start_sandbox("--speed", str(SPEED)) as url:
        found = sandbox_at(url, owner="ada")
        found.clients.get("s3").create_bucket(Bucket="answers")
        yield found


class Account:
    """What a person does in one account."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        clients, region = connection.clients, connection.identity.region
        self.clients, self.owner = clients, connection.owner
        catalog = CatalogService(region, offline=True)
        access = AccessService(AccessGateway(clients), region=region, account="123456789012", owner=self.owner)
        self.endpoints = EndpointsService(EndpointsGateway(clients), catalog)
        self.cleanup = CleanupService(
            CleanupGateway(clients), self.endpoints, access, owner=self.owner, library=LibraryState
        )
        self.runs = Runs(State(folder / "state.db"), lambda _: AwsOperator(clients), owner=self.owner, worker="test")

    def run(self, plan: Plan) -> RunView:
        view = self.runs.wait(self.runs.start(plan), WAIT)
        assert view.status is RunStatus.DONE, [(step.id, step.status, step.problem) for step in view.steps]
        return view

    def deploy(self, request: DeployRequest) -> RunView:
        return self.run(self.plan(request))

    def start(self, request: DeployRequest) -> str:
        return self.runs.start(self.plan(request))

    def plan(self, request: DeployRequest) -> Plan:
        mine = replace(request, owner=self.owner, role=replace(NEW_ROLE, owner=self.owner))
        return plan_deploy(mine, state_for(mine, pace=SPEED))

    def ask(self, service: str, operation: str, rows: str, **which: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = getattr(self.clients.get(service), operation)(**which)[rows]
        return found

    def left(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that could be left of an endpoint."""
        scaling = {"ServiceNamespace": "sagemaker"}
        held = {
            "endpoints": self.ask("sagemaker", "list_endpoints", "Endpoints"),
            "components": self.ask("sagemaker", "list_inference_components", "InferenceComponents"),
            "configs": self.ask("sagemaker", "list_endpoint_configs", "EndpointConfigs"),
            "models": self.ask("sagemaker", "list_models", "Models"),
            "targets": self.ask("application-autoscaling", "describe_scalable_targets", "ScalableTargets", **scaling),
            "policies": self.ask("application-autoscaling", "describe_scaling_policies", "ScalingPolicies", **scaling),
            "alarms": self.ask("cloudwatch", "describe_alarms", "MetricAlarms"),
            "topics": self.ask("sns", "list_topics", "Topics"),
        }
        return {kind: rows for kind, rows in held.items() if rows}


@pytest.fixture
def ada(connection: Connection, tmp_path: Path) -> Account:
    return Account(connection, tmp_path)


def test_an_endpoint_that_sleeps_goes_with_its_target_policies_and_alarm_and_take_down_takes_its_topic(
    ada: Account,
) -> None:
    ada.deploy(request_for(MINILM, endpoint_name="asleep", mode=QUEUE, scaling=SLEEPS))
    plan = ada.endpoints.plan_delete("asleep")
    assert [step.operation for step in plan] == [
        "deregister_scalable_target",
        "delete_alarms",
        "delete_endpoint",
        "describe_endpoint",
        "delete_endpoint_config",
        "delete_model",
    ]
    ada.run(plan)
    assert set(ada.left()) == {"topics"}

    down = ada.cleanup.plan_take_down()
    assert [(item.kind, item.name) for item in down.items] == [
        ("topic", "told"),
        ("execution role", NEW_ROLE.name),
    ]
    ada.run(down.plan)
    assert ada.left() == {}


def test_take_down_takes_a_component_that_scales_its_endpoint_and_their_model(ada: Account) -> None:
    ada.deploy(request_for(endpoint_name="host", mode=Components(name="part", accelerators=1), scaling=COPIES))
    assert {"targets", "components", "alarms"} <= set(ada.left())
    ada.run(ada.cleanup.plan_take_down().plan)
    assert ada.left() == {}


def test_deleting_one_endpoint_takes_its_component_and_the_model_only_that_ran(ada: Account) -> None:
    ada.deploy(request_for(endpoint_name="host", mode=Components(name="part", accelerators=1), scaling=COPIES))
    ada.run(ada.endpoints.plan_delete("host"))
    assert ada.left() == {}


def test_an_endpoint_made_elsewhere_with_a_target_is_deleted_too(ada: Account) -> None:
    ada.deploy(request_for(MINILM, endpoint_name="theirs"))
    scaling = ada.clients.get("application-autoscaling")
    which = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/theirs/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**which, MinCapacity=1, MaxCapacity=2)
    scaling.put_scheduled_action(
        **which, ScheduledActionName="nights", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 1}
    )
    ada.run(ada.endpoints.plan_delete("theirs"))
    assert ada.left() == {}


def test_a_deployment_that_scales_is_taken_back_without_a_trace(ada: Account) -> None:
    request = request_for(MINILM, endpoint_name="asleep", mode=QUEUE, scaling=SLEEPS)
    view = ada.deploy(request)
    ada.runs.undo(view.id)
    assert ada.runs.wait(view.id, WAIT).status is RunStatus.UNDONE
    assert ada.left() == {}


def test_a_deployment_whose_scaling_is_refused_says_what_stands_and_is_finished_or_taken_back(
    ada: Account, connection: Connection
) -> None:
    faults = SandboxControl(str(connection.sandbox_url))
    faults.set_fault("denied-action", service="application-autoscaling", operation="PutScalingPolicy")
    request = request_for(MINILM, endpoint_name="asleep", mode=QUEUE, scaling=SLEEPS)
    try:
        view = ada.runs.wait(ada.start(request), WAIT)
    finally:
        faults.clear_faults()
    assert view.status is RunStatus.FAILED
    failed = {step.id for step in view.steps if step.status is StepStatus.FAILED}
    assert failed == {"track-asleep", "wake-asleep"}
    assert view.usd_per_hour, "it says what the endpoint that stands costs"

    ada.runs.resume(view.id)
    assert ada.runs.wait(view.id, WAIT).status is RunStatus.DONE
    assert [each["AlarmName"] for each in ada.ask("cloudwatch", "describe_alarms", "MetricAlarms",
                                                  AlarmNamePrefix="sagedeck-")] == ["sagedeck-wake-asleep"]  # fmt: skip
    ada.runs.undo(view.id)
    assert ada.runs.wait(view.id, WAIT).status is RunStatus.UNDONE
    assert ada.left() == {}


def test_whoever_may_not_look_at_scaling_is_told_and_can_delete_all_the_same(
    ada: Account, connection: Connection
) -> None:
    ada.deploy(request_for(MINILM, endpoint_name="plain"))
    faults = SandboxControl(str(connection.sandbox_url))
    faults.set_fault("denied-action", service="application-autoscaling", operation="DescribeScalableTargets")
    try:
        plan = ada.endpoints.plan_delete("plain")
    finally:
        faults.clear_faults()
    (warning,) = plan.warnings
    assert warning.startswith("Whether plain scales by itself could not be looked at: ")
    assert plan.steps[0].operation == "delete_endpoint"
    ada.run(plan)
    assert ada.left() == {}
