"""The steps of a lease: its tags, the schedules that keep to it, and the role those take on. Each can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.access import delete_inline, delete_role, tags
from services.leases.models import Schedule, Subject, policy_arn
from services.leases.shots import RETRY, Shot
from services.plans.leasing import (
    GROUP,
    KEYS,
    NO_SCHEDULE,
    LeaseKind,
    delete_schedule_step,
    key_of,
    kind_of,
    role_name,
    schedule_arn,
    schedule_name,
    schedule_read,
)
from services.plans.models import ErrorMatch, Json, Once, Permission, Proof, Read, Step

ROLE, POLICY = "create-lease-role", "lease-policy"
SERVICE = "scheduler.amazonaws.com"
# A role made a moment ago cannot be taken on yet: IAM is consistent in the end only.
_ROLE_NOT_YET = Once((ErrorMatch("ValidationException", "must allow AWS EventBridge Scheduler"),), 120.0)
_ROLE_UNSEEN = Once((ErrorMatch("NoSuchEntity", "role with name"), ErrorMatch("ConcurrentModification")), 60.0)
_NO_ROLE = (ErrorMatch("NoSuchEntity"),)
_PASSED = {"StringEquals": {"iam:PassedToService": SERVICE}}


def role_arn(near: str) -> str:
    """Its ARN, in the account and region of `near`."""
    partition, _, region, account = near.split(":")[1:5]
    return f"arn:{partition}:iam::{account}:role/{role_name(region)}"


def role_step(near: str, owner: str) -> Step:
    """Creates the role, for schedules of this account only; it may do nothing until a lease gives it something."""
    arn, account = role_arn(near), near.split(":")[4]
    name = arn.rpartition("/")[2]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        ],
    }  # fmt: skip
    return Step(
        id=ROLE,
        service="iam",
        operation="create_role",
        reason=f"EventBridge Scheduler takes on the role {name} when a lease ends; nothing else can.",
        parameters={
            "RoleName": name,
            "AssumeRolePolicyDocument": Json(trust),
            "Description": "Ends what has a lease once that has ended, made by Sagedeck",
            "Tags": tags(owner),
        },
        permissions=tuple(Permission(f"iam:{verb}", arn) for verb in ("CreateRole", "TagRole", "GetRole")),
        proof=Proof(
            Read("iam", "get_role", {"RoleName": name}),
            absent=_NO_ROLE,
            expect={"Role.AssumeRolePolicyDocument.Statement[0].Principal.Service": SERVICE},
        ),
        undo=(delete_role(name, arn, step_id="undo-create-lease-role"),),
    )


def policy_name(key: str) -> str:
    """The role's inline policy of one lease."""
    return f"lease-{key}"


def policy_step(
    key: str, near: str, document: Mapping[str, Any], former: Mapping[str, Any] | None, after: tuple[str, ...]
) -> Step:
    """Lets the role make the calls of one lease; taken back by the `former` policy of the same lease, or none."""
    step = _policy(key, near, document, after)
    if former is not None:
        return replace(step, undo=(replace(_policy(key, near, former, ()), id=f"restore-{POLICY}-{key}"),))
    arn, name = role_arn(near), policy_name(key)
    return replace(step, undo=(delete_inline(arn.rpartition("/")[2], arn, name, step_id=f"undo-{POLICY}-{key}"),))


def _policy(key: str, near: str, document: Mapping[str, Any], after: tuple[str, ...]) -> Step:
    arn, name = role_arn(near), policy_name(key)
    which = {"RoleName": arn.rpartition("/")[2], "PolicyName": name}
    return Step(
        id=f"{POLICY}-{key}",
        service="iam",
        operation="put_role_policy",
        reason=f"The role may end {told(key)} while its tag tells this end, and nothing else.",
        parameters=which | {"PolicyDocument": Json(document)},
        after=after,
        manner=_ROLE_UNSEEN,
        permissions=(Permission("iam:PutRolePolicy", arn), Permission("iam:GetRolePolicy", arn)),
        proof=Proof(
            Read("iam", "get_role_policy", which),
            absent=_NO_ROLE,
            expect={"PolicyDocument.Statement": document["Statement"]},
            replaces=True,
        ),
    )


def policy_gone(key: str, near: str, after: tuple[str, ...], former: Mapping[str, Any] | None = None) -> Step:
    """Takes away what the role may do for one lease; taken back by the `former` policy."""
    arn, name = role_arn(near), policy_name(key)
    step = delete_inline(arn.rpartition("/")[2], arn, name, step_id=f"delete-{POLICY}-{key}", after=after)
    back = (replace(_policy(key, near, former, ()), id=f"restore-{POLICY}-{key}"),) if former else ()
    return replace(step, reason=f"The role has no business with {told(key)} any more.", undo=back)


def schedule_step(shot: Shot, near: str, found: Schedule | None, after: tuple[str, ...]) -> Step:
    """Puts one schedule: created, or changed where it is there."""
    sent = _sent(shot.name, shot.expression, shot.target, role_arn(near), shot.input)
    step = _put(sent, near, shot.name, found is None, shot.why, after)
    if found is None:
        back = delete_schedule_step(shot.name, near, "The schedule goes; the lease ends nothing by itself.")
        return replace(step, undo=(replace(back, id=f"undo-{step.id}"),))
    return replace(step, undo=(_restored(found, near, made=False),))


def schedule_gone(found: Schedule, near: str, reason: str, after: tuple[str, ...] = ()) -> Step:
    """Deletes a schedule; taken back by making it again as it was."""
    step = delete_schedule_step(found.name, near, reason, after=after)
    return replace(step, undo=(_restored(found, near, made=True),))


def _restored(found: Schedule, near: str, *, made: bool) -> Step:
    sent = _sent(found.name, found.expression, found.target, found.role_arn, found.input)
    step = _put(sent, near, found.name, made, "The schedule is as it was.", ())
    return replace(step, id=f"restore-{step.id}")


def _sent(name: str, expression: str, target: str, role: str, content: str) -> dict[str, Any]:
    return {
        "Name": name,
        "GroupName": GROUP,
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {"Arn": target, "RoleArn": role, "Input": content, "RetryPolicy": RETRY},
    }


def _put(sent: dict[str, Any], near: str, name: str, new: bool, why: str, after: tuple[str, ...]) -> Step:
    verb, arn, role = "Create" if new else "Update", schedule_arn(near, name), sent["Target"]["RoleArn"]
    when = sent["ScheduleExpression"].removeprefix("at(").removesuffix(")").replace("T", " ")
    return Step(
        id=f"{'create' if new else 'update'}-schedule-{name}",
        service="scheduler",
        operation=f"{verb.lower()}_schedule",
        reason=f"At {when} UTC, also while no console runs: {why}",
        parameters=sent,
        after=after,
        manner=_ROLE_NOT_YET,
        permissions=(
            Permission(f"scheduler:{verb}Schedule", arn),
            Permission("scheduler:GetSchedule", arn),
            Permission("iam:PassRole", role, _PASSED),
        ),
        proof=Proof(
            schedule_read(name),
            absent=NO_SCHEDULE,
            expect={
                "ScheduleExpression": sent["ScheduleExpression"],
                "Target.Arn": sent["Target"]["Arn"],
                "Target.Input": sent["Target"]["Input"],
                "Target.RoleArn": role,
            },
            replaces=not new,
        ),
    )


def tags_step(detail: Subject, wanted: Sequence[tuple[str, str]], reason: str, after: tuple[str, ...]) -> Step:
    """Puts the tags of a lease; taken back by those it had before, or by none."""
    former = [pair for pair in detail.tags if pair[0] in KEYS]
    step = _add(detail, wanted, f"lease-tags-{detail.name}", reason, after)
    if former:
        return replace(step, undo=(_add(detail, former, "restore-lease-tags", f"{detail.name} has its lease back."),))
    back = tags_gone(detail, f"{detail.name} has no lease any more.")
    return replace(step, undo=(replace(back, id="remove-lease-tags", undo=()),))


def tags_gone(detail: Subject, reason: str, after: tuple[str, ...] = ()) -> Step:
    """Takes the tags of a lease off; taken back by putting them on again."""
    former = [pair for pair in detail.tags if pair[0] in KEYS]
    arn = policy_arn(detail)
    again = _add(detail, former, "restore-lease-tags", f"{detail.name} has its lease back.") if former else None
    return Step(
        id=f"delete-lease-tags-{detail.name}",
        service="sagemaker",
        operation="delete_tags",
        reason=reason,
        parameters={"ResourceArn": detail.arn, "TagKeys": list(KEYS)},
        after=after,
        permissions=(Permission("sagemaker:DeleteTags", arn), Permission("sagemaker:ListTags", arn)),
        proof=Proof(_tags_read(detail), found=f"Tags[?Key=='{KEYS[0]}']", gone=True),
        undo=(again,) if again else (),
    )


def _add(
    detail: Subject,
    wanted: Sequence[tuple[str, str]],
    step_id: str,
    reason: str,
    after: tuple[str, ...] = (),
) -> Step:
    arn = policy_arn(detail)
    return Step(
        id=step_id,
        service="sagemaker",
        operation="add_tags",
        reason=reason,
        parameters={"ResourceArn": detail.arn, "Tags": [{"Key": key, "Value": value} for key, value in wanted]},
        after=after,
        permissions=(Permission("sagemaker:AddTags", arn), Permission("sagemaker:ListTags", arn)),
        proof=Proof(
            _tags_read(detail),
            expect={f"Tags[?Key=='{key}'] | [0].Value": value for key, value in wanted},
            replaces=True,
        ),
    )


def _tags_read(detail: Subject) -> Read:
    return Read("sagemaker", "list_tags", {"ResourceArn": detail.arn})


def main_schedule(schedules: Sequence[Schedule], key: str) -> Schedule | None:
    """The schedule that ends the thing itself, None where there is none."""
    return next((each for each in schedules if each.name == schedule_name(key)), None)


def told(key: str) -> str:
    """What a key is of, in a sentence: an endpoint by its name alone."""
    kind = kind_of(key)
    return key if kind is LeaseKind.ENDPOINT else f"the {kind} {key.removeprefix(key_of(kind, ''))}"
