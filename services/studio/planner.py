"""Plans of spaces: made, run, stopped, changed, deleted. Pure.

A space holds the files; its app is the machine. An app goes before its space can be changed or deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.access import tags
from services.errors import InUse, InvalidRequest, NameTaken
from services.plans.models import Cost, Estimate, Once, Permission, Plan, Proof, Step
from services.plans.workplaces import (
    ABSENT,
    BUSY,
    SETTLE_SECONDS,
    Workplace,
    delete_step,
    gone_step,
    ready_step,
    updated_step,
)
from services.studio.models import (
    APP_NAME,
    APP_TYPES,
    HOURS_OF_MONTH,
    Act,
    App,
    Space,
    SpaceChange,
    SpaceRequest,
    StudioState,
)
from services.studio.problems import change_problems, space_problems, type_problems

LOST = "What is only in the app's memory is lost; files of the space stay."
_STOPS = "stops: its machine costs nothing then, its files stay."
_ALIVE = "Status == 'InService' || Status == 'Pending'"


def plan_space(request: SpaceRequest, state: StudioState) -> Plan:
    """Makes a space, and runs it where that is wanted. Raises InvalidRequest, NameTaken."""
    wrong = space_problems(request, state.settings)
    if wrong:
        words = " ".join(each.words for each in wrong)
        raise InvalidRequest("This space cannot be made.", words, "Correct it and plan again.")
    if request.name in state.spaces:
        raise NameTaken(f"There is a space {request.name} in this domain already.", "", "Choose another name.")
    place = space_of(request.domain, request.name, state.arn(f"space/{request.domain}/{request.name.lower()}"))
    steps = [_create(request, state, place)]
    steps.append(ready_step(place, f"The space {request.name} is made in some seconds.", step_id="space-ready",
                            after=("create-space",), pace=state.pace))  # fmt: skip
    stored = stored_per_hour(request.volume_gb, state.usd_per_gb_month)
    if request.run:
        app = _app_of(request.domain, request.name, request.kind, state)
        steps += _running(app, request.instance_type, state.usd_per_hour, state, after=("space-ready",))
    total = _plus(state.usd_per_hour if request.run else 0.0, stored)
    source = f"{state.price_source}; stopped, only its volume bills" if request.run else "its volume; nothing runs yet"
    return Plan(f"Make the space {request.name}", tuple(steps), _idle_words(request, state),
                Estimate(total, source=source))  # fmt: skip


def _idle_words(request: SpaceRequest, state: StudioState) -> tuple[str, ...]:
    if not request.run:
        return ()
    of_domain = state.settings.idle.get(request.kind, (0, 0, 0))[0] if state.settings else 0
    minutes = request.idle_minutes or of_domain
    if minutes:
        return (f"AWS stops its app after {minutes:,} minutes without use; until then it bills.",)
    return ("It bills until somebody stops it: nothing stops it by itself.",)


def stored_per_hour(gigabytes: float, usd_per_gb_month: float | None) -> float | None:
    """USD an hour of what is kept; None where its price is not known."""
    return None if usd_per_gb_month is None else gigabytes * usd_per_gb_month / HOURS_OF_MONTH


def space_of(domain: str, name: str, arn: str = "*") -> Workplace:
    """A space as steps know it."""
    return Workplace("space", name, {"DomainId": domain, "SpaceName": name}, arn, "the space")


def _app_of(domain: str, space: str, kind: str, state: StudioState, name: str = APP_NAME) -> Workplace:
    which = {"DomainId": domain, "SpaceName": space, "AppType": kind, "AppName": name}
    arn = state.arn(f"app/{domain}/{space.lower()}/{kind.lower()}/{name.lower()}")
    return Workplace("app", space, which, arn, f"the {APP_TYPES.get(kind, kind)} of")


def _settings(kind: str, volume_gb: int = 0, instance_type: str = "", idle_minutes: int = 0) -> dict[str, Any]:
    app: dict[str, Any] = {"DefaultResourceSpec": {"InstanceType": instance_type}} if instance_type else {}
    if idle_minutes:
        app["AppLifecycleManagement"] = {"IdleSettings": {"IdleTimeoutInMinutes": idle_minutes}}
    size = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": volume_gb}}} if volume_gb else {}
    return ({f"{kind}AppSettings": app} if app else {}) | size


def _create(request: SpaceRequest, state: StudioState, place: Workplace) -> Step:
    settings = _settings(request.kind, request.volume_gb, request.instance_type, request.idle_minutes)
    delete = delete_step(place, f"Deletes the space {request.name} with its files.", step_id="undo-space")
    kind = APP_TYPES[request.kind]
    return Step(
        id="create-space",
        service="sagemaker",
        operation="create_space",
        reason=f"A space of {request.profile} for {kind}: a volume of {request.volume_gb:,} GB that keeps its files.",
        parameters={
            **place.which,
            "SpaceSettings": {"AppType": request.kind, **settings},
            "OwnershipSettings": {"OwnerUserProfileName": request.profile},
            "SpaceSharingSettings": {"SharingType": "Private"},
            "Tags": tags(request.owner),
        },
        permissions=(*place.may("Create", "Describe"), Permission("sagemaker:AddTags", place.arn)),
        cost=Cost(stored_per_hour(request.volume_gb, state.usd_per_gb_month)),
        proof=Proof(
            place.look(),
            absent=ABSENT,
            expect={
                "SpaceSettings.AppType": request.kind,
                "OwnershipSettings.OwnerUserProfileName": request.profile,
                "SpaceSettings.SpaceStorageSettings.EbsStorageSettings.EbsVolumeSizeInGb": request.volume_gb,
            },
        ),
        undo=(delete, gone_step(place, step_id="undo-space-gone", after=(delete.id,), pace=state.pace)),
    )


def _running(
    app: Workplace, instance_type: str, hourly: float | None, state: StudioState, *, after: tuple[str, ...] = ()
) -> tuple[Step, Step]:
    """Makes the app of a space, and waits until it can be opened."""
    delete = delete_step(app, f"Stops the app of {app.name}.", step_id="undo-app", cost=Cost(_minus(hourly)))
    create = Step(
        id="create-app",
        service="sagemaker",
        operation="create_app",
        reason=f"{app.name} runs on a machine of its own: {instance_type}.",
        parameters={**app.which, "ResourceSpec": {"InstanceType": instance_type}, "Tags": tags(state.owner)},
        after=after,
        manner=Once(BUSY, SETTLE_SECONDS),  # one that is still being stopped, or a space that is being changed
        permissions=(*app.may("Create", "Describe"), Permission("sagemaker:AddTags", app.arn)),
        cost=Cost(hourly),
        proof=Proof(app.look(), absent=ABSENT, found=f"({_ALIVE}) && Status",
                    expect={"ResourceSpec.InstanceType": instance_type}),
        undo=(delete, gone_step(app, step_id="undo-app-gone", after=(delete.id,), pace=state.pace)),
    )  # fmt: skip
    words = f"Starting {app.name} takes about two minutes."
    return create, ready_step(app, words, step_id="app-ready", after=("create-app",), pace=state.pace)


def _stopping(space: Space, state: StudioState, why: str) -> tuple[Step, ...]:
    """Deletes every app of the space, and waits until they are gone; `why` after its name."""
    steps = list[Step]()
    for number, app in enumerate(each for each in space.apps if each.status != "Failed"):
        place, mark = _place(space, app, state), f"-{number}" if number else ""
        reason = f"{space.name} {why}"
        if app.status != "Deleting":
            cost = Cost(_minus(app.usd_per_hour) if app.bills else 0.0)
            steps.append(delete_step(place, reason, step_id=f"delete-app{mark}", cost=cost))
        after = (f"delete-app{mark}",) if app.status != "Deleting" else ()
        words = f"Stopping the app of {space.name} takes about a minute."
        steps.append(gone_step(place, words, step_id=f"app-gone{mark}", after=after, pace=state.pace))
    return tuple(steps)


def _place(space: Space, app: App, state: StudioState) -> Workplace:
    return _app_of(space.domain, space.name, app.kind, state, app.name)


def _gone(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(step.id for step in steps if step.id.startswith("app-gone"))


def _require(space: Space, act: Act, otherwise: str) -> None:
    if act not in space.acts:
        raise InUse(f"The space {space.name} is {space.state_words}: {space.means}", "", otherwise)


def plan_run(space: Space, instance_type: str, state: StudioState) -> Plan:
    """Makes the app of a space on a machine of this type. Raises InvalidRequest, InUse."""
    _require(space, Act.RUN, "Open it if it runs, else look again in a minute.")
    wrong = type_problems(instance_type)
    if wrong:
        raise InvalidRequest(wrong[0].words, "", "Choose another type.")
    if space.kind not in APP_TYPES:
        what = f"The space {space.name} is for {space.kind or 'an app that is not known'}."
        raise InvalidRequest(what, "This console runs JupyterLab and Code Editor.", "Run it in Studio.")
    app = _app_of(space.domain, space.name, space.kind, state)
    steps = _running(app, instance_type, state.usd_per_hour, state)
    asked = SpaceRequest(domain=space.domain, profile=space.owner, name=space.name, kind=space.kind,
                         idle_minutes=space.idle_minutes)  # fmt: skip
    return Plan(f"Run {space.name}", steps, _idle_words(asked, state),
                Estimate(state.usd_per_hour, source=state.price_source))  # fmt: skip


def plan_stop(space: Space, state: StudioState) -> Plan:
    """Stops what runs in a space; its volume stays and goes on to cost. Raises InUse."""
    _require(space, Act.STOP, "Nothing of it runs.")
    steps = tuple(_with_way_back(each, space, state) for each in _stopping(space, state, _STOPS))
    saved = _sum(each.usd_per_hour for each in space.apps if each.bills)
    return Plan(f"Stop {space.name}", steps, (LOST,),
                Estimate(_minus(saved), source="price of the machine; its volume goes on to cost"))  # fmt: skip


def _with_way_back(step: Step, space: Space, state: StudioState) -> Step:
    """What stops an app is taken back by making it again on the same machine."""
    app = space.app
    if step.operation != "delete_app" or app is None or step.id != "delete-app":
        return step
    again, _ = _running(_place(space, app, state), app.instance_type, app.usd_per_hour, state)
    return replace(step, undo=(replace(again, id="undo-stop", undo=()),))


def plan_change(space: Space, request: SpaceChange, state: StudioState) -> Plan:
    """A larger volume or another idle time: stops what runs, changes the space, runs it again. Raises as above."""
    wrong = change_problems(request, space, state.settings)
    if wrong:
        words = " ".join(each.words for each in wrong)
        raise InvalidRequest(f"{space.name} cannot be changed so.", words, "Correct it.")
    _require(space, Act.CHANGE, "It can be changed once it runs or stands still.")
    place, app = space_of(space.domain, space.name, space.arn), space.app
    steps = list(_stopping(space, state, "can be changed only while nothing runs in it."))
    grown = max(request.volume_gb, space.volume_gb)
    settings = _settings(space.kind, request.volume_gb, "", request.idle_minutes)
    said = [f"{request.volume_gb:,} GB" if request.volume_gb else "",
            f"an idle time of {request.idle_minutes:,} minutes" if request.idle_minutes else ""]  # fmt: skip
    size = "SpaceSettings.SpaceStorageSettings.EbsStorageSettings.EbsVolumeSizeInGb"
    expect = {size: grown} if request.volume_gb else {}
    steps.append(
        Step(
            id="update", service="sagemaker", operation="update_space",
            reason=f"{space.name} gets {' and '.join(each for each in said if each)}.",
            parameters={**place.which, "SpaceSettings": settings}, after=_gone(tuple(steps)),
            manner=Once(BUSY, SETTLE_SECONDS), permissions=place.may("Update", "Describe"),
        )
    )  # fmt: skip
    steps.append(updated_step(place, step_id="updated", after=("update",), expect=expect, pace=state.pace))
    again = app is not None and app.status == "InService" and request.restart
    if again and app is not None:
        steps += _running(_place(space, app, state), app.instance_type, app.usd_per_hour, state,
                          after=("updated",))  # fmt: skip
    more = stored_per_hour(grown - space.volume_gb, state.usd_per_gb_month)
    ended = 0.0 if again else _minus(_sum(each.usd_per_hour for each in space.apps if each.bills))
    warnings = [LOST] if app is not None and app.bills else []
    if request.volume_gb > space.volume_gb:
        warnings.append("A volume can only grow: this cannot be taken back.")
    return Plan(f"Change {space.name}", tuple(steps), tuple(warnings),
                Estimate(_plus(more, ended), source="price of storage"))  # fmt: skip


def plan_delete(space: Space, state: StudioState) -> Plan:
    """Stops what runs in a space and deletes it with its files. Raises InUse."""
    _require(space, Act.DELETE, "It is under way already.")
    place = space_of(space.domain, space.name, space.arn)
    steps = list(_stopping(space, state, "can be deleted only when nothing runs in it."))
    reason = f"Deletes {space.name} and its volume of {space.volume_gb:,} GB with every file on it."
    steps.append(delete_step(place, reason, step_id="delete", after=_gone(tuple(steps)),
                             cost=Cost(_minus(space.usd_stored))))  # fmt: skip
    steps.append(gone_step(place, f"{space.name} is gone once AWS no longer knows it.", step_id="gone",
                           after=("delete",), pace=state.pace))  # fmt: skip
    warnings = ("Its files are lost for good: download what you need first.",
                "Endpoints and buckets that were made from it stay, and cost.")  # fmt: skip
    return Plan(f"Delete the space {space.name}", tuple(steps), warnings,
                Estimate(_minus(space.usd_now), source="prices of the machine and the volume"))  # fmt: skip


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _minus(usd: float | None) -> float | None:
    return None if usd is None else -usd


def _sum(prices: Iterable[float | None]) -> float | None:
    known = list(prices)
    return None if None in known else sum(each or 0.0 for each in known)
