"""The policies of users and roles made in the sandbox are asked, if it was told to; nobody else's are."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sandbox.conftest import TRUST, Running
from tests.sandbox.server import ask

ALLOWED = {"Effect": "Allow", "Action": ["sagemaker:List*", "sagemaker:DescribeEndpoint"], "Resource": "*"}
ONE_BUCKET = {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"]}


@pytest.fixture
def strict(sandbox: Running) -> Iterator[Running]:
    sandbox.app.world.enforces_iam = True
    yield sandbox
    sandbox.app.world.enforces_iam = False


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def keys_of(sandbox: Running, name: str, *statements: Any) -> dict[str, str]:
    iam = sandbox.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}


def client(sandbox: Running, service: str, keys: dict[str, str]) -> Any:
    retries = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=sandbox.url, region_name="us-east-1", config=retries, **keys)


def denial(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied")
    return str(caught.value.response["Error"]["Message"])


def test_a_user_may_do_what_its_policies_allow_and_nothing_else(strict: Running) -> None:
    sagemaker = client(strict, "sagemaker", keys_of(strict, "ana", ALLOWED))
    assert sagemaker.list_endpoints()["Endpoints"] == []
    told = denial(sagemaker.delete_endpoint, EndpointName="chat")
    assert told == (
        "User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sagemaker:DeleteEndpoint on resource: "
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat because no identity-based policy allows the "
        "sagemaker:DeleteEndpoint action"
    )


def test_resources_count_and_a_deny_is_stronger(strict: Running) -> None:
    never = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}
    s3 = client(strict, "s3", keys_of(strict, "bo", ONE_BUCKET, never))
    s3.create_bucket(Bucket="mine")
    s3.put_object(Bucket="mine", Key="a", Body=b"x")
    assert "no identity-based policy allows" in denial(s3.create_bucket, Bucket="theirs")
    assert "explicit deny" in denial(s3.delete_object, Bucket="mine", Key="a")


def test_a_groups_policies_are_its_users_too_and_anybody_may_ask_who_it_is(strict: Running) -> None:
    keys, iam = keys_of(strict, "cy", ONE_BUCKET), strict.client("iam")
    assert client(strict, "sts", keys).get_caller_identity()["Arn"].endswith("user/cy")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=policy(ALLOWED))
    assert "sagemaker:ListEndpoints" in denial(client(strict, "sagemaker", keys).list_endpoints)
    iam.add_user_to_group(GroupName="readers", UserName="cy")
    client(strict, "sagemaker", keys).list_endpoints()


def test_whoever_assumed_a_role_has_its_rights(strict: Running) -> None:
    iam, sts = strict.client("iam"), strict.client("sts")
    arn = iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="Reader", PolicyName="p", PolicyDocument=policy(ALLOWED))
    made = sts.assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    keys = {
        "aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }  # fmt: skip
    sagemaker = client(strict, "sagemaker", keys)
    sagemaker.list_models()
    told = denial(sagemaker.delete_model, ModelName="m")
    assert "arn:aws:sts::123456789012:assumed-role/Reader/me is not authorized" in told


def test_invocations_are_asked_about_too(strict: Running) -> None:
    runtime = client(strict, "sagemaker-runtime", keys_of(strict, "di", ALLOWED))
    assert "sagemaker:InvokeEndpoint on resource" in denial(runtime.invoke_endpoint, EndpointName="chat", Body=b"x")


def test_an_inactive_key_is_no_key(strict: Running) -> None:
    keys = keys_of(strict, "eve", ALLOWED)
    strict.client("iam").update_access_key(UserName="eve", AccessKeyId=keys["aws_access_key_id"], Status="Inactive")
    with pytest.raises(ClientError) as caught:
        client(strict, "sagemaker", keys).list_endpoints()
    assert caught.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_other_keys_may_do_everything_and_so_may_all_if_it_was_not_asked_for(sandbox: Running) -> None:
    keys = keys_of(sandbox, "flo", ALLOWED)
    client(sandbox, "iam", keys).list_roles()
    sandbox.app.world.enforces_iam = True
    try:
        sandbox.client("iam").list_roles()
        assert ask(f"{sandbox.url}/_sandbox/health")[0] == 200
    finally:
        sandbox.app.world.enforces_iam = False
