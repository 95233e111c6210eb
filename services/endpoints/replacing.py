"""Steps of an update that replace a model: the new one, the tags that say what runs, and the old parts that go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.access import tags
from services.endpoints.definitions import Model
from services.endpoints.starting import creating, tag_list
from services.endpoints.updates import NewModel, UpdateRequest, UpdateState
from services.plans import looks_secret
from services.plans.hosting import ABSENT, delete_step
from services.plans.models import Permission, Proof, Read, Secret, Step

ABOUT = ("sagedeck:family", "sagedeck:model-id", "sagedeck:model-version", "sagedeck:task")


def create_model(request: UpdateRequest, state: UpdateState) -> tuple[Step, ...]:
    """The model that takes the place of the old one, with its role; () where one that is there is named."""
    model, name, old = request.model, request.config_name, state.old_model
    if not isinstance(model, NewModel) or old is None:
        return ()
    environment: dict[str, Any] = dict(model.environment)
    environment |= {key: Secret(request.secret_name(key)) for key in model.secrets}
    container: dict[str, Any] = {"Image": model.image, "Environment": environment}
    if model.artifact:
        kind = ("S3Object", "Gzip") if model.compressed else ("S3Prefix", "None")
        data = {"S3Uri": model.artifact, "S3DataType": kind[0], "CompressionType": kind[1]}
        access = {"ModelAccessConfig": {"AcceptEula": True}} if model.accept_eula else {}
        container["ModelDataSource"] = {"S3DataSource": {**data, **access}}
    role = old.sent.get("ExecutionRoleArn", "")
    own = state.detail.arn_of("model", name)
    passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    vpc = {"VpcConfig": old.sent["VpcConfig"]} if "VpcConfig" in old.sent else {}
    return (
        Step(
            id=f"create-model-{name}",
            service="sagemaker",
            operation="create_model",
            reason=f"A model says which image and which weights run: {model.name}, with the role of the one before.",
            parameters={
                "ModelName": name,
                "ExecutionRoleArn": role,
                "PrimaryContainer": container,
                "EnableNetworkIsolation": model.isolated,
                **vpc,
                "Tags": [*tags(state.detail.owner or state.owner), *tag_list(model.tags)],
            },
            permissions=(*creating("Model", own), Permission("iam:PassRole", role, passed)),
            proof=Proof(
                Read("sagemaker", "describe_model", {"ModelName": name}),
                absent=ABSENT,
                expect={"ExecutionRoleArn": role, "PrimaryContainer.Image": model.image},
            ),
            undo=(delete_step("model", name, own, f"Takes back the model {name}.", step_id="delete"),),
        ),
    )


def retagged(request: UpdateRequest, state: UpdateState, after: tuple[str, ...]) -> tuple[Step, ...]:
    """The endpoint's own tags say which model it runs and how it is called: with another model, other ones."""
    if not request.model:
        return ()
    named = state.new_model.tags if state.new_model else ()
    told = request.model.tags if isinstance(request.model, NewModel) else named
    new = {key: value for key, value in told if key in ABOUT}
    old = {key: value for key, value in state.detail.tags if key in ABOUT}
    steps = []
    if new and new != old:
        undo = _tag(state, old, "tag", ()) if old else None
        steps.append(_tag(state, new, f"tag-{state.detail.name}", after, undo))
    gone = [key for key in old if key not in new]
    if gone:
        again = _tag(state, {key: old[key] for key in gone}, "tag", ())
        steps.append(_untag(state, gone, f"untag-{state.detail.name}", after, again))
    return tuple(steps)


def _tag(
    state: UpdateState, values: dict[str, str], step_id: str, after: tuple[str, ...], undo: Step | None = None
) -> Step:
    detail = state.detail
    own = detail.arn_of("endpoint", detail.name)
    return Step(
        id=step_id,
        service="sagemaker",
        operation="add_tags",
        reason=f"The tags of {detail.name} say which model answers, and how it is called.",
        parameters={"ResourceArn": detail.arn, "Tags": tag_list(sorted(values.items()))},
        after=after,
        permissions=(Permission("sagemaker:AddTags", own), Permission("sagemaker:ListTags", own)),
        proof=Proof(
            Read("sagemaker", "list_tags", {"ResourceArn": detail.arn}),
            expect={f"Tags[?Key=='{key}'] | [0].Value": value for key, value in values.items()},
            replaces=True,
        ),
        undo=(undo,) if undo else (),
    )


def _untag(state: UpdateState, keys: list[str], step_id: str, after: tuple[str, ...], undo: Step) -> Step:
    detail = state.detail
    own = detail.arn_of("endpoint", detail.name)
    return Step(
        id=step_id,
        service="sagemaker",
        operation="delete_tags",
        reason=f"Nothing tells what the new model of {detail.name} is; a test call finds out how it is called.",
        parameters={"ResourceArn": detail.arn, "TagKeys": keys},
        after=after,
        permissions=(Permission("sagemaker:DeleteTags", own),),
        undo=(undo,),
    )


def old_parts_gone(request: UpdateRequest, state: UpdateState, after: tuple[str, ...]) -> tuple[Step, ...]:
    """The configuration before, and the model before where it was replaced: what this console made and nobody uses."""
    if kept_config(state):
        return ()
    detail, config = state.detail, state.config
    arn = detail.arn_of("endpoint-config", config.name)
    reason = f"Nothing uses the configuration {config.name} any more, and this console made it."
    again = Step(
        id="create-config",
        service="sagemaker",
        operation="create_endpoint_config",
        reason=f"The configuration {config.name} is made again.",
        parameters={**config.sent, "EndpointConfigName": config.name, **_tags(config.tags)},
        permissions=creating("EndpointConfig", arn),
    )
    steps = [replace(delete_step("endpoint-config", config.name, arn, reason, after=after), undo=(again,))]
    old = state.old_model
    if request.model and old is not None and not kept_model(state, old):
        steps.append(_model_gone(state, old, steps[0].id))
    return tuple(steps)


def kept_config(state: UpdateState) -> str:
    """Why the configuration before stays, or "" where it goes."""
    config, sharing = state.config, state.sharing
    if not config.made_here:
        return f"The configuration {config.name} stays: this console did not make it."
    if not sharing.complete:
        return f"The configuration {config.name} stays: there are too many to see who uses it."
    users = ", ".join(sharing.config_used_by)
    return f"The configuration {config.name} stays: {users} uses it." if users else ""


def kept_model(state: UpdateState, old: Model) -> str:
    """Why the model before stays, or "" where it goes."""
    users = dict(state.sharing.models_used_by).get(old.name, ())
    if not old.made_here:
        return f"The model {old.name} stays: this console did not make it."
    if users:
        return f"The model {old.name} stays: {', '.join(users)} uses it."
    secret = any(looks_secret(*pair) for each in old.containers for pair in each.get("Environment", {}).items())
    return f"The model {old.name} stays: it holds a secret, so it could not be made again." if secret else ""


def _model_gone(state: UpdateState, old: Model, after: str) -> Step:
    arn = state.detail.arn_of("model", old.name)
    again = Step(
        id="create-model",
        service="sagemaker",
        operation="create_model",
        reason=f"The model {old.name} is made again.",
        parameters={**old.sent, "ModelName": old.name, **_tags(old.tags)},
        permissions=(*creating("Model", arn), Permission("iam:PassRole", str(old.sent.get("ExecutionRoleArn", "*")))),
    )
    reason = f"Nothing uses the model {old.name} any more, and this console made it; its weights in S3 stay."
    return replace(delete_step("model", old.name, arn, reason, after=(after,)), undo=(again,))


def _tags(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    own = [pair for pair in pairs if not pair[0].lower().startswith("aws:")]
    return {"Tags": tag_list(own)} if own else {}
