"""Plans the model: which image runs, which weights and variables it gets, and under which role."""

from __future__ import annotations

from typing import Any

from services.access import RoleRequest, role_arn, role_value, tag_value, tags
from services.deploy.hub import TOKEN, token_variables
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Serverless
from services.deploy.pipeline import runs
from services.deploy.setting_problems import MOST_VARIABLES
from services.deploy.sources import HubSource, PipelineSource
from services.errors import InvalidRequest
from services.plans.hosting import ABSENT, delete_step
from services.plans.models import Cost, ErrorMatch, Once, Permission, Proof, Read, Ref, Secret, Step

# A role made a moment ago cannot be taken on, and its policy is not seen, for some seconds; IAM says "eventually", in
# practice under a minute. CreateModel looks at the weights with the role, so both refusals come from there.
NEW_ROLE_SECONDS = 120.0
_ROLE_NOT_YET = (
    ErrorMatch("ValidationException", "Could not assume role"),
    ErrorMatch("ValidationException", "Could not access model data"),
)
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def create_model(request: DeployRequest, state: DeployState, after: tuple[str, ...]) -> Step:
    """CreateModel, found again only with the same role, image, weights and variables."""
    name, (run, expect) = request.model_name, _runs(request, state)
    own = state.arn("model", name)
    new_role = isinstance(request.role, RoleRequest)
    return Step(
        id=f"create-model-{name}",
        service="sagemaker",
        operation="create_model",
        reason=f"A model says which image and which weights run: {state.model.name} ({state.container.source}).",
        parameters={
            "ModelName": name,
            "ExecutionRoleArn": sent_role(request, state),
            **run,
            "EnableNetworkIsolation": isolated(request, state),
            **vpc(request),
            "Tags": all_tags(request, state),
        },
        after=after,
        manner=Once(_ROLE_NOT_YET, NEW_ROLE_SECONDS) if new_role else Once(),
        permissions=(*creating("Model", own), passing(request, state)),
        proof=Proof(
            Read("sagemaker", "describe_model", {"ModelName": name}),
            absent=ABSENT,
            expect={"ExecutionRoleArn": sent_role(request, state), **expect},
        ),
        undo=(taken_back("model", name, own),),
    )


def _runs(request: DeployRequest, state: DeployState) -> tuple[dict[str, Any], dict[str, Any]]:
    """What runs as CreateModel takes it, and what of it has to come back."""
    if isinstance(request.source, PipelineSource):
        return runs(request.source)
    container, environment, source = state.container, _environment(request, state), _source(request, state)
    expect: dict[str, Any] = {"PrimaryContainer.Image": container.image}
    if environment:  # none may come back as nothing
        expect["PrimaryContainer.Environment"] = environment
    if source:
        expect["PrimaryContainer.ModelDataSource.S3DataSource.S3Uri"] = container.artifact
    return {"PrimaryContainer": {"Image": container.image, "Environment": environment, **source}}, expect


def sent_role(request: DeployRequest, state: DeployState) -> str | Ref:
    """The role's ARN as it is sent: known now, or known once the role is there."""
    new_role = request.role if isinstance(request.role, RoleRequest) else None
    return role_value(new_role, role_arn(request.role, state.role))


def passing(request: DeployRequest, state: DeployState) -> Permission:
    """To hand the role over, to SageMaker only."""
    return Permission("iam:PassRole", role_arn(request.role, state.role), _PASSED)


def isolated(request: DeployRequest, state: DeployState) -> bool:
    """Whether the container has no network; serverless endpoints know no isolation."""
    if isinstance(request.mode, Serverless):
        return False
    asked = request.advanced.isolated
    return state.container.network_isolation if asked is None else asked


def vpc(request: DeployRequest) -> dict[str, Any]:
    """VpcConfig, or nothing."""
    advanced = request.advanced
    if not advanced.subnets:
        return {}
    return {"VpcConfig": {"Subnets": list(advanced.subnets), "SecurityGroupIds": list(advanced.security_groups)}}


def all_tags(request: DeployRequest, state: DeployState) -> list[dict[str, str]]:
    """The console's own tags and the person's."""
    model, container, source = state.model, state.container, request.source
    trained = {"autopilot_job": source.job, "candidate": source.candidate} if isinstance(source, PipelineSource) else {}
    ours = tags(
        request.owner, model_id=model.id, model_version=container.version, task=model.task, family=container.family,
        **trained,
    )  # fmt: skip
    return [*ours, *({"Key": key, "Value": tag_value(value)} for key, value in request.tags)]


def creating(kind: str, arn: str) -> tuple[Permission, ...]:
    """What creating and finding again takes. kind: "Model", "EndpointConfig", "Endpoint", "InferenceComponent"."""
    return tuple(Permission(f"sagemaker:{verb}", arn) for verb in (f"Create{kind}", f"Describe{kind}", "AddTags"))


def taken_back(kind: str, name: str, arn: str, cost: Cost | None = None) -> Step:
    """The undo step that deletes it."""
    words = {"endpoint-config": "endpoint configuration", "inference-component": "inference component"}.get(kind, kind)
    return delete_step(kind, name, arn, f"Takes back the {words} {name}.", step_id=f"undo-{kind}-{name}", cost=cost)


def refuse_crowded(request: DeployRequest, state: DeployState) -> None:
    """Raise InvalidRequest where the model's own variables and the person's are more than a container takes."""
    count = len(_environment(request, state))
    if count > MOST_VARIABLES:
        raise InvalidRequest(
            f"{count} container variables are too many: {MOST_VARIABLES} are allowed.",
            f"The model brings {len(state.container.environment)} of them.",
            "Leave out some and plan again.",
        )


def _environment(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    environment: dict[str, Any] = dict(state.container.environment) | dict(request.environment)
    for key in request.secret_keys:
        hub = isinstance(request.source, HubSource) and key == TOKEN
        names = token_variables(request.source.server) if hub and isinstance(request.source, HubSource) else (key,)
        environment |= {name: Secret(request.secret_name(key)) for name in names}
    return environment


def _source(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    container = state.container
    if not container.artifact:
        return {}
    kind = ("S3Object", "Gzip") if container.compressed else ("S3Prefix", "None")
    data: dict[str, Any] = {"S3Uri": container.artifact, "S3DataType": kind[0], "CompressionType": kind[1]}
    if state.model.eula and request.accept_eula:
        data["ModelAccessConfig"] = {"AcceptEula": True}
    return {"ModelDataSource": {"S3DataSource": data}}
