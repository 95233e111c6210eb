"""Plans a deployment: role, model, endpoint configuration, endpoint, the wait, and what comes after it.

Each kind of step has its own file; this one puts them in order. A component onto an endpoint that is there needs only
the model and the component.
"""

from __future__ import annotations

from dataclasses import replace

from services.access import RoleRequest, plan_execution_role
from services.deploy.component_step import component_steps
from services.deploy.config_step import create_config
from services.deploy.costs import estimate
from services.deploy.endpoint_step import clear_failed, create_endpoint, wait_endpoint
from services.deploy.hub import hub_warnings
from services.deploy.machine_problems import local_disk
from services.deploy.model_step import create_model, refuse_crowded
from services.deploy.models import DeployRequest, DeployState, RagPairRequest
from services.deploy.modes import Asynchronous, Components
from services.deploy.problems import refuse
from services.deploy.rights import role_for
from services.deploy.scaling import scaling_steps
from services.deploy.sources import CustomSource, HubSource
from services.deploy.topics import topic_steps
from services.errors import InUse, InvalidRequest, NameTaken, NotFound
from services.plans.models import Plan, Step, merge


def plan_deploy(request: DeployRequest, state: DeployState) -> Plan:
    """One endpoint as a plan. Raises InvalidRequest, NameTaken, InUse or NotFound; the error says what to change."""
    role = _role_plan((request, state))
    return merge(f"Deploy {state.model.name} as {_called(request)}", *role, _endpoint_plan(request, state, role))


def plan_model(request: DeployRequest, state: DeployState) -> Plan:
    """The model alone as a plan, with its role, for who runs it by a job; `create-model-NAME` is its last step.

    Raises InvalidRequest, or NameTaken for the role.
    """
    role = _role_plan((request, state))
    refuse(request, state.model, state.place)
    refuse_crowded(request, state)
    step = create_model(request, state, tuple(each.id for plan in role for each in plan))
    return merge(f"Make the model {request.model_name}", *role, Plan(request.model_name, (step,)))


def plan_pair(request: RagPairRequest, embedding: DeployState, language: DeployState) -> Plan:
    """Both endpoints of a RAG pair as one plan: the role and a topic of both once, everything else side by side.

    Raises as `plan_deploy`, and InvalidRequest when the two have one name, not one role, or one name for two topics.
    """
    first, second = request.embedding, request.language
    if _names(first) & _names(second):
        raise InvalidRequest("The two endpoints have the same name.", "", "Give one of them another name.")
    if first.role != second.role:
        raise InvalidRequest("The two endpoints do not share a role.", "", "Choose one role for both.")
    role = _role_plan((first, embedding), (second, language))
    title = f"Deploy {embedding.model.name} and {language.model.name}"
    plan = _endpoint_plan(first, embedding, role)
    return merge(title, *role, plan, _without(plan, _endpoint_plan(second, language, role)))


def _without(first: Plan, second: Plan) -> Plan:
    """The second plan without the steps that the first one has: those of a topic that both tell."""
    there = {step.id: step for step in first}
    if any(there.get(step.id, step) != step for step in second):
        why = "They give one name to two topics with different settings."
        raise InvalidRequest("The two endpoints cannot share a topic like this.", why, "Give one of them another name.")
    return replace(second, steps=tuple(step for step in second if step.id not in there))


def _names(request: DeployRequest) -> set[str]:
    """What it makes, by name; SageMaker does not tell large from small letters."""
    onto = isinstance(request.mode, Components) and request.mode.onto
    names = {request.model_name, request.component_name, "" if onto else request.endpoint_name}
    return {name.lower() for name in names if name}


def _called(request: DeployRequest) -> str:
    return request.component_name or request.endpoint_name


def _role_plan(*asked: tuple[DeployRequest, DeployState]) -> tuple[Plan, ...]:
    request, state = asked[0]
    if not isinstance(request.role, RoleRequest):
        return ()
    return (plan_execution_role(role_for(request.role, *asked), state.role),)


def _endpoint_plan(request: DeployRequest, state: DeployState, role: tuple[Plan, ...]) -> Plan:
    refuse(request, state.model, state.place)
    refuse_crowded(request, state)
    after = tuple(step.id for plan in role for step in plan)
    mode = request.mode
    if isinstance(mode, Components) and mode.onto:
        _refuse_host(request, state)
        steps = _component_alone(request, state, mode, after)
    else:
        _refuse_taken(request, state)
        steps = _whole(request, state, after)
    return Plan(request.endpoint_name, steps, _warnings(request, state), estimate(request, state))


def _whole(request: DeployRequest, state: DeployState, after: tuple[str, ...]) -> tuple[Step, ...]:
    clear, topics = clear_failed(request, state), topic_steps(request, state)
    steps = (
        *clear,
        create_model(request, state, after),
        *topics,
        create_config(request, state, tuple(step.id for step in topics)),
        create_endpoint(request, state, clear),
        wait_endpoint(request, state),
    )
    if isinstance(request.mode, Components):
        steps += component_steps(request, state, request.mode, (steps[-1].id,))
    return (*steps, *scaling_steps(request, state, (steps[-1].id,)))


def _component_alone(
    request: DeployRequest, state: DeployState, mode: Components, after: tuple[str, ...]
) -> tuple[Step, ...]:
    model = create_model(request, state, after)
    steps = (model, *component_steps(request, state, mode, (model.id,)))
    return (*steps, *scaling_steps(request, state, (steps[-1].id,)))


def _refuse_taken(request: DeployRequest, state: DeployState) -> None:
    _refuse_component_elsewhere(request, state)
    found = state.endpoint
    if found is None:
        return
    if found.config_name != request.endpoint_name:
        raise NameTaken(
            f"An endpoint {found.name} exists.",
            f"It is {found.status} with another configuration ({found.config_name}).",
            "Choose another name, or use that endpoint.",
        )
    if found.status in ("Deleting", "Updating", "SystemUpdating", "RollingBack"):
        raise InUse(f"The endpoint {found.name} is {found.status}.", "", "Wait until it has settled and plan again.")


def _refuse_host(request: DeployRequest, state: DeployState) -> None:
    name, found = request.endpoint_name, state.endpoint
    if found is None:
        raise NotFound(
            f"There is no endpoint {name} in {state.region}.", "", "Choose one that is there, or make a new one."
        )
    if not found.takes_components:
        raise InvalidRequest(
            f"The endpoint {name} takes no inference components.",
            "Its variant names a model of its own; SageMaker puts components only where it does not.",
            "Choose another endpoint, or make a new one for components.",
        )
    if found.status != "InService":
        raise InUse(f"The endpoint {name} is {found.status}.", "", "Wait until it is InService and plan again.")
    _refuse_component_elsewhere(request, state)


def _refuse_component_elsewhere(request: DeployRequest, state: DeployState) -> None:
    name, found = request.component_name, state.component
    if found is None:
        return
    if found.endpoint != request.endpoint_name:
        raise NameTaken(
            f"An inference component {name} exists.",
            f"It runs on the endpoint {found.endpoint}.",
            "Choose another name.",
        )
    if found.status in ("Deleting", "Updating"):
        raise InUse(f"The inference component {name} is {found.status}.", "", "Wait until it has settled.")


def _warnings(request: DeployRequest, state: DeployState) -> tuple[str, ...]:
    found = [state.container.note] if state.container.note else []
    for price in (state.price, *state.fallback_prices):
        if price.instance_type and price.usd_per_hour is None:
            found.append(f"The price of {price.instance_type} in {state.region} is not known. It is not free.")
    if state.endpoint is not None and state.endpoint.status == "Failed":
        found.append(f"The failed endpoint {request.endpoint_name} is removed first.")
    if state.component is not None and state.component.status == "Failed":
        found.append(f"The failed inference component {request.component_name} is removed first.")
    if isinstance(request.source, HubSource):
        found += hub_warnings(request, request.source)
    own_disks = [kind for kind in request.instance_types if local_disk(kind)]
    if request.advanced.kms_key and own_disks:
        words = "AWS encrypts them in hardware"
        found.append(f"The key does not encrypt the disks that {' and '.join(own_disks)} bring along; {words}.")
    if isinstance(request.mode, Components) and request.mode.onto and request.scaling and not request.scaling.minimum:
        words = f"the instances of {request.endpoint_name} go too where its configuration has MinInstanceCount 0"
        found.append(f"{request.component_name} may go down to no copy; {words}.")
    if isinstance(request.mode, Asynchronous) and request.advanced.capture:
        found.append("Requests and answers of an asynchronous endpoint are kept in S3 anyway; capture copies them.")
    if isinstance(request.source, CustomSource) and not request.source.family:
        found.append("How this container wants to be called is not told; it is found out by asking it.")
    return tuple(found)
