"""Update and scale against the sandbox, through the console's own services."""

from __future__ import annotations

import pytest

from sandbox.faults import Kind
from services.console import Console
from services.endpoints import Rollout, ScaleRequest, Shift, UpdateRequest
from services.errors import InvalidRequest
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client
from tests.services.endpoints.flows import OTHER, SMALL, WAIT, deployed, done, ran, scaled, update


def test_an_update_replaces_configuration_and_machine_and_keeps_the_scaling(console: Console, url: str) -> None:
    deployed(console, "mover")
    which = scaled(url, "mover")
    request = update(console, "mover", instance_type=OTHER, count=2)
    plan = console.changes.plan_update(request)
    assert plan.same_work(console.changes.plan_update(request))
    before = console.endpoints.describe_endpoint("mover").usd_per_hour or 0.0
    view = done(console, plan)
    now = console.endpoints.describe_endpoint("mover")
    assert (now.config_name, now.hardware) == (request.config_name, "2 × ml.m5.xlarge")
    assert view.usd_per_hour == pytest.approx((now.usd_per_hour or 0.0) - before)
    assert client(url, "application-autoscaling").describe_scaling_policies(**which)["ScalingPolicies"]
    with pytest.raises(Exception, match="Could not find"):
        client(url, "sagemaker").describe_endpoint_config(EndpointConfigName="mover")
    slowly = UpdateRequest(name="mover", config_name="mover-3", count=1, rollout=Rollout(shift=Shift.CANARY))
    done(console, console.changes.plan_update(slowly))
    assert console.endpoints.describe_endpoint("mover").count == 1


def test_a_silent_rollback_fails_the_update_in_words_and_undoing_leaves_the_endpoint_as_it_was(
    console: Console, faults: SandboxControl
) -> None:
    deployed(console, "stubborn")
    faults.set_fault(Kind.SILENT_ROLLBACK)
    request = update(console, "stubborn", instance_type=OTHER)
    view = ran(console, console.changes.plan_update(request))
    assert view.status is RunStatus.FAILED
    (problem,) = (step.problem for step in view.steps if step.problem and step.status == "failed")
    assert "rolled back" in problem.what
    assert "EndpointConfigName is stubborn" in problem.what
    assert view.usd_per_hour == 0.0, "the instances it was to move to are gone"
    faults.clear_faults()
    console.runs.undo(view.id, confirmed=console.runs.undo_plan(view.id))
    assert console.runs.wait(view.id, WAIT).status is RunStatus.UNDONE
    now = console.endpoints.describe_endpoint("stubborn")
    assert (now.config_name, now.hardware, now.status) == ("stubborn", "1 × ml.c6i.xlarge", "InService")


def test_an_update_without_capacity_goes_back_and_says_so(console: Console, faults: SandboxControl) -> None:
    deployed(console, "crowded")
    faults.set_fault(Kind.NO_CAPACITY, resource=OTHER)
    view = ran(console, console.changes.plan_update(update(console, "crowded", instance_type=OTHER)))
    assert view.status is RunStatus.FAILED
    assert any("rolled back" in step.problem.what for step in view.steps if step.problem)
    assert console.endpoints.describe_endpoint("crowded").hardware == "1 × ml.c6i.xlarge"
    assert console.smoke_test("crowded").ok


def test_a_count_set_by_hand_is_reached_or_said_not_to_be(console: Console, faults: SandboxControl) -> None:
    deployed(console, "grower")
    done(console, console.changes.plan_scale(ScaleRequest(name="grower", count=2)))
    assert console.endpoints.describe_endpoint("grower").count == 2
    faults.set_fault(Kind.NO_CAPACITY, resource=SMALL)
    view = ran(console, console.changes.plan_scale(ScaleRequest(name="grower", count=3)))
    assert view.status is RunStatus.FAILED
    assert any("rolled back" in step.problem.what for step in view.steps if step.problem)


def test_another_model_takes_the_place_of_the_one_before_and_the_tags_follow(console: Console, url: str) -> None:
    deployed(console, "first")
    deployed(console, "second")
    done(console, console.changes.plan_update(update(console, "first", model="second")))
    now = console.endpoints.describe_endpoint("first")
    assert [model.name for model in now.models] == ["second"]
    with pytest.raises(Exception, match="Could not find"):
        client(url, "sagemaker").describe_model(ModelName="first")
    assert console.smoke_test("first").ok


def test_a_model_of_the_catalogue_takes_the_place_of_the_one_before(console: Console) -> None:
    deployed(console, "changer")
    better = console.changes.catalogue_model("huggingface-sentencesimilarity-bge-small-en-v1-5", SMALL)
    request = update(console, "changer", model=better)
    done(console, console.changes.plan_update(request))
    now = console.endpoints.describe_endpoint("changer")
    assert now.model_id == "huggingface-sentencesimilarity-bge-small-en-v1-5"
    assert [model.name for model in now.models] == [request.config_name]
    assert now.role_arn, "it runs with the role of the one before"
    assert console.smoke_test("changer").ok


def test_a_licence_is_accepted_or_the_model_is_not_taken(console: Console) -> None:
    licensed = next(each for each in console.catalog.list_models() if each.eula)
    with pytest.raises(InvalidRequest, match="licence"):
        console.changes.catalogue_model(licensed.id, licensed.default_instance)
    taken = console.changes.catalogue_model(licensed.id, licensed.default_instance, accept_eula=True)
    assert taken.accept_eula


def test_traffic_moves_between_variants_by_weight(console: Console, url: str) -> None:
    deployed(console, "maker")
    sagemaker = client(url, "sagemaker")
    variants = [
        {"VariantName": name, "ModelName": "maker", "InstanceType": SMALL, "InitialInstanceCount": 1}
        for name in ("one", "two")
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="both", ProductionVariants=variants)
    sagemaker.create_endpoint(EndpointName="both", EndpointConfigName="both")
    SandboxControl(url).advance(3600)
    done(console, console.changes.plan_scale(ScaleRequest(name="both", variant="two", weight=0.25)))
    weights = {each.name: each.weight for each in console.endpoints.describe_endpoint("both").variants}
    assert weights == {"one": 1.0, "two": 0.25}
    request = UpdateRequest(name="both", config_name="both-2", variant="two", instance_type=OTHER)
    done(console, console.changes.plan_update(request))
    found = {each.name: each for each in console.endpoints.describe_endpoint("both").variants}
    assert (found["one"].instance_type, found["two"].instance_type) == (SMALL, OTHER)
    assert found["two"].weight == 0.25, "what was set by hand stays"
