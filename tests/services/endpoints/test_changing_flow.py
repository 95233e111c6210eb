"""Pause, resume, update and scale against the sandbox, through the console's own services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Kind
from services.connection import sandbox_at
from services.console import Console
from services.deploy import CatalogSource, DeployRequest
from services.endpoints import Rollout, ScaleRequest, Shift, UpdateRequest
from services.errors import InUse, NotFound, PermissionDenied
from services.plans import Plan, RunStatus, RunView
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client, start_sandbox

WAIT = 60.0
EMBEDDING, SMALL, OTHER = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "ml.c6i.xlarge", "ml.m5.xlarge"
POLICY = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def console(url: str, folder: Path) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=folder)


@pytest.fixture
def faults(url: str) -> Iterator[SandboxControl]:
    control = SandboxControl(url)
    yield control
    control.clear_faults()


def ran(console: Console, plan: Plan, **secrets: str) -> RunView:
    return console.runs.wait(console.runs.start(plan, confirmed=plan, secrets=secrets), WAIT)


def done(console: Console, plan: Plan) -> RunView:
    view = ran(console, plan)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps if step.problem]
    return view


def deployed(console: Console, name: str, kind: str = SMALL) -> None:
    request = DeployRequest(
        source=CatalogSource(model_id=EMBEDDING), endpoint_name=name, instance_type=kind,
        role=console.access.request(), owner=console.owner,
    )  # fmt: skip
    done(console, console.deploy.plan_deploy(request))


def scaled(url: str, name: str) -> dict[str, Any]:
    """Give an endpoint a target, a policy and an alarm of one's own; the target's identity."""
    service = client(url, "application-autoscaling")
    which = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    service.register_scalable_target(**which, MinCapacity=1, MaxCapacity=3)
    service.put_scaling_policy(
        **which, PolicyName="track", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=POLICY
    )
    steps = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    }
    made = service.put_scaling_policy(
        **which, PolicyName="jump", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps
    )
    client(url, "cloudwatch").put_metric_alarm(
        AlarmName=f"jump-{name}", Namespace="AWS/SageMaker", MetricName="Invocations", Statistic="Sum", Period=60,
        Dimensions=[{"Name": "EndpointName", "Value": name}], EvaluationPeriods=1, Threshold=100.0,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[made["PolicyARN"]],
    )  # fmt: skip
    return which


def update(console: Console, name: str, **changes: Any) -> UpdateRequest:
    return UpdateRequest(name=name, config_name=console.changes.suggest_config_name(name), **changes)


def test_a_paused_endpoint_is_resumed_by_a_restarted_console_with_its_tags_and_its_scaling(
    console: Console, url: str, folder: Path
) -> None:
    deployed(console, "Sleeper")
    which = scaled(url, "Sleeper")
    before = console.endpoints.describe_endpoint("Sleeper")
    request = console.changes.pause_request("Sleeper")
    plan = console.changes.plan_pause(request)
    assert plan.same_work(console.changes.plan_pause(request)), "planned again it is the same"
    done(console, plan)
    service, watch = client(url, "application-autoscaling"), client(url, "cloudwatch")
    assert "Sleeper" not in [each.name for each in console.endpoints.list_endpoints()]
    assert service.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    assert watch.describe_alarms()["MetricAlarms"] == []

    restarted = Console(sandbox_at(url, owner="ada"), folder=folder)
    (paused,) = restarted.changes.list_paused()
    assert (paused.name, paused.usd_per_hour, paused.hardware) == ("Sleeper", before.usd_per_hour, "1 × ml.c6i.xlarge")
    assert paused.since is not None
    plan = restarted.changes.plan_resume("Sleeper")
    assert plan.estimate.usd_per_hour == before.usd_per_hour
    assert plan.estimate.usd_per_hour_most == pytest.approx(3 * (before.usd_per_hour or 0))
    done(restarted, plan)
    after = restarted.endpoints.describe_endpoint("Sleeper")
    assert (after.tags, after.config_name, after.status) == (before.tags, before.config_name, "InService")
    assert restarted.smoke_test("Sleeper").dimension == 384
    (target,) = service.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 3)
    policies = {each["PolicyName"]: each for each in service.describe_scaling_policies(**which)["ScalingPolicies"]}
    assert policies["track"]["TargetTrackingScalingPolicyConfiguration"] == POLICY
    (alarm,) = watch.describe_alarms(AlarmNames=["jump-Sleeper"])["MetricAlarms"]
    assert alarm["AlarmActions"] == [policies["jump"]["PolicyARN"]]
    assert restarted.changes.list_paused() == ()
    tags = client(url, "sagemaker").list_tags(ResourceArn=paused.config.arn)["Tags"]
    assert not [tag for tag in tags if tag["Key"].startswith("sagedeck:paused")]


def test_an_endpoint_this_console_did_not_make_is_paused_and_resumed_too(console: Console, url: str) -> None:
    deployed(console, "giver")
    sagemaker = client(url, "sagemaker")
    variant = {"VariantName": "Mine", "ModelName": "giver", "InstanceType": SMALL, "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="Foreign-Config", ProductionVariants=[variant])
    sagemaker.create_endpoint(
        EndpointName="foreign", EndpointConfigName="Foreign-Config", Tags=[{"Key": "team", "Value": "maps"}]
    )
    SandboxControl(url).advance(3600)
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="foreign", DesiredWeightsAndCapacities=[{"VariantName": "Mine", "DesiredInstanceCount": 2}]
    )
    SandboxControl(url).advance(3600)
    done(console, console.changes.plan_pause(console.changes.pause_request("foreign")))
    paused = console.changes.describe_paused("foreign")
    assert (paused.owner, paused.hardware) == ("", "2 × ml.c6i.xlarge")
    done(console, console.changes.plan_resume("foreign"))
    again = console.endpoints.describe_endpoint("foreign")
    assert (again.tags, again.count) == ((("team", "maps"),), 2)


def test_a_pause_that_fails_half_way_is_taken_back_by_a_restarted_console(
    console: Console, url: str, folder: Path, faults: SandboxControl
) -> None:
    deployed(console, "halfway")
    which = scaled(url, "halfway")
    faults.set_fault(Kind.DENIED_ACTION, resource="sagemaker:DeleteEndpoint")
    view = ran(console, console.changes.plan_pause(console.changes.pause_request("halfway")))
    assert view.status is RunStatus.FAILED
    faults.clear_faults()
    restarted = Console(sandbox_at(url, owner="ada"), folder=folder)
    restarted.runs.undo(view.id, confirmed=restarted.runs.undo_plan(view.id))
    assert restarted.runs.wait(view.id, WAIT).status is RunStatus.UNDONE
    service = client(url, "application-autoscaling")
    names = [each["PolicyName"] for each in service.describe_scaling_policies(**which)["ScalingPolicies"]]
    assert sorted(names) == ["jump", "track"]
    arn = restarted.endpoints.describe_endpoint("halfway").config_arn
    tags = client(url, "sagemaker").list_tags(ResourceArn=arn)["Tags"]
    assert not [tag for tag in tags if tag["Key"].startswith("sagedeck:paused")]


def test_a_pause_that_is_done_can_be_taken_back_as_well(console: Console, url: str) -> None:
    deployed(console, "regret")
    scaled(url, "regret")
    before = console.endpoints.describe_endpoint("regret")
    view = done(console, console.changes.plan_pause(console.changes.pause_request("regret")))
    console.runs.undo(view.id, confirmed=console.runs.undo_plan(view.id))
    undone = console.runs.wait(view.id, WAIT)
    assert undone.status is RunStatus.UNDONE, [each.problem for each in undone.undo_steps if each.problem]
    assert console.endpoints.describe_endpoint("regret").tags == before.tags
    assert "regret" not in [each.name for each in console.changes.list_paused()]


def test_components_are_remembered_with_the_endpoint_and_their_secrets_are_asked_for(
    console: Console, url: str
) -> None:
    deployed(console, "lender")
    sagemaker, control = client(url, "sagemaker"), SandboxControl(url)
    role = sagemaker.describe_model(ModelName="lender")
    variant = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.4xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(
        EndpointConfigName="shared", ProductionVariants=[variant], ExecutionRoleArn=role["ExecutionRoleArn"]
    )
    sagemaker.create_endpoint(EndpointName="shared", EndpointConfigName="shared")
    control.advance(3600)
    needs = {"NumberOfCpuCoresRequired": 1.0, "MinMemoryRequiredInMb": 1024}
    image = role["PrimaryContainer"]["Image"]
    container = {"Image": image, "Environment": {"HF_TOKEN": "hf_of_nobody", "MODE": "fast"}}
    sagemaker.create_inference_component(
        InferenceComponentName="part", EndpointName="shared", VariantName="AllTraffic", RuntimeConfig={"CopyCount": 2},
        Specification={"Container": container, "ComputeResourceRequirements": needs},
    )  # fmt: skip
    control.advance(3600)
    plan = console.changes.plan_pause(console.changes.pause_request("shared"))
    assert any("shared/part/HF_TOKEN" in warning for warning in plan.warnings)
    done(console, plan)
    tags = sagemaker.list_tags(ResourceArn=console.changes.describe_paused("shared").config.arn)["Tags"]
    assert "hf_of_nobody" not in str(tags)
    view = ran(console, console.changes.plan_resume("shared"), **{"shared/part/HF_TOKEN": "hf_of_nobody"})
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps if step.problem]
    part = sagemaker.describe_inference_component(InferenceComponentName="part")
    assert part["RuntimeConfig"]["DesiredCopyCount"] == 2
    assert part["Specification"]["Container"]["Environment"]["HF_TOKEN"] == "hf_of_nobody"
    assert part["Specification"]["ComputeResourceRequirements"] == needs


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


def test_what_is_paused_can_be_deleted_for_good_with_what_belongs_to_it_alone(console: Console, url: str) -> None:
    deployed(console, "goner")
    done(console, console.changes.plan_pause(console.changes.pause_request("goner")))
    plan = console.changes.plan_discard("goner")
    assert [step.operation for step in plan] == ["delete_endpoint_config", "delete_model"]
    done(console, plan)
    with pytest.raises(NotFound):
        console.changes.describe_paused("goner")


def test_what_is_gone_taken_or_refused_is_told_in_words(console: Console, url: str, faults: SandboxControl) -> None:
    deployed(console, "absent")
    done(console, console.changes.plan_pause(console.changes.pause_request("absent")))
    sagemaker = client(url, "sagemaker")
    sagemaker.delete_model(ModelName="absent")
    with pytest.raises(NotFound, match="absent"):
        console.changes.plan_resume("absent")
    with pytest.raises(NotFound):
        console.changes.plan_pause(console.changes.pause_request("absent"))
    deployed(console, "busy")
    sagemaker.update_endpoint(EndpointName="busy", EndpointConfigName="busy")
    if console.endpoints.describe_endpoint("busy").status == "Updating":
        with pytest.raises(InUse, match="Updating"):
            console.changes.plan_pause(console.changes.pause_request("busy"))
    faults.set_fault(Kind.DENIED_ACTION, resource="tag:GetResources")
    with pytest.raises(PermissionDenied):
        console.changes.list_paused()
