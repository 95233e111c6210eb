from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.access import CLASSIC_POLICIES, Access, AccessService, RolePolicies
from services.access.gateway import AccessGateway
from services.errors import PermissionDenied
from tests.services.catalog.stubbed import ACCOUNT, StubbedClients

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "%s"}, "Action": "sts:AssumeRole"}]}'


def _row(name: str, service: str = "sagemaker.amazonaws.com", **more: Any) -> dict[str, Any]:
    return {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROATESTING000000",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": datetime(2026, 1, 2, tzinfo=UTC),
        # botocore turns the document IAM sends into a mapping before anyone sees it; a Stubber answers after that
        "AssumeRolePolicyDocument": TRUST % service,
        **more,
    }


@pytest.fixture
def clients() -> StubbedClients:
    return StubbedClients("iam")


def _decoded(clients: StubbedClients) -> None:
    """A Stubber checks the document as text; IAM's real answers reach us as mappings."""
    import json

    def decode(parsed: dict[str, Any], **_: Any) -> None:
        for row in [*parsed.get("Roles", []), *([parsed["Role"]] if "Role" in parsed else [])]:
            if isinstance(row.get("AssumeRolePolicyDocument"), str):
                row["AssumeRolePolicyDocument"] = json.loads(row["AssumeRolePolicyDocument"])

    clients.get("iam").meta.events.register("after-call.iam", decode)


def test_only_roles_that_trust_sagemaker_are_listed_over_all_pages(clients: StubbedClients) -> None:
    first = {"Roles": [_row("zeta"), _row("lambda", "lambda.amazonaws.com")], "IsTruncated": True, "Marker": "more"}
    clients.answer("iam", "list_roles", first, {"MaxItems": 200})
    clients.answer("iam", "list_roles", {"Roles": [_row("Alpha")]}, {"MaxItems": 200, "Marker": "more"})
    _decoded(clients)
    with clients.active():
        roles = AccessGateway(clients).roles()
    assert [role.name for role in roles] == ["Alpha", "zeta"]


def test_a_role_tells_by_its_tags_whether_this_console_made_it(clients: StubbedClients) -> None:
    labels = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}, {"Key": "sagedeck:owner", "Value": "ada"}]
    clients.answer("iam", "get_role", {"Role": _row("ours", Tags=labels)}, {"RoleName": "ours"})
    _decoded(clients)
    with clients.active():
        role = AccessGateway(clients).role("ours")
    assert role is not None
    assert (role.made_here, role.owner, role.trusts_sagemaker) == (True, "ada", True)


def test_a_missing_role_is_none_and_a_refusal_is_not(clients: StubbedClients) -> None:
    gateway = AccessGateway(clients)
    clients.refuse("iam", "get_role", "NoSuchEntity", "The role with name x cannot be found.")
    clients.refuse("iam", "get_role", "AccessDenied", "User: ada is not authorized to perform: iam:GetRole")
    with clients.active():
        assert gateway.role("x") is None
        with pytest.raises(PermissionDenied) as caught:
            gateway.role("x")
    assert caught.value.action == "iam:GetRole"


def test_the_policies_of_a_role_are_read_by_name_and_arn(clients: StubbedClients) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    clients.answer("iam", "list_role_policies", {"PolicyNames": ["inline"]}, {"RoleName": "r"})
    attached = {"AttachedPolicies": [{"PolicyName": "AmazonS3FullAccess", "PolicyArn": arn}]}
    clients.answer("iam", "list_attached_role_policies", attached, {"RoleName": "r"})
    with clients.active():
        assert AccessGateway(clients).policies("r") == RolePolicies(("inline",), (arn,))


def test_planning_reads_the_role_of_that_name_and_nothing_else(clients: StubbedClients) -> None:
    clients.refuse("iam", "get_role", "NoSuchEntity", "The role with name x cannot be found.")
    service = AccessService(AccessGateway(clients), region="us-east-1", account=ACCOUNT, owner="ada")
    request = service.request()
    with clients.active():
        plan = service.plan_role(request)
    assert (request.name, request.owner) == ("sagedeck-execution-us-east-1", "ada")
    assert [step.operation for step in plan] == ["create_role", "put_role_policy"]


def test_planning_the_classic_set_reads_what_the_role_has_already(clients: StubbedClients) -> None:
    arn = f"arn:aws:iam::aws:policy/{CLASSIC_POLICIES[0]}"
    tags = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}]
    clients.answer("iam", "get_role", {"Role": _row("sagedeck-execution-us-east-1", Tags=tags)}, None)
    clients.answer("iam", "list_role_policies", {"PolicyNames": []}, None)
    attached = {"AttachedPolicies": [{"PolicyName": CLASSIC_POLICIES[0], "PolicyArn": arn}]}
    clients.answer("iam", "list_attached_role_policies", attached, None)
    service = AccessService(AccessGateway(clients), region="us-east-1", account=ACCOUNT)
    with clients.active():
        state = service.state(service.request(access=Access.CLASSIC))
    assert state.attached == (arn,)
