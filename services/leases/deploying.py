"""What keeps to the lease of an endpoint that is only being deployed: its schedules, worked out from the plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.deploy import DeployRequest
from services.endpoints import AutoScaling, Component, EndpointDetail, Parts, PauseState, endpoint_steps, plan_pause
from services.endpoints.definitions import Configuration
from services.endpoints.memory import Memory
from services.leases.models import LeaseState
from services.leases.planner import scheduling
from services.plans.leasing import PAUSE, moment
from services.plans.models import Plan, Step
from services.plans.scaling import Scaled, beside

LATER = "What it needs to be resumed is known once it runs: extend the lease then, and AWS keeps to it."


def endpoint_of(plan: Plan, request: DeployRequest, near: str, now: datetime) -> EndpointDetail | None:
    """The endpoint that a plan makes, as far as its end has to know it; None: the plan makes none of that name."""
    create = next((step for step in plan if step.id == f"create-endpoint-{request.endpoint_name}"), None)
    if create is None:
        return None
    name = request.endpoint_name
    return EndpointDetail(
        name=name, arn=beside(near, "sagemaker", f"endpoint/{name}"), url="", status="InService", created=now,
        modified=now, config_name=str(create.parameters["EndpointConfigName"]),
        tags=tuple((tag["Key"], tag["Value"]) for tag in create.parameters["Tags"]),
    )  # fmt: skip


def ending_of(plan: Plan, detail: EndpointDetail, then: str, pace: float, at: str) -> Plan | None:
    """The plan that will end it; None where that cannot be told before it runs."""
    scalings = tuple(_scaling(step) for step in plan if _of(step, "register_scalable_target", detail, plan))
    components = tuple(
        Component(name=str(step.parameters["InferenceComponentName"]))
        for step in plan
        if step.operation == "create_inference_component" and step.parameters["EndpointName"] == detail.name
    )
    if then != PAUSE:
        parts = Parts(scalings=scalings, components=components)
        return Plan(f"End {detail.name}", endpoint_steps(detail, pace, parts))
    if scalings or components:
        return None
    config = Configuration(
        name=detail.config_name, arn=beside(detail.arn, "sagemaker", f"endpoint-config/{detail.config_name}")
    )
    memory = Memory(endpoint=detail.name, config=config.name, at=at, tags=detail.tags)
    return plan_pause(PauseState(detail=detail, memory=memory, config=config, pace=pace))


def _of(step: Step, operation: str, detail: EndpointDetail, plan: Plan) -> bool:
    """Whether a step is this operation on a variant or component of the endpoint."""
    if step.operation != operation:
        return False
    kind, name = str(step.parameters["ResourceId"]).split("/")[:2]
    if kind == "endpoint":
        return name == detail.name
    made = (each for each in plan if each.operation == "create_inference_component")
    return any(
        each.parameters["InferenceComponentName"] == name and each.parameters["EndpointName"] == detail.name
        for each in made
    )


def _scaling(step: Step) -> AutoScaling:
    sent = step.parameters
    scaled = Scaled(str(sent["ResourceId"]), str(sent["ScalableDimension"]))
    return AutoScaling(scaled=scaled, minimum=int(sent["MinCapacity"]), maximum=int(sent["MaxCapacity"]))


def with_lease(plan: Plan, request: DeployRequest, state: LeaseState) -> Plan:
    """The plan with the schedules of one of its endpoints; where AWS cannot keep to its lease, the plan says why."""
    ends = moment(request.lease_ends)
    if ends is None:
        return plan
    late = request.lease_then == PAUSE and state.ending is None and not state.whynot
    steps, whynot = scheduling(replace(state, whynot=LATER) if late else state, ends)
    return joined(plan, steps, f"create-endpoint-{request.endpoint_name}", request.endpoint_name, whynot)


def joined(plan: Plan, steps: Iterable[Step], made: str, name: str, whynot: str) -> Plan:
    """The plan with steps that keep to a lease, the schedules once the step `made` is done."""
    there = {step.id for step in plan}
    found = [
        replace(step, after=(*step.after, made)) if step.service == "scheduler" else step
        for step in steps if step.id not in there
    ]  # fmt: skip
    told = () if not whynot else (f"AWS does not end {name} by itself: {whynot}",)
    return replace(plan, steps=(*plan.steps, *found), warnings=(*plan.warnings, *told))
