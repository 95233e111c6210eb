"""Plans a lease: given, extended, changed or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.access import ExecutionRole, tag_value
from services.errors import InUse, InvalidRequest
from services.leases.models import LeaseRequest, LeaseState, policy_arn
from services.leases.shots import LONGEST_INPUT, PROTECTED, Shot, policy_of, shots_of
from services.leases.steps import (
    main_schedule,
    policy_gone,
    policy_name,
    policy_step,
    role_step,
    schedule_gone,
    schedule_step,
    tags_gone,
    tags_step,
)
from services.plans.leasing import DELETE, ENDED, WAYS, LeaseKind, lease_tags, moment, written
from services.plans.models import Estimate, Plan, Step

SOONEST, LATEST = timedelta(minutes=5), timedelta(days=366)
LONGEST_REASON = 200
MOST_POLICIES = 20  # of one role: IAM counts 10,240 characters in all its inline policies; one of ours has up to 500


_A = {LeaseKind.ENDPOINT: "an endpoint", LeaseKind.NOTEBOOK: "a notebook instance"}
_NOW = {LeaseKind.ENDPOINT: "Delete or pause the endpoint", LeaseKind.NOTEBOOK: "Stop the notebook instance"}
DELETES_NOT = "One is deleted only once it stands still, which no schedule waits for, and its files go with it."


def plan_lease(request: LeaseRequest, state: LeaseState) -> Plan:
    """The plan of a request. Raises InvalidRequest, and InUse while what it is of goes.

    Who keeps to it follows from the state: AWS by schedules, or `sagedeck reap`, and then the plan says why.
    """
    if state.detail.status == "Deleting":
        raise InUse(f"{state.detail.name} is being deleted already.", "", "Look again in a minute.")
    if request.ends is None:
        return _plan_end(state)
    refuse(request, state.now)
    ends = request.ends.astimezone(UTC).replace(microsecond=0)
    reason = tag_value(request.reason)
    near, name = state.detail.arn, state.detail.name
    steps, whynot = scheduling(state, ends)
    words = ENDED[request.then]
    last = tuple(step.id for step in steps)
    wanted = lease_tags(written(ends), reason, request.then, state.asking)
    steps.append(tags_step(state.detail, wanted, f"{name} is {words} at {_at(ends)}: every console sees it.", last))
    if whynot:
        steps += [schedule_gone(each, near, "The schedule of the former end goes.") for each in state.schedules]
    had = state.detail.tag("lease-ends") or main_schedule(state.schedules, state.key)
    title = f"{'Change' if had else 'Give'} the lease of {name}"
    return Plan(title, tuple(steps), _warnings(state, whynot), Estimate(usd_per_hour=0.0))


def refuse(request: LeaseRequest, now: datetime) -> None:
    """Raise InvalidRequest for what can be seen to be wrong."""
    ends = request.ends
    ways = WAYS[request.kind]
    if request.then not in ways:
        words = f"A lease of {_A[request.kind]} cannot end with “{request.then[:30]}”."
        why = DELETES_NOT if request.kind is LeaseKind.NOTEBOOK and request.then == DELETE else ""
        raise InvalidRequest(words, why, f"Use {' or '.join(ways)}.")
    if len(request.reason) > LONGEST_REASON:
        raise InvalidRequest(f"The reason has {len(request.reason)} characters.", "", f"Use up to {LONGEST_REASON}.")
    if ends is None:
        return
    if ends.tzinfo is None:
        raise InvalidRequest("The end of the lease has no time zone.", "", "Give it in UTC, such as 2026-12-01T18:00Z.")
    if ends <= now:
        raise InvalidRequest(f"{_at(ends)} has passed: it is {_at(now)}.", "", "Give an end that is still to come.")
    if ends - now < SOONEST:
        raise InvalidRequest("The lease would end within five minutes.", "", f"{_NOW[request.kind]} instead.")
    if ends - now > LATEST:
        raise InvalidRequest(
            "The lease would end more than a year from now.", "", "Give an earlier end; extend it later."
        )


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def scheduling(state: LeaseState, ends: datetime) -> tuple[list[Step], str]:
    """Role, policy and schedules that end it; or none of them, and why AWS cannot keep to its lease."""
    shots, whynot = _shots(state, ends)
    return _scheduled(state, shots, ends), whynot


def _shots(state: LeaseState, ends: datetime) -> tuple[tuple[Shot, ...], str]:
    """What is to be scheduled, or nothing and why."""
    if state.whynot or state.ending is None:
        return (), state.whynot or "How it is to end is not known."
    role, own = state.role, policy_name(state.key)
    if role is not None and not role.made_here:
        return (), f"A role {role.name} exists, and this console did not make it."
    if own not in state.policies and len(state.policies) - len(state.stale) >= MOST_POLICIES:
        return (
            (),
            f"The role of the leases keeps {len(state.policies) - len(state.stale)} already, and can hold no more.",
        )
    shots = shots_of(state.ending, state.key, ends, state.detail.arn.split(":")[1])
    if any(len(each.input) > LONGEST_INPUT for each in shots):
        return (), "What the endpoint needs to be resumed is too long for a schedule."
    return shots, ""


def _scheduled(state: LeaseState, shots: Sequence[Shot], ends: datetime) -> list[Step]:
    """Role, policy and schedules; those of the former lease that are not needed any more go."""
    if not shots:
        return []
    detail, near, key = state.detail, state.detail.arn, state.key
    steps = role_steps(state.role, near, state.asking)
    steps += [policy_gone(each, near, tuple(step.id for step in steps)) for each in state.stale]
    own = dict.fromkeys((policy_arn(detail), detail.arn))
    document = policy_of(shots, tuple(own), ends)
    steps.append(policy_step(key, near, document, state.document, tuple(step.id for step in steps)))
    ready = tuple(step.id for step in steps)
    there = {each.name: each for each in state.schedules}
    steps += [schedule_step(shot, near, there.pop(shot.name, None), ready) for shot in shots]
    steps += [schedule_gone(each, near, "It belongs to the former lease.", ready) for each in there.values()]
    return steps


def role_steps(role: ExecutionRole | None, near: str, owner: str) -> list[Step]:
    """The step that makes the role, none where it is there."""
    return [] if role is not None else [role_step(near, owner)]


def _plan_end(state: LeaseState) -> Plan:
    """Takes the lease away: it runs until somebody ends it."""
    detail = state.detail
    if not detail.tag("lease-ends") and not state.schedules:
        raise InvalidRequest(f"{detail.name} has no lease.", "", "Give it one, or leave it as it is.")
    steps = taking_away(state, f"{detail.name} runs until somebody ends it.")
    price = detail.usd_per_hour
    costs = "an unknown price" if price is None else f"${price:,.2f} an hour"
    warning = f"{detail.name} then costs {costs} without an end." if price != 0 else ""
    return Plan(f"Take away the lease of {detail.name}", tuple(steps), (warning,) if warning else (), Estimate(0.0))


def taking_away(state: LeaseState, reason: str) -> list[Step]:
    """Schedules, policy and tags of a lease go, those that are there."""
    detail, near = state.detail, state.detail.arn
    steps = [schedule_gone(each, near, f"{detail.name} is not ended by AWS any more.") for each in state.schedules]
    if policy_name(state.key) in state.policies:
        steps.append(policy_gone(state.key, near, tuple(step.id for step in steps), state.document))
    if detail.tag("lease-ends"):
        steps.append(tags_gone(detail, reason, tuple(step.id for step in steps)))
    return steps


def _warnings(state: LeaseState, whynot: str) -> tuple[str, ...]:
    detail, found = state.detail, list[str]()
    if whynot:
        found.append(f"AWS does not end it by itself: {whynot} `sagedeck reap` does, where somebody runs it.")
    if dict(detail.tags).get(PROTECTED, "false") != "false":
        found.append(f"{detail.name} is protected by a tag: it is not ended while that stands.")
    if detail.owner and state.asking not in ("", detail.owner):
        found.append(f"{detail.name} was made by {detail.owner}, not by you: agree on the end with them.")
    if state.ending is not None:
        found += state.ending.warnings
    return tuple(found)


def end_of(request_ends: str, hours: float, now: datetime) -> datetime:
    """The end that a form or an option tells: a time, or so many hours from now. Raises InvalidRequest."""
    if request_ends:
        found = moment(request_ends)
        if found is None:
            raise InvalidRequest(f"“{request_ends[:40]}” is no time.", "", "Write it like 2026-12-01T18:00Z.")
        return found
    if not 0 < hours <= LATEST.total_seconds() / 3600:
        raise InvalidRequest(f"A lease of {hours:g} hours cannot be.", "", "Use more than 0, and up to a year.")
    return (now + timedelta(hours=hours)).replace(microsecond=0)
