"""Leases planned from plain state: times, names, partitions, rights, and who keeps to an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from services.access import ExecutionRole
from services.endpoints import AutoScaling, Component, EndpointDetail, Parts, Variant, endpoint_steps
from services.errors import InUse, InvalidRequest
from services.leases import KeptBy, LeaseRequest, LeaseState, Schedule, plan_lease
from services.leases.planner import MOST_POLICIES, end_of
from services.leases.reading import by_key, due, leases_of, of_detail
from services.leases.shots import shots_of
from services.plans import check
from services.plans.leasing import is_of, moment, schedule_name, without_lease, written
from services.plans.models import Plan
from services.plans.permissions import policy, undeclared
from services.plans.scaling import Scaled
from services.resources import Holdings, Key, Kind, Machine, Resource

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENDS = NOW + timedelta(hours=8)
TAGS = (("sagedeck:made-by", "sagedeck"), ("sagedeck:owner", "ana"))


def _detail(name: str = "chat", partition: str = "aws", region: str = "us-east-1", **more: Any) -> EndpointDetail:
    given: dict[str, Any] = {
        "name": name, "arn": f"arn:{partition}:sagemaker:{region}:123456789012:endpoint/{name}", "url": "",
        "status": "InService", "created": NOW - timedelta(hours=4), "modified": NOW, "config_name": name,
        "variants": (Variant(name="A", model_name=name, instance_type="ml.g5.xlarge", count=1, desired=1),),
        "tags": TAGS, "usd_per_hour": 1.5,
    }  # fmt: skip
    return EndpointDetail(**given | more)


def _state(detail: EndpointDetail | None = None, parts: Parts | None = None, **more: Any) -> LeaseState:
    detail = detail or _detail()
    ending = Plan("End it", endpoint_steps(detail, 1.0, parts or Parts()))
    return replace(LeaseState(detail=detail, now=NOW, ending=ending, asking="ana"), **more)


def _request(**more: Any) -> LeaseRequest:
    return replace(LeaseRequest(name="chat", ends=ENDS, reason="A trial"), **more)


def _schedule(name: str = "chat", ends: datetime = ENDS) -> Schedule:
    return Schedule(
        name=schedule_name(name), expression=f"at({written(ends)[:-1]})", input="{}", key=name, ends=ends,
        role_arn="arn:aws:iam::123456789012:role/R", target="arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_arns_are_of_the_endpoints_own_partition(partition: str, region: str) -> None:
    plan = plan_lease(_request(), _state(_detail(partition=partition, region=region)))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    (schedule,) = [step for step in plan if step.operation == "create_schedule"]
    target = schedule.parameters["Target"]
    assert target["Arn"] == f"arn:{partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
    assert target["RoleArn"] == f"arn:{partition}:iam::123456789012:role/sagedeck-leases-{region}"
    wanted = [arn for step in plan for permission in step.permissions for arn in [permission.resource]]
    assert all(arn.startswith(f"arn:{partition}:") for arn in wanted)


def test_the_role_may_do_these_calls_on_these_arns_while_the_tag_tells_this_end() -> None:
    scaled = AutoScaling(scaled=Scaled.variant("chat", "A"), minimum=1, maximum=2)
    parts = Parts(scalings=(scaled,), components=(Component(name="part"),))
    plan = plan_lease(_request(), _state(parts=parts))
    document = plan.step("lease-policy-chat").parameters["PolicyDocument"].value
    allowed = {action: each for each in document["Statement"] for action in each["Action"]}
    assert set(allowed) == {
        "sagemaker:DeleteEndpoint", "sagemaker:DeleteInferenceComponent",
        "application-autoscaling:DeregisterScalableTarget", "cloudwatch:DeleteAlarms",
    }  # fmt: skip
    own = allowed["sagemaker:DeleteEndpoint"]
    assert own["Resource"] == ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat",)
    assert own["Condition"]["StringEquals"] == {"aws:ResourceTag/sagedeck:lease-ends": "2026-11-20T20:00:00Z"}
    assert "*" not in [arn for each in allowed.values() for arn in each["Resource"]]
    trust = plan.step("create-lease-role").parameters["AssumeRolePolicyDocument"].value["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    passing = [each for each in policy(plan)["Statement"] if each["Action"] == "iam:PassRole"]
    assert passing[0]["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_what_has_to_go_first_is_called_first_and_given_its_time() -> None:
    scaled = AutoScaling(scaled=Scaled.variant("chat", "A"), minimum=1, maximum=2)
    parts = Parts(scalings=(scaled,), components=(Component(name="part"),))
    shots = shots_of(Plan("End it", endpoint_steps(_detail(), 1.0, parts)), "chat", ENDS, "aws")
    at = {each.name: (each.at - ENDS).total_seconds() for each in shots}
    assert at == {"lease-chat.scaling": 0.0, "lease-chat.part": 120.0, "lease-chat": 840.0}


def test_a_former_lease_is_changed_in_place_and_what_it_needs_no_more_goes() -> None:
    former = (_schedule(), replace(_schedule(), name="lease-chat.remember", key="", ends=None))
    role = ExecutionRole(name="r", arn="arn:aws:iam::123456789012:role/r", made_here=True)
    plan = plan_lease(_request(), _state(schedules=former, role=role, policies=("lease-chat", "lease-gone"),
                                         stale=("gone",), document={"Statement": []}))  # fmt: skip
    assert [step.id for step in plan] == [
        "delete-lease-policy-gone", "lease-policy-chat", "update-schedule-lease-chat",
        "delete-schedule-lease-chat.remember", "lease-tags-chat",
    ]  # fmt: skip
    assert plan.title == "Change the lease of chat"
    assert [step.undo[0].operation for step in plan.steps[1:]] == [
        "put_role_policy", "update_schedule", "create_schedule", "delete_tags",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": NOW - timedelta(seconds=1)}, "has passed"),
        ({"ends": NOW}, "has passed"),
        ({"ends": NOW + timedelta(minutes=4)}, "within five minutes"),
        ({"ends": NOW + timedelta(days=400)}, "more than a year"),
        ({"ends": ENDS.replace(tzinfo=None)}, "no time zone"),
        ({"then": "explode"}, "cannot end with"),
        ({"reason": "x" * 201}, "201 characters"),
    ],
)
def test_an_end_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        plan_lease(_request(**change), _state())


def test_an_endpoint_that_goes_gets_no_lease() -> None:
    with pytest.raises(InUse):
        plan_lease(_request(), _state(_detail(status="Deleting")))


def test_a_time_of_another_zone_is_kept_in_utc_to_the_second() -> None:
    prague = timezone(timedelta(hours=1))
    plan = plan_lease(_request(ends=datetime(2026, 11, 20, 21, 30, 15, 999, tzinfo=prague)), _state())
    schedule = plan.step("create-schedule-lease-chat").parameters
    assert schedule["ScheduleExpression"] == "at(2026-11-20T20:30:15)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    tags = {tag["Key"]: tag["Value"] for tag in plan.step("lease-tags-chat").parameters["Tags"]}
    assert tags["sagedeck:lease-ends"] == "2026-11-20T20:30:15Z"


def test_an_hour_that_a_zone_has_twice_is_one_hour_in_utc() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # Europe goes back an hour at 01:00 UTC
    assert (end_of("", 2, before) - before).total_seconds() == 7200
    assert end_of("2026-10-25T02:30+02:00", 0, before) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert end_of("2026-10-25T02:30+01:00", 0, before) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment("2026-12-01 18:00") == datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
    assert moment("tomorrow") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"whynot": "You may not scheduler:CreateSchedule."}, "You may not scheduler"),
        ({"role": ExecutionRole(name="theirs", arn="a")}, "did not make it"),
        ({"policies": tuple(f"lease-{n}" for n in range(MOST_POLICIES))}, "can hold no more"),
    ],
)
def test_where_aws_cannot_keep_to_it_reap_does_and_the_plan_says_why(change: dict[str, Any], words: str) -> None:
    plan = plan_lease(_request(), _state(schedules=(_schedule(),), **change))
    assert [step.operation for step in plan] == ["add_tags", "delete_schedule"], "no schedule of another end is left"
    assert words in plan.warnings[0]
    assert "sagedeck reap" in plan.warnings[0]


def test_a_reason_is_written_as_a_tag_takes_it() -> None:
    plan = plan_lease(_request(reason="Démo <b>à 5 €</b>; $(rm)"), _state())
    tags = {tag["Key"]: tag["Value"] for tag in plan.step("lease-tags-chat").parameters["Tags"]}
    assert tags["sagedeck:lease-reason"] == "Démo -b-à 5 --/b-- --rm-"


def test_schedules_are_told_apart_by_exact_names() -> None:
    long = "a" * 63
    names = [schedule_name(each) for each in ("chat", "chat-2", long, long[:-1] + "b", "a" * 44, "a" * 45)]
    assert len(set(names)) == len(names)
    assert all(len(f"{name}.remember-12") <= 64 for name in names)
    assert is_of("lease-chat.part", "chat")
    assert not is_of("lease-chat-2", "chat")
    assert not is_of("lease-chat", "chat-2")
    assert not is_of("lease-chatter", "chat")


def test_who_keeps_to_a_lease_follows_from_tag_schedule_and_protection() -> None:
    leased = _detail(tags=(*TAGS, ("sagedeck:lease-ends", written(ENDS)), ("sagedeck:lease-then", "pause")))
    kept = by_key([_schedule()])
    found = of_detail(leased, kept, NOW)
    assert found is not None
    assert (found.enforced_by, found.then, found.owner) == (KeptBy.SCHEDULER, "pause", "ana")
    assert found.usd_left(NOW) == pytest.approx(12.0)
    assert found.usd_whole() == pytest.approx(18.0)
    other = of_detail(leased, by_key([_schedule(ends=ENDS + timedelta(hours=1))]), NOW)
    assert other is not None
    assert (other.enforced_by, "another end" in other.problem) == (KeptBy.REAP, True)
    alone = of_detail(leased, {}, NOW)
    assert alone is not None
    assert alone.enforced_by is KeptBy.REAP
    shielded = of_detail(replace(leased, tags=(*leased.tags, ("sagedeck:protected", "yes"))), kept, NOW)
    assert shielded is not None
    assert shielded.enforced_by is KeptBy.NOBODY
    untagged = of_detail(_detail(tags=()), kept, NOW)
    assert untagged is not None, "a lease that stands in a schedule only"
    assert (untagged.enforced_by, untagged.schedule) == (KeptBy.SCHEDULER, "lease-chat")
    assert of_detail(_detail(), {}, NOW) is None


def test_reap_leaves_alone_what_is_not_ours_protected_or_changing() -> None:
    tags = (*TAGS, ("sagedeck:lease-ends", written(NOW - timedelta(hours=1))))
    ours = of_detail(_detail(tags=tags), {}, NOW)
    theirs = of_detail(_detail("theirs", tags=tags[2:]), {}, NOW)
    busy = of_detail(_detail("busy", tags=tags, status="Updating"), {}, NOW)
    running = of_detail(_detail("running", tags=(("sagedeck:lease-ends", written(ENDS)),)), {}, NOW)
    leases = [each for each in (ours, theirs, busy, running) if each is not None]
    found = {each.lease.name: each.why_not for each in due(leases, NOW)}
    assert found == {
        "chat": "", "theirs": "This console did not make it; --all takes it too.", "busy": "It is Updating now.",
    }  # fmt: skip
    assert {each.lease.name: each.why_not for each in due(leases, NOW, everything=True)}["theirs"] == ""


def test_a_lease_that_cannot_be_read_is_none_and_hours_beyond_all_bounds_are_refused() -> None:
    assert of_detail(_detail(tags=(*TAGS, ("sagedeck:lease-ends", "soon"))), {}, NOW) is None
    for hours in (0.0, -1.0, 1e9):
        with pytest.raises(InvalidRequest):
            end_of("", hours, NOW)
    assert without_lease((("sagedeck:lease-ends", "x"), ("team", "y"))) == (("team", "y"),)


def test_leases_are_read_from_what_is_held_with_the_price_of_its_machines() -> None:
    tags = {**dict(TAGS), "sagedeck:lease-ends": written(ENDS)}
    held = Holdings(
        account="123456789012", partition="aws", regions=("us-east-1",), at=NOW,
        resources=(
            Resource(key=Key(Kind.ENDPOINT, "later", "us-east-1"), tags={**tags, "sagedeck:lease-ends": "2027-01-01"},
                     described=True, machines=(Machine("ml.unknown", 1),)),
            Resource(key=Key(Kind.ENDPOINT, "chat", "us-east-1"), tags=tags, created=NOW - timedelta(hours=2),
                     described=True, machines=(Machine("ml.g5.xlarge", 2),)),
            Resource(key=Key(Kind.ENDPOINT, "unread", "us-east-1"), tags=None),
            Resource(key=Key(Kind.MODEL, "chat", "us-east-1"), tags=tags),
        ),
    )  # fmt: skip
    first, second = leases_of(held, [_schedule()], {"ml.g5.xlarge": 1.0}.get)
    assert (first.name, first.enforced_by, first.usd_left(NOW), first.usd_whole()) == (
        "chat", KeptBy.SCHEDULER, 16.0, 20.0,
    )  # fmt: skip
    assert (second.name, second.usd_left(NOW), second.usd_whole()) == ("later", None, None), "unknown is not 0"
