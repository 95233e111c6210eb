from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.access import RolePolicies
from services.cleanup import CleanupRequest, CleanupState, plan_cleanup, telling
from services.plans import Format, OnFailure, Plan, check, export, policy, undeclared
from services.resources import Kind, Resource
from tests.services.cleanup.account import (
    ACCOUNT,
    MINE,
    NOW,
    REGION,
    chain,
    cleanup,
    config,
    endpoint,
    held,
    key,
    model,
    role,
    thing,
)


def everything(region: str = REGION, partition: str = "aws") -> tuple[Resource, ...]:
    """One of each kind, with what uses what."""
    at: dict[str, Any] = {"region": region, "partition": partition}
    domain, profile = key(Kind.DOMAIN, "d-1", region), key(Kind.USER_PROFILE, "d-1/ada", region)
    main, desk = key(Kind.ENDPOINT, "main", region), key(Kind.SPACE, "d-1/desk", region)
    topic = f"arn:{partition}:sns:{region}:{ACCOUNT}:told"
    scaled = "sagemaker:variant:DesiredInstanceCount 1-2"
    return (
        *chain("main", **at),
        thing(Kind.SCALABLE_TARGET, "endpoint/main/variant/AllTraffic", main, about=scaled, **at),
        thing(Kind.ALARM, "main-errors", main, key(Kind.TOPIC, topic, region), **at),
        thing(Kind.COMPONENT, "base", main, key(Kind.MODEL, "main", region), **at),
        thing(Kind.COMPONENT, "adapter", main, key(Kind.COMPONENT, "base", region), **at),
        thing(Kind.TOPIC, topic, **{**at, "arn": topic}),
        thing(Kind.LOG_GROUP, "/aws/sagemaker/Endpoints/main", main, **at),
        thing(Kind.SCHEDULE, "default/later", main, **at),
        *(thing(kind, f"{kind.split()[0].lower()}-1", key(Kind.ROLE, "sagedeck-execution"), status="InProgress", **at)
          for kind in (Kind.TRAINING_JOB, Kind.PROCESSING_JOB, Kind.AUTOML_JOB)),
        thing(Kind.TRANSFORM_JOB, "transform-1", key(Kind.MODEL, "main", region), status="InProgress", **at),
        thing(Kind.NOTEBOOK, "book", key(Kind.LIFECYCLE, "notebook/start", region), status="InService", **at),
        thing(Kind.LIFECYCLE, "notebook/start", **at),
        thing(Kind.DOMAIN, "d-1", key(Kind.FILE_SYSTEM, "fs-12345678", region), status="InService", **at),
        thing(Kind.USER_PROFILE, "d-1/ada", domain, status="InService", **at),
        thing(Kind.SPACE, "d-1/desk", domain, profile, status="InService", **at),
        thing(Kind.APP, "d-1/desk/JupyterLab/default", desk, status="InService", about="space", **at),
        thing(Kind.FILE_SYSTEM, "fs-12345678", about="home of d-1", **at),
        thing(Kind.BUCKET, "sagemaker-files", **at),
        role(partition=partition),
    )  # fmt: skip


def planned(*resources: Resource, home: str = REGION, partition: str = "aws", regions: tuple[str, ...] = ()) -> Plan:
    there = held(*resources, partition=partition, regions=regions or (home,))
    policies = {"sagedeck-execution": RolePolicies(("own",), (f"arn:{partition}:iam::aws:policy/Full",))}
    kinds = frozenset(Kind) - {Kind.COLLECTION, Kind.LIBRARY}
    request = CleanupRequest(owner="ada", kinds=kinds, most=500)
    return plan_cleanup(request, CleanupState(held=there, home=home, policies=policies)).plan


def _before(plan: Plan, step_id: str) -> set[str]:
    reached: set[str] = set()
    todo = list(plan.step(step_id).after)
    while todo:
        each = todo.pop()
        if each not in reached:
            reached.add(each)
            todo += plan.step(each).after
    return reached


ORDERS = [
    ("deregister-endpoint/main/variant/AllTraffic-sagemaker:variant:DesiredInstanceCount", "delete-endpoint-main"),
    ("gone-inference-component-adapter", "delete-inference-component-base"),
    ("gone-inference-component-base", "delete-endpoint-main"),
    ("gone-endpoint-main", "delete-endpoint-config-main"),
    ("delete-endpoint-config-main", "delete-model-main"),
    ("stopped-transform-job-transform-1", "delete-model-main"),
    ("delete-alarm-main-errors", "delete-topic-told"),
    ("gone-endpoint-main", "delete-log-group-/aws/sagemaker/Endpoints/main"),
    ("gone-notebook-instance-book", "delete-lifecycle-configuration-notebook/start"),
    ("gone-studio-app-d-1/desk/JupyterLab/default", "delete-studio-space-d-1/desk"),
    ("gone-studio-space-d-1/desk", "delete-studio-user-profile-d-1/ada"),
    ("gone-studio-user-profile-d-1/ada", "delete-studio-domain-d-1"),
    ("gone-studio-domain-d-1", "gone-file-system-fs-12345678"),
    ("delete-model-main", "delete-role-sagedeck-execution"),
    ("stopped-training-job-training-1", "delete-role-sagedeck-execution"),
    ("delete-policy-sagedeck-execution-own", "delete-role-sagedeck-execution"),
]


@pytest.mark.parametrize(("first", "then"), ORDERS)
def test_what_uses_a_thing_is_gone_before_it(first: str, then: str) -> None:
    assert first in _before(planned(*everything()), then)


def test_the_plan_of_every_kind_can_run_declares_what_it_needs_and_is_a_script_too() -> None:
    plan = planned(*everything())
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert all(step.on_failure is OnFailure.DEPENDANTS for step in plan)
    script = export(plan, Format.BOTO3, region=REGION).text
    compile(script, "plan.py", "exec")
    assert "datetime.datetime.fromisoformat" in script


def test_steps_stand_in_an_order_in_which_they_could_be_made_one_by_one() -> None:
    seen: set[str] = set()
    for step in planned(*everything()):
        assert set(step.after) <= seen
        seen.add(step.id)


def test_things_that_do_not_depend_on_each_other_do_not_wait_for_each_other() -> None:
    plan = cleanup(*chain("one"), *chain("two")).plan
    assert not any("two" in each for each in _before(plan, "delete-model-one"))


PARTITIONS = [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]


@pytest.mark.parametrize(("partition", "region"), PARTITIONS)
def test_every_arn_of_a_plan_is_of_the_accounts_own_partition(partition: str, region: str) -> None:
    plan = planned(*everything(region, partition), home=region, partition=partition)
    assert check(plan) == ()
    written = json.dumps(policy(plan, partition=partition))
    arns = [each for each in written.replace('"', " ").split() if each.startswith("arn:")]
    assert arns
    assert {each.split(":")[1] for each in arns} == {partition}
    sent = str([(step.parameters, step.permissions, step.unless) for step in plan])
    others = {each for each, _ in PARTITIONS} - {partition}
    assert not any(f"arn:{other}:" in sent for other in others)


def test_a_thing_without_an_arn_gets_one_of_the_right_partition_and_region() -> None:
    bare = thing(Kind.MODEL, "Bare", region="cn-north-1", arn="")
    plan = planned(bare, home="cn-north-1", partition="aws-cn")
    arns = {each.resource for step in plan for each in step.permissions}
    assert arns == {f"arn:aws-cn:sagemaker:cn-north-1:{ACCOUNT}:model/bare"}


def test_things_of_two_regions_with_the_same_name_are_two_chains_each_called_where_it_is() -> None:
    plan = planned(*chain("same"), *chain("same", region="eu-west-1"), role(), regions=(REGION, "eu-west-1"))
    assert check(plan) == ()
    assert [step.region for step in plan if step.operation == "delete_endpoint"] == ["", "eu-west-1"] or [
        step.region for step in plan if step.operation == "delete_endpoint"
    ] == ["eu-west-1", ""]
    for step in plan:
        if step.operation == "delete_model":
            regions = {plan.step(each).region for each in _before(plan, step.id)}
            assert regions == {step.region}
    last = [step for step in plan if step.operation == "delete_role"]
    assert {plan.step(each).region for each in _before(plan, last[0].id)} == {"", "eu-west-1"}
    assert 'region_name="eu-west-1"' in export(plan, Format.BOTO3, region=REGION).text


def test_each_call_that_changes_is_looked_at_before_and_knows_when_the_thing_was_made() -> None:
    plan = cleanup(*chain("main"), role()).plan
    for step in plan:
        if step.operation.startswith("delete_"):
            assert step.unless is not None
            assert step.unless.read.parameters["Name"] in ("main", "sagedeck-execution")
            assert step.proof is not None
            assert step.proof.gone
    made = plan.step("delete-endpoint-main").proof
    assert made is not None
    assert made.expect == {"CreationTime": datetime(2026, 11, 11, 12, tzinfo=UTC)}


def test_what_ends_costing_says_so_once_and_an_unknown_price_stays_unknown() -> None:
    prices = {key(Kind.ENDPOINT, "main"): 1.5}
    found = cleanup(*chain("main"), prices=prices)
    costs = [step.cost.usd_per_hour for step in found.plan if step.cost is not None]
    assert costs == [-1.5]
    assert found.plan.estimate.usd_per_hour == -1.5
    assert found.saved_per_month == pytest.approx(1095.0)
    unknown = cleanup(*chain("main"), endpoint("other"), prices={**prices, key(Kind.ENDPOINT, "other"): None})
    assert unknown.saved_per_month is None
    assert unknown.saved_at_least == pytest.approx(1095.0)
    assert unknown.plan.estimate.usd_per_hour is None


def test_the_account_is_named_to_confirm_by_its_alias_or_number_and_by_nothing_like_it() -> None:
    found = cleanup(endpoint("one"), state={"alias": "acme-ml"})
    assert found.confirmation == "acme-ml"
    assert found.confirmed_by(" acme-ml ")
    assert found.confirmed_by(ACCOUNT)
    assert not any(found.confirmed_by(each) for each in ("acme-m", "acme-ml2", "ACME-ML", "", ACCOUNT[:-1]))
    assert not cleanup(state={"alias": "acme-ml"}).confirmed_by("acme-ml")


def test_planning_again_a_minute_later_gives_the_same_work() -> None:
    first = cleanup(*chain("main"))
    later = cleanup(*chain("main"), state={"at": NOW.replace(minute=1)})
    assert first.plan.same_work(later.plan)
    assert first.plan != later.plan


def test_the_dry_run_is_the_very_plan_its_steps_in_order_with_what_stays_and_why() -> None:
    found = cleanup(*chain("main"), endpoint("bobs", tags={**MINE, "sagedeck:owner": "bob"}))
    told = json.loads(json.dumps(telling.document(found), default=str))
    assert [each["id"] for each in told["steps"]] == [step.id for step in found.plan]
    assert [each["name"] for each in told["removes"]] == ["main"] * 3
    assert told["keeps"][0]["why"] == "It is bob's."
    assert told["removes"][1]["used_by"] == [{"kind": "endpoint", "name": "main", "region": REGION}]


def test_a_name_in_the_written_plan_cannot_act() -> None:
    nasty = "x` | <script>alert(1)</script> | `"
    text = telling.markdown(cleanup(thing(Kind.LOG_GROUP, nasty, key(Kind.ENDPOINT, "gone"), tags=MINE)))
    row = next(line for line in text.splitlines() if "script" in line)
    assert row.count("`") % 2 == 0
    assert "`x' \\| <script>alert(1)</script> \\| '`" in row


def test_many_things_are_planned_in_the_order_of_what_uses_what() -> None:
    things = [each for number in range(400) for each in chain(f"m{number}")]
    found = cleanup(*things, role(), most=5000)
    assert len(found.going) == 1201
    assert len(found.plan.step("delete-role-sagedeck-execution").after) == 400
    assert [each.key.kind for each in found.items[:400]] == [Kind.ENDPOINT] * 400


def test_an_endpoint_on_its_way_out_is_only_waited_for() -> None:
    plan = cleanup(endpoint("main", status="Deleting"), config("main"), model("main")).plan
    assert [step.id for step in plan][:1] == ["gone-endpoint-main"]
    assert plan.step("delete-endpoint-config-main").after == ("gone-endpoint-main",)
