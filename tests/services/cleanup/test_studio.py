"""Studio taken down: what a person chose of a domain, in the only order that works; notebooks; other partitions."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from services.cleanup import Cleanup, CleanupState, plan_cleanup
from services.cleanup.domains import DomainTree, domain_of, domains, kept_of, studio_request, with_used, with_users
from services.cleanup.storage import prefix_steps
from services.cleanup.studio import removal_steps
from services.errors import InvalidRequest, NotFound
from services.plans import policy
from services.plans.models import Once, Repeat, Step, Until
from services.resources import PROTECTED, Holdings, Key, Kind, Resource
from tests.services.cleanup.account import REGION, held, key, role, thing

DOMAIN, HOME, BUCKET = "d-abc", key(Kind.FILE_SYSTEM, "fs-1"), key(Kind.BUCKET, "sagemaker-studio-x")
SHARED = key(Kind.PREFIX, "sagemaker-studio-x/sharing/")


def studio(name: str = DOMAIN, **more: object) -> tuple[Resource, ...]:
    """A domain of two people, one of whom has a space with an app."""
    domain = key(Kind.DOMAIN, name)
    ana, ben = (thing(Kind.USER_PROFILE, f"{name}/{each}", domain, tags={}) for each in ("ana", "ben"))
    space = thing(Kind.SPACE, f"{name}/lab", domain, ana.key, tags={}, volume_gb=5.0)
    app = thing(Kind.APP, f"{name}/lab/JupyterLab/default", space.key, tags={}, about="space", status="InService")
    server = thing(
        Kind.APP, f"{name}/ben/JupyterServer/default", ben.key, tags={}, about="user profile", status="InService"
    )
    uses = (HOME, SHARED, BUCKET, key(Kind.ROLE, "Sage"))
    return app, server, space, ana, ben, thing(Kind.DOMAIN, name, *uses, tags={}, about="research", **more)


def stores() -> tuple[Resource, ...]:
    system = thing(Kind.FILE_SYSTEM, HOME.name, tags={}, parts=("fsmt-1", "fsmt-2"))
    bucket = thing(Kind.BUCKET, BUCKET.name, tags={})
    prefix = thing(Kind.PREFIX, SHARED.name, BUCKET, tags={})
    return system, replace(prefix, arn=f"arn:aws:s3:::{SHARED.name}"), bucket


def everything() -> Holdings:
    return held(*studio(), *stores(), role("Sage", tags={}))


def planned(there: Holdings, removed: frozenset[Key], tree: DomainTree | None = None) -> Cleanup:
    tree = tree or domain_of(there, DOMAIN)
    return plan_cleanup(studio_request(tree, removed, "ada"), CleanupState(held=there, home=REGION))


def ids(found: Cleanup) -> list[str]:
    return [step.id for step in found.plan.steps]


def all_of(there: Holdings) -> frozenset[Key]:
    return frozenset(each.key for each in domain_of(there, DOMAIN).parts())


def waits_for(found: Cleanup, later: str, earlier: str) -> bool:
    """Whether a step can only begin when another has ended."""
    steps = {step.id: step for step in found.plan.steps}
    waiting, seen = [later], set[str]()
    while waiting:
        step = steps[waiting.pop()]
        seen.update(step.after)
        waiting += [each for each in step.after if each in steps]
    return earlier in seen


def test_a_domain_goes_apps_first_then_spaces_then_people_then_it_then_its_files() -> None:
    found = planned(everything(), all_of(everything()))
    order = [
        "gone-studio-app-d-abc/lab/JupyterLab/default",
        "delete-studio-space-d-abc/lab",
        "gone-studio-space-d-abc/lab",
        "delete-studio-user-profile-d-abc/ana",
        "gone-studio-user-profile-d-abc/ana",
        "delete-studio-domain-d-abc",
        "gone-studio-domain-d-abc",
        "gone-file-system-fs-1",
    ]
    assert all(waits_for(found, later, earlier) for earlier, later in itertools.pairwise(order))
    assert waits_for(found, "delete-studio-domain-d-abc", "gone-studio-app-d-abc/ben/JupyterServer/default")
    assert waits_for(found, "delete-bucket-sagemaker-studio-x", "gone-studio-domain-d-abc")
    assert waits_for(found, "delete-bucket-sagemaker-studio-x", "empty-prefix-sagemaker-studio-x/sharing/")


def test_the_domain_takes_its_file_system_along_only_when_that_is_to_go() -> None:
    there = everything()
    along = planned(there, all_of(there)).plan.step("delete-studio-domain-d-abc")
    assert along.parameters["RetentionPolicy"] == {"HomeEfsFileSystem": "Delete"}
    kept = planned(there, all_of(there) - {HOME})
    assert kept.plan.step("delete-studio-domain-d-abc").parameters["RetentionPolicy"] == {"HomeEfsFileSystem": "Retain"}
    assert not [step for step in kept.plan.steps if step.service == "efs"]


def test_a_file_system_that_a_domain_left_goes_after_its_mount_targets() -> None:
    (system, *_) = stores()
    steps = removal_steps(system)
    assert [step.operation for step in steps] == [
        "delete_mount_target", "delete_mount_target", "describe_mount_targets", "describe_mount_targets",
        "delete_file_system", "describe_file_systems",
    ]  # fmt: skip
    assert steps[4].after == ("gone-mount-target-fsmt-1", "gone-mount-target-fsmt-2")
    assert [isinstance(step.manner, Until) for step in steps] == [False, False, True, True, False, True]


def test_nothing_of_the_stores_goes_when_it_is_not_chosen() -> None:
    there = everything()
    found = planned(there, all_of(there) - {HOME, BUCKET, SHARED})
    assert {step.service for step in found.plan.steps} == {"sagemaker"}
    assert found.plan.step("delete-studio-domain-d-abc")


def test_what_is_kept_keeps_all_that_it_cannot_do_without() -> None:
    there = everything()
    space = key(Kind.SPACE, f"{DOMAIN}/lab")
    found = planned(there, all_of(there) - {space})
    going = {each.key.name for each in found.going}
    assert going == {f"{DOMAIN}/lab/JupyterLab/default", f"{DOMAIN}/ben/JupyterServer/default", f"{DOMAIN}/ben"}
    tree = domain_of(there, DOMAIN)
    assert with_used(tree, [space]) >= {space, key(Kind.USER_PROFILE, f"{DOMAIN}/ana"), key(Kind.DOMAIN, DOMAIN)}
    assert key(Kind.USER_PROFILE, f"{DOMAIN}/ben") not in with_used(tree, [space])


def test_choosing_a_person_chooses_their_spaces_and_apps_and_nobody_elses() -> None:
    tree = domain_of(everything(), DOMAIN)
    chosen = with_users(tree, [key(Kind.USER_PROFILE, f"{DOMAIN}/ana")])
    assert {each.name for each in chosen} == {f"{DOMAIN}/ana", f"{DOMAIN}/lab", f"{DOMAIN}/lab/JupyterLab/default"}
    assert len(with_users(tree, [key(Kind.DOMAIN, DOMAIN)])) == 6


def test_a_protected_app_keeps_its_whole_way_up() -> None:
    there = held(*(replace(each, tags={PROTECTED: "yes"}) if each.kind is Kind.APP and "lab" in each.name else each
                   for each in everything().resources))  # fmt: skip
    found = planned(there, all_of(there))
    assert {each.key.name for each in found.going} == {f"{DOMAIN}/ben/JupyterServer/default", f"{DOMAIN}/ben"}


def test_names_that_begin_alike_are_other_domains() -> None:
    there = held(*studio(), *studio("d-abcd"), *stores())
    found = planned(there, all_of(there))
    assert all(each.key.name.partition("/")[0] == DOMAIN for each in found.going if each.key.kind is Kind.USER_PROFILE)
    assert "delete-studio-domain-d-abcd" not in ids(found)
    assert HOME not in {each.key for each in found.going}  # the other domain uses it too


def test_a_domain_is_drawn_by_people_with_their_spaces_and_apps() -> None:
    (tree,) = domains(everything())
    ana, ben = tree.people
    assert [each.resource.name for each in ana.walk()] == [
        f"{DOMAIN}/ana", f"{DOMAIN}/lab", f"{DOMAIN}/lab/JupyterLab/default",
    ]  # fmt: skip
    assert [each.resource.name for each in ben.walk()] == [f"{DOMAIN}/ben", f"{DOMAIN}/ben/JupyterServer/default"]
    assert [each.kind for each in tree.stores] == [Kind.FILE_SYSTEM, Kind.PREFIX, Kind.BUCKET]


def test_a_domain_is_found_by_its_id_or_its_exact_name() -> None:
    there = everything()
    assert domain_of(there, "research").domain.name == domain_of(there, DOMAIN).domain.name == DOMAIN
    with pytest.raises(NotFound):
        domain_of(there, "researc")
    with pytest.raises(InvalidRequest, match="several"):
        domain_of(held(*studio(), *studio("d-abcd")), "research")


def test_words_that_keep_mean_parts_of_the_domain_and_nothing_else() -> None:
    tree = domain_of(everything(), DOMAIN)
    assert kept_of(tree, ["file-system"]) == {HOME}
    assert kept_of(tree, ["bucket", "lab"]) == {BUCKET, SHARED, key(Kind.SPACE, f"{DOMAIN}/lab")}
    with pytest.raises(InvalidRequest):
        kept_of(tree, ["la"])


def test_an_app_that_failed_holds_nothing_and_is_left_to_aws() -> None:
    parts = [replace(each, status="Failed") if each.name.endswith("JupyterLab/default") else each for each in studio()]
    there = held(*parts, *stores(), role("Sage", tags={}))
    found = planned(there, all_of(there))
    failed = key(Kind.APP, f"{DOMAIN}/lab/JupyterLab/default")
    assert failed not in {each.key for each in found.going}
    assert {each.key: each.why for each in found.staying}[failed].startswith("It could not be started")
    assert key(Kind.SPACE, f"{DOMAIN}/lab") in {each.key for each in found.going}
    assert key(Kind.DOMAIN, DOMAIN) in {each.key for each in found.going}


def test_an_app_that_is_being_deleted_is_only_waited_for() -> None:
    app = thing(Kind.APP, f"{DOMAIN}/lab/JupyterLab/default", about="space", status="Deleting")
    assert [step.operation for step in removal_steps(app)] == ["describe_app"]


def test_an_apps_end_names_its_space_or_its_user_as_that_is() -> None:
    app, server, *_ = studio()
    assert removal_steps(app)[0].parameters == {
        "DomainId": DOMAIN, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default",
    }  # fmt: skip
    assert removal_steps(server)[0].parameters["UserProfileName"] == "ben"


@pytest.mark.parametrize(
    ("status", "operations"),
    [
        ("InService", ["stop_notebook_instance", "describe_notebook_instance", "delete_notebook_instance"]),
        ("Stopping", ["describe_notebook_instance", "delete_notebook_instance"]),
        ("Stopped", ["delete_notebook_instance"]),
        ("Failed", ["delete_notebook_instance"]),
        ("Deleting", []),
    ],
)
def test_a_notebook_instance_is_stopped_before_it_is_deleted(status: str, operations: list[str]) -> None:
    steps = removal_steps(thing(Kind.NOTEBOOK, "n", status=status))
    assert [step.operation for step in steps] == [*operations, "describe_notebook_instance"]
    assert all(later.after == (earlier.id,) for earlier, later in itertools.pairwise(steps))


def test_a_lifecycle_configuration_goes_by_the_call_of_its_family() -> None:
    (ours,) = removal_steps(thing(Kind.LIFECYCLE, "notebook/tidy"), after=("gone-notebook-instance-n",))
    (theirs,) = removal_steps(thing(Kind.LIFECYCLE, "studio/tidy"))
    assert ours.parameters == {"NotebookInstanceLifecycleConfigName": "tidy"}
    assert ours.after == ("gone-notebook-instance-n",)
    assert theirs.parameters == {"StudioLifecycleConfigName": "tidy"}


def test_a_bucket_is_emptied_of_every_version_before_it_is_deleted() -> None:
    empty, delete = removal_steps(thing(Kind.BUCKET, "b"))
    assert isinstance(empty.manner, Repeat)
    assert empty.manner.source.operation == "list_object_versions"
    assert delete.after == (empty.id,)
    assert isinstance(delete.manner, Once)


def test_a_prefix_without_its_slash_is_refused_since_what_begins_like_it_would_go_too() -> None:
    with pytest.raises(ValueError, match="slash"):
        prefix_steps(thing(Kind.PREFIX, "b/out"))


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_arn_of_a_policy_is_of_the_partition(partition: str) -> None:
    region = {"aws": REGION, "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[partition]
    there = [
        thing(kind, name, partition=partition, region=region, status="InService")
        for kind, name in ((Kind.DOMAIN, "d-x"), (Kind.USER_PROFILE, "d-x/u"), (Kind.NOTEBOOK, "n"), (Kind.BUCKET, "b"),
                           (Kind.LIFECYCLE, "studio/l"), (Kind.FILE_SYSTEM, "fs-1"))
    ]  # fmt: skip
    steps: list[Step] = [step for each in there for step in removal_steps(each)]
    steps += prefix_steps(replace(thing(Kind.PREFIX, "b/out/"), arn=f"arn:{partition}:s3:::b/out/"))
    named = [each.resource for step in steps for each in step.permissions if each.resource != "*"]
    assert named
    assert all(each.startswith(f"arn:{partition}:") for each in named)


def test_the_policy_of_a_plan_names_only_what_it_removes() -> None:
    there = everything()
    found = planned(there, all_of(there) - {HOME, BUCKET, SHARED})
    told = str(policy(found.plan))
    assert "DeleteDomain" in told
    assert "elasticfilesystem:DeleteFileSystem" not in told
    assert "s3:DeleteObject" not in told
