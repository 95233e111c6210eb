"""Plans of Studio: a quick domain, people, spaces; what is refused at which field; what goes before what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.access import ExistingRole, RoleRequest, RoleState
from services.errors import InUse, InvalidRequest, NameTaken
from services.plans import check
from services.plans.models import Plan, Proof, Ref
from services.plans.validate import known_values
from services.plans.values import look
from services.studio import (
    DOMAIN_STATES,
    Act,
    App,
    Domain,
    DomainRequest,
    DomainSettings,
    Profile,
    ProfileRequest,
    Space,
    SpaceChange,
    SpaceRequest,
    StudioState,
    domain_problems,
    plan_change,
    plan_delete,
    plan_domain,
    plan_profile,
    plan_run,
    plan_space,
    plan_stop,
    profile_name,
    space_problems,
)
from services.studio.problems import change_problems
from services.studio.states import APPS, SPACES

ID = "d-abc"
SETTINGS = DomainSettings(id=ID, idle={"JupyterLab": (120, 60, 1440)}, largest_gb=100)
STATE = StudioState(
    region="us-east-1", account="123456789012", owner="ana", role=RoleState(region="us-east-1", account="123456789012"),
    settings=SETTINGS, usd_per_hour=0.05, usd_per_gb_month=0.112, efs_per_gb_month=0.3, price_source="estimate",
)  # fmt: skip
DOMAIN = DomainRequest(
    name="studio", profile="ana", role=ExistingRole("arn:aws:iam::123456789012:role/Work"), vpc_id="vpc-1",
    subnets=("subnet-1", "subnet-2"), owner="ana",
)  # fmt: skip
SPACE = SpaceRequest(domain=ID, profile="ana", name="lab", owner="ana")
APP = App(kind="JupyterLab", status="InService", instance_type="ml.t3.medium", usd_per_hour=0.05)
HELD = Space(
    domain=ID, name="lab", status="InService", owner="ana", kind="JupyterLab", volume_gb=5, usd_stored=0.001,
    described=True,
)  # fmt: skip


def calls(plan: Plan) -> list[str]:
    return [step.operation for step in plan]


def test_a_quick_domain_makes_role_domain_and_person_in_order() -> None:
    role = RoleRequest(name="sagedeck-workspaces-us-east-1", work=True)
    plan = plan_domain(replace(DOMAIN, role=role), STATE)
    assert calls(plan) == [
        "create_role", "put_role_policy", "create_domain", "describe_domain", "create_user_profile",
        "describe_user_profile",
    ]  # fmt: skip
    assert plan.step("create-profile").after == ("domain-ready",)
    assert plan.step("create-domain").parameters["AuthMode"] == "IAM"
    assert check(plan) == ()
    assert plan.estimate.usd_per_hour == 0.0


def test_what_a_domain_costs_and_leaves_is_said_beforehand() -> None:
    told = " ".join(plan_domain(DOMAIN, STATE).warnings)
    for words in ("$0.30 a GB", "file system", "security groups", "bucket sagemaker-us-east-1-123456789012", "120"):
        assert words in told
    unknown = " ".join(plan_domain(DOMAIN, replace(STATE, efs_per_gb_month=None)).warnings)
    assert "not known" in unknown


def test_its_id_is_found_in_what_making_it_answers_and_in_the_list() -> None:
    reference = plan_domain(DOMAIN, STATE).step("domain-ready").parameters["DomainId"]
    assert isinstance(reference, Ref)
    assert look(reference.path, {"DomainId": "d-1"}) == "d-1"
    listed = {"Domains": [{"DomainName": "other", "DomainId": "d-2"}, {"DomainName": "studio", "DomainId": "d-3"}]}
    assert look(reference.path, listed) == "d-3"
    proof = plan_domain(DOMAIN, STATE).step("create-domain").proof
    assert isinstance(proof, Proof)
    assert look(proof.found, listed)
    assert not look(proof.found, {"Domains": []})


def test_without_an_idle_time_apps_are_not_stopped_and_that_is_said() -> None:
    plan = plan_domain(replace(DOMAIN, idle_minutes=0), STATE)
    assert "JupyterLabAppSettings" not in plan.step("create-domain").parameters["DefaultUserSettings"]
    assert "until somebody stops them" in plan.warnings[0]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("name", {"name": "my domain"}),
        ("profile", {"profile": ""}),
        ("vpc_id", {"vpc_id": ""}),
        ("subnets", {"subnets": ()}),
        ("subnets", {"subnets": tuple(f"subnet-{n}" for n in range(17))}),
        ("idle_minutes", {"idle_minutes": 59}),
        ("role", {"role": ExistingRole("role")}),
    ],
)
def test_what_is_wrong_with_a_domain_is_said_at_its_field(field: str, more: dict[str, Any]) -> None:
    assert field in {each.field for each in domain_problems(replace(DOMAIN, **more))}
    with pytest.raises(InvalidRequest):
        plan_domain(replace(DOMAIN, **more), STATE)


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(NameTaken):
        plan_domain(DOMAIN, replace(STATE, domains=("studio",)))
    with pytest.raises(NameTaken):
        plan_space(SPACE, replace(STATE, spaces=("lab",)))
    with pytest.raises(NameTaken):
        plan_profile(ProfileRequest(domain=ID, name="ana"), replace(STATE, profiles=("ana",)))


def test_a_space_is_made_and_run() -> None:
    plan = plan_space(replace(SPACE, idle_minutes=90, volume_gb=50), STATE)
    assert calls(plan) == ["create_space", "describe_space", "create_app", "describe_app"]
    settings = plan.step("create-space").parameters["SpaceSettings"]
    assert settings["JupyterLabAppSettings"]["AppLifecycleManagement"]["IdleSettings"] == {"IdleTimeoutInMinutes": 90}
    assert plan.estimate.usd_per_hour == pytest.approx(0.05 + 50 * 0.112 / 730)
    assert check(plan) == ()
    assert "90 minutes" in plan.warnings[0]


def test_one_that_is_only_made_costs_its_volume() -> None:
    plan = plan_space(replace(SPACE, run=False), STATE)
    assert calls(plan) == ["create_space", "describe_space"]
    assert plan.estimate.usd_per_hour == pytest.approx(5 * 0.112 / 730)


def test_code_editor_has_settings_of_its_own() -> None:
    plan = plan_space(replace(SPACE, kind="CodeEditor"), STATE)
    assert "CodeEditorAppSettings" in plan.step("create-space").parameters["SpaceSettings"]
    assert "nothing stops it by itself" in plan.warnings[0]
    assert check(plan) == ()


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "a" * 64}),
        ("profile", {"profile": ""}),
        ("kind", {"kind": "RStudio"}),
        ("instance_type", {"instance_type": "m5.large"}),
        ("volume_gb", {"volume_gb": 4}),
        ("volume_gb", {"volume_gb": 101}),
        ("idle_minutes", {"idle_minutes": 1_441}),
        ("idle_minutes", {"idle_minutes": 60, "kind": "CodeEditor"}),
    ],
)
def test_what_is_wrong_with_a_space_is_said_at_its_field(field: str, more: dict[str, Any]) -> None:
    assert field in {each.field for each in space_problems(replace(SPACE, **more), SETTINGS)}
    with pytest.raises(InvalidRequest):
        plan_space(replace(SPACE, **more), STATE)


def test_without_its_domains_settings_only_the_services_own_limits_hold() -> None:
    assert space_problems(replace(SPACE, volume_gb=16_384, idle_minutes=525_600)) == ()
    assert space_problems(replace(SPACE, volume_gb=16_385))


def test_every_state_of_the_service_has_its_words() -> None:
    assert set(known_values("sagemaker", "SpaceStatus")) == set(SPACES)
    assert set(known_values("sagemaker", "DomainStatus")) == set(DOMAIN_STATES)
    assert set(known_values("sagemaker", "AppStatus")) - {"Deleted"} == set(APPS)


@pytest.mark.parametrize("app", ["", "Pending", "InService", "Deleting", "Failed", "Dreaming"])
@pytest.mark.parametrize("status", [*SPACES, "Dreaming"])
def test_a_state_offers_what_can_be_planned_and_refuses_the_rest(status: str, app: str) -> None:
    space = replace(HELD, status=status, apps=(replace(APP, status=app),) if app else ())
    assert space.means
    planned: dict[Act, Callable[[], Plan]] = {
        Act.RUN: lambda: plan_run(space, "ml.t3.medium", STATE),
        Act.STOP: lambda: plan_stop(space, STATE),
        Act.CHANGE: lambda: plan_change(space, SpaceChange(domain=ID, name="lab", volume_gb=20), STATE),
        Act.DELETE: lambda: plan_delete(space, STATE),
    }
    for act, plan_of in planned.items():
        if act in space.acts:
            assert check(plan_of()) == ()
        else:
            with pytest.raises(InUse):
                plan_of()


def test_a_space_that_runs_is_stopped_before_it_goes() -> None:
    plan = plan_delete(replace(HELD, apps=(APP,)), STATE)
    assert calls(plan) == ["delete_app", "describe_app", "delete_space", "describe_space"]
    assert plan.step("delete").after == ("app-gone",)
    assert plan.estimate.usd_per_hour == pytest.approx(-0.051)
    assert "lost for good" in plan.warnings[0]


def test_a_space_that_runs_is_stopped_changed_and_run_again_on_the_same_machine() -> None:
    running = replace(HELD, apps=(replace(APP, instance_type="ml.m5.large"),))
    plan = plan_change(running, SpaceChange(domain=ID, name="lab", volume_gb=20), STATE)
    assert calls(plan) == [
        "delete_app", "describe_app", "update_space", "describe_space", "create_app", "describe_app",
    ]  # fmt: skip
    again = plan.step("create-app").parameters
    assert again["ResourceSpec"] == {"InstanceType": "ml.m5.large"}
    assert {"Key": "sagedeck:owner", "Value": "ana"} in again["Tags"]
    left = plan_change(running, SpaceChange(domain=ID, name="lab", volume_gb=20, restart=False), STATE)
    assert "create_app" not in calls(left)


def test_a_stop_is_taken_back_by_running_it_again() -> None:
    plan = plan_stop(replace(HELD, apps=(APP,)), STATE)
    (undo,) = plan.step("delete-app").undo
    assert (undo.operation, undo.parameters["ResourceSpec"]) == ("create_app", {"InstanceType": "ml.t3.medium"})
    assert plan.estimate.usd_per_hour == pytest.approx(-0.05)


def test_a_volume_only_grows_and_nothing_is_no_change() -> None:
    assert (
        "only grow"
        in change_problems(SpaceChange(domain=ID, name="lab", volume_gb=5), replace(HELD, volume_gb=9))[0].words
    )
    assert change_problems(SpaceChange(domain=ID, name="lab"), HELD)


def test_a_space_of_another_kind_is_run_in_studio() -> None:
    with pytest.raises(InvalidRequest, match="Canvas"):
        plan_run(replace(HELD, kind="Canvas"), "ml.t3.medium", STATE)


def test_what_a_domain_costs_is_the_sum_of_what_runs_and_lies_in_it() -> None:
    idle = replace(HELD, name="idle")
    server = App(kind="JupyterServer", status="InService", instance_type="system", usd_per_hour=0.0)
    person = Profile(domain=ID, name="ana", apps=(server,))
    domain = Domain(id=ID, spaces=(replace(HELD, apps=(APP,)), idle), profiles=(person,), usd_files=0.002)
    assert domain.usd_now == pytest.approx(0.05 + 0.001 + 0.001 + 0.002)
    assert replace(domain, spaces=(replace(HELD, usd_stored=None),)).usd_now is None


def test_a_persons_name_becomes_one_that_a_profile_may_have() -> None:
    assert profile_name("sandbox/Zoë O'Neil") == "Zo-O-Neil"
    assert profile_name("///") == "me"
