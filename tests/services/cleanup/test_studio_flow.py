"""A domain with everything in it against the sandbox, which refuses every other order; then what it left behind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from services.cleanup import CleanupRequest
from services.cleanup.domains import domain_of, studio_request
from services.connection import sandbox_at
from services.console import Console
from services.plans import RunStatus, RunView
from services.resources import Holdings, Kind
from tests.sandbox.server import start_sandbox

WAIT, BUCKET = 60.0, "sagemaker-studio-research"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with start_sandbox("--speed", "600") as url:
        yield Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


@pytest.fixture
def domain(console: Console) -> str:
    """A domain with a person, a space, an app that runs, and a bucket of several versions."""
    clients = console.connection.clients
    sage, s3, ec2, iam = (clients.get(each) for each in ("sagemaker", "s3", "ec2", "iam"))
    try:
        role = iam.create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName="Sage")["Role"]["Arn"]
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        s3.put_object(Bucket=BUCKET, Key="sharing/notes", Body=str(number).encode())
    s3.delete_object(Bucket=BUCKET, Key="sharing/notes")
    subnet = ec2.describe_subnets()["Subnets"][0]
    named = sage.create_domain(
        DomainName="research", AuthMode="IAM", VpcId=subnet["VpcId"], SubnetIds=[subnet["SubnetId"]],
        DefaultUserSettings={
            "ExecutionRole": role, "SharingSettings": {"S3OutputPath": f"s3://{BUCKET}/sharing"},
        },
    )["DomainArn"].rpartition("/")[2]  # fmt: skip
    _until(lambda: sage.describe_domain(DomainId=named)["Status"] == "InService")
    sage.create_user_profile(DomainId=named, UserProfileName="ana")
    _until(lambda: sage.describe_user_profile(DomainId=named, UserProfileName="ana")["Status"] == "InService")
    sage.create_space(
        DomainId=named, SpaceName="lab", OwnershipSettings={"OwnerUserProfileName": "ana"},
        SpaceSharingSettings={"SharingType": "Private"}, SpaceSettings={"AppType": "JupyterLab"},
    )  # fmt: skip
    _until(lambda: sage.describe_space(DomainId=named, SpaceName="lab")["Status"] == "InService")
    sage.create_app(DomainId=named, SpaceName="lab", AppType="JupyterLab", AppName="default",
                    ResourceSpec={"InstanceType": "ml.t3.medium"})  # fmt: skip
    return str(named)


def _until(true: object) -> None:
    deadline = time.monotonic() + WAIT
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _held(console: Console) -> Holdings:
    console.resources.forget()
    return console.resources.settled(WAIT)


def _carried_out(console: Console, request: CleanupRequest) -> RunView:
    console.cleaning.forget()
    found = console.cleaning.settled(request, WAIT)
    view = console.runs.wait(console.runs.start(found.plan), WAIT)
    assert view.status is RunStatus.DONE, [(each.id, each.problem) for each in view.steps if each.problem]
    return view


@pytest.mark.slow
def test_all_of_a_domain_goes_with_its_files_and_its_bucket(console: Console, domain: str) -> None:
    clients, tree = console.connection.clients, domain_of(_held(console), domain)
    assert {each.kind for each in tree.parts()} == {
        Kind.APP, Kind.SPACE, Kind.USER_PROFILE, Kind.DOMAIN, Kind.FILE_SYSTEM, Kind.PREFIX, Kind.BUCKET,
    }  # fmt: skip
    _carried_out(console, studio_request(tree, {each.key for each in tree.parts()}, "ada"))
    assert clients.get("sagemaker").list_domains()["Domains"] == []
    assert clients.get("efs").describe_file_systems()["FileSystems"] == []
    with pytest.raises(ClientError, match=r"NoSuchBucket|404|Not Found"):
        clients.get("s3").head_bucket(Bucket=BUCKET)
    assert not {each.name for each in _held(console).resources} & {domain, BUCKET, f"{domain}/ana"}


@pytest.mark.slow
def test_what_was_kept_is_there_after_the_domain_and_can_go_by_itself(console: Console, domain: str) -> None:
    clients, held = console.connection.clients, _held(console)
    tree = domain_of(held, domain)
    kept = {each.key for each in tree.stores}
    _carried_out(console, studio_request(tree, {each.key for each in tree.parts()} - kept, "ada"))
    (system,) = clients.get("efs").describe_file_systems()["FileSystems"]
    assert clients.get("efs").describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]
    assert len(clients.get("s3").list_object_versions(Bucket=BUCKET)["Versions"]) == 3
    request = console.cleaning.request(
        kinds=frozenset({Kind.FILE_SYSTEM, Kind.BUCKET}), names=(system["FileSystemId"], BUCKET), others=True
    )
    _carried_out(console, request)
    assert clients.get("efs").describe_file_systems()["FileSystems"] == []


@pytest.mark.slow
def test_a_notebook_instance_that_runs_goes_before_its_lifecycle_configuration(console: Console) -> None:
    sage = console.connection.clients.get("sagemaker")
    role = console.connection.clients.get("iam").get_role(RoleName="Sage")["Role"]["Arn"]
    sage.create_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="tidy")
    sage.create_notebook_instance(NotebookInstanceName="n", InstanceType="ml.t3.medium", RoleArn=role,
                                  LifecycleConfigName="tidy")  # fmt: skip
    _until(lambda: sage.describe_notebook_instance(NotebookInstanceName="n")["NotebookInstanceStatus"] == "InService")
    kinds = frozenset({Kind.NOTEBOOK, Kind.LIFECYCLE})
    view = _carried_out(console, console.cleaning.request(kinds=kinds, others=True))
    assert [each.id for each in view.steps][-1] == "delete-lifecycle-configuration-notebook/tidy"
    assert sage.list_notebook_instances()["NotebookInstances"] == []
    assert sage.list_notebook_instance_lifecycle_configs()["NotebookInstanceLifecycleConfigs"] == []
