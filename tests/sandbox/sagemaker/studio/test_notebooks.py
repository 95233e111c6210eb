"""Notebook instances go through AWS's states, and are refused what AWS refuses."""

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import Running

NAME = "papers"


def _create(sandbox: Running, role: str, name: str = NAME, **more: Any) -> Any:
    asked = {"NotebookInstanceName": name, "InstanceType": "ml.t3.medium", "RoleArn": role, **more}
    sandbox.client("sagemaker").create_notebook_instance(**asked)
    return sandbox.client("sagemaker")


def _status(client: Any, name: str = NAME) -> str:
    return str(client.describe_notebook_instance(NotebookInstanceName=name)["NotebookInstanceStatus"])


def test_an_instance_lives_from_pending_to_gone(sandbox: Running, role: str) -> None:
    client, world = _create(sandbox, role), sandbox.app.world
    assert _status(client) == "Pending"
    world.advance(60)
    assert _status(client) == "InService"
    client.stop_notebook_instance(NotebookInstanceName=NAME)
    assert _status(client) == "Stopping"
    world.advance(60)
    assert _status(client) == "Stopped"
    client.start_notebook_instance(NotebookInstanceName=NAME)
    assert _status(client) == "Pending"
    world.advance(60)
    client.stop_notebook_instance(NotebookInstanceName=NAME)
    world.advance(60)
    client.delete_notebook_instance(NotebookInstanceName=NAME)
    assert _status(client) == "Deleting"
    world.advance(60)
    with pytest.raises(ClientError, match="RecordNotFound"):
        _status(client)


def test_what_the_state_forbids_is_refused_in_the_services_words(sandbox: Running, role: str) -> None:
    client = _create(sandbox, role)
    arn = client.describe_notebook_instance(NotebookInstanceName=NAME)["NotebookInstanceArn"]
    named = {"NotebookInstanceName": NAME}
    sandbox.app.world.advance(60)
    for call, allowed, then in (
        (client.delete_notebook_instance, "Stopped, Failed", "Deleting"),
        (client.start_notebook_instance, "Stopped, Failed", "Pending"),
        (client.update_notebook_instance, "Stopped", "Updating"),
    ):
        with pytest.raises(ClientError) as refused:
            call(**named)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
        assert refused.value.response["Error"]["Message"] == (
            f"Status (InService) not in ([{allowed}]). Unable to transition to ({then}) for Notebook Instance ({arn})"
        )
    with pytest.raises(ClientError, match="Cannot create a duplicate Notebook Instance"):
        _create(sandbox, role)


def test_a_volume_only_grows(sandbox: Running, role: str) -> None:
    client, world = _create(sandbox, role, VolumeSizeInGB=20), sandbox.app.world
    world.advance(60)
    client.stop_notebook_instance(NotebookInstanceName=NAME)
    world.advance(60)
    with pytest.raises(ClientError, match="cannot be decreased"):
        client.update_notebook_instance(NotebookInstanceName=NAME, VolumeSizeInGB=10)
    client.update_notebook_instance(NotebookInstanceName=NAME, VolumeSizeInGB=40, InstanceType="ml.t3.large")
    assert _status(client) == "Updating"
    world.advance(60)
    told = client.describe_notebook_instance(NotebookInstanceName=NAME)
    assert (told["NotebookInstanceStatus"], told["VolumeSizeInGB"], told["InstanceType"]) == (
        "Stopped",
        40,
        "ml.t3.large",
    )


@pytest.mark.parametrize("gigabytes", [4, 16385])
def test_a_volume_has_its_limits(sandbox: Running, role: str, gigabytes: int) -> None:
    with pytest.raises((ClientError, ParamValidationError), match=r"(?i)volumeSizeInGB"):
        _create(sandbox, role, VolumeSizeInGB=gigabytes)


def test_the_role_must_exist(sandbox: Running) -> None:
    with pytest.raises(ClientError, match="Could not assume role"):
        _create(sandbox, "arn:aws:iam::123456789012:role/Nobody")


def test_the_quota_is_kept(sandbox: Running, role: str) -> None:
    world = sandbox.app.world
    world.faults.set(Fault(Kind.QUOTA_ZERO, resource="ml.t3.medium"))
    with pytest.raises(ClientError) as refused:
        _create(sandbox, role)
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert "'ml.t3.medium for notebook instance usage' is 0 Instances" in refused.value.response["Error"]["Message"]


def test_a_fault_of_another_operation_leaves_notebook_instances_alone(sandbox: Running, role: str) -> None:
    for kind in (Kind.QUOTA_ZERO, Kind.NO_CAPACITY, Kind.STUCK_CREATING, Kind.SLOW_START):
        sandbox.app.world.faults.set(Fault(kind, operation="CreateEndpoint"))
    client = _create(sandbox, role)
    sandbox.app.world.advance(10)
    assert client.describe_notebook_instance(NotebookInstanceName=NAME)["NotebookInstanceStatus"] == "InService"


def test_a_slow_start_takes_so_many_seconds_longer(sandbox: Running, role: str) -> None:
    sandbox.app.world.faults.set(Fault(Kind.SLOW_START, value=600.0))  # at AWS's pace; 10 s at the default speed
    client, seen = _create(sandbox, role), []
    for seconds in (13, 2):
        sandbox.app.world.advance(seconds)
        seen.append(client.describe_notebook_instance(NotebookInstanceName=NAME)["NotebookInstanceStatus"])
    assert seen == ["Pending", "InService"]


def test_without_capacity_an_instance_fails_and_can_be_deleted(sandbox: Running, role: str) -> None:
    sandbox.app.world.faults.set(Fault(Kind.NO_CAPACITY, resource="ml.t3.medium"))
    client = _create(sandbox, role)
    sandbox.app.world.advance(60)
    told = client.describe_notebook_instance(NotebookInstanceName=NAME)
    assert told["NotebookInstanceStatus"] == "Failed"
    assert "insufficient capacity" in told["FailureReason"]
    client.delete_notebook_instance(NotebookInstanceName=NAME)


def test_a_lifecycle_configuration_in_use_stays(sandbox: Running, role: str) -> None:
    client, named = sandbox.client("sagemaker"), {"NotebookInstanceLifecycleConfigName": "idle"}
    with pytest.raises(ClientError, match="does not exist"):
        _create(sandbox, role, LifecycleConfigName="idle")
    client.create_notebook_instance_lifecycle_config(**named, OnStart=[{"Content": "ZWNobyBoaQ=="}])
    with pytest.raises(ClientError, match="already exists"):
        client.create_notebook_instance_lifecycle_config(**named)
    _create(sandbox, role, LifecycleConfigName="idle")
    with pytest.raises(ClientError, match="in use"):
        client.delete_notebook_instance_lifecycle_config(**named)
    client.update_notebook_instance_lifecycle_config(**named, OnStart=[{"Content": "ZWNobyBobw=="}])
    told = client.describe_notebook_instance_lifecycle_config(**named)
    assert told["OnStart"] == [{"Content": "ZWNobyBobw=="}]
    listed = client.list_notebook_instance_lifecycle_configs()["NotebookInstanceLifecycleConfigs"]
    assert [row["NotebookInstanceLifecycleConfigName"] for row in listed] == ["idle"]


def test_lists_are_paged_filtered_and_ordered(sandbox: Running, role: str) -> None:
    client = sandbox.client("sagemaker")
    for number in range(5):
        _create(sandbox, role, f"paper-{number}")
        sandbox.app.world.advance(10)
    _create(sandbox, role, "other")
    pages = client.get_paginator("list_notebook_instances").paginate(
        NameContains="PAPER".lower(), SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    names = [row["NotebookInstanceName"] for page in pages for row in page["NotebookInstances"]]
    assert names == [f"paper-{number}" for number in range(5)]
    pending = client.list_notebook_instances(StatusEquals="Pending")["NotebookInstances"]
    assert [row["NotebookInstanceName"] for row in pending] == ["other"]


def test_a_presigned_url_opens_once_and_says_that_nothing_runs(sandbox: Running, role: str) -> None:
    client, named = _create(sandbox, role), {"NotebookInstanceName": NAME}
    with pytest.raises(ClientError, match="Unable to create a presigned URL"):
        client.create_presigned_notebook_instance_url(**named)
    sandbox.app.world.advance(60)
    url = client.create_presigned_notebook_instance_url(**named)["AuthorizedUrl"]
    assert url.startswith(f"{sandbox.url}/_sandbox/studio/")
    with urllib.request.urlopen(url) as answer:
        page = answer.read().decode()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Simulated" in page
    assert NAME in page
    with pytest.raises(urllib.error.HTTPError) as again, urllib.request.urlopen(url):
        pass
    with again.value:
        assert again.value.code == 403


def test_of_urls_that_nobody_opened_the_newest_are_kept(
    sandbox: Running, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.sagemaker.studio.presigned.KEPT", 2)
    client = _create(sandbox, role)
    sandbox.app.world.advance(60)
    for _ in range(4):
        client.create_presigned_notebook_instance_url(NotebookInstanceName=NAME)
    assert sandbox.app.world.records.counts()["sagemaker/presigned"] == 2


def test_instances_are_tagged_and_told_with_what_they_cost(sandbox: Running, role: str) -> None:
    client = _create(sandbox, role, Tags=[{"Key": "owner", "Value": "ada"}], VolumeSizeInGB=7)
    arn = client.describe_notebook_instance(NotebookInstanceName=NAME)["NotebookInstanceArn"]
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "ada"}]
    studio = sandbox.app.world.service("sagemaker").parts["sandbox.sagemaker.studio.service:Studio"]
    assert [each[:4] for each in studio.running("us-east-1")] == [(arn, "Notebook", "ml.t3.medium", 1)]
    assert [(v.arn, v.gigabytes) for v in studio.volumes("us-east-1")] == [(arn, 7)]
    sandbox.app.world.advance(60)
    client.stop_notebook_instance(NotebookInstanceName=NAME)
    sandbox.app.world.advance(60)
    assert list(studio.running("us-east-1")) == []
    assert len(list(studio.volumes("us-east-1"))) == 1


def test_an_instance_writes_a_log_that_says_it_is_simulated(sandbox: Running, role: str) -> None:
    _create(sandbox, role)
    group = {"logGroupName": "/aws/sagemaker/NotebookInstances", "logStreamName": f"{NAME}/jupyter.log"}
    (event,) = sandbox.client("logs").get_log_events(**group)["events"]
    assert event["message"].startswith("[sandbox]")
