"""What lists and descriptions add: what uses what, machines, storage; and the same in the other partitions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.resources import Key, Kind, Place, Resource
from services.resources.describing import DESCRIBINGS
from services.resources.listing import GLOBAL_LISTINGS, LISTINGS
from services.resources.surroundings import stored_at
from tests.services.resources.fakes import PLACE, REGION, key

WHEN = datetime(2026, 11, 20, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/team/Sage"


def read(rows: str, row: dict[str, Any], place: Place = PLACE) -> Resource | None:
    listing = next(each for each in (*LISTINGS, *GLOBAL_LISTINGS) if each.rows == rows)
    return listing.read(row, place)


def described(kind: Kind, name: str, answer: dict[str, Any], **more: Any) -> Resource:
    return DESCRIBINGS[kind].read(Resource(key=key(kind, name), **more), answer)


def test_a_configuration_uses_its_models_topics_role_and_where_it_writes() -> None:
    topic = f"arn:aws:sns:{REGION}:123456789012:told"
    found = described(Kind.ENDPOINT_CONFIG, "c", {
        "ProductionVariants": [{"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.xlarge"}],
        "ShadowProductionVariants": [{"VariantName": "b", "ModelName": "n", "InstanceType": "ml.m5.xlarge"}],
        "AsyncInferenceConfig": {"OutputConfig": {
            "S3OutputPath": "s3://b/out/", "S3FailurePath": "s3://b/failed",
            "NotificationConfig": {"SuccessTopic": topic, "ErrorTopic": topic},
        }},
        "ExecutionRoleArn": ROLE,
    })  # fmt: skip
    assert found.uses == (
        key(Kind.MODEL, "m"), key(Kind.MODEL, "n"), Key(Kind.TOPIC, topic, REGION), key(Kind.PREFIX, "b/out/"),
        key(Kind.PREFIX, "b/failed/"), Key(Kind.ROLE, "Sage"),
    )  # fmt: skip
    assert found.about == "ml.m5.xlarge"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://b/out", (key(Kind.PREFIX, "b/out/"),)),
        ("s3://b/out/of/it/", (key(Kind.PREFIX, "b/out/of/it/"),)),
        ("s3://b", (key(Kind.BUCKET, "b"),)),
        ("s3://b/", (key(Kind.BUCKET, "b"),)),
        ("https://b/out", ()),
        ("s3://", ()),
        ("", ()),
    ],
)
def test_an_address_in_s3_is_a_prefix_that_ends_in_a_slash_or_a_bucket(uri: str, expected: tuple[Key, ...]) -> None:
    assert stored_at(uri, REGION) == expected


def test_a_domain_uses_its_file_system_roles_scripts_and_the_bucket_it_shares_in() -> None:
    script = f"arn:aws:sagemaker:{REGION}:123456789012:studio-lifecycle-config/idle"
    found = described(Kind.DOMAIN, "d-x", {
        "HomeEfsFileSystemId": "fs-1",
        "DefaultUserSettings": {
            "ExecutionRole": ROLE,
            "SharingSettings": {"S3OutputPath": "s3://sagemaker-studio-x/sharing"},
            "JupyterLabAppSettings": {"LifecycleConfigArns": [script]},
        },
    })  # fmt: skip
    assert set(found.uses) == {
        key(Kind.FILE_SYSTEM, "fs-1"), Key(Kind.ROLE, "Sage"), key(Kind.LIFECYCLE, "studio/idle"),
        key(Kind.PREFIX, "sagemaker-studio-x/sharing/"), key(Kind.BUCKET, "sagemaker-studio-x"),
    }  # fmt: skip


def test_a_schedule_uses_what_its_call_is_made_on_and_its_role() -> None:
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", "RoleArn": ROLE}
    listed = read("Schedules", {"Name": "s", "GroupName": "g", "Arn": "arn:x", "Target": {"Arn": target["Arn"]}})
    assert listed is not None
    assert (listed.name, listed.about, listed.tags) == ("g/s", "deleteEndpoint", {})
    found = DESCRIBINGS[Kind.SCHEDULE].read(listed, {"Target": {**target, "Input": '{"EndpointName": "e"}'}})
    assert found.uses == (key(Kind.ENDPOINT, "e"), Key(Kind.ROLE, "Sage"))


@pytest.mark.parametrize("told", ["", "not json", "[1]", '"text"', '{"EndpointName": 7}'])
def test_a_schedule_of_any_input_is_read(told: str) -> None:
    found = described(Kind.SCHEDULE, "g/s", {"Target": {"Input": told}})
    assert found.described
    assert found.uses in ((), (key(Kind.ENDPOINT, "7"),))


def test_schedules_of_other_services_are_left_out() -> None:
    assert read("Schedules", {"Name": "s", "Target": {"Arn": "arn:aws:lambda:us-east-1:1:function:f"}}) is None


def test_a_composite_alarm_uses_the_alarms_of_its_rule() -> None:
    rule = f'ALARM("a (b)") OR (OK(arn:aws:cloudwatch:{REGION}:123456789012:alarm:c) AND NOT INSUFFICIENT_DATA(d))'
    found = read("CompositeAlarms", {"AlarmName": "all", "AlarmArn": "arn:x", "AlarmRule": rule})
    assert found is not None
    assert found.uses == (key(Kind.ALARM, "a (b)"), key(Kind.ALARM, "c"), key(Kind.ALARM, "d"))


def test_an_alarm_of_another_namespace_is_left_out_and_one_on_an_endpoint_uses_it() -> None:
    dimensions = [{"Name": "EndpointName", "Value": "e"}]
    alarm = {"AlarmName": "a", "Namespace": "AWS/SageMaker", "Dimensions": dimensions}
    found = read("MetricAlarms", alarm)
    assert found is not None
    assert found.uses == (key(Kind.ENDPOINT, "e"),)
    assert read("MetricAlarms", {**alarm, "Namespace": "AWS/EC2"}) is None


@pytest.mark.parametrize(
    ("name", "uses"),
    [
        ("/aws/sagemaker/Endpoints/e", (key(Kind.ENDPOINT, "e"),)),
        ("/aws/sagemaker/InferenceComponents/c", (key(Kind.COMPONENT, "c"),)),
        ("/aws/sagemaker/NotebookInstances", ()),
        ("/aws/sagemaker/studio", ()),
    ],
)
def test_a_log_group_is_of_its_endpoint_or_of_all_of_a_kind(name: str, uses: tuple[Key, ...]) -> None:
    found = read("logGroups", {"logGroupName": name, "storedBytes": 7, "creationTime": 1_700_000_000_000})
    assert found is not None
    assert (found.uses, found.stored) == (uses, 7)
    assert found.about.startswith("of all") != bool(uses)
    assert found.created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", REGION), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_arns_that_lists_do_not_tell_are_of_the_partition(partition: str, region: str) -> None:
    place = Place(region, "123456789012", partition)
    profile = read("UserProfiles", {"DomainId": "d-x", "UserProfileName": "Ana"}, place)
    space = read("Spaces", {"DomainId": "d-x", "SpaceName": "Lab"}, place)
    app = read("Apps", {"DomainId": "d-x", "SpaceName": "Lab", "AppType": "JupyterLab", "AppName": "Default"}, place)
    bucket = read("Buckets", {"Name": "sagemaker-x", "BucketRegion": region}, place)
    head = f"arn:{partition}:sagemaker:{region}:123456789012"
    assert [each.arn for each in (profile, space, app, bucket) if each] == [
        f"{head}:user-profile/d-x/ana", f"{head}:space/d-x/lab", f"{head}:app/d-x/lab/jupyterlab/default",
        f"arn:{partition}:s3:::sagemaker-x",
    ]  # fmt: skip


def test_roles_are_those_that_sagemaker_or_the_scheduler_may_take_in_any_partition() -> None:
    def role(service: str, path: str = "/") -> Resource | None:
        statement = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
        return read("Roles", {"RoleName": "R", "Arn": "arn:x", "Path": path,
                              "AssumeRolePolicyDocument": {"Statement": statement}})  # fmt: skip

    assert role("sagemaker.amazonaws.com")
    assert role("sagemaker.amazonaws.com.cn")
    assert role("scheduler.amazonaws.com")
    assert role("ec2.amazonaws.com") is None
    assert role("sagemaker.amazonaws.com", "/aws-service-role/sagemaker.amazonaws.com/") is None


def test_a_file_system_has_its_mount_targets_and_a_bucket_what_few_objects_take() -> None:
    system = described(Kind.FILE_SYSTEM, "fs-1", {"MountTargets": [{"MountTargetId": "fsmt-1"}]})
    assert system.parts == ("fsmt-1",)
    few = described(Kind.BUCKET, "b", {"Contents": [{"Size": 3}, {"Size": 4}], "IsTruncated": False})
    many = described(Kind.BUCKET, "b", {"Contents": [{"Size": 3}], "IsTruncated": True})
    assert (few.stored, many.stored) == (7, None)


def test_lifecycle_configurations_of_both_families_have_names_of_their_own() -> None:
    ours = read("NotebookInstanceLifecycleConfigs", {"NotebookInstanceLifecycleConfigName": "tidy"})
    theirs = read("StudioLifecycleConfigs", {"StudioLifecycleConfigName": "tidy"})
    assert [each.name for each in (ours, theirs) if each] == ["notebook/tidy", "studio/tidy"]
    notebook = read("NotebookInstances", {"NotebookInstanceName": "n", "NotebookInstanceLifecycleConfigName": "tidy"})
    assert notebook is not None
    assert notebook.uses == (key(Kind.LIFECYCLE, "notebook/tidy"),)
