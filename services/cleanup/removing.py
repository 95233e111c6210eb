"""The steps that remove one resource, by its exact name, with the proof that it is gone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from services.access import RolePolicies, delete_inline, delete_role, detach_policy
from services.cleanup.storage import prefix_steps
from services.cleanup.studio import WORKING_KINDS, removal_steps
from services.knowledge import HeldCollection, plan_removal
from services.knowledge.files import LibraryState
from services.plans.alarms import delete_alarms_step
from services.plans.hosting import delete_step, gone_step
from services.plans.models import ErrorMatch, Permission, Proof, Read, Step
from services.plans.scaling import Scaled, deregister_step
from services.plans.stopping import stop_steps
from services.plans.topics import delete_topic_step
from services.resources import Key, Kind, Resource

HOSTED: Mapping[Kind, str] = {
    Kind.ENDPOINT: "endpoint",
    Kind.COMPONENT: "inference-component",
    Kind.ENDPOINT_CONFIG: "endpoint-config",
    Kind.MODEL: "model",
}
_WAITED_FOR = (Kind.ENDPOINT, Kind.COMPONENT)
_JOBS: Mapping[Kind, str] = {  # as ARNs name them
    Kind.TRAINING_JOB: "training-job",
    Kind.TRANSFORM_JOB: "transform-job",
    Kind.PROCESSING_JOB: "processing-job",
    Kind.AUTOML_JOB: "automl-job",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What removing takes besides the resource itself.

    going        everything that goes in this plan
    policies     of roles that go, by name: they must go before
    collections  what the library holds of whoever asks, by key
    near         gives an ARN of SageMaker in a region of this account: its partition is right
    pace         how many times as fast as AWS the other side works
    """

    near: Callable[[str], str]
    going: Collection[Key] = ()
    policies: Mapping[str, RolePolicies] = field(default_factory=dict)
    collections: Mapping[Key, HeldCollection] = field(default_factory=dict)
    pace: float = 1.0


def steps_of(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    """The steps in order; once the last is done the resource is gone, and a job stands still."""
    if resource.kind in HOSTED:
        return _hosted(resource, after, around)
    if resource.kind in _JOBS:
        return _job(resource, after, around)
    if resource.kind in WORKING_KINDS:
        return removal_steps(resource, after=after, removed=around.going, pace=around.pace)
    return _OTHERS[resource.kind](resource, after, around)


def _hosted(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    kind, own = HOSTED[resource.kind], _lowered(resource, around)
    gone = gone_step(kind, resource.name, own, after=after, pace=around.pace)
    if resource.status == "Deleting":
        return (gone,)
    reason = f"Deletes the {resource.kind} {resource.name}."
    if resource.kind is Kind.ENDPOINT:
        reason = f"{resource.name} stops; from here on it costs nothing more."
    step = delete_step(kind, resource.name, own, reason, after=after)
    return (step, replace(gone, after=(step.id,))) if resource.kind in _WAITED_FOR else (step,)


def _lowered(resource: Resource, around: Surroundings) -> str:
    """The ARN as policies name it: SageMaker writes names in lower case there."""
    arn = resource.arn or f"{around.near(resource.key.region)}{HOSTED[resource.kind]}/{resource.name}"
    head, _, name = arn.rpartition("/")
    return f"{head}/{name.lower()}"


def _job(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    noun = _JOBS[resource.kind]
    own = resource.arn or f"{around.near(resource.key.region)}{noun}/{resource.name}"
    return stop_steps(resource.kind.value, resource.name, own, after=after, pace=around.pace)


def _target(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    scaled = Scaled(resource.name, resource.about.partition(" ")[0])
    reason = f"Nothing scales {scaled.name} any more."
    near, own = around.near(resource.key.region), f"deregister-{resource.name}-{scaled.dimension}"
    return (deregister_step(scaled, near, reason, step_id=own, after=after),)


def _alarm(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    reason = f"The alarm {resource.name} would watch nothing."
    return (delete_alarms_step((resource.name,), around.near(resource.key.region), reason, after=after),)


def _topic(resource: Resource, after: tuple[str, ...], _: Surroundings) -> tuple[Step, ...]:
    arn = resource.arn or resource.name
    name = arn.rpartition(":")[2]
    return (delete_topic_step(name, arn, f"Deletes the topic {name} and its subscriptions.", after=after),)


def _schedule(resource: Resource, after: tuple[str, ...], _: Surroundings) -> tuple[Step, ...]:
    group, _slash, name = resource.name.rpartition("/")
    which, arn = {"Name": name, **({"GroupName": group} if group else {})}, resource.arn or "*"
    return (
        Step(
            id=f"delete-schedule-{resource.name}",
            service="scheduler",
            operation="delete_schedule",
            reason=f"Deletes the schedule {name}, which would ask for something that is gone.",
            parameters=which,
            after=after,
            permissions=(Permission("scheduler:DeleteSchedule", arn), Permission("scheduler:GetSchedule", arn)),
            proof=Proof(
                Read("scheduler", "get_schedule", which), absent=(ErrorMatch("ResourceNotFoundException"),), gone=True
            ),
        ),
    )


def _log_group(resource: Resource, after: tuple[str, ...], _: Surroundings) -> tuple[Step, ...]:
    name, arn = resource.name, resource.arn or "*"
    return (
        Step(
            id=f"delete-log-group-{name}",
            service="logs",
            operation="delete_log_group",
            reason=f"Deletes the log group {name} with all that is written in it.",
            parameters={"logGroupName": name},
            after=after,
            permissions=(Permission("logs:DeleteLogGroup", arn), Permission("logs:DescribeLogGroups")),
            proof=Proof(
                Read("logs", "describe_log_groups", {"logGroupNamePrefix": name}),
                found=f"logGroups[?logGroupName=={_quoted(name)}]",
                gone=True,
            ),
        ),
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _role(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    name, arn = resource.name, resource.arn
    held = around.policies.get(name, RolePolicies((), ()))
    steps = [
        delete_inline(name, arn, each, step_id=f"delete-policy-{name}-{each}", after=after) for each in held.inline
    ]
    steps += [detach_policy(name, arn, each, step_id=f"detach-{name}-{each}", after=after) for each in held.attached]
    last = (*after, *(step.id for step in steps))
    return (*steps, delete_role(name, arn, step_id=f"delete-role-{name}", after=last))


def _collection(resource: Resource, after: tuple[str, ...], around: Surroundings) -> tuple[Step, ...]:
    steps = plan_removal(LibraryState((around.collections[resource.key],))).steps
    return tuple(replace(step, after=(*after, *step.after)) for step in steps)


def _prefix(resource: Resource, after: tuple[str, ...], _: Surroundings) -> tuple[Step, ...]:
    return prefix_steps(resource, after=after)


_OTHERS: Mapping[Kind, Callable[[Resource, tuple[str, ...], Surroundings], tuple[Step, ...]]] = {
    Kind.SCALABLE_TARGET: _target,
    Kind.ALARM: _alarm,
    Kind.TOPIC: _topic,
    Kind.SCHEDULE: _schedule,
    Kind.LOG_GROUP: _log_group,
    Kind.PREFIX: _prefix,
    Kind.COLLECTION: _collection,
    Kind.LIBRARY: _collection,
    Kind.ROLE: _role,
}
