"""Plans of notebook instances: steps, order, cost, and what is refused at which field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.access import ExistingRole, RoleRequest, RoleState
from services.errors import InUse, InvalidRequest, NameTaken
from services.notebooks import (
    STATES,
    Act,
    ChangeRequest,
    NotebookInstance,
    NotebookRequest,
    NotebookState,
    change_problems,
    plan_change,
    plan_create,
    plan_delete,
    plan_start,
    plan_stop,
    request_problems,
    state_of,
)
from services.plans import check
from services.plans.models import Plan, Ref, Until
from services.plans.validate import known_values

ROLE = "arn:aws:iam::123456789012:role/Work"
STATE = NotebookState(
    region="us-east-1", account="123456789012", role=RoleState(region="us-east-1", account="123456789012"),
    usd_per_hour=0.05, usd_per_gb_month=0.14, price_source="estimate",
)  # fmt: skip
REQUEST = NotebookRequest(name="papers", instance_type="ml.t3.medium", role=ExistingRole(ROLE), owner="ada")
RUNNING = NotebookInstance(
    name="papers", arn="arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/papers", status="InService",
    instance_type="ml.t3.medium", volume_gb=20, usd_per_hour=0.05, usd_stored=0.004,
)  # fmt: skip


def calls(plan: Plan) -> list[str]:
    return [step.operation for step in plan]


def fields(**more: Any) -> dict[str, str]:
    return {each.field: each.words for each in request_problems(replace(REQUEST, **more))}


def test_a_new_one_with_a_role_that_exists_is_made_and_waited_for() -> None:
    plan = plan_create(REQUEST, STATE)
    assert calls(plan) == ["create_notebook_instance", "describe_notebook_instance"]
    sent = plan.step("create-notebook").parameters
    assert sent["RoleArn"] == ROLE
    assert sent["InstanceMetadataServiceConfiguration"] == {"MinimumInstanceMetadataServiceVersion": "2"}
    assert {"Key": "sagedeck:made-by", "Value": "sagedeck"} in sent["Tags"]
    assert plan.estimate.usd_per_hour == pytest.approx(0.05 + 5 * 0.14 / 730)
    assert check(plan) == ()


def test_its_role_is_made_first_and_known_by_reference() -> None:
    role = RoleRequest(name="sagedeck-workspaces-us-east-1", owner="ada", work=True)
    plan = plan_create(replace(REQUEST, role=role), STATE)
    assert calls(plan)[:3] == ["create_role", "put_role_policy", "create_notebook_instance"]
    create = plan.step("create-notebook")
    assert isinstance(create.parameters["RoleArn"], Ref)
    assert create.after == ("create-role", "role-policy")
    document = plan.step("role-policy").parameters["PolicyDocument"].value
    sids = {each["Sid"] for each in document["Statement"]}
    assert {"CallEndpoints", "UseOwnBucket", "SeeStudio"} <= sids
    assert not any("sagemaker:CreateEndpoint" in each["Action"] for each in document["Statement"])


def test_undo_stops_waits_deletes_and_waits() -> None:
    undo = plan_create(REQUEST, STATE).step("create-notebook").undo
    assert [step.operation for step in undo] == [
        "stop_notebook_instance", "describe_notebook_instance", "delete_notebook_instance",
        "describe_notebook_instance",
    ]  # fmt: skip


def test_everything_a_form_can_say_is_sent_and_passes_the_service_model() -> None:
    request = replace(
        REQUEST, platform="notebook-al2023-v1", lifecycle="setup", root=False, internet=False, subnet="subnet-1",
        groups=("sg-1",), kms_key="alias/mine", repository="https://github.com/x/y", imds="1", tags=(("team", "a"),),
        volume_gb=16_384,
    )  # fmt: skip
    plan = plan_create(request, STATE)
    sent = plan.step("create-notebook").parameters
    assert (sent["RootAccess"], sent["DirectInternetAccess"], sent["LifecycleConfigName"]) == (
        "Disabled", "Disabled", "setup",
    )  # fmt: skip
    assert check(plan) == ()
    assert any("5 minutes" in each for each in plan.warnings)
    assert any("VPC endpoints" in each for each in plan.warnings)
    actions = {each.action for step in plan for each in step.permissions}
    assert {"ec2:CreateNetworkInterface", "kms:CreateGrant", "iam:PassRole"} <= actions


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "-papers"}),
        ("name", {"name": "my papers"}),
        ("name", {"name": "é"}),
        ("name", {"name": "a" * 64}),
        ("instance_type", {"instance_type": ""}),
        ("instance_type", {"instance_type": "t3.medium"}),
        ("volume_gb", {"volume_gb": 4}),
        ("volume_gb", {"volume_gb": 16_385}),
        ("role", {"role": ExistingRole("")}),
        ("platform", {"platform": "notebook-al3"}),
        ("subnet", {"groups": ("sg-1",)}),
        ("groups", {"subnet": "subnet-1"}),
        ("groups", {"subnet": "subnet-1", "groups": tuple(f"sg-{n}" for n in range(6))}),
        ("internet", {"internet": False}),
        ("kms_key", {"kms_key": "no key!"}),
        ("repository", {"repository": "http://plain.example/x"}),
        ("repository", {"repository": "https://me:secret@github.com/x"}),
        ("imds", {"imds": "3"}),
        ("tags", {"tags": (("sagedeck:owner", "eve"),)}),
        ("tags", {"tags": (("a", "1"), ("a", "2"))}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_never_planned(field: str, more: dict[str, Any]) -> None:
    assert field in fields(**more)
    with pytest.raises(InvalidRequest):
        plan_create(replace(REQUEST, **more), STATE)


def test_the_limits_themselves_are_allowed() -> None:
    assert fields(name="a" * 63, volume_gb=5) == {}
    assert fields(volume_gb=16_384, subnet="subnet-1", groups=("sg-1",), internet=False) == {}


def test_a_taken_name_says_in_which_state_the_other_is() -> None:
    with pytest.raises(NameTaken, match="Stopped"):
        plan_create(REQUEST, replace(STATE, taken="Stopped"))


def test_an_unknown_price_stays_unknown() -> None:
    assert plan_create(REQUEST, replace(STATE, usd_per_hour=None)).estimate.usd_per_hour is None
    assert replace(RUNNING, usd_per_hour=None).usd_now is None


def test_every_state_of_the_service_is_known_and_no_other_lets_anything_be_done() -> None:
    assert set(known_values("sagemaker", "NotebookInstanceStatus")) == set(STATES)
    assert state_of("Dreaming").acts == ()
    assert "does not know" in state_of("Dreaming").words
    for name, state in STATES.items():
        assert state.words, name


@pytest.mark.parametrize("status", [*STATES, "Dreaming"])
def test_what_a_state_does_not_offer_is_refused_with_its_meaning(status: str) -> None:
    now = replace(RUNNING, status=status)
    change = ChangeRequest(name="papers", volume_gb=30)
    planned: dict[Act, Callable[[], Plan]] = {
        Act.START: lambda: plan_start(now),
        Act.STOP: lambda: plan_stop(now),
        Act.CHANGE: lambda: plan_change(now, change, usd_per_hour=0.05, usd_stored=0.006),
        Act.DELETE: lambda: plan_delete(now),
    }
    for act, plan_of in planned.items():
        if act in now.state.acts:
            assert check(plan_of()) == ()
        else:
            with pytest.raises(InUse):
                plan_of()


def test_one_that_runs_is_stopped_changed_and_started_again() -> None:
    plan = plan_change(RUNNING, ChangeRequest(name="papers", volume_gb=30), usd_per_hour=0.05, usd_stored=0.006)
    assert calls(plan) == [
        "stop_notebook_instance", "describe_notebook_instance", "update_notebook_instance",
        "describe_notebook_instance", "start_notebook_instance", "describe_notebook_instance",
    ]  # fmt: skip
    assert dict(plan.step("update").parameters) == {"NotebookInstanceName": "papers", "VolumeSizeInGB": 30}
    wait = plan.step("updated").manner
    assert isinstance(wait, Until)
    assert wait.expect == {"VolumeSizeInGB": 30}
    assert plan.estimate.usd_per_hour == pytest.approx(0.002)


def test_one_that_stands_still_is_only_changed() -> None:
    still = replace(RUNNING, status="Stopped")
    change = ChangeRequest(name="papers", instance_type="ml.m5.xlarge")
    plan = plan_change(still, change, usd_per_hour=0.23, usd_stored=0.004)
    assert calls(plan) == ["update_notebook_instance", "describe_notebook_instance"]
    assert plan.estimate.usd_per_hour == pytest.approx(0.0)


def test_left_stopped_it_saves_what_its_machine_cost() -> None:
    change = ChangeRequest(name="papers", volume_gb=30, restart=False)
    plan = plan_change(RUNNING, change, usd_per_hour=0.05, usd_stored=0.006)
    assert "start_notebook_instance" not in calls(plan)
    assert plan.estimate.usd_per_hour == pytest.approx(0.006 - 0.054)


def test_a_volume_only_grows() -> None:
    (problem,) = change_problems(ChangeRequest(name="papers", volume_gb=10), RUNNING)
    assert (problem.field, "only grow" in problem.words) == ("volume_gb", True)
    assert change_problems(ChangeRequest(name="papers"), RUNNING)
    assert change_problems(ChangeRequest(name="papers", volume_gb=20, instance_type="ml.t3.medium"), RUNNING)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("InService", ["stop_notebook_instance", "describe_notebook_instance"]),
        ("Pending", ["stop_notebook_instance", "describe_notebook_instance"]),
        ("Stopping", ["describe_notebook_instance"]),
        ("Stopped", []),
        ("Failed", []),
    ],
)
def test_it_is_deleted_only_once_it_stands_still(status: str, expected: list[str]) -> None:
    plan = plan_delete(replace(RUNNING, status=status))
    assert calls(plan) == [*expected, "delete_notebook_instance", "describe_notebook_instance"]
    assert "lost for good" in plan.warnings[0]
