"""The least that must be allowed for a plan: an IAM policy of exactly what its steps declare."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from services.plans.models import Permission, Plan, Step

OWN_SERVICES = frozenset({"astra", "library", "holdings"})  # operators of this console; IAM knows nothing of them


def policy(plan: Plan, *, partition: str = "aws", undo: bool = True) -> dict[str, Any]:
    """An IAM policy document that allows the plan (and, with `undo`, taking it back) and nothing else.

    Actions with the same resources and condition share a statement. ARNs are rewritten to `partition`.
    """
    wanted = dict.fromkeys(_in_partition(each, partition) for step in _steps(plan, undo) for each in step.permissions)
    narrow = [each for each in wanted if not _covered(each, wanted)]
    statements = [
        _statement(number, actions, resources, condition)
        for number, (actions, resources, condition) in enumerate(_merged(narrow), 1)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def undeclared(plan: Plan) -> tuple[str, ...]:
    """The ids of steps, undo steps included, that call AWS and declare no permission: a mistake in their planner."""
    return tuple(step.id for step in _steps(plan, True) if step.service not in OWN_SERVICES and not step.permissions)


def _steps(plan: Plan, undo: bool) -> Iterator[Step]:
    for step in plan.steps:
        yield step
        if undo:
            yield from step.undo


def _in_partition(permission: Permission, partition: str) -> Permission:
    resource = permission.resource
    if resource.startswith("arn:aws:"):
        resource = f"arn:{partition}:" + resource.removeprefix("arn:aws:")
    return Permission(permission.action, resource, permission.condition)


def _covered(permission: Permission, others: Iterable[Permission]) -> bool:
    everywhere = Permission(permission.action, "*")
    return permission != everywhere and everywhere in others


def _merged(permissions: Iterable[Permission]) -> list[tuple[list[str], list[str], dict[str, Any]]]:
    """(actions, resources, condition) so that no two have the same actions or the same resources."""
    resources_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in permissions:
        resources_of[each.action, json.dumps(each.condition, sort_keys=True)].add(each.resource)
    groups: dict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for (action, condition), resources in sorted(resources_of.items()):
        groups[action.partition(":")[0], tuple(sorted(resources)), condition].append(action)
    return [
        (sorted(actions), list(resources), json.loads(condition))
        for (_, resources, condition), actions in sorted(groups.items())
    ]


def _statement(number: int, actions: list[str], resources: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    service = "".join(part.title() for part in actions[0].partition(":")[0].split("-"))
    statement: dict[str, Any] = {
        "Sid": f"{service}{number}",
        "Effect": "Allow",
        "Action": actions if len(actions) > 1 else actions[0],
        "Resource": resources if len(resources) > 1 else resources[0],
    }
    return statement | ({"Condition": condition} if condition else {})
