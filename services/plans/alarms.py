"""Alarms of CloudWatch, put and deleted alike by every room that needs one.

CloudWatch answers a question for alarms that are not there with an empty list, which is what `Proof.found` is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.plans.models import Cost, Permission, Proof, Read, Step

# USD a month for each metric that an alarm of standard resolution looks at; an account's first ten are free. Source:
# AWS's pricing page of CloudWatch (as of 2026-11-20)
USD_A_MONTH = 0.10
_MONTH_HOURS = 730
ALARMS_TOPIC = "sagedeck-alarms-"  # how the name of the topic that an endpoint's alarms tell begins; its name follows
# What the alarms that this console makes of an endpoint watch.
OWN_KINDS = ("errors", "latency", "idle", "backlog")


def hourly(metrics: int) -> float:
    """USD an hour of alarms that look at so many metrics."""
    return round(metrics * USD_A_MONTH / _MONTH_HOURS, 8)


def own_name(endpoint: str, kind: str, place: str = "") -> str:
    """What this console's alarm of a kind is called; `place` is the variant or component where there are several."""
    return "-".join(part for part in (f"sagedeck-{endpoint}", kind, place) if part)


def own_names(endpoint: str, places: Sequence[str]) -> tuple[str, ...]:
    """Every name that an alarm of this console on this endpoint can have."""
    return tuple(own_name(endpoint, kind, place) for kind in OWN_KINDS for place in ("", *places))


def alarm_arn(near: str, name: str) -> str:
    """The ARN of an alarm in the account and region of `near`."""
    partition, _, region, account = near.split(":")[1:5]
    return f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"


def alarms_read(names: Sequence[str]) -> Read:
    """Finds alarms by name: MetricAlarms, empty where there are none."""
    return Read("cloudwatch", "describe_alarms", {"AlarmNames": list(names)})


def put_alarm_step(
    name: str,
    near: str,
    sent: Mapping[str, Any],
    reason: str,
    *,
    step_id: str,
    tags: Sequence[Mapping[str, str]] = (),
    after: tuple[str, ...] = (),
    cost: Cost | None = None,
    undo: tuple[Step, ...] = (),
) -> Step:
    """Puts an alarm; `sent` is all of it but its name and tags. One that is there gets it, and keeps its own tags."""
    own = alarm_arn(near, name)
    verbs = ("PutMetricAlarm", "TagResource") if tags else ("PutMetricAlarm",)
    return Step(
        id=step_id,
        service="cloudwatch",
        operation="put_metric_alarm",
        reason=reason,
        parameters={"AlarmName": name, **sent, **({"Tags": [dict(tag) for tag in tags]} if tags else {})},
        after=after,
        permissions=(
            *(Permission(f"cloudwatch:{verb}", own) for verb in verbs),
            Permission("cloudwatch:DescribeAlarms"),
        ),
        cost=cost,
        proof=Proof(
            alarms_read((name,)),
            found="MetricAlarms",
            expect={f"MetricAlarms[0].{member}": value for member, value in sent.items()},
            replaces=True,
        ),
        undo=undo,
    )


def delete_alarms_step(
    names: Sequence[str],
    near: str,
    reason: str,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    cost: Cost | None = None,
) -> Step:
    """Deletes CloudWatch alarms by name."""
    return Step(
        id=step_id or f"delete-alarm-{names[0]}",
        service="cloudwatch",
        operation="delete_alarms",
        reason=reason,
        parameters={"AlarmNames": list(names)},
        after=after,
        permissions=(
            *(Permission("cloudwatch:DeleteAlarms", alarm_arn(near, name)) for name in names),
            Permission("cloudwatch:DescribeAlarms"),
        ),
        cost=cost,
        proof=Proof(alarms_read(names), found="MetricAlarms", gone=True),
    )
