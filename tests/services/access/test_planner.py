from __future__ import annotations

from dataclasses import replace

import pytest

from services.access import (
    CLASSIC_POLICIES,
    Access,
    ExecutionRole,
    ExistingRole,
    RoleRequest,
    RoleState,
    default_role_name,
    least_policy,
    plan_execution_role,
    problems,
    tag_value,
    tags,
)
from services.errors import InvalidRequest, NameTaken
from services.plans import Json, Once, check, policy, undeclared

STATE = RoleState(region="eu-west-1", account="123456789012")
REQUEST = RoleRequest(name=default_role_name("eu-west-1"), owner="sandbox/ada")
ARN = "arn:aws:iam::123456789012:role/sagedeck-execution-eu-west-1"
OURS = ExecutionRole(name=REQUEST.name, arn=ARN, made_here=True, owner="sandbox/ada")


@pytest.mark.parametrize("access", list(Access))
def test_a_planned_role_is_accepted_by_the_service_model_and_declares_what_it_needs(access: Access) -> None:
    plan = plan_execution_role(replace(REQUEST, access=access), STATE)
    assert check(plan) == ()
    assert undeclared(plan) == ()


def test_the_role_is_created_before_it_is_given_rights() -> None:
    plan = plan_execution_role(REQUEST, STATE)
    assert [(step.id, step.after) for step in plan] == [("create-role", ()), ("role-policy", ("create-role",))]
    assert plan.step("create-role").permissions[0].resource == ARN


def test_what_iam_has_not_yet_heard_of_is_waited_for() -> None:
    plan = plan_execution_role(REQUEST, STATE)
    given, (taken,) = plan.step("role-policy").manner, plan.step("create-role").undo
    assert isinstance(given, Once)
    assert isinstance(taken.manner, Once)
    assert any(each.matches("NoSuchEntity", "The role with name x cannot be found.") for each in given.not_yet)
    assert not any(
        each.matches("NoSuchEntity", "Policy p does not exist or is not attachable.") for each in given.not_yet
    )
    conflict = "Cannot delete entity, must delete policies first."
    assert any(each.matches("DeleteConflict", conflict) for each in taken.manner.not_yet)
    assert 0 < given.deadline <= 120


def test_the_least_policy_reads_jumpstart_and_names_no_wildcard_action() -> None:
    document = least_policy(replace(REQUEST, buckets=("arn:aws:s3:::mine",)), STATE)
    actions = [action for statement in document["Statement"] for action in statement["Action"]]
    assert not any("*" in action for action in actions)
    by_sid = {statement["Sid"]: statement for statement in document["Statement"]}
    assert by_sid["ReadArtefacts"]["Resource"] == [
        "arn:aws:s3:::jumpstart-cache-prod-eu-west-1/*",
        "arn:aws:s3:::jumpstart-private-cache-prod-eu-west-1/*",
        "arn:aws:s3:::mine/*",
    ]
    assert by_sid["WriteLogs"]["Resource"] == ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/*"]
    everywhere = {sid for sid, statement in by_sid.items() if statement["Resource"] == ["*"]}
    assert everywhere == {"EcrLogin", "WriteMetrics"}  # neither takes a resource
    assert "Condition" in by_sid["WriteMetrics"]


def test_in_china_every_arn_is_of_that_partition() -> None:
    state = RoleState(region="cn-north-1", account="123456789012", partition="aws-cn")
    for access in Access:
        plan = plan_execution_role(replace(REQUEST, access=access), state)
        assert "arn:aws:" not in str(plan)
        assert "arn:aws:" not in str(policy(plan, partition="aws-cn"))


def test_the_classic_set_is_attached_with_a_warning_and_each_permission_is_for_one_policy() -> None:
    plan = plan_execution_role(replace(REQUEST, access=Access.CLASSIC), STATE)
    attached = [step.parameters["PolicyArn"] for step in plan.steps[1:]]
    assert attached == [f"arn:aws:iam::aws:policy/{name}" for name in CLASSIC_POLICIES]
    assert plan.warnings
    assert all("ArnEquals" in step.permissions[0].condition for step in plan.steps[1:])


def test_a_policy_that_is_attached_already_is_neither_attached_again_nor_taken_away_by_undo() -> None:
    there = f"arn:aws:iam::aws:policy/{CLASSIC_POLICIES[0]}"
    plan = plan_execution_role(replace(REQUEST, access=Access.CLASSIC), replace(STATE, role=OURS, attached=(there,)))
    assert len(plan.steps) == len(CLASSIC_POLICIES)
    assert there not in str([step.parameters for step in plan] + [step.undo for step in plan])


def test_undo_takes_the_policies_away_before_the_role() -> None:
    undo = [step.undo[0] for step in reversed(plan_execution_role(REQUEST, STATE).steps)]
    assert [step.operation for step in undo] == ["delete_role_policy", "delete_role"]
    assert undo[1].proof is not None
    assert undo[1].proof.gone


def test_a_role_this_console_made_before_is_planned_the_same_way() -> None:
    assert plan_execution_role(REQUEST, replace(STATE, role=OURS)) == plan_execution_role(REQUEST, STATE)


def test_a_changed_policy_has_another_name_so_that_the_name_proves_the_content() -> None:
    names = {
        str(plan_execution_role(request, STATE).step("role-policy").parameters["PolicyName"])
        for request in (REQUEST, replace(REQUEST, buckets=("arn:aws:s3:::mine",)))
    }
    assert len(names) == 2


@pytest.mark.parametrize("theirs", [replace(OURS, made_here=False), replace(OURS, trusts_sagemaker=False)])
def test_a_role_of_this_name_that_is_not_ours_is_never_touched(theirs: ExecutionRole) -> None:
    with pytest.raises(NameTaken) as caught:
        plan_execution_role(REQUEST, replace(STATE, role=theirs))
    assert "existing role" in caught.value.next


def test_a_name_iam_does_not_take_is_refused_before_any_call() -> None:
    with pytest.raises(InvalidRequest):
        plan_execution_role(replace(REQUEST, name="no blanks allowed"), STATE)
    with pytest.raises(InvalidRequest):
        plan_execution_role(replace(REQUEST, name="n" * 65), STATE)


def test_an_existing_role_is_named_by_its_arn() -> None:
    assert problems(ExistingRole(ARN)) == ()
    assert problems(ExistingRole("arn:aws-cn:iam::123456789012:role/service-role/Name")) == ()
    assert problems(ExistingRole("SageMakerRole"))


def test_the_trust_names_sagemaker_alone() -> None:
    document = plan_execution_role(REQUEST, STATE).step("create-role").parameters["AssumeRolePolicyDocument"]
    assert isinstance(document, Json)
    assert document.value["Statement"][0]["Principal"] == {"Service": "sagemaker.amazonaws.com"}


def test_a_tag_takes_only_what_aws_takes() -> None:
    assert tag_value("Ada's laptop <x>") == "Ada-s laptop -x-"
    assert len(tag_value("x" * 300)) == 256
    assert tags("ada", model_id="m", task="") == [
        {"Key": "sagedeck:made-by", "Value": "sagedeck"},
        {"Key": "sagedeck:owner", "Value": "ada"},
        {"Key": "sagedeck:model-id", "Value": "m"},
    ]
