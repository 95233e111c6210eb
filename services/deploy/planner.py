"""Plans a deployment: role, model, endpoint configuration, endpoint, and the wait until it is in service."""

from __future__ import annotations

from typing import Any

from services.access import RoleRequest, plan_execution_role, role_arn, role_value, tag_value, tags
from services.catalog import has_gpu
from services.deploy.models import (
    DeployRequest,
    DeployState,
    RagPairRequest,
)
from services.deploy.problems import refuse
from services.errors import InUse, InvalidRequest, NameTaken
from services.plans.hosting import ABSENT, SETTLE_SECONDS, delete_step, gone_step, seconds_between_looks
from services.plans.models import (
    Cost,
    ErrorMatch,
    Estimate,
    Once,
    Permission,
    Plan,
    Proof,
    Read,
    Secret,
    Step,
    Until,
    merge,
)

VARIANT = "AllTraffic"
# A role made a moment ago cannot be taken on, and its policy is not seen, for some seconds; IAM says "eventually", in
# practice under a minute. CreateModel looks at the weights with the role, so both refusals come from there.
NEW_ROLE_SECONDS = 120.0
_ROLE_NOT_YET = (
    ErrorMatch("ValidationException", "Could not assume role"),
    ErrorMatch("ValidationException", "Could not access model data"),
)


def plan_deploy(request: DeployRequest, state: DeployState) -> Plan:
    """One endpoint as a plan. Raises InvalidRequest, NameTaken or InUse; the error says what to change."""
    role = _role_plan(request, state)
    return merge(f"Deploy {state.model.name} as {request.endpoint_name}", *role, _endpoint_plan(request, state, role))


def plan_pair(request: RagPairRequest, embedding: DeployState, language: DeployState) -> Plan:
    """Both endpoints of a RAG pair as one plan: the role once, everything else side by side.

    Raises as `plan_deploy`, and InvalidRequest when the two have one name or not the same role.
    """
    first, second = request.embedding, request.language
    if first.endpoint_name.lower() == second.endpoint_name.lower():
        raise InvalidRequest("The two endpoints have the same name.", "", "Give one of them another name.")
    if first.role != second.role:
        raise InvalidRequest("The two endpoints do not share a role.", "", "Choose one role for both.")
    role = _role_plan(first, embedding)
    title = f"Deploy {embedding.model.name} and {language.model.name}"
    return merge(title, *role, _endpoint_plan(first, embedding, role), _endpoint_plan(second, language, role))


def _role_plan(request: DeployRequest, state: DeployState) -> tuple[Plan, ...]:
    return (plan_execution_role(request.role, state.role),) if isinstance(request.role, RoleRequest) else ()


def _endpoint_plan(request: DeployRequest, state: DeployState, role: tuple[Plan, ...]) -> Plan:
    refuse(request, state.model)
    _refuse_taken(request, state)
    after = tuple(step.id for plan in role for step in plan)
    clear = _clear_failed(request, state)
    steps = (
        *clear,
        _create_model(request, state, after),
        _create_config(request, state),
        _create_endpoint(request, state, clear),
        _wait(request, state),
    )
    return Plan(
        title=request.endpoint_name,
        steps=steps,
        warnings=_warnings(request, state),
        estimate=Estimate(usd_per_hour=state.price.total(request.count), source=state.price.source),
    )


def _refuse_taken(request: DeployRequest, state: DeployState) -> None:
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


def _warnings(request: DeployRequest, state: DeployState) -> tuple[str, ...]:
    found = [state.container.note] if state.container.note else []
    if state.price.usd_per_hour is None:
        found.append(f"The price of {request.instance_type} in {state.region} is not known. It is not free.")
    if state.endpoint is not None and state.endpoint.status == "Failed":
        found.append(f"The failed endpoint {request.endpoint_name} is removed first.")
    return tuple(found)


def _tags(request: DeployRequest, state: DeployState) -> list[dict[str, str]]:
    model, container = state.model, state.container
    ours = tags(
        request.owner, model_id=model.id, model_version=container.version, task=model.task, family=container.family
    )
    return [*ours, *({"Key": key, "Value": tag_value(value)} for key, value in request.tags)]


def _source(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    container = state.container
    if not container.artifact:
        return {}
    kind = ("S3Object", "Gzip") if container.compressed else ("S3Prefix", "None")
    data: dict[str, Any] = {"S3Uri": container.artifact, "S3DataType": kind[0], "CompressionType": kind[1]}
    if state.model.eula and request.accept_eula:
        data["ModelAccessConfig"] = {"AcceptEula": True}
    return {"ModelDataSource": {"S3DataSource": data}}


def _create_model(request: DeployRequest, state: DeployState, after: tuple[str, ...]) -> Step:
    name, container = request.endpoint_name, state.container
    environment: dict[str, Any] = dict(container.environment) | dict(request.environment)
    environment |= {key: Secret(request.secret_name(key)) for key in request.secrets}
    source = _source(request, state)
    arn = role_arn(request.role, state.role)
    new_role = request.role if isinstance(request.role, RoleRequest) else None
    sent_role = role_value(new_role, arn)
    expect: dict[str, Any] = {"ExecutionRoleArn": sent_role, "PrimaryContainer.Image": container.image}
    if environment:  # none may come back as nothing
        expect["PrimaryContainer.Environment"] = environment
    if source:
        expect["PrimaryContainer.ModelDataSource.S3DataSource.S3Uri"] = container.artifact
    passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    own = state.arn("model", name)
    return Step(
        id=f"create-model-{name}",
        service="sagemaker",
        operation="create_model",
        reason=f"A model says which image and which weights run: {state.model.name} ({container.source}).",
        parameters={
            "ModelName": name,
            "ExecutionRoleArn": sent_role,
            "PrimaryContainer": {"Image": container.image, "Environment": environment, **source},
            "EnableNetworkIsolation": container.network_isolation,
            "Tags": _tags(request, state),
        },
        after=after,
        manner=Once(_ROLE_NOT_YET, NEW_ROLE_SECONDS) if new_role else Once(),
        permissions=(*_creating("Model", own), Permission("iam:PassRole", arn, passed)),
        proof=Proof(Read("sagemaker", "describe_model", {"ModelName": name}), absent=ABSENT, expect=expect),
        undo=(_taken_back("model", name, own),),
    )


def _creating(kind: str, arn: str) -> tuple[Permission, ...]:
    return tuple(Permission(f"sagemaker:{verb}", arn) for verb in (f"Create{kind}", f"Describe{kind}", "AddTags"))


def _variant(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    container = state.container
    variant: dict[str, Any] = {
        "VariantName": VARIANT,
        "ModelName": request.endpoint_name,
        "InstanceType": request.instance_type,
        "InitialInstanceCount": request.count,
        "InitialVariantWeight": 1.0,
    }
    if container.startup:
        variant["ContainerStartupHealthCheckTimeoutInSeconds"] = container.startup
    if container.download:
        variant["ModelDataDownloadTimeoutInSeconds"] = container.download
    if container.inference_ami and has_gpu(request.instance_type):
        variant["InferenceAmiVersion"] = container.inference_ami
    return variant


def _create_config(request: DeployRequest, state: DeployState) -> Step:
    name = request.endpoint_name
    own = state.arn("endpoint-config", name)
    variant = "ProductionVariants[0]"
    return Step(
        id=f"create-config-{name}",
        service="sagemaker",
        operation="create_endpoint_config",
        reason=f"The endpoint configuration says where it runs: {request.count} × {request.instance_type}.",
        parameters={
            "EndpointConfigName": name,
            "ProductionVariants": [_variant(request, state)],
            "Tags": _tags(request, state),
        },
        after=(f"create-model-{name}",),
        permissions=_creating("EndpointConfig", own),
        proof=Proof(
            Read("sagemaker", "describe_endpoint_config", {"EndpointConfigName": name}),
            absent=ABSENT,
            expect={
                f"{variant}.ModelName": name,
                f"{variant}.InstanceType": request.instance_type,
                f"{variant}.InitialInstanceCount": request.count,
            },
        ),
        undo=(_taken_back("endpoint-config", name, own),),
    )


def _create_endpoint(request: DeployRequest, state: DeployState, clear: tuple[Step, ...]) -> Step:
    name = request.endpoint_name
    own = state.arn("endpoint", name)
    undo = _taken_back("endpoint", name, own, _cost(request, state, -1))
    return Step(
        id=f"create-endpoint-{name}",
        service="sagemaker",
        operation="create_endpoint",
        reason=f"The endpoint {name} starts; from here on it costs money until it is deleted.",
        parameters={"EndpointName": name, "EndpointConfigName": name, "Tags": _tags(request, state)},
        after=(f"create-config-{name}", *(step.id for step in clear)),
        permissions=(
            *_creating("Endpoint", own),
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


def _taken_back(kind: str, name: str, arn: str, cost: Cost | None = None) -> Step:
    words = {"endpoint-config": "endpoint configuration"}.get(kind, kind)
    return delete_step(kind, name, arn, f"Takes back the {words} {name}.", step_id=f"undo-{kind}-{name}", cost=cost)


def _cost(request: DeployRequest, state: DeployState, sign: int) -> Cost:
    total = state.price.total(request.count)
    return Cost(usd_per_hour=None if total is None else sign * total, basis=state.price.basis)


def _wait(request: DeployRequest, state: DeployState) -> Step:
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


def _clear_failed(request: DeployRequest, state: DeployState) -> tuple[Step, ...]:
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
