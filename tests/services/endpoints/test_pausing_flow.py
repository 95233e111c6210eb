"""Pause and resume against the sandbox, through the console's own services."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.faults import Kind
from services.connection import sandbox_at
from services.console import Console
from services.errors import InUse, NotFound, PermissionDenied
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client
from tests.services.endpoints.flows import POLICY, SMALL, WAIT, deployed, done, ran, scaled


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
