"""What happened to an endpoint: told once, by whom, newest first; and when it was deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.endpoints import EventKind, deployments, of_runs
from services.endpoints.timeline import Call, ScalingActivity, merged, of_calls, of_life, of_scaling
from services.endpoints.timeline_gateway import TimelineGateway
from services.errors import PermissionDenied
from services.pace import Pace
from services.plans import Plan, RunStatus, RunView, Step, StepStatus, StepView
from tests.services.catalog.stubbed import StubbedClients
from tests.services.endpoints.samples import DETAIL, WHEN

MADE = WHEN.timestamp()
LATER = replace(DETAIL, modified=WHEN + timedelta(days=2))


def call(name: str, at: float, who: str = "ada", refused: str = "", **subject: str) -> Call:
    return Call(name=name, at=at, who=who, refused=refused, subject=subject)


def run(operation: str, status: RunStatus = RunStatus.DONE, **parameters: Any) -> RunView:
    step = Step(id="one", service="sagemaker", operation=operation, reason="It is done.", parameters=parameters)
    state = StepStatus.DONE if status is RunStatus.DONE else StepStatus.FAILED
    view = StepView("one", "It is done.", "sagemaker", operation, state, MADE + 500, MADE + 501)
    return RunView("run-7", "Update Demo", status, (view,), Plan("Update Demo", (step,)), MADE + 490, MADE + 600, 0.0)


def test_who_made_it_is_told_once_and_newest_is_first() -> None:
    calls = of_calls([call("CreateEndpoint", MADE + 1, endpointName="Demo", endpointConfigName="Demo")], DETAIL)
    events = merged(of_life(LATER, MADE - 5), calls)
    assert [event.what for event in events] == [
        "Last changed; it is InService",
        "Endpoint created",
        "Configuration made",
    ]
    assert [event.who for event in events] == ["", "ada", ""]


def test_calls_about_other_endpoints_are_left_out() -> None:
    calls = [
        call("UpdateEndpoint", 5, endpointName="Other"),
        call("UpdateEndpoint", 6, endpointName="Demo"),
        call("PutScalingPolicy", 7, resourceId="endpoint/Demo/variant/AllTraffic"),
        call("PutScalingPolicy", 8, resourceId="endpoint/Demo-2/variant/AllTraffic"),
        call("RegisterScalableTarget", 9, resourceId="inference-component/part"),
        call("UpdateInferenceComponentRuntimeConfig", 10, inferenceComponentName="part"),
        call("DeleteInferenceComponent", 11, inferenceComponentName="gone"),
        call("CreateInferenceComponent", 4, inferenceComponentName="gone", endpointName="Demo"),
        call("CreateInferenceComponent", 4, inferenceComponentName="stranger", endpointName="Other"),
        call("DeleteInferenceComponent", 12, inferenceComponentName="stranger"),
    ]
    found = of_calls(calls, replace(DETAIL, components=("part",)))
    assert sorted(event.at for event in found) == [4, 6, 7, 9, 10, 11]


def test_a_refused_call_is_told_as_one_and_deploys_nothing() -> None:
    (event,) = of_calls([call("UpdateEndpoint", 6, refused="ValidationException", endpointName="Demo")], DETAIL)
    assert not event.ok
    assert not event.deploys
    assert "refused: ValidationException" in event.about


def test_scaling_says_what_and_why() -> None:
    (event,) = of_scaling([ScalingActivity(at=9, resource="AllTraffic", description="Setting to 2.", cause="an alarm")])
    assert (event.kind, event.what) == (EventKind.SCALING, "Setting to 2.")
    assert event.about == "AllTraffic · an alarm"


def test_runs_of_this_console_that_touched_it_are_there_and_others_not() -> None:
    runs = [
        run("update_endpoint", EndpointName="Demo"),
        run("update_endpoint", EndpointName="Other"),
        run("put_scaling_policy", ResourceId="endpoint/Demo/variant/AllTraffic"),
    ]
    found = of_runs(runs, DETAIL, "ada")
    assert [(event.run, event.who, event.deploys) for event in found] == [
        ("run-7", "ada", True),
        ("run-7", "ada", False),
    ]


def test_a_run_that_failed_before_it_changed_anything_is_no_deployment() -> None:
    (event,) = of_runs([run("update_endpoint", RunStatus.FAILED, EndpointName="Demo")], DETAIL)
    assert not event.ok
    assert not event.deploys


def test_deployments_are_told_once_each_oldest_first() -> None:
    calls = of_calls(
        [
            call("UpdateEndpoint", MADE + 505, endpointName="Demo"),
            call("UpdateEndpointWeightsAndCapacities", MADE + 9000, endpointName="Demo"),
            call("UpdateEndpoint", MADE + 90_000, endpointName="Demo"),
        ],
        DETAIL,
    )
    events = merged(of_life(LATER), calls, of_runs([run("update_endpoint", EndpointName="Demo")], DETAIL))
    assert deployments(events) == (MADE, MADE + 500, MADE + 90_000)


def test_a_configuration_younger_than_its_endpoint_was_deployed_when_it_was_made() -> None:
    assert deployments(of_life(DETAIL, MADE + 7200)) == (MADE, MADE + 7200)
    assert deployments(of_life(DETAIL, MADE - 7200)) == (MADE,)


BY_AWS = {"invokedBy": "x"}
DENIED = "AccessDeniedException"


@pytest.fixture
def clients() -> Iterator[StubbedClients]:
    stubbed = StubbedClients("sagemaker", "cloudtrail", "application-autoscaling")
    with stubbed.active():
        yield stubbed


def deny(clients: StubbedClients, service: str, operation: str, action: str) -> None:
    clients.refuse(service, operation, DENIED, f"User: ada is not authorized to perform: {action}")


def gateway(clients: StubbedClients) -> TimelineGateway:
    return TimelineGateway(clients, Pace(1e9))


def event(name: str, at: datetime, document: Any, **more: Any) -> dict[str, Any]:
    written = document if isinstance(document, str) else json.dumps(document)
    return {"EventId": "1", "EventName": name, "EventTime": at, "CloudTrailEvent": written} | more


def answer_calls(clients: StubbedClients, *events: dict[str, Any]) -> None:
    for name in ("CreateEndpoint", "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "RegisterScalableTarget",
                 "PutScalingPolicy"):  # fmt: skip
        held = [each for each in events if each["EventName"] == name]
        clients.answer("cloudtrail", "lookup_events", {"Events": held}, None)


def test_events_that_lack_members_are_read_as_far_as_they_go(clients: StubbedClients) -> None:
    answer_calls(
        clients,
        event("UpdateEndpoint", WHEN, "this is no JSON"),
        event("UpdateEndpoint", WHEN, '["no object"]'),
        event("UpdateEndpoint", WHEN, {"requestParameters": None, "userIdentity": None}),
        event("UpdateEndpoint", WHEN, {"requestParameters": {"endpointName": "Demo"}} | {"userIdentity": BY_AWS}),
    )
    found = gateway(clients).calls(DETAIL, MADE + 60)
    assert [each.subject for each in found] == [{}, {}, {}, {"endpointName": "Demo"}]
    assert found[3].who == "x"


def test_what_may_not_be_looked_at_is_a_problem_and_the_rest_is_told(clients: StubbedClients) -> None:
    deny(clients, "cloudtrail", "lookup_events", "cloudtrail:LookupEvents")
    scaling = "application-autoscaling"
    deny(clients, scaling, "describe_scaling_activities", f"{scaling}:DescribeScalingActivities")
    deny(clients, "sagemaker", "describe_endpoint_config", "sagemaker:DescribeEndpointConfig")
    told = gateway(clients).read(DETAIL, MADE + 60)
    assert [each.what for each in told.events] == ["Endpoint created"]
    said = " ".join(told.problems)
    assert "cloudtrail:LookupEvents" in said
    assert "DescribeScalingActivities" in said


def test_being_at_a_bound_already_is_no_failure(clients: StubbedClients) -> None:
    row = {
        "ActivityId": "1", "ServiceNamespace": "sagemaker", "ResourceId": "endpoint/Demo/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount", "Description": "Attempting to scale",
        "Cause": "an alarm", "StartTime": WHEN, "StatusCode": "Failed",
    }  # fmt: skip
    bound = row | {"NotScaledReasons": [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 4}]}
    clients.answer("application-autoscaling", "describe_scaling_activities", {"ScalingActivities": [row, bound]}, None)
    failed, held = gateway(clients).scaling(DETAIL)
    assert (failed.ok, held.ok) == (False, True)
    assert held.message == "not scaled: AlreadyAtMaxCapacity (at most 4)"


def test_a_configuration_that_is_gone_has_no_time(clients: StubbedClients) -> None:
    clients.refuse("sagemaker", "describe_endpoint_config", "ValidationException", "Could not find configuration")
    assert gateway(clients).configured("Demo") is None


def test_a_denied_lookup_raises_for_who_asks_only_for_calls(clients: StubbedClients) -> None:
    deny(clients, "cloudtrail", "lookup_events", "cloudtrail:LookupEvents")
    with pytest.raises(PermissionDenied):
        gateway(clients).calls(DETAIL, MADE + 60)
