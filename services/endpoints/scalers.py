"""Steps that take the automatic scaling of an endpoint away, and that put it back as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.endpoints.definitions import AutoScaling, Policy, WakeUp
from services.plans.models import Step
from services.plans.scaling import alarm_step, delete_alarms_step, deregister_step, policy_step, register_step


def taken_away(scalings: Iterable[AutoScaling], near: str, after: tuple[str, ...]) -> tuple[Step, ...]:
    """Deregisters each target, and deletes the alarms that would stay. Its undo puts all of it back."""
    steps: list[Step] = []
    for each in scalings:
        name = each.scaled.name
        reason = f"{name} stops scaling by itself; its policies go with the target."
        step = deregister_step(each.scaled, near, reason, after=after)
        steps.append(replace(step, undo=put_back((each,), near, (), prefix="again-")))
        for alarm in each.alarms:
            reason = f"The alarm {alarm.name} has nothing to wake up any more."
            steps.append(delete_alarms_step((alarm.name,), near, reason, after=(step.id,)))
    return tuple(steps)


def put_back(
    scalings: Iterable[AutoScaling], near: str, after: tuple[str, ...], *, prefix: str = ""
) -> tuple[Step, ...]:
    """Registers each target, its policies and its alarms, as they were. `near` is the endpoint's ARN."""
    steps: list[Step] = []
    for each in scalings:
        target = _target(each, near, after, prefix)
        policies = [_policy(each, policy, near, target.id, prefix) for policy in each.policies]
        ids = {policy.name: step.id for policy, step in zip(each.policies, policies, strict=True)}
        alarms = [_alarm(alarm, near, ids[alarm.policy], prefix) for alarm in each.alarms if alarm.policy in ids]
        steps += [target, *policies, *alarms]
    return tuple(steps)


def _target(scaling: AutoScaling, near: str, after: tuple[str, ...], prefix: str) -> Step:
    what = scaling.scaled
    reason = f"{what.name} may move between {scaling.minimum} and {scaling.maximum} by itself, as before."
    undo = deregister_step(what, near, f"{what.name} no longer moves.", step_id="deregister")
    return register_step(
        what, near, (scaling.minimum, scaling.maximum), reason, step_id=f"{prefix}scale-{what.name}", after=after,
        undo=() if prefix else (undo,),
    )  # fmt: skip


def _policy(scaling: AutoScaling, policy: Policy, near: str, after: str, prefix: str) -> Step:
    what = scaling.scaled
    return policy_step(
        what, near, policy.name, policy.kind, policy.sent, f"The scaling policy {policy.name} is as it was.",
        step_id=f"{prefix}policy-{what.name}-{policy.name}", after=(after,),
    )  # fmt: skip


def _alarm(alarm: WakeUp, near: str, policy: str, prefix: str) -> Step:
    reason = f"The alarm {alarm.name} carries out the policy {alarm.policy}, as before."
    undo = delete_alarms_step((alarm.name,), near, f"The alarm {alarm.name} goes.", step_id="delete-alarm")
    return alarm_step(
        alarm.name, near, alarm.sent, policy, reason, step_id=f"{prefix}alarm-{alarm.name}",
        undo=() if prefix else (undo,),
    )  # fmt: skip
