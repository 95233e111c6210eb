"""Steps that end notebook instances and Studio, in the only order in which AWS lets them go.

Apps, and the wait until they are deleted; spaces; user profiles; the domain, which takes its file system along or
leaves it; the file system's mount targets and itself; lifecycle configurations after what uses them. `Holdings.users`
gives that order: each uses the next. Which errors mean what: botocore's sagemaker and efs models, and docs/sandbox.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.cleanup.storage import bucket_steps, file_system_gone_step, file_system_steps
from services.plans.models import ErrorMatch, Permission, Proof, Read, Step
from services.plans.workplaces import (
    ABSENT,
    ENDED_NOTEBOOK,
    Workplace,
    delete_step,
    gone_step,
    stop_step,
    stopped_step,
)
from services.resources.describing import app_parameters
from services.resources.models import Key, Kind, Resource

WORKING_KINDS = (
    Kind.APP, Kind.SPACE, Kind.USER_PROFILE, Kind.DOMAIN, Kind.FILE_SYSTEM, Kind.NOTEBOOK, Kind.LIFECYCLE, Kind.BUCKET,
)  # fmt: skip
_NO_LIFECYCLE = (ErrorMatch("ValidationException", "does not exist"),)
_KINDS: Mapping[Kind, str] = {
    Kind.APP: "app",
    Kind.SPACE: "space",
    Kind.USER_PROFILE: "user-profile",
    Kind.DOMAIN: "domain",
    Kind.NOTEBOOK: "notebook-instance",
}


def removal_steps(
    resource: Resource, *, after: tuple[str, ...] = (), removed: Collection[Key] = (), pace: float = 1.0
) -> tuple[Step, ...]:
    """The steps that remove one resource of `WORKING_KINDS`; once the last is done, what it used is free.

    after      ids of the steps after which nothing uses it any more: those of what uses it and goes in the same plan
    removed    what goes in the same plan: a domain takes its file system along when that is among it, else leaves it
    pace       how many times as fast as AWS the other side works
    """
    if resource.kind is Kind.NOTEBOOK:
        return _notebook_steps(resource, after, pace)
    if resource.kind is Kind.LIFECYCLE:
        return (_lifecycle_step(resource, after),)
    if resource.kind is Kind.BUCKET:
        return bucket_steps(resource, after=after)
    if resource.kind is Kind.FILE_SYSTEM:
        if after:  # only domains use a file system, and the one that goes before it takes it along
            return (file_system_gone_step(resource, after=after, pace=pace),)
        return file_system_steps(resource, pace=pace)
    return _studio_steps(resource, after, removed, pace)


def _which(resource: Resource) -> dict[str, str]:
    if resource.kind is Kind.APP:
        return app_parameters(resource)
    if resource.kind is Kind.NOTEBOOK:
        return {"NotebookInstanceName": resource.name}
    domain, _, name = resource.name.partition("/")
    member = {Kind.SPACE: "SpaceName", Kind.USER_PROFILE: "UserProfileName"}.get(resource.kind)
    return {"DomainId": domain, **({member: name} if member else {})}


def _studio_steps(
    resource: Resource, after: tuple[str, ...], removed: Collection[Key], pace: float
) -> tuple[Step, ...]:
    more: dict[str, object] = {}
    reason = f"Deletes the {resource.kind} {resource.name}."
    if resource.kind is Kind.DOMAIN:
        taken = any(key in removed for key in resource.uses if key.kind is Kind.FILE_SYSTEM)
        more["RetentionPolicy"] = {"HomeEfsFileSystem": "Delete" if taken else "Retain"}
        reason = f"Deletes the domain {resource.name}; its file system {'goes with it' if taken else 'stays'}."
    gone = _gone_step(resource, (_id("delete", resource),), pace)
    if resource.status in ("Deleting", "Delete_Pending"):
        return (_gone_step(resource, after, pace),)
    return _delete_step(resource, reason, after, more), gone


def _notebook_steps(resource: Resource, after: tuple[str, ...], pace: float) -> tuple[Step, ...]:
    if resource.status == "Deleting":
        return (_gone_step(resource, after, pace),)
    gone = _gone_step(resource, (_id("delete", resource),), pace)
    reason = f"Deletes the notebook instance {resource.name} and the volume that it keeps."
    if resource.status in ENDED_NOTEBOOK:
        return _delete_step(resource, reason, after, {}), gone
    stop = () if resource.status == "Stopping" else (_stop_step(resource, after),)
    stop_ids = tuple(each.id for each in stop) or after
    stopped = stopped_step(_place(resource), step_id=_id("stopped", resource), after=stop_ids, pace=pace)
    return *stop, stopped, _delete_step(resource, reason, (stopped.id,), {}), gone


def _place(resource: Resource) -> Workplace:
    kind = _KINDS[resource.kind]
    return Workplace(kind, resource.name, _which(resource), resource.arn or "*", f"the {resource.kind}")


def _stop_step(resource: Resource, after: tuple[str, ...]) -> Step:
    reason = f"A notebook instance is deleted only when it stands still: stops {resource.name}."
    return stop_step(_place(resource), reason, step_id=_id("stop", resource), after=after)


def _delete_step(resource: Resource, reason: str, after: tuple[str, ...], more: Mapping[str, object]) -> Step:
    return delete_step(_place(resource), reason, step_id=_id("delete", resource), after=after, more=more)


def _gone_step(resource: Resource, after: tuple[str, ...], pace: float) -> Step:
    return gone_step(_place(resource), step_id=_id("gone", resource), after=after, pace=pace)


def _lifecycle_step(resource: Resource, after: tuple[str, ...]) -> Step:
    """Of notebook instances ("notebook/name") or of Studio ("studio/name"); no wait, it is gone at once."""
    family, _, name = resource.name.partition("/")
    studio = family == "studio"
    noun = "StudioLifecycleConfig" if studio else "NotebookInstanceLifecycleConfig"
    operation = "studio_lifecycle_config" if studio else "notebook_instance_lifecycle_config"
    which, arn = {f"{noun}Name": name}, resource.arn or "*"
    return Step(
        id=_id("delete", resource),
        service="sagemaker",
        operation=f"delete_{operation}",
        reason=f"Deletes the lifecycle configuration {name}, which nothing uses any more.",
        parameters=which,
        after=after,
        permissions=(_may(f"Delete{noun}", arn), _may(f"Describe{noun}", arn)),
        proof=Proof(
            Read("sagemaker", f"describe_{operation}", which), absent=ABSENT if studio else _NO_LIFECYCLE, gone=True
        ),
    )


def _may(action: str, arn: str) -> Permission:
    return Permission(f"sagemaker:{action}", arn)


def _id(verb: str, resource: Resource) -> str:
    return f"{verb}-{resource.kind.replace(' ', '-').lower()}-{resource.name}"
