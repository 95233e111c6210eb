"""Plans of notebook instances: made, started, stopped, changed, deleted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.access import RoleRequest, plan_execution_role, role_arn, role_value, tag_value, tags
from services.errors import InUse, InvalidRequest, NameTaken
from services.notebooks.models import (
    HOURS_OF_MONTH,
    KEPT,
    LIFECYCLE_NOTE,
    Act,
    ChangeRequest,
    NotebookInstance,
    NotebookRequest,
    NotebookState,
)
from services.notebooks.problems import change_problems, request_problems
from services.plans.leasing import ENDLESS, STOP, lease_tags
from services.plans.models import Cost, Estimate, Once, Permission, Plan, Proof, Step
from services.plans.workplaces import (
    NEW_ROLE,
    NO_NOTEBOOK,
    NOTEBOOK_BUSY,
    SETTLE_SECONDS,
    Workplace,
    delete_step,
    gone_step,
    notebook,
    ready_step,
    start_step,
    stop_step,
    stopped_step,
    updated_step,
)

_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
LOST = f"What is only in memory, and every file outside {KEPT}, is lost."


def plan_create(request: NotebookRequest, state: NotebookState) -> Plan:
    """Makes one and waits until it can be opened; its role is found or made. Raises InvalidRequest, NameTaken."""
    wrong = request_problems(request)
    if wrong:
        words = " ".join(each.words for each in wrong)
        raise InvalidRequest("This notebook instance cannot be made.", words, "Correct it and plan again.")
    if state.taken:
        what = f"There is a notebook instance {request.name} already ({state.taken})."
        raise NameTaken(what, "Their names are unique in a region.", "Choose another name, or start that one.")
    role = plan_execution_role(request.role, state.role) if isinstance(request.role, RoleRequest) else None
    steps = role.steps if role else ()
    place = notebook(request.name, state.arn(request.name))
    made = _create(request, state, place, tuple(step.id for step in steps))
    why = f"{request.name} can be opened once it is in service: about four minutes."
    ready = ready_step(place, why, step_id="ready", after=(made.id,), pace=state.pace)
    return Plan(
        f"Make the notebook instance {request.name}",
        (*steps, made, ready),
        (*(role.warnings if role else ()), *_warnings(request)),
        _estimate(state.usd_per_hour, stored_per_hour(request.volume_gb, state), state.price_source),
    )


def stored_per_hour(gigabytes: int, state: NotebookState) -> float | None:
    """USD an hour of a volume, None where its price is not known."""
    return None if state.usd_per_gb_month is None else gigabytes * state.usd_per_gb_month / HOURS_OF_MONTH


def _estimate(machine: float | None, stored: float | None, source: str) -> Estimate:
    total = None if machine is None or stored is None else machine + stored
    return Estimate(total, source=f"{source}; stopped, only its volume bills" if source else "")


def _warnings(request: NotebookRequest) -> tuple[str, ...]:
    found = [] if request.lease_ends else [ENDLESS]
    if request.lifecycle:
        found.append(LIFECYCLE_NOTE)
    if request.root:
        found.append("People in it may become root, and read whatever its role may read.")
    if request.subnet and not request.internet:
        found.append("Without internet it reaches SageMaker and S3 only through VPC endpoints or a NAT of its subnet.")
    return tuple(found)


def _sent(request: NotebookRequest, state: NotebookState) -> dict[str, Any]:
    made = request.role if isinstance(request.role, RoleRequest) else None
    sent: dict[str, Any] = {
        "NotebookInstanceName": request.name,
        "InstanceType": request.instance_type,
        "RoleArn": role_value(made, role_arn(request.role, state.role)),
        "VolumeSizeInGB": request.volume_gb,
        "RootAccess": "Enabled" if request.root else "Disabled",
        "DirectInternetAccess": "Enabled" if request.internet else "Disabled",
        "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": request.imds},
        "Tags": [
            *tags(request.owner),
            *({"Key": key, "Value": value} for key, value in (*request.tags, *_lease(request))),
        ],
    }
    further: Mapping[str, Any] = {
        "PlatformIdentifier": request.platform,
        "LifecycleConfigName": request.lifecycle,
        "SubnetId": request.subnet,
        "SecurityGroupIds": list(request.groups),
        "KmsKeyId": request.kms_key,
        "DefaultCodeRepository": request.repository,
    }
    return sent | {name: value for name, value in further.items() if value}


def _lease(request: NotebookRequest) -> tuple[tuple[str, str], ...]:
    """The tags of its agreed end, none where it has none."""
    if not request.lease_ends:
        return ()
    return lease_tags(request.lease_ends, tag_value(request.lease_reason), STOP, tag_value(request.owner))


def _create(request: NotebookRequest, state: NotebookState, place: Workplace, after: tuple[str, ...]) -> Step:
    sent = _sent(request, state)
    kept = ("InstanceType", "VolumeSizeInGB", "RoleArn", "RootAccess", "DirectInternetAccess")
    return Step(
        id="create-notebook",
        service="sagemaker",
        operation="create_notebook_instance",
        reason=f"{request.name} is a machine of its own ({request.instance_type}) with Jupyter on it.",
        parameters=sent,
        after=after,
        manner=NEW_ROLE if isinstance(request.role, RoleRequest) else Once(),
        permissions=(
            *place.may("Create", "Describe"),
            Permission("sagemaker:AddTags", place.arn),
            Permission("iam:PassRole", role_arn(request.role, state.role), _PASSED),
            *_beyond(request),
        ),
        cost=Cost(_plus(state.usd_per_hour, stored_per_hour(request.volume_gb, state))),
        proof=Proof(place.look(), absent=NO_NOTEBOOK, expect={name: sent[name] for name in kept}),
        undo=_taken_back(place, state.pace),
    )


def _beyond(request: NotebookRequest) -> Iterator[Permission]:
    """What AWS's guide to API permissions asks besides, for a network and a key."""
    if request.subnet:
        yield Permission("ec2:CreateNetworkInterface")
        yield from (Permission(f"ec2:Describe{each}") for each in ("SecurityGroups", "Subnets", "Vpcs"))
    if request.kms_key:
        key = request.kms_key if request.kms_key.startswith("arn:") else "*"
        yield from (Permission(f"kms:{each}", key) for each in ("DescribeKey", "CreateGrant"))


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _minus(usd: float | None) -> float | None:
    return None if usd is None else -usd


def _taken_back(place: Workplace, pace: float) -> tuple[Step, ...]:
    stop = stop_step(place, f"{place.name} is deleted only when it stands still.", step_id="undo-stop")
    stopped = stopped_step(place, step_id="undo-stopped", after=(stop.id,), pace=pace)
    delete = delete_step(place, f"Deletes {place.name} with its volume.", step_id="undo-delete", after=(stopped.id,))
    return stop, stopped, delete, gone_step(place, step_id="undo-gone", after=(delete.id,), pace=pace)


def _require(now: NotebookInstance, act: Act, otherwise: str) -> Workplace:
    """The instance as steps know it. InUse where its state does not let this be done."""
    if act not in now.state.acts:
        raise InUse(f"{now.name} is {now.status or 'in an unknown state'}: {now.state.words}", "", otherwise)
    return notebook(now.name, now.arn or "*")


def plan_start(now: NotebookInstance, *, pace: float = 1.0) -> Plan:
    """Starts one that stands still, and waits until it can be opened. Raises InUse."""
    place = _require(now, Act.START, "Wait until it stands still, or open it.")
    back = stop_step(place, f"{now.name} stands still again.", step_id="undo-start")
    reason = f"{now.name} runs again ({now.instance_type}), with its files as they were."
    start = start_step(place, reason, step_id="start", cost=Cost(now.usd_per_hour), undo=(back,))
    ready = ready_step(place, f"Starting {now.name} takes about four minutes.", step_id="ready", after=("start",),
                       pace=pace)  # fmt: skip
    warnings = (LIFECYCLE_NOTE,) if now.lifecycle else ()
    return Plan(f"Start {now.name}", (start, ready), warnings, Estimate(now.usd_per_hour, source=now.price_source))


def plan_stop(now: NotebookInstance, *, pace: float = 1.0) -> Plan:
    """Stops one that runs; its volume stays. Raises InUse."""
    place = _require(now, Act.STOP, "It can be stopped once it runs.")
    back = start_step(place, f"{now.name} runs again, with its files as they were.", step_id="undo-stop",
                      cost=Cost(now.usd_per_hour))  # fmt: skip
    stop = stop_step(
        place, f"{now.name} stops: its machine costs nothing then, its volume and files stay.", step_id="stop",
        cost=Cost(_minus(now.usd_per_hour)), undo=(back,),
    )  # fmt: skip
    stopped = stopped_step(place, step_id="stopped", after=("stop",), pace=pace)
    source = "price of the machine; its volume goes on to cost"
    return Plan(f"Stop {now.name}", (stop, stopped), (LOST,), Estimate(_minus(now.usd_per_hour), source=source))


def plan_change(
    now: NotebookInstance, request: ChangeRequest, *, usd_per_hour: float | None, usd_stored: float | None,
    pace: float = 1.0,
) -> Plan:  # fmt: skip
    """Another type or a larger volume: stops what runs, changes it, and starts it again where that is wanted.

    usd_per_hour, usd_stored    of the machine and the volume afterwards. Raises InvalidRequest, InUse.
    """
    wrong = change_problems(request, now)
    if wrong:
        raise InvalidRequest(f"{now.name} cannot be changed so.", " ".join(each.words for each in wrong), "Correct it.")
    place = _require(now, Act.CHANGE, "It can be changed once it runs or stands still.")
    again = now.running and request.restart
    steps = list(_stopping(place, now, pace))
    steps += _changing(place, now, request, tuple(step.id for step in steps[-1:]), pace)
    if again:
        reason = f"{now.name} ran before, so it runs again."
        steps.append(start_step(place, reason, step_id="start", after=("updated",), cost=Cost(usd_per_hour)))
        steps.append(ready_step(place, f"Starting {now.name} takes about four minutes.", step_id="ready",
                                after=("start",), pace=pace))  # fmt: skip
    warnings = [LOST] if now.running else []
    if request.volume_gb > now.volume_gb:
        warnings.append("A volume can only grow: this cannot be taken back.")
    return Plan(f"Change {now.name}", tuple(steps), tuple(warnings), _more(now, usd_per_hour, usd_stored, again))


def _more(now: NotebookInstance, machine: float | None, stored: float | None, runs: bool) -> Estimate:
    """What it costs more an hour than now."""
    then = _plus(machine if runs else 0.0, stored)
    if then is None or now.usd_now is None:
        return Estimate(None)
    return Estimate(then - now.usd_now, source=now.price_source)


def _stopping(place: Workplace, now: NotebookInstance, pace: float) -> tuple[Step, ...]:
    if not now.running:
        return ()
    reason = f"{now.name} can be changed and deleted only while it stands still."
    stop = stop_step(place, reason, step_id="stop", cost=Cost(_minus(now.usd_per_hour)))
    return stop, stopped_step(place, step_id="stopped", after=("stop",), pace=pace)


def _changing(
    place: Workplace, now: NotebookInstance, request: ChangeRequest, after: tuple[str, ...], pace: float
) -> tuple[Step, Step]:
    wanted: dict[str, Any] = {}
    if request.volume_gb > now.volume_gb:
        wanted["VolumeSizeInGB"] = request.volume_gb
    if request.instance_type and request.instance_type != now.instance_type:
        wanted["InstanceType"] = request.instance_type
    said = [f"{request.volume_gb:,} GB" if "VolumeSizeInGB" in wanted else "", wanted.get("InstanceType", "")]
    update = Step(
        id="update",
        service="sagemaker",
        operation="update_notebook_instance",
        reason=f"{now.name} gets {' and '.join(each for each in said if each)}.",
        parameters={**place.which, **wanted},
        after=after,
        manner=Once(NOTEBOOK_BUSY, SETTLE_SECONDS),
        permissions=place.may("Update", "Describe"),
        proof=Proof(place.look(), expect=wanted, replaces=True),
    )
    return update, updated_step(place, step_id="updated", after=("update",), expect=wanted, pace=pace)


def plan_delete(now: NotebookInstance, *, pace: float = 1.0) -> Plan:
    """Stops it where it runs, deletes it with its volume, and waits until it is gone. Raises InUse."""
    place = _require(now, Act.DELETE, "It is under way already.")
    settles = now.status in ("Pending", "InService")  # a stop waits until it has settled
    steps = [stop_step(place, f"{now.name} is deleted only when it stands still.", step_id="stop")] if settles else []
    if settles or now.status in ("Stopping", "Updating"):
        steps.append(stopped_step(place, step_id="stopped", after=tuple(step.id for step in steps), pace=pace))
    after = tuple(step.id for step in steps[-1:])
    reason = f"Deletes {now.name} and its volume of {now.volume_gb:,} GB with every file on it."
    steps.append(delete_step(place, reason, step_id="delete", after=after, cost=Cost(_minus(now.usd_now))))
    steps.append(gone_step(place, f"{now.name} is gone once AWS no longer knows it.", step_id="gone",
                           after=("delete",), pace=pace))  # fmt: skip
    warnings = ("Its files are lost for good: download what you need first.",)
    return Plan(f"Delete {now.name}", tuple(steps), warnings, Estimate(_minus(now.usd_now), source=now.price_source))
