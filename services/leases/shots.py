"""From the plan that ends what has a lease to the schedules that make the same calls when nobody is there. Pure.

A schedule cannot wait for another: each call is made so much later than the one it follows as that takes. AWS starts a
schedule within the minute it is set for. Targets of any API call: EventBridge Scheduler's user guide, "Universal
targets" (as of 2026-11-20).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.plans.leasing import ENDS, schedule_name, written
from services.plans.models import Once, Permission, Plan, Step

CALL_SECONDS = 120.0  # a call and the minute within which AWS starts it
GONE_SECONDS = 600.0  # a component is gone by then
RETRY = {"MaximumRetryAttempts": 20, "MaximumEventAgeInSeconds": 3600}
PROTECTED = "sagedeck:protected"
LONGEST_INPUT = 256_000  # EventBridge's quota on a payload
_READS = ("Describe", "List", "Get")
_MAIN = ("delete_endpoint", "stop_notebook_instance")
_SHORT = {"add_tags": "remember", "deregister_scalable_target": "scaling", "delete_alarms": "alarms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One call at one time: the name of its schedule, the target's ARN, and what is sent."""

    name: str
    at: datetime
    target: str
    input: str
    permissions: tuple[Permission, ...]
    why: str

    @property
    def expression(self) -> str:
        """When, as EventBridge Scheduler writes it; it is read in UTC."""
        return f"at({written(self.at).removesuffix('Z')})"


def shots_of(plan: Plan, key: str, ends: datetime, partition: str) -> tuple[Shot, ...]:
    """The calls of the plan that ends it, the first of them (but for what is remembered) at its end."""
    at = _offsets(plan)
    found, counted = list[Shot](), dict[str, int]()
    for step in plan.steps:
        if not isinstance(step.manner, Once) or step.service == "scheduler":  # those are what these are
            continue
        name = schedule_name(key)
        if step.operation not in _MAIN:
            word = _SHORT.get(step.operation, "part")
            counted[word] = counted.get(word, 0) + 1
            name += f".{word}" if counted[word] == 1 else f".{word}-{counted[word]}"
        found.append(
            Shot(
                name=name, at=ends + timedelta(seconds=at[step.id]), target=_target(step, partition),
                input=json.dumps(_plain(step.parameters), separators=(",", ":"), sort_keys=True),
                permissions=tuple(each for each in step.permissions if not _reads(each)), why=step.reason,
            )
        )  # fmt: skip
    return tuple(found)


def _offsets(plan: Plan) -> Mapping[str, float]:
    """Seconds after the end at which each step's call is made; what is remembered is remembered before."""
    begun: dict[str, float] = {}
    ended: dict[str, float] = {}
    for step in plan.steps:
        first = -CALL_SECONDS if step.operation == "add_tags" else 0.0
        begun[step.id] = max([first, *(ended[each] for each in step.after if each in ended)])
        ended[step.id] = begun[step.id] + (CALL_SECONDS if isinstance(step.manner, Once) else GONE_SECONDS)
    return begun


def _target(step: Step, partition: str) -> str:
    first, *rest = step.operation.split("_")
    call = first + "".join(part.capitalize() for part in rest)
    return f"arn:{partition}:scheduler:::aws-sdk:{step.service.replace('-', '')}:{call}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _reads(permission: Permission) -> bool:
    return permission.action.partition(":")[2].startswith(_READS)


def policy_of(shots: Iterable[Shot], arns: tuple[str, ...], ends: datetime) -> dict[str, Any]:
    """What the role may do for this lease: these calls on these ARNs, and nothing else; `arns`: how its own is written.

    With what has the lease itself only while its tag still tells this end and no tag protects it: one that was extended
    elsewhere, or made anew under the same name, is not ended by what was agreed before.
    """
    resources: dict[tuple[str, bool], dict[str, None]] = {}
    for each in (permission for shot in shots for permission in shot.permissions):
        own = each.resource in arns
        resources.setdefault((each.action, own), {}).update(dict.fromkeys(arns if own else (each.resource,)))
    groups: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for (action, own), wanted in resources.items():
        groups.setdefault((tuple(wanted), own), []).append(action)
    condition = {
        "StringEquals": {f"aws:ResourceTag/{ENDS}": written(ends)},
        "StringEqualsIfExists": {f"aws:ResourceTag/{PROTECTED}": "false"},
    }
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(wanted)}
        | ({"Condition": condition} if own else {})
        for (wanted, own), actions in groups.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}
