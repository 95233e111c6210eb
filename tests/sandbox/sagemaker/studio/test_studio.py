"""Domains, user profiles, spaces and apps: made and taken down in the only order that works."""

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import Running

Made = tuple[Any, str]


def _network(sandbox: Running) -> dict[str, Any]:
    ec2 = sandbox.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    return {"VpcId": vpc["VpcId"], "SubnetIds": [subnet["SubnetId"] for subnet in subnets[:2]]}


@pytest.fixture
def made(sandbox: Running, role: str) -> Made:
    """A client, and the id of a domain in service with the user ada."""
    client = sandbox.client("sagemaker")
    domain = client.create_domain(
        DomainName="lab", AuthMode="IAM", DefaultUserSettings={"ExecutionRole": role}, **_network(sandbox)
    )["DomainId"]
    sandbox.app.world.advance(60)
    client.create_user_profile(DomainId=domain, UserProfileName="ada")
    sandbox.app.world.advance(60)
    return client, domain


def _space(client: Any, domain: str, name: str = "desk", gigabytes: int = 10) -> None:
    client.create_space(
        DomainId=domain,
        SpaceName=name,
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={
            "AppType": "JupyterLab",
            "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": gigabytes}},
        },
    )


def _app(domain: str, **more: Any) -> dict[str, Any]:
    return {"DomainId": domain, "SpaceName": "desk", "AppType": "JupyterLab", "AppName": "default", **more}


def _refused(call: Callable[..., Any], **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_domain_makes_a_file_system_and_security_groups(sandbox: Running, made: Made) -> None:
    client, domain = made
    told = client.describe_domain(DomainId=domain)
    assert told["Status"] == "InService"
    (system,) = sandbox.client("efs").describe_file_systems()["FileSystems"]
    assert system["FileSystemId"] == told["HomeEfsFileSystemId"]
    assert {"Key": "ManagedByAmazonSageMakerResource", "Value": told["DomainArn"]} in system["Tags"]
    groups = sandbox.client("ec2").describe_security_groups()["SecurityGroups"]
    assert told["SecurityGroupIdForDomainBoundary"] in {group["GroupId"] for group in groups}
    assert [row["DomainId"] for row in client.list_domains()["Domains"]] == [domain]


def test_everything_comes_down_in_the_only_order_that_works(sandbox: Running, made: Made) -> None:
    client, domain = made
    advance = sandbox.app.world.advance
    _space(client, domain)
    advance(60)
    client.create_app(**_app(domain))
    advance(60)

    code, message = _refused(client.delete_domain, DomainId=domain)
    assert code == "ResourceInUse"
    assert message.startswith("Unable to delete Domain [arn:aws:sagemaker:us-east-1:123456789012:domain/")
    assert message.endswith("because UserProfile(s) are associated with it.")
    code, message = _refused(client.delete_space, DomainId=domain, SpaceName="desk")
    assert (code, message[-35:]) == ("ResourceInUse", "because App(s) are associated with it."[-35:])
    code, message = _refused(client.delete_user_profile, DomainId=domain, UserProfileName="ada")
    assert (code, "because Space(s) are associated with it." in message) == ("ResourceInUse", True)

    client.delete_app(**_app(domain))
    assert client.describe_app(**_app(domain))["Status"] == "Deleting"
    advance(60)
    assert client.describe_app(**_app(domain))["Status"] == "Deleted"
    assert "already been deleted" in _refused(client.delete_app, **_app(domain))[1]
    client.delete_space(DomainId=domain, SpaceName="desk")
    advance(60)
    assert _refused(client.describe_space, DomainId=domain, SpaceName="desk")[0] == "ResourceNotFound"
    client.delete_user_profile(DomainId=domain, UserProfileName="ada")
    advance(60)
    client.delete_domain(DomainId=domain, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    assert client.describe_domain(DomainId=domain)["Status"] == "Deleting"
    advance(60)
    assert _refused(client.describe_domain, DomainId=domain)[0] == "ResourceNotFound"
    assert sandbox.client("efs").describe_file_systems()["FileSystems"] == []


def test_a_retained_file_system_stays_until_it_is_deleted(sandbox: Running, made: Made) -> None:
    client, domain = made
    client.delete_user_profile(DomainId=domain, UserProfileName="ada")
    sandbox.app.world.advance(60)
    client.delete_domain(DomainId=domain)
    sandbox.app.world.advance(60)
    efs = sandbox.client("efs")
    (system,) = efs.describe_file_systems()["FileSystems"]
    file_system = {"FileSystemId": system["FileSystemId"]}
    assert _refused(efs.delete_file_system, **file_system)[0] == "FileSystemInUse"
    for target in efs.describe_mount_targets(**file_system)["MountTargets"]:
        efs.delete_mount_target(MountTargetId=target["MountTargetId"])
    efs.delete_file_system(**file_system)
    assert efs.describe_file_systems()["FileSystems"] == []


def test_deleted_apps_stay_listed_for_a_day_and_make_room(sandbox: Running, made: Made) -> None:
    client, domain = made
    _space(client, domain)
    sandbox.app.world.advance(60)
    client.create_app(**_app(domain))
    sandbox.app.world.advance(60)
    assert _refused(client.create_app, **_app(domain))[0] == "ResourceInUse"
    client.delete_app(**_app(domain))
    sandbox.app.world.advance(60)
    assert [row["Status"] for row in client.list_apps(DomainIdEquals=domain)["Apps"]] == ["Deleted"]
    client.create_app(**_app(domain))
    assert [row["Status"] for row in client.list_apps(DomainIdEquals=domain)["Apps"]] == ["Pending"]
    sandbox.app.world.advance(60)
    client.delete_app(**_app(domain))
    sandbox.app.world.advance(86500)
    assert client.list_apps(DomainIdEquals=domain)["Apps"] == []


def test_a_space_is_changed_only_while_nothing_runs_and_never_shrinks(sandbox: Running, made: Made) -> None:
    client, domain = made
    _space(client, domain)
    sandbox.app.world.advance(60)
    client.create_app(**_app(domain))
    bigger = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 20}}}
    smaller = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}}
    space = {"DomainId": domain, "SpaceName": "desk"}
    assert _refused(client.update_space, **space, SpaceSettings=bigger)[0] == "ResourceInUse"
    sandbox.app.world.advance(60)
    client.delete_app(**_app(domain))
    sandbox.app.world.advance(60)
    assert "cannot be decreased" in _refused(client.update_space, **space, SpaceSettings=smaller)[1]
    client.update_space(**space, SpaceSettings=bigger)
    sandbox.app.world.advance(60)
    (row,) = client.list_spaces(DomainIdEquals=domain)["Spaces"]
    assert row["SpaceSettingsSummary"] == {"AppType": "JupyterLab", **bigger}
    assert row["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "ada"}


def test_an_app_has_an_owner_its_space_allows_and_a_quota(sandbox: Running, made: Made) -> None:
    client, domain = made
    _space(client, domain)
    sandbox.app.world.advance(60)
    assert (
        "Either UserProfileName or SpaceName" in _refused(client.create_app, **_app(domain, UserProfileName="ada"))[1]
    )
    code, message = _refused(client.create_app, **_app(domain, AppType="CodeEditor"))
    assert (code, "not allowed" in message) == ("ValidationException", True)
    assert _refused(client.create_app, **_app(domain, SpaceName="elsewhere"))[0] == "ResourceNotFound"
    sandbox.app.world.faults.set(Fault(Kind.QUOTA_ZERO, resource="ml.t3.medium"))
    code, message = _refused(client.create_app, **_app(domain))
    assert code == "ResourceLimitExceeded"
    assert "'Studio JupyterLab Apps running on ml.t3.medium instances' is 0 Apps" in message


def test_a_failed_app_is_in_nobodys_way(sandbox: Running, made: Made) -> None:
    client, domain = made
    _space(client, domain)
    sandbox.app.world.advance(60)
    sandbox.app.world.faults.set(Fault(Kind.NO_CAPACITY, resource="ml.t3.medium"))
    client.create_app(**_app(domain))
    sandbox.app.world.advance(60)
    assert client.describe_app(**_app(domain))["Status"] == "Failed"
    assert "previously failed and was automatically deleted" in _refused(client.delete_app, **_app(domain))[1]
    client.delete_space(DomainId=domain, SpaceName="desk")


def test_user_profiles_are_listed_in_pages(sandbox: Running, made: Made) -> None:
    client, domain = made
    for number in range(4):
        client.create_user_profile(DomainId=domain, UserProfileName=f"user-{number}")
    pages = client.get_paginator("list_user_profiles").paginate(DomainIdEquals=domain, PaginationConfig={"PageSize": 2})
    names = [row["UserProfileName"] for page in pages for row in page["UserProfiles"]]
    assert names == ["ada", *(f"user-{number}" for number in range(4))]
    assert _refused(client.create_user_profile, DomainId=domain, UserProfileName="ada")[0] == "ResourceInUse"
    assert _refused(client.create_user_profile, DomainId="d-none", UserProfileName="bob")[0] == "ResourceNotFound"


def test_a_network_that_is_not_there_is_refused(sandbox: Running, role: str) -> None:
    client, settings = sandbox.client("sagemaker"), {"ExecutionRole": role}
    asked = {"DomainName": "lab", "AuthMode": "IAM", "DefaultUserSettings": settings}
    network = _network(sandbox)
    assert "does not exist" in _refused(client.create_domain, **asked, **{**network, "VpcId": "vpc-1"})[1]
    assert "does not exist" in _refused(client.create_domain, **asked, **{**network, "SubnetIds": ["subnet-1"]})[1]


def test_the_page_of_a_domains_url_escapes_what_was_sent(sandbox: Running, made: Made) -> None:
    client, domain = made
    url = client.create_presigned_domain_url(
        DomainId=domain, UserProfileName="ada", LandingUri="app:JupyterLab:<script>alert(1)</script>"
    )["AuthorizedUrl"]
    with urllib.request.urlopen(url) as answer:
        page = answer.read().decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Simulated" in page


def test_a_private_space_opens_for_its_owner_alone(sandbox: Running, made: Made) -> None:
    client, domain = made
    client.create_user_profile(DomainId=domain, UserProfileName="bo")
    _space(client, domain)
    sandbox.app.world.advance(60)
    asked = {"DomainId": domain, "SpaceName": "desk"}
    refused = _refused(client.create_presigned_domain_url, UserProfileName="bo", **asked)
    assert (refused[0], "does not own" in refused[1]) == ("ValidationException", True)
    assert client.create_presigned_domain_url(UserProfileName="ada", **asked)["AuthorizedUrl"]


def test_a_domain_of_identity_center_gives_no_url(sandbox: Running, role: str) -> None:
    client = sandbox.client("sagemaker")
    settings = {"ExecutionRole": role}
    made = client.create_domain(
        DomainName="sso", AuthMode="SSO", DefaultUserSettings=settings, **_network(sandbox)
    )  # fmt: skip
    sandbox.app.world.advance(60)
    named = {"DomainId": made["DomainId"], "UserProfileName": "ada"}
    client.create_user_profile(**named)
    sandbox.app.world.advance(60)
    assert "authentication mode" in _refused(client.create_presigned_domain_url, **named)[1]


def test_a_url_expires(sandbox: Running, made: Made) -> None:
    client, domain = made
    asked = {"DomainId": domain, "UserProfileName": "ada", "ExpiresInSeconds": 5}
    url = client.create_presigned_domain_url(**asked)["AuthorizedUrl"]
    sandbox.app.world.advance(6)
    with pytest.raises(OSError, match="403"):
        urllib.request.urlopen(url)


def test_studio_lifecycle_configurations_are_kept_and_listed(sandbox: Running) -> None:
    client = sandbox.client("sagemaker")
    asked = {"StudioLifecycleConfigName": "idle", "StudioLifecycleConfigAppType": "JupyterLab"}
    client.create_studio_lifecycle_config(**asked, StudioLifecycleConfigContent="ZWNobyBoaQ==")
    again = _refused(client.create_studio_lifecycle_config, **asked, StudioLifecycleConfigContent="ZQ==")
    assert again[0] == "ResourceInUse"
    assert client.list_studio_lifecycle_configs(AppTypeEquals="CodeEditor")["StudioLifecycleConfigs"] == []
    (row,) = client.list_studio_lifecycle_configs()["StudioLifecycleConfigs"]
    assert row["StudioLifecycleConfigAppType"] == "JupyterLab"
    client.delete_studio_lifecycle_config(StudioLifecycleConfigName="idle")
    absent = _refused(client.describe_studio_lifecycle_config, StudioLifecycleConfigName="idle")
    assert absent[0] == "ResourceNotFound"


def test_a_lifecycle_configuration_that_a_domain_names_stays_until_it_names_it_no_more(
    sandbox: Running, made: Made, role: str
) -> None:
    client, domain = made
    named = {"StudioLifecycleConfigName": "Idle"}
    arn = client.create_studio_lifecycle_config(
        **named, StudioLifecycleConfigContent="ZWNobyBoaQ==", StudioLifecycleConfigAppType="JupyterLab"
    )["StudioLifecycleConfigArn"]
    lab = {"JupyterLabAppSettings": {"LifecycleConfigArns": [arn]}}
    client.update_domain(DomainId=domain, DefaultUserSettings={"ExecutionRole": role, **lab})
    code, message = _refused(client.delete_studio_lifecycle_config, **named)
    assert (code, "Domain(s) are associated" in message) == ("ResourceInUse", True)
    sandbox.app.world.advance(60)
    client.update_domain(DomainId=domain, DefaultUserSettings={"ExecutionRole": role})
    client.delete_studio_lifecycle_config(**named)
    assert client.list_studio_lifecycle_configs()["StudioLifecycleConfigs"] == []


def test_a_domains_file_system_refuses_to_go_while_it_can_be_mounted(sandbox: Running, made: Made) -> None:
    client, domain = made
    system = client.describe_domain(DomainId=domain)["HomeEfsFileSystemId"]
    efs = sandbox.client("efs")
    assert _refused(efs.delete_file_system, FileSystemId=system)[0] == "FileSystemInUse"
    for target in efs.describe_mount_targets(FileSystemId=system)["MountTargets"]:
        efs.delete_mount_target(MountTargetId=target["MountTargetId"])
    efs.delete_file_system(FileSystemId=system)
    assert _refused(efs.describe_mount_targets, FileSystemId=system)[0] == "FileSystemNotFound"
