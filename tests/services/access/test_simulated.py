"""The check against the sandbox's IAM, which reads policies as AWS's simulator does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.access import AccessService, UserState, Verdict, caller_policy, user_policy, viewer_policy
from services.access.gateway import AccessGateway
from services.connection import Connection, sandbox_at
from services.plans import Permission
from tests.sandbox.server import start_sandbox

REGION, ACCOUNT = "us-east-1", "123456789012"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/demo"


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with start_sandbox("--home", str(tmp_path_factory.mktemp("sandbox"))) as url:
        yield sandbox_at(url, owner="ada")


@pytest.fixture(scope="module")
def access(connection: Connection) -> AccessService:
    return AccessService(AccessGateway(connection.clients), region=REGION, account=ACCOUNT, owner="ada")


def _user(connection: Connection, name: str, policy: dict[str, Any]) -> str:
    iam = connection.clients.get("iam")
    arn = str(iam.create_user(UserName=name)["User"]["Arn"])
    iam.put_user_policy(UserName=name, PolicyName="given", PolicyDocument=json.dumps(policy))
    return arn


def _verdicts(access: AccessService, arn: str, page: str) -> dict[str, Verdict]:
    return {need.permission.action: told.verdict for need, told in access.check_page(arn, page)}


def test_a_viewer_sees_every_page_and_is_told_what_is_missing_to_act(
    connection: Connection, access: AccessService
) -> None:
    told = _verdicts(access, _user(connection, "viewer", viewer_policy(REGION, ACCOUNT)), "endpoints")
    assert told["sagemaker:ListEndpoints"] is Verdict.ALLOWED
    assert told["sagemaker:DescribeEndpoint"] is Verdict.ALLOWED
    assert told["sagemaker:DeleteEndpoint"] is Verdict.DENIED
    assert told["sagemaker:InvokeEndpoint"] is Verdict.DENIED


def test_the_consoles_own_user_may_deploy_and_hand_over_a_role_but_make_none(
    connection: Connection, access: AccessService
) -> None:
    arn = _user(connection, "deployer", user_policy(UserState(region=REGION, account=ACCOUNT)))
    told = _verdicts(access, arn, "deploy")
    assert told["sagemaker:CreateEndpoint"] is Verdict.ALLOWED
    assert told["iam:PassRole"] is Verdict.ALLOWED
    assert told["iam:CreateRole"] is Verdict.DENIED


def test_what_a_policy_forbids_outright_is_told_apart_from_what_none_allows(
    connection: Connection, access: AccessService
) -> None:
    statements = [
        {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "sagemaker:DeleteModel", "Resource": "*"},
    ]
    arn = _user(connection, "guarded", {"Version": "2012-10-17", "Statement": statements})
    wanted = [Permission(f"sagemaker:{name}") for name in ("ListModels", "DeleteModel")] + [Permission("iam:ListRoles")]
    told = access.check(arn, wanted)
    assert [each.verdict for each in told] == [Verdict.ALLOWED, Verdict.DENIED, Verdict.DENIED]
    assert "outright" in told[1].why
    assert "outright" not in told[2].why


def test_a_callers_policy_reaches_one_endpoint_and_no_other(connection: Connection, access: AccessService) -> None:
    arn = _user(connection, "caller", caller_policy(ENDPOINT))
    wanted = [Permission("sagemaker:InvokeEndpoint", resource) for resource in (ENDPOINT, f"{ENDPOINT}-other")]
    assert [each.verdict for each in access.check(arn, wanted)] == [Verdict.ALLOWED, Verdict.DENIED]
