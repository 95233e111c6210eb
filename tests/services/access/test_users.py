"""An IAM user as a plan: with the least by default, and a key whose secret is handed out once and kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.access import (
    CLASSIC_USER_POLICIES,
    Access,
    AccessService,
    ExistingRole,
    FoundUser,
    UserRequest,
    UserState,
    key_of,
    plan_user,
    user_policy,
)
from services.access.gateway import AccessGateway
from services.connection import Connection, sandbox_at
from services.errors import InvalidRequest, LimitExceeded, NameTaken
from services.plans import AwsOperator, Runs, RunStatus, StepStatus, check, undeclared
from services.state import State
from tests.sandbox.server import start_sandbox
from tests.services.deploy.samples import plan_for, request_for

STATE = UserState(region="eu-west-1", account="123456789012")
REQUEST = UserRequest(name="deployer", owner="ada")
OURS = FoundUser(name="deployer", made_here=True)


@pytest.mark.parametrize("access", list(Access))
def test_a_planned_user_is_accepted_by_the_service_model_and_declares_what_it_needs(access: Access) -> None:
    plan = plan_user(replace(REQUEST, access=access, policies=("arn:aws:iam::aws:policy/ReadOnlyAccess",)), STATE)
    assert check(plan) == ()
    assert undeclared(plan) == ()


def test_the_key_comes_last_when_the_user_has_its_rights() -> None:
    plan = plan_user(REQUEST, STATE)
    assert [(step.id, step.after) for step in plan] == [
        ("create-user", ()),
        ("user-policy", ("create-user",)),
        ("create-key", ("create-user", "user-policy")),
    ]
    assert [step.id for step in plan_user(replace(REQUEST, key=False), STATE)] == ["create-user", "user-policy"]


def test_the_least_policy_lets_nobody_make_roles_users_or_policies() -> None:
    statements = user_policy(STATE)["Statement"]
    actions = [action for statement in statements for action in statement["Action"]]
    assert not any("*" in action for action in actions)
    changing = [each for each in actions if each.startswith("iam:") and not each.startswith(("iam:Get", "iam:List"))]
    assert changing == ["iam:PassRole"]
    passing = next(each for each in statements if each["Action"] == ["iam:PassRole"])
    assert passing["Resource"] == ["arn:aws:iam::123456789012:role/sagedeck-*"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_the_broad_rights_are_warned_of_and_only_those_that_are_lacking_are_attached() -> None:
    classic = replace(REQUEST, access=Access.CLASSIC)
    plan = plan_user(classic, STATE)
    assert [step.id for step in plan][1:-1] == [f"attach-{name}" for name in CLASSIC_USER_POLICIES]
    assert any("every right" in warning for warning in plan.warnings)
    attached = tuple(f"arn:aws:iam::aws:policy/{name}" for name in CLASSIC_USER_POLICIES[:4])
    again = plan_user(classic, replace(STATE, user=replace(OURS, attached=attached, keys=1)))
    assert [step.id for step in again] == ["create-user", "attach-AmazonS3FullAccess", "create-key"]
    assert any("second" in warning for warning in again.warnings)


def test_what_cannot_be_is_refused_before_anything_is_called() -> None:
    with pytest.raises(InvalidRequest, match="1 to 64"):
        plan_user(replace(REQUEST, name="no good name!"), STATE)
    with pytest.raises(InvalidRequest, match="not the ARN of a policy"):
        plan_user(replace(REQUEST, policies=("AdministratorAccess",)), STATE)
    with pytest.raises(NameTaken, match="did not make it"):
        plan_user(REQUEST, replace(STATE, user=replace(OURS, made_here=False)))
    with pytest.raises(LimitExceeded, match="2 keys"):
        plan_user(REQUEST, replace(STATE, user=replace(OURS, keys=2)))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with start_sandbox("--speed", "600") as url:
        yield sandbox_at(url, owner="ada")


def rooms(connection: Connection, folder: Path) -> tuple[AccessService, Runs]:
    access = AccessService(AccessGateway(connection.clients), region="us-east-1", account="123456789012", owner="ada")
    operator = AwsOperator(connection.clients)
    return access, Runs(State(folder / "state.db"), lambda _: operator, owner="ada", worker="test")


def test_the_key_works_is_handed_out_once_and_stands_nowhere_in_the_state(
    connection: Connection, tmp_path: Path
) -> None:
    access, runs = rooms(connection, tmp_path)
    run = runs.start(access.plan_user(REQUEST))
    assert runs.wait(run, 30).status is RunStatus.DONE
    handed = key_of(runs.take_secrets(run))
    assert handed is not None
    assert key_of(runs.take_secrets(run)) is None
    assert handed.secret not in repr(handed)
    (found,) = connection.clients.get("iam").list_access_keys(UserName="deployer")["AccessKeyMetadata"]
    assert found["AccessKeyId"] == handed.id
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert handed.id.encode() in kept, "taking the key back needs its id"
    assert handed.secret.encode() not in kept


def test_a_user_is_taken_back_with_its_rights_and_its_key_even_by_another_process(
    connection: Connection, tmp_path: Path
) -> None:
    access, runs = rooms(connection, tmp_path)
    run = runs.start(access.plan_user(replace(REQUEST, name="gone", access=Access.CLASSIC)))
    assert runs.wait(run, 30).status is RunStatus.DONE
    _, later = rooms(connection, tmp_path)
    later.undo(run)
    view = later.wait(run, 30)
    assert view.status is RunStatus.UNDONE, [(step.id, step.problem) for step in view.steps]
    assert access.plan_user(replace(REQUEST, name="gone")).steps[0].id == "create-user"
    assert AccessGateway(connection.clients).user("gone") is None


def test_a_second_plan_finds_the_user_and_makes_only_a_key(connection: Connection, tmp_path: Path) -> None:
    access, runs = rooms(connection, tmp_path)
    request = replace(REQUEST, name="twice")
    for _ in range(2):
        view = runs.wait(runs.start(access.plan_user(request)), 30)
    assert [step.status for step in view.steps] == [
        StepStatus.ALREADY_THERE,
        StepStatus.ALREADY_THERE,
        StepStatus.DONE,
    ]
    with pytest.raises(LimitExceeded):
        access.plan_user(request)


def test_the_least_policy_is_enough_to_deploy_and_delete_under_a_role_that_is_there() -> None:
    plan = plan_for(request_for(role=ExistingRole("arn:aws:iam::123456789012:role/sagedeck-execution-us-east-1")))
    needed = {
        each.action for step in plan for each in (*step.permissions, *(p for u in step.undo for p in u.permissions))
    }
    assert "sagemaker:DeleteEndpoint" in needed
    allowed = {action for statement in user_policy(STATE)["Statement"] for action in statement["Action"]}
    assert needed <= allowed


def test_a_users_own_policy_fits_into_what_iam_takes() -> None:
    """IAM takes 2,048 characters of a user's own policies, white space not counted."""
    far = UserState(region="ap-southeast-1", account="123456789012", partition="aws-us-gov")
    assert len(json.dumps(user_policy(far), separators=(",", ":"))) <= 2_048


def test_the_least_policy_reaches_components_too() -> None:
    allowed = {action for statement in user_policy(STATE)["Statement"] for action in statement["Action"]}
    assert {"sagemaker:CreateInferenceComponent", "sagemaker:DeleteInferenceComponent"} <= allowed
