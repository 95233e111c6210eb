"""Inference components: an endpoint made for them, and one that is there joined."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.deploy import (
    Asynchronous,
    Components,
    FoundComponent,
    FoundEndpoint,
    RagPairRequest,
    Scaling,
    plan_pair,
)
from services.errors import InUse, InvalidRequest, NameTaken, NotFound
from services.plans import Ref
from tests.services.deploy.samples import NEW_ROLE
from tests.services.deploy.worlds import (
    MISTRAL,
    TEI,
    Nobody,
    asked,
    config,
    planned,
    service,
    sound,
    variant,
    world,
)

TOPIC = "arn:aws:sns:us-east-1:123456789012:told"
OUT = Asynchronous(output="s3://answers-of-ada/out/")
HOST = FoundEndpoint("demo", "InService", "demo", "Shared", "ml.g5.12xlarge", 2, 2, takes_components=True)
ONTO = Components(name="second", accelerators=1, memory_mb=8192, onto=True)


def test_components_get_an_endpoint_without_a_model_and_a_place_on_it() -> None:
    mode = Components(copies=2, accelerators=1, cpus=2, memory_mb=8192)
    plan = sound(planned(asked(MISTRAL, "ml.g5.12xlarge", mode=mode, role=NEW_ROLE)))
    assert [step.id for step in plan][2:] == [
        "create-model-demo",
        "create-config-demo",
        "create-endpoint-demo",
        "wait-endpoint-demo",
        "create-component-demo",
        "wait-component-demo",
    ]
    assert "ModelName" not in variant(plan)
    assert config(plan)["ExecutionRoleArn"] == Ref("create-role", "Role.Arn")
    assert variant(plan)["RoutingConfig"] == {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}
    assert variant(plan)["InitialInstanceCount"] == 1
    component = plan.step("create-component-demo")
    assert component.after == ("wait-endpoint-demo",)
    assert component.parameters["RuntimeConfig"] == {"CopyCount": 2}
    specification = component.parameters["Specification"]
    assert specification["ModelName"] == "demo"
    assert specification["ComputeResourceRequirements"] == {
        "MinMemoryRequiredInMb": 8192,
        "NumberOfAcceleratorDevicesRequired": 1.0,
        "NumberOfCpuCoresRequired": 2.0,
    }
    assert specification["StartupParameters"] == {"ContainerStartupHealthCheckTimeoutInSeconds": 900}
    assert "ContainerStartupHealthCheckTimeoutInSeconds" not in variant(plan)
    assert [each.operation for each in component.undo] == [
        "delete_inference_component",
        "describe_inference_component",
    ]
    passing = [each for each in plan.step("create-config-demo").permissions if each.action == "iam:PassRole"]
    assert len(passing) == 1, "the endpoint runs under the role, so it is handed over here too"


def test_instances_follow_the_copies_within_the_cap() -> None:
    mode = Components(copies=1, accelerators=1, memory_mb=8192)
    plan = sound(planned(asked(MISTRAL, "ml.g5.12xlarge", mode=mode, scaling=Scaling(minimum=0, maximum=8))))
    assert variant(plan)["ManagedInstanceScaling"] == {
        "Status": "ENABLED",
        "MinInstanceCount": 0,
        "MaxInstanceCount": 2,
    }
    assert [step.operation for step in plan][-4:] == [
        "register_scalable_target",
        "put_scaling_policy",
        "put_scaling_policy",
        "put_metric_alarm",
    ]
    assert plan.step("scale-demo").after == ("wait-component-demo",)


def test_a_component_onto_an_endpoint_needs_only_its_model_and_itself() -> None:
    request = asked(MISTRAL, "", mode=ONTO)
    plan = sound(planned(request, endpoint=HOST))
    assert [step.id for step in plan] == ["create-model-second", "create-component-second", "wait-component-second"]
    component = plan.step("create-component-second").parameters
    assert (component["EndpointName"], component["VariantName"]) == ("demo", "Shared")
    assert component["Specification"]["ModelName"] == "second"
    assert plan.title == "Deploy mistralai/Mistral-7B-Instruct-v0.3 as second"
    assert (plan.estimate.usd_per_hour, plan.estimate.usd_per_hour_most) == (0.0, 0.0)


def test_the_container_of_a_component_is_that_of_the_endpoints_instances() -> None:
    request = asked(TEI, "", mode=Components(name="second", memory_mb=1024, onto=True))
    for kind, image in (("ml.g5.12xlarge", "/tei:"), ("ml.m5.xlarge", "/tei-cpu:")):
        state = service(Nobody(replace(HOST, instance_type=kind))).state(request)
        assert image in state.container.image


@pytest.mark.parametrize(
    ("host", "error"),
    [
        (None, NotFound),
        (replace(HOST, takes_components=False), InvalidRequest),
        (replace(HOST, status="Updating"), InUse),
    ],
)
def test_only_an_endpoint_that_takes_components_and_is_in_service_gets_one(
    host: FoundEndpoint | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        planned(asked(MISTRAL, "", mode=ONTO), endpoint=host)


def test_the_name_of_a_component_elsewhere_is_taken() -> None:
    elsewhere = FoundComponent("other", "InService")
    for request in (asked(MISTRAL, "", mode=ONTO), asked(mode=Components(name="second"))):
        with pytest.raises(NameTaken) as caught:
            planned(
                request,
                endpoint=None if request.instance_type else HOST,
                component=elsewhere,
            )
        assert "other" in caught.value.why
    assert planned(asked(MISTRAL, "", mode=ONTO), endpoint=HOST, component=FoundComponent("demo", "InService"))


def test_a_failed_component_of_an_earlier_try_makes_room_first() -> None:
    request = asked(MISTRAL, "", mode=ONTO)
    plan = sound(planned(request, endpoint=HOST, component=FoundComponent("demo", "Failed")))
    assert [step.id for step in plan] == [
        "create-model-second",
        "remove-failed-component-second",
        "wait-removed-component-second",
        "create-component-second",
        "wait-component-second",
    ]
    assert any("removed first" in each for each in plan.warnings)
    with pytest.raises(InUse):
        planned(request, endpoint=HOST, component=FoundComponent("demo", "Deleting"))
    creating = planned(request, endpoint=HOST, component=FoundComponent("demo", "Creating"))
    assert creating == planned(request, endpoint=HOST)


def test_two_components_may_join_one_endpoint_together() -> None:
    first = asked(MISTRAL, "", mode=ONTO)
    second = asked(TEI, "", mode=Components(name="third", memory_mb=1024, onto=True))
    both = RagPairRequest(embedding=second, language=first)
    plan = sound(plan_pair(both, world(second, endpoint=HOST), world(first, endpoint=HOST)))
    assert {"create-component-second", "create-component-third"} <= {step.id for step in plan}
    same = RagPairRequest(embedding=replace(second, mode=replace(ONTO, accelerators=0)), language=first)
    with pytest.raises(InvalidRequest):
        plan_pair(same, world(same.embedding, endpoint=HOST), world(first, endpoint=HOST))
