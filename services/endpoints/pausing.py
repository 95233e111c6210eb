"""Plans a pause: the endpoint goes and stops costing; its configuration stays and remembers the rest in its tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.endpoints.definitions import Component
from services.endpoints.memory import ENDPOINT, MOST_TAGS, Memory, is_memory
from services.endpoints.models import EndpointDetail
from services.endpoints.paused import MOVING, PauseState, capacity_again, forget_step
from services.endpoints.scalers import taken_away
from services.endpoints.starting import components_again, create_endpoint, in_service, tag_list
from services.errors import InUse, InvalidRequest, NotFound, SagedeckError
from services.plans.hosting import delete_step, gone_step
from services.plans.leasing import delete_schedule_step, without_lease
from services.plans.models import Cost, Estimate, Permission, Plan, Proof, Read, Secret, Step, merge
from services.plans.values import walk


def plan_pause(state: PauseState) -> Plan:
    """Remember, stop scaling, delete components and the endpoint. Configuration and models stay.

    Raises InUse while the endpoint changes or its configuration remembers another one, InvalidRequest where pausing
    would lose what it serves with.
    """
    detail = state.detail
    memory, forgotten = _fitting(state)
    remember = _remember(state, memory)
    steps = [remember, *taken_away(memory.scalings, detail.arn, (remember.id,))]
    steps += _components_gone(state, memory.components, tuple(step.id for step in steps))
    last = tuple(step.id for step in steps)
    price = detail.usd_per_hour
    ended = Cost(usd_per_hour=None if price is None else -price)
    remove = delete_step(
        "endpoint", detail.name, detail.arn_of("endpoint", detail.name),
        f"{detail.name} stops; from here on it costs nothing by the hour. Configuration and models stay.",
        after=last, cost=ended,
    )  # fmt: skip
    steps.append(replace(remove, undo=_endpoint_again(state, memory)))
    reason = f"{detail.name} can be resumed once AWS no longer knows it."
    steps.append(gone_step("endpoint", detail.name, _own(detail), reason, after=(remove.id,), pace=state.pace))
    left = f"{detail.name} has no lease while it is paused."
    steps += [delete_schedule_step(name, detail.arn, left) for name in state.schedules]
    return Plan(
        title=f"Pause {detail.name}",
        steps=tuple(steps),
        warnings=_pause_warnings(state, forgotten),
        estimate=Estimate(usd_per_hour=ended.usd_per_hour, source=detail.price_source),
    )


def pause_together(planned: Sequence[tuple[str, Plan | SagedeckError]]) -> Plan:
    """Several pauses as one plan, from the name, and the plan or the reason against it, of each.

    What cannot be paused is left out and said; so is a second endpoint on one configuration, which can remember one.
    Raises the first reason where nothing is left.
    """
    plans, left, remembering = list[Plan](), list[str](), dict[str, str]()
    reasons = [each for _, each in planned if isinstance(each, SagedeckError)]
    for name, each in planned:
        if isinstance(each, SagedeckError):
            left.append(f"{name} is left out: {each.what} {each.why}".strip())
            continue
        config = next(str(step.parameters["ResourceArn"]) for step in each.steps if step.operation == "add_tags")
        other = remembering.setdefault(config, name)
        if other != name:
            left.append(
                f"{name} is left out: it shares its configuration with {other}, and that can remember only one."
            )
            continue
        plans.append(each)
    if not plans:
        raise reasons[0]
    title = plans[0].title if len(plans) == 1 else f"Pause {len(plans)} endpoints"
    together = merge(title, *plans)
    return replace(together, warnings=(*left, *together.warnings))


def _own(detail: EndpointDetail) -> str:
    return detail.arn_of("endpoint", detail.name)


def _fitting(state: PauseState) -> tuple[Memory, tuple[str, ...]]:
    """What is remembered, and the keys of the tags that are not; raises where it may not be paused."""
    detail, config = state.detail, state.config
    if detail.status in MOVING:
        words = "Wait until it has settled and plan again."
        raise InUse(f"{detail.name} is {detail.status} and cannot be paused now.", "", words)
    if detail.status == "Failed":
        raise InvalidRequest(f"{detail.name} failed: it costs nothing and serves nothing.", "", "Delete it instead.")
    if not config.arn:
        why = f"AWS no longer knows {config.name}, from which it would be made again."
        raise NotFound(f"{detail.name} has lost its configuration.", why, "It can only be deleted, or updated first.")
    other = dict(config.tags).get(ENDPOINT, "")
    if other not in ("", detail.name):
        why = f"Its configuration {config.name} remembers the paused endpoint {other}, and can remember only one."
        raise InUse(f"{detail.name} cannot be paused.", why, f"Resume {other}, or update {detail.name} first.")
    told = without_lease(state.memory.tags)  # what is resumed has no end that has passed
    own = tuple(pair for pair in told if not pair[0].lower().startswith("aws:"))
    room = MOST_TAGS - sum(not is_memory(key) and not key.startswith("aws:") for key, _ in config.tags)
    memory, left = replace(state.memory, tags=own).fitting(room)
    if not memory.fits(room):
        why = f"Its configuration has room for {max(room, 0)} tags; scaling and components need more."
        words = "Remove tags of the configuration, or delete the endpoint and deploy it again later."
        raise InvalidRequest(f"{detail.name} cannot be remembered.", why, words)
    system = [key for key, _ in state.memory.tags if key.lower().startswith("aws:")]
    return memory, (*system, *left)


def _remember(state: PauseState, memory: Memory) -> Step:
    config = state.config
    written = memory.written()
    actions = (Permission("sagemaker:AddTags", config.policy_arn), Permission("sagemaker:ListTags", config.policy_arn))
    forget = forget_step(config, [key for key, _ in written], step_id="forget", after=())
    return Step(
        id=f"remember-{memory.endpoint}",
        service="sagemaker",
        operation="add_tags",
        reason=f"The configuration {config.name} remembers in its tags what {memory.endpoint} needs to be made again.",
        parameters={"ResourceArn": config.arn, "Tags": tag_list(written)},
        permissions=actions,
        proof=Proof(
            Read("sagemaker", "list_tags", {"ResourceArn": config.arn}),
            expect={f"Tags[?Key=='{key}'] | [0].Value": value for key, value in written},
            replaces=True,
        ),
        undo=(forget,),
    )


def _components_gone(state: PauseState, components: tuple[Component, ...], after: tuple[str, ...]) -> list[Step]:
    """Deletes components, adapters before what they are adapters of; undone by making them again."""
    detail, steps = state.detail, list[Step]()
    adapters: list[str] = []
    for each in sorted(components, key=lambda component: not component.base):
        arn = detail.arn_of("inference-component", each.name)
        reason = f"An endpoint can be deleted only without its components; {each.name} is remembered."
        before = after if each.base else (*after, *adapters)
        step = delete_step("inference-component", each.name, arn, reason, after=before)
        again = components_again((each,), detail.name, _own(detail), state.pace, (), prefix="again-")
        steps.append(replace(step, undo=again))
        steps.append(gone_step("inference-component", each.name, arn, after=(step.id,), pace=state.pace))
        adapters += [steps[-1].id] if each.base else []
    return steps


def _endpoint_again(state: PauseState, memory: Memory) -> tuple[Step, ...]:
    """Takes the deletion back: once the old one is gone, the endpoint is created as resuming would create it."""
    detail = state.detail
    name, own = detail.name, _own(detail)
    gone = gone_step("endpoint", name, own, step_id="gone", pace=state.pace)
    create = create_endpoint(
        name, own, state.config.name, memory.tags, Cost(usd_per_hour=detail.usd_per_hour), after=("gone",),
        prefix="again-",
    )  # fmt: skip
    wait = in_service(name, own, state.pace, f"{name} serves again.", step_id="again-wait", after=(create.id,))
    return (gone, create, wait, *capacity_again(memory, own, state.pace, (wait.id,), prefix="again-"))


def _pause_warnings(state: PauseState, forgotten: tuple[str, ...]) -> tuple[str, ...]:
    detail, found = state.detail, list[str]()
    if detail.owner and state.asking not in ("", detail.owner):
        found.append(f"{detail.name} was deployed by {detail.owner}, not by you: ask before you pause it.")
    if detail.serverless:
        found.append(f"{detail.name} is serverless and costs nothing by the hour: pausing it saves nothing.")
    if detail.asynchronous:
        found.append("Requests that wait or are being worked on are lost; answers already in S3 stay.")
    if forgotten:
        found.append(f"These tags of the endpoint are not remembered: {', '.join(forgotten)}.")
    if state.scheduled:
        found.append(f"It has {state.scheduled} scheduled scaling actions; they go and are not remembered.")
    secrets = _secrets(state.memory.components)
    if secrets:
        found.append(f"Resuming will ask for what is not written down: {', '.join(secrets)}.")
    return tuple(found)


def _secrets(components: Iterable[Component]) -> tuple[str, ...]:
    named = (value.name for each in components for value in walk(each.sent) if isinstance(value, Secret))
    return tuple(dict.fromkeys(named))
