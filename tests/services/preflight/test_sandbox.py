"""The whole against the sandbox: its quotas, faults, roles and endpoints, seen as AWS would tell them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from services.access import ExistingRole
from services.connection import sandbox_at
from services.console import Console
from services.deploy import Advanced, Asynchronous, CustomSource, DeployRequest, ExistingTopic
from services.preflight import Line, Preflight, Request, Topic, Verdict
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox
from tests.services.deploy.samples import FALCON, MINILM, NEW_ROLE, request_for
from tests.services.preflight.world import a_pair

G5 = "ml.g5.2xlarge"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo account: forty endpoints."""
    home = str(tmp_path_factory.mktemp("sandbox"))
    with start_sandbox("--speed", "600", "--seed", "demo", "--home", home) as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


@pytest.fixture
def faults(url: str) -> Iterator[SandboxControl]:
    control = SandboxControl(url)
    yield control
    control.clear_faults()


def check(console: Console, request: Request) -> Preflight:
    return console.preflight.check(request, deadline=30.0)


def one(found: Preflight, topic: Topic) -> Line:
    return found.about(topic)[0]


def test_a_pair_on_an_account_of_forty_endpoints_is_fine_and_sees_all_of_them(console: Console) -> None:
    found = check(console, a_pair())
    assert not found.stops
    assert not found.of(Verdict.UNKNOWN)
    quota = next(line for line in found.about(Topic.QUOTA) if G5 in line.words)
    held = sum(
        variant.count
        for each in console.endpoints.describe_many(each.name for each in console.endpoints.list_endpoints())
        if each.status not in ("Failed", "Deleting")
        for variant in each.variants
        if variant.instance_type == G5
    )
    assert held > 0
    assert f"{held} in use" in quota.words


def test_a_quota_of_zero_stops_and_another_type_is_proposed(console: Console, faults: SandboxControl) -> None:
    faults.set_fault("quota-zero", resource=G5)
    line = one(check(console, request_for(FALCON, role=NEW_ROLE)), Topic.QUOTA)
    assert line.verdict is Verdict.STOP
    assert line.words.startswith(f"{G5}: 1 wanted, 0 left")
    changed = line.fixes[0].change
    assert isinstance(changed, DeployRequest)
    assert not check(console, changed).stops
    assert "servicequotas" in line.fixes[-1].url


@pytest.mark.parametrize(
    ("action", "topic"),
    [
        ("iam:GetRole", Topic.ROLE),
        ("iam:SimulatePrincipalPolicy", Topic.PERMISSIONS),
        ("sagemaker:ListEndpoints", Topic.QUOTA),
        ("sagemaker:DescribeEndpoint", Topic.NAME),
    ],
)
def test_a_denied_read_leaves_its_line_unknown_and_names_the_action(
    console: Console, faults: SandboxControl, action: str, topic: Topic
) -> None:
    faults.set_fault("denied-action", resource=action)
    found = check(console, request_for(FALCON, role=NEW_ROLE))
    line = one(found, topic)
    assert line.verdict is Verdict.UNKNOWN
    assert action in f"{line.words} {line.detail}"
    assert not found.stops


def test_a_role_is_read_as_it_stands(console: Console) -> None:
    iam = console.connection.clients.get("iam")
    iam.create_role(RoleName="Narrow", AssumeRolePolicyDocument=json.dumps(TRUST))
    asked = request_for(FALCON, role=ExistingRole("arn:aws:iam::123456789012:role/Narrow"))
    line = one(check(console, asked), Topic.ROLE)
    assert line.verdict is Verdict.WARNING
    assert "s3:GetObject" in line.words
    iam.attach_role_policy(RoleName="Narrow", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    assert one(check(console, asked), Topic.ROLE).verdict is Verdict.OK


def test_a_name_that_an_endpoint_has_stops(console: Console) -> None:
    taken = console.endpoints.list_endpoints()[0].name
    line = one(check(console, request_for(MINILM, role=NEW_ROLE, endpoint_name=taken)), Topic.NAME)
    assert line.verdict in (Verdict.STOP, Verdict.WARNING)
    assert taken in line.words


def test_what_a_deployment_names_is_looked_for_in_the_account(console: Console) -> None:
    clients = console.connection.clients
    clients.get("s3").create_bucket(Bucket="preflight-bucket")
    clients.get("s3").put_object(Bucket="preflight-bucket", Key="model.tar.gz", Body=b"weights")
    topic = clients.get("sns").create_topic(Name="done")["TopicArn"]
    key = clients.get("kms").create_key()["KeyMetadata"]["Arn"]
    subnet = clients.get("ec2").describe_subnets()["Subnets"][0]
    group = clients.get("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    )["SecurityGroups"][0]["GroupId"]  # fmt: skip
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi20.0.0-cu128"
    asked = request_for(
        source=CustomSource(image=image, artifact="s3://preflight-bucket/model.tar.gz", family="lmi"),
        role=NEW_ROLE,
        mode=Asynchronous(output="s3://preflight-bucket/out/", success=ExistingTopic(topic)),
        advanced=Advanced(subnets=(subnet["SubnetId"],), security_groups=(group,), kms_key=key),
    )
    found = check(console, asked)
    for looked in (Topic.ARTIFACT, Topic.NETWORK, Topic.ENCRYPTION, Topic.NOTICES, Topic.OUTPUT, Topic.IMAGE):
        assert one(found, looked).verdict is Verdict.OK, one(found, looked)
    clients.get("kms").disable_key(KeyId=key.rpartition("/")[2])
    clients.get("sns").delete_topic(TopicArn=topic)
    found = check(console, asked)
    assert one(found, Topic.ENCRYPTION).verdict is Verdict.STOP
    assert one(found, Topic.NOTICES).verdict is Verdict.STOP


def test_the_list_of_quotas_is_read_page_by_page(console: Console) -> None:
    listed = console.quotas.listing()
    assert len(listed) > 2_000
    assert console.quotas.limit(G5).limit == listed[f"{G5} for endpoint usage"][1]
