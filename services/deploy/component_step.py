"""Plans an inference component: the model on an endpoint whose instances it shares, and the wait until it answers."""

from __future__ import annotations

from typing import Any

from services.deploy.config_step import VARIANT, startup
from services.deploy.model_step import all_tags, creating, taken_back
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Components
from services.plans.hosting import ABSENT, SETTLE_SECONDS, delete_step, gone_step, seconds_between_looks
from services.plans.models import Permission, Proof, Read, Step, Until

_TYPICAL_SECONDS = 180.0


def component_steps(
    request: DeployRequest, state: DeployState, mode: Components, after: tuple[str, ...]
) -> tuple[Step, ...]:
    """CreateInferenceComponent and its wait, after the steps with these ids; one that failed before makes room."""
    clear = _clear_failed(request, state, after)
    after = (*after, *(step.id for step in clear))
    return (*clear, _create(request, state, mode, after), _wait(request, state))


def _clear_failed(request: DeployRequest, state: DeployState, after: tuple[str, ...]) -> tuple[Step, ...]:
    if state.component is None or state.component.status != "Failed":
        return ()
    name = request.component_name
    own = state.arn("inference-component", name)
    reason = f"The inference component {name} of an earlier try failed; it makes room for the new one."
    kind, step_id = "inference-component", f"remove-failed-component-{name}"
    remove = delete_step(kind, name, own, reason, step_id=step_id, after=after)
    wait = f"wait-removed-component-{name}"
    return (remove, gone_step(kind, name, own, reason, step_id=wait, after=(remove.id,), pace=state.pace))


def _create(request: DeployRequest, state: DeployState, mode: Components, after: tuple[str, ...]) -> Step:
    name, endpoint = request.component_name, request.endpoint_name
    own = state.arn("inference-component", name)
    reason = f"Nothing of {name} is left running once AWS no longer knows it."
    undo = taken_back("inference-component", name, own)
    wait = f"undo-wait-component-{name}"
    gone = gone_step("inference-component", name, own, reason, step_id=wait, after=(undo.id,), pace=state.pace)
    variant = state.endpoint.variant if mode.onto and state.endpoint else VARIANT
    copies = "1 copy" if mode.copies == 1 else f"{mode.copies} copies"
    return Step(
        id=f"create-component-{name}",
        service="sagemaker",
        operation="create_inference_component",
        reason=f"The inference component {name} runs {copies} of the model on the instances of {endpoint}.",
        parameters={
            "InferenceComponentName": name,
            "EndpointName": endpoint,
            "VariantName": variant,
            **_specification(request, state, mode),
            "RuntimeConfig": {"CopyCount": mode.copies},
            "Tags": all_tags(request, state),
        },
        after=after,
        permissions=(
            *creating("InferenceComponent", own),
            Permission("sagemaker:CreateInferenceComponent", state.arn("endpoint", endpoint)),
        ),
        proof=Proof(
            Read("sagemaker", "describe_inference_component", {"InferenceComponentName": name}),
            absent=ABSENT,
            expect={"EndpointName": endpoint},
        ),
        undo=(undo, gone),
    )


def _specification(request: DeployRequest, state: DeployState, mode: Components) -> dict[str, Any]:
    """One specification, or one for each type of the pools."""
    needs: dict[str, Any] = {"MinMemoryRequiredInMb": mode.memory_mb}
    if mode.accelerators:
        needs["NumberOfAcceleratorDevicesRequired"] = float(mode.accelerators)
    if mode.cpus:
        needs["NumberOfCpuCoresRequired"] = float(mode.cpus)
    spec: dict[str, Any] = {"ModelName": request.model_name, "ComputeResourceRequirements": needs}
    if seconds := startup(request, state):
        spec["StartupParameters"] = seconds
    if not request.fallbacks:
        return {"Specification": spec}
    return {"Specifications": [{"InstanceType": kind, **spec} for kind in request.instance_types]}


def _wait(request: DeployRequest, state: DeployState) -> Step:
    name = request.component_name
    return Step(
        id=f"wait-component-{name}",
        service="sagemaker",
        operation="describe_inference_component",
        reason=f"{name} answers once its copies have a place, the weights are loaded and the health check passed.",
        parameters={"InferenceComponentName": name},
        after=(f"create-component-{name}",),
        manner=Until(
            path="InferenceComponentStatus",
            done=("InService",),
            failed=("Failed",),
            explanation="FailureReason",
            deadline=SETTLE_SECONDS,
            typical=max(_TYPICAL_SECONDS, state.model.typical_seconds) / state.pace,
            every=seconds_between_looks(state.pace),
        ),
        permissions=(Permission("sagemaker:DescribeInferenceComponent", state.arn("inference-component", name)),),
    )
