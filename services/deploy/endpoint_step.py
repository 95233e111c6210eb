"""Plans the endpoint itself, the wait until it is in service, and the removal of one that failed before."""

from __future__ import annotations

from services.access import tag_value
from services.deploy.costs import hourly
from services.deploy.model_step import all_tags, creating, taken_back
from services.deploy.models import DeployRequest, DeployState
from services.plans.hosting import ABSENT, SETTLE_SECONDS, delete_step, gone_step, seconds_between_looks
from services.plans.leasing import lease_tags
from services.plans.models import Cost, Permission, Proof, Read, Step, Until


def create_endpoint(request: DeployRequest, state: DeployState, clear: tuple[Step, ...]) -> Step:
    """CreateEndpoint, after its configuration and after a failed one of its name is gone."""
    name = request.endpoint_name
    own = state.arn("endpoint", name)
    undo = taken_back("endpoint", name, own, _cost(request, state, -1))
    costs = "from here on it costs money until it is deleted" if hourly(request, state) != 0.0 else "it costs by use"
    return Step(
        id=f"create-endpoint-{name}",
        service="sagemaker",
        operation="create_endpoint",
        reason=f"The endpoint {name} starts; {costs}.",
        parameters={"EndpointName": name, "EndpointConfigName": name, "Tags": _tags(request, state)},
        after=(f"create-config-{name}", *(step.id for step in clear)),
        permissions=(
            *creating("Endpoint", own),
            Permission("sagemaker:CreateEndpoint", state.arn("endpoint-config", name)),
        ),
        cost=_cost(request, state, 1),
        proof=Proof(
            Read("sagemaker", "describe_endpoint", {"EndpointName": name}),
            absent=ABSENT,
            expect={"EndpointConfigName": name},
        ),
        undo=(undo, _gone(state, name, own, f"undo-wait-{name}", undo.id)),
    )


def _tags(request: DeployRequest, state: DeployState) -> list[dict[str, str]]:
    """As everything that is made has them, and its lease."""
    if not request.lease_ends:
        return all_tags(request, state)
    reason, by = tag_value(request.lease_reason), tag_value(request.owner)
    lease = lease_tags(request.lease_ends, reason, request.lease_then, by)
    return [*all_tags(request, state), *({"Key": key, "Value": value} for key, value in lease)]


def _cost(request: DeployRequest, state: DeployState, sign: int) -> Cost:
    total = hourly(request, state)
    return Cost(usd_per_hour=None if total is None else sign * total, basis=state.price.basis)


def wait_endpoint(request: DeployRequest, state: DeployState) -> Step:
    """The wait until it is in service with this configuration, or failed with a reason."""
    name = request.endpoint_name
    return Step(
        id=f"wait-endpoint-{name}",
        service="sagemaker",
        operation="describe_endpoint",
        reason=f"{name} answers once the instance is up, the weights are loaded and the health check passed.",
        parameters={"EndpointName": name},
        after=(f"create-endpoint-{name}",),
        manner=Until(
            path="EndpointStatus",
            done=("InService",),
            failed=("Failed", "OutOfService", "UpdateRollbackFailed"),
            explanation="FailureReason",
            expect={"EndpointConfigName": name},
            deadline=SETTLE_SECONDS,
            typical=state.model.typical_seconds / state.pace,
            every=seconds_between_looks(state.pace),
        ),
        permissions=(Permission("sagemaker:DescribeEndpoint", state.arn("endpoint", name)),),
    )


def clear_failed(request: DeployRequest, state: DeployState) -> tuple[Step, ...]:
    """Steps that remove a failed endpoint of an earlier try, so that it can be made again."""
    name = request.endpoint_name
    if state.endpoint is None or state.endpoint.status != "Failed":
        return ()
    own = state.arn("endpoint", name)
    reason = f"The endpoint {name} of an earlier try failed; it makes room for the new one."
    remove = delete_step("endpoint", name, own, reason, step_id=f"remove-failed-{name}")  # it costs nothing already
    return (remove, _gone(state, name, own, f"wait-removed-{name}", remove.id))


def _gone(state: DeployState, name: str, arn: str, step_id: str, after: str) -> Step:
    reason = f"Nothing of {name} is left running once AWS no longer knows it."
    return gone_step("endpoint", name, arn, reason, step_id=step_id, after=(after,), pace=state.pace)
