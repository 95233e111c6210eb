"""Endpoints that go to sleep and wake up: the plan's own steps against a sandbox whose clock stands still."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.__main__ import dataapi_routes, runtime_routes
from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.world import World
from services.connection import sandbox_at
from services.deploy import (
    Asynchronous,
    Components,
    DeployRequest,
    Metric,
    NewTopic,
    RealTime,
    Scaling,
    managed_scaling,
    scaling_steps,
    topic_steps,
)
from services.plans import AwsOperator, Plan, Runs, RunStatus, RunView, StepStatus
from services.state import State
from tests.sandbox import server
from tests.sandbox.conftest import ROLE
from tests.sandbox.runtime.whole import BUCKET, GPU, Whole, component
from tests.services.deploy.samples import request_for, state_for

WAIT = 60.0
QUEUE = Asynchronous(output=f"s3://{BUCKET}/out/", success=NewTopic(name="answers", email="ada@example.com"))
SLEEPS = Scaling(minimum=0, maximum=2, metric=Metric.BACKLOG, target=5)


@pytest.fixture(scope="module")
def serving() -> Iterator[Whole]:
    app = Sandbox(World(Clock(speed=0)), runtime_routes, dataapi_routes)
    with server.served(app) as url:
        yield Whole(app, url)


@pytest.fixture
def whole(serving: Whole) -> Whole:
    serving.client("iam").list_roles()  # what moto holds is emptied only where this sandbox has used it
    serving.client("s3").list_buckets()
    serving.begin()
    return serving


class Runner:
    """Runs plans in one sandbox."""

    def __init__(self, whole: Whole, folder: Path) -> None:
        clients = sandbox_at(whole.url, owner="ada").clients
        self.runs = Runs(State(folder / "state.db"), lambda _: AwsOperator(clients), owner="ada", worker="test")

    def run(self, request: DeployRequest) -> RunView:
        state = state_for(request)
        steps = (*topic_steps(request, state), *scaling_steps(request, state, ()))
        view = self.runs.wait(self.runs.start(Plan("scale", steps)), WAIT)
        assert view.status is RunStatus.DONE, [(step.id, step.status, step.problem) for step in view.steps]
        return view

    def undo(self, view: RunView) -> RunView:
        self.runs.undo(view.id)
        return self.runs.wait(view.id, WAIT)


@pytest.fixture
def runner(whole: Whole, tmp_path: Path) -> Runner:
    return Runner(whole, tmp_path)


def _count(whole: Whole, name: str) -> int:
    described = whole.client("sagemaker").describe_endpoint(EndpointName=name)
    return int(described["ProductionVariants"][0]["CurrentInstanceCount"])


def _send(whole: Whole, name: str) -> str:
    sent = whole.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=name, InputLocation=whole.put("in.json", {"inputs": "hello"}), ContentType="application/json"
    )
    return str(sent["OutputLocation"])


def test_an_idle_asynchronous_endpoint_goes_to_zero_and_a_request_wakes_it_up(whole: Whole, runner: Runner) -> None:
    whole.queue("demo")
    runner.run(request_for(mode=QUEUE, scaling=SLEEPS))
    whole.world.advance(1800)
    assert _count(whole, "demo") == 0

    output = _send(whole, "demo")
    whole.world.advance(60)
    assert whole.keys("out/") == [], "nothing runs yet"
    whole.world.advance(600)
    assert json.loads(whole.get(output)) == [{"generated_text": "echo: hello"}]

    again = _send(whole, "demo")
    whole.world.advance(600)
    assert json.loads(whole.get(again)) == [{"generated_text": "echo: hello"}]
    whole.world.advance(1800)
    assert _count(whole, "demo") == 0, "it goes to sleep again"


def test_a_component_goes_to_zero_with_its_instance_and_a_refused_request_wakes_it_up(
    whole: Whole, runner: Runner
) -> None:
    scaling = Scaling(minimum=0, maximum=2, metric=Metric.INVOCATIONS, target=10)
    request = request_for(mode=Components(accelerators=1), scaling=scaling)
    variant = {"VariantName": "AllTraffic", **GPU, "InitialInstanceCount": 1}
    whole.endpoint("demo", variant | {"ManagedInstanceScaling": managed_scaling(request)}, ExecutionRoleArn=ROLE)
    whole.model("m")
    component(whole, "demo", "demo", "m")
    runner.run(request)

    def ask() -> Any:
        answer = whole.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="demo",
            InferenceComponentName="demo",
            Body=b'{"inputs": "hello"}',
            ContentType="application/json",
        )
        return json.loads(answer["Body"].read())

    assert ask() == [{"generated_text": "echo: hello"}]
    whole.world.advance(3600)
    assert _count(whole, "demo") == 0
    with pytest.raises(ClientError, match="no capacity"):
        ask()
    whole.world.advance(60)  # a minute of the alarm; nobody asks for longer, and it is asleep again
    assert ask() == [{"generated_text": "echo: hello"}]


def test_what_is_there_as_wanted_is_found_and_what_differs_is_put_right(whole: Whole, runner: Runner) -> None:
    whole.queue("demo")
    request = request_for(mode=QUEUE, scaling=SLEEPS)
    runner.run(request)
    again = runner.run(request)
    assert {step.status for step in again.steps} == {StepStatus.ALREADY_THERE}

    wider = runner.run(replace(request, scaling=replace(SLEEPS, maximum=4)))
    done = {step.id for step in wider.steps if step.status is StepStatus.DONE}
    assert done == {"scale-demo"}
    targets = whole.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    assert [(each["MinCapacity"], each["MaxCapacity"]) for each in targets["ScalableTargets"]] == [(0, 4)]


def test_undoing_leaves_no_target_policy_alarm_or_topic(whole: Whole, runner: Runner) -> None:
    whole.queue("demo")
    view = runner.run(request_for(mode=QUEUE, scaling=SLEEPS))
    cloudwatch, sns = whole.client("cloudwatch"), whole.client("sns")
    topic = sns.list_topics()["Topics"][0]["TopicArn"]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"] == "alias/aws/sns"
    assert [each["Endpoint"] for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]] == [
        "ada@example.com"
    ]
    assert {each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]} > {"sagedeck-wake-demo"}

    undone = runner.undo(view)
    assert undone.status is not RunStatus.FAILED
    scaling = whole.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert sns.list_topics()["Topics"] == []
    whole.client("sagemaker").delete_endpoint(EndpointName="demo")


def test_a_real_time_endpoint_grows_with_its_requests_up_to_the_maximum(whole: Whole, runner: Runner) -> None:
    whole.model("m")
    whole.endpoint("demo", {"VariantName": "AllTraffic", "ModelName": "m", **GPU, "InitialInstanceCount": 1})
    runner.run(request_for(mode=RealTime(), scaling=Scaling(minimum=1, maximum=2, target=5)))
    for _ in range(40):
        whole.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="demo", Body=b'{"inputs": "hi"}', ContentType="application/json"
        )
    whole.world.advance(600)
    activities = whole.client("application-autoscaling").describe_scaling_activities(ServiceNamespace="sagemaker")
    assert any("track-demo" in each["Cause"] for each in activities["ScalingActivities"])
    assert (
        max(each["Description"] for each in activities["ScalingActivities"]) == "Setting desired instance count to 2."
    )
