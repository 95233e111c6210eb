"""The execution role and the person: who is trusted, who may read, who may hand the role over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.access import RolePolicies
from services.access import Verdict as May
from services.deploy import Asynchronous, CustomSource, DeployRequest
from services.plans.models import Permission
from services.preflight import Topic, Verdict
from tests.services.deploy.samples import LLAMA, NEW_ROLE, ROLE, request_for
from tests.services.preflight.world import IMAGE, World, denied
from tests.services.preflight.world import ROLE as MINE

BUCKET = "arn:aws:s3:::mine"


def custom(**changes: object) -> DeployRequest:
    source = CustomSource(image=IMAGE, artifact="s3://mine/model.tar.gz", family="tgi")
    return replace(request_for(source=source), **changes)  # type: ignore[arg-type]


def all_but(*actions: str, verdict: May = May.DENIED) -> object:
    return lambda permission: verdict if permission.action in actions else May.ALLOWED


def test_a_new_role_will_be_made() -> None:
    line = World().one(request_for(role=NEW_ROLE), Topic.ROLE)
    assert line.verdict is Verdict.OK
    assert "made by the plan" in line.words


def test_the_consoles_own_role_is_found_again_and_a_strangers_of_that_name_stops() -> None:
    ours = replace(MINE, name=NEW_ROLE.name, made_here=True)
    assert World(role=ours).one(request_for(role=NEW_ROLE), Topic.ROLE).verdict is Verdict.OK
    assert World(role=MINE).one(request_for(role=NEW_ROLE), Topic.ROLE).verdict is Verdict.STOP


def test_a_role_that_is_not_there_stops_and_one_can_be_made_by_the_plan() -> None:
    asked = request_for(role=ROLE)
    line = World(role=None).one(asked, Topic.ROLE)
    assert line.verdict is Verdict.STOP
    assert line.fix is not None
    assert isinstance(line.fix.change, DeployRequest)
    assert line.fix.change.role == World().service()._rooms.access.request()


def test_a_role_that_sagemaker_may_not_take_on_stops() -> None:
    line = World(role=replace(MINE, trusts_sagemaker=False)).one(request_for(role=ROLE), Topic.ROLE)
    assert line.verdict is Verdict.STOP
    assert "sagemaker.amazonaws.com" in line.detail


def test_a_role_that_may_read_the_artefact_and_write_the_answers_is_fine() -> None:
    asked: list[Permission] = []

    def may(permission: Permission) -> May:
        asked.append(permission)
        return May.ALLOWED

    request = custom(mode=Asynchronous(output="s3://mine/out/"))
    assert World(role=MINE, may=may).one(request, Topic.ROLE).verdict is Verdict.OK
    assert Permission("s3:GetObject", f"{BUCKET}/model.tar.gz") in asked
    assert Permission("s3:PutObject", f"{BUCKET}/out/") in asked
    assert Permission("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:123456789012:repository/mine") in asked


def test_a_role_that_may_not_read_the_artefact_is_a_warning_as_the_bucket_may_allow_it() -> None:
    line = World(role=MINE, may=all_but("s3:GetObject")).one(custom(), Topic.ROLE)  # type: ignore[arg-type]
    assert line.verdict is Verdict.WARNING
    assert f"s3:GetObject on {BUCKET}/model.tar.gz" in line.words


def test_where_the_simulator_may_not_be_asked_the_names_of_the_policies_tell() -> None:
    unknown = all_but("s3:GetObject", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", verdict=May.UNKNOWN)
    everything = RolePolicies(attached=("arn:aws:iam::aws:policy/AdministratorAccess",))
    world = World(role=MINE, may=unknown, policies=everything)  # type: ignore[arg-type]
    assert world.one(custom(), Topic.ROLE).verdict is Verdict.OK
    world.policies = RolePolicies(inline=("mine",))
    line = world.one(custom(), Topic.ROLE)
    assert line.verdict is Verdict.UNKNOWN
    assert "It has mine." in line.detail
    world.policies = denied("iam:ListRolePolicies")
    line = world.one(custom(), Topic.ROLE)
    assert line.verdict is Verdict.UNKNOWN
    assert "iam:ListRolePolicies" in line.detail


def test_a_role_of_another_account_stops() -> None:
    elsewhere = replace(ROLE, arn="arn:aws:iam::999999999999:role/Theirs")
    assert World(role=MINE).one(request_for(role=elsewhere), Topic.ROLE).verdict is Verdict.STOP


def test_a_role_that_may_not_be_read_is_unknown_with_the_action_named() -> None:
    line = World(role=denied("iam:GetRole")).one(request_for(role=ROLE), Topic.ROLE)
    assert line.verdict is Verdict.UNKNOWN
    assert "iam:GetRole" in line.words


def test_whoever_may_do_what_the_plan_does_is_told_so() -> None:
    line = World().one(request_for(role=NEW_ROLE), Topic.PERMISSIONS)
    assert line.verdict is Verdict.OK
    assert "iam:PassRole" in line.words


@pytest.mark.parametrize("action", ["iam:PassRole", "sagemaker:CreateEndpoint"])
def test_a_missing_permission_of_ones_own_stops_and_is_named(action: str) -> None:
    line = World(role=MINE, may=all_but(action)).one(request_for(role=ROLE), Topic.PERMISSIONS)  # type: ignore[arg-type]
    assert line.verdict is Verdict.STOP
    assert action in line.words
    assert ("hand the role over" in line.words) == (action == "iam:PassRole")


def test_permissions_that_cannot_be_asked_are_unknown() -> None:
    world = World(role=MINE, may=lambda permission: May.UNKNOWN)
    assert world.one(request_for(role=ROLE), Topic.PERMISSIONS).verdict is Verdict.UNKNOWN


def test_a_request_that_cannot_be_planned_has_no_permissions_to_ask_about() -> None:
    line = World().one(request_for(LLAMA), Topic.PERMISSIONS)  # its licence is not accepted
    assert line.verdict is Verdict.UNKNOWN
    assert "once the request can be planned" in line.words
