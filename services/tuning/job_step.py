"""The step that makes the training job, and what CreateTrainingJob is sent. Pure.

As JumpStart's estimator sends it (sagemaker-core 2.27.0, AWS's notebooks): the script and its entry are hyperparameters
in JSON; without a network the script comes as a channel of its own. Gated weights are named by a variable of the
environment beside accept_eula; where the specification names none, the licence goes with the channel of the weights.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from services.access import RoleRequest, role_arn, role_value, tag_value, tags
from services.catalog import GATED_URI, typical_metrics
from services.plans.models import Cost, ErrorMatch, Once, Permission, Proof, Read, Step
from services.plans.stopping import NO_JOB, stop_steps
from services.tuning.hyperparameters import CHAT, INSTRUCTION, values_of
from services.tuning.models import TuningRequest, TuningState

_ENTRY = "transfer_learning.py"
_CODE = "/opt/ml/input/data/code/sourcedir.tar.gz"
_LEAST_VOLUME = 30  # GB, where a specification names none
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
# A role or an object made a moment ago may not be seen yet.
_NOT_YET = (
    ErrorMatch("ValidationException", "Could not assume role"),
    ErrorMatch("ValidationException", "Could not access"),
    ErrorMatch("ValidationException", "No S3 objects found"),
)
_NOT_YET_SECONDS = 120.0


def job_step(request: TuningRequest, state: TuningState, asked: RoleRequest | None, after: tuple[str, ...]) -> Step:
    """CreateTrainingJob, found again only with the same image and machine. `asked`: the role that is made before."""
    name, own = request.job_name, state.arn("training-job", request.job_name)
    arn = role_arn(request.role, state.role)
    assert state.container is not None
    return Step(
        id=f"create-training-job-{name}",
        service="sagemaker",
        operation="create_training_job",
        reason=f"The training itself begins at once, and ends after {request.most_seconds / 3600:g} h at the latest.",
        parameters=_sent(request, state) | {"RoleArn": role_value(asked, arn)},
        after=after,
        manner=Once(_NOT_YET, _NOT_YET_SECONDS) if asked is not None or after else Once(),
        permissions=(
            *(Permission(f"sagemaker:{verb}", own) for verb in ("CreateTrainingJob", "DescribeTrainingJob", "AddTags")),
            Permission("iam:PassRole", arn, _PASSED),
        ),
        cost=Cost(state.price.total(request.count), None, f"{state.price.source}, while it trains"),
        proof=Proof(
            Read("sagemaker", "describe_training_job", {"TrainingJobName": name}),
            absent=NO_JOB,
            expect={
                "AlgorithmSpecification.TrainingImage": state.container.image,
                "ResourceConfig.InstanceType": request.instance_type,
            },
        ),
        undo=_taken_back(name, own),
    )


def _taken_back(name: str, arn: str) -> tuple[Step, ...]:
    stop, wait = stop_steps("training job", name, arn)
    return (replace(stop, id=f"undo-{stop.id}"), replace(wait, id=f"undo-{wait.id}", after=(f"undo-{stop.id}",)))


def _sent(request: TuningRequest, state: TuningState) -> dict[str, Any]:
    """CreateTrainingJob's parameters, but for the role."""
    spec, container = state.spec, state.container
    assert container is not None
    isolated = spec.isolated if request.isolated is None else request.isolated
    between = spec.encrypt_between if request.encrypt_between is None else request.encrypt_between
    environment, channels = _licence(request, state)
    stopping: dict[str, int] = {"MaxRuntimeInSeconds": request.most_seconds}
    if request.spot:
        stopping["MaxWaitTimeInSeconds"] = request.wait_seconds
    sent: dict[str, Any] = {
        "TrainingJobName": request.job_name,
        "AlgorithmSpecification": {
            "TrainingImage": container.image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": name, "Regex": regex} for name, regex in _metrics(state)],
        },
        "HyperParameters": _hyperparameters(request, state, isolated=isolated),
        "InputDataConfig": [*channels, *_channels(request, state, isolated=isolated)],
        "OutputDataConfig": _output(request, state),
        "ResourceConfig": _machines(request, state),
        "StoppingCondition": stopping,
        "EnableNetworkIsolation": isolated,
        "EnableInterContainerTrafficEncryption": between and request.count > 1,
        "EnableManagedSpotTraining": request.spot,
        "Tags": _tags(request, state),
    }
    if environment:
        sent["Environment"] = environment
    if request.checkpoints:
        sent["CheckpointConfig"] = {"S3Uri": request.checkpoints}
    if request.subnets:
        sent["VpcConfig"] = {"Subnets": list(request.subnets), "SecurityGroupIds": list(request.security_groups)}
    return sent


def _metrics(state: TuningState) -> tuple[tuple[str, str], ...]:
    own = state.container.metrics if state.container else ()
    return own or state.spec.metrics or typical_metrics()


def _hyperparameters(request: TuningRequest, state: TuningState, *, isolated: bool) -> dict[str, str]:
    assert state.container is not None
    # defaults of the instance type go before the model's own, and a person's word before both
    by_type = {name: value for name, value in state.container.hyperparameters if name not in (INSTRUCTION, CHAT)}
    values = values_of(state.spec, request.format, by_type | dict(request.hyperparameters))
    script = {
        "sagemaker_submit_directory": _CODE if isolated else state.container.script,
        "sagemaker_program": _ENTRY,
        "sagemaker_container_log_level": 20,
        "sagemaker_job_name": request.job_name,
        "sagemaker_region": state.role.region,
    }
    return values | {name: json.dumps(value) for name, value in script.items()}


def _licence(request: TuningRequest, state: TuningState) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The environment, and the channel of the base weights where they are read as one."""
    container = state.container
    assert container is not None
    environment = dict(container.environment)
    accepted = state.spec.eula and request.accept_eula
    if accepted:
        environment["accept_eula"] = "true"
    if GATED_URI in environment or not container.artifact:
        return environment, []
    source: dict[str, Any] = {
        "S3DataType": "S3Prefix",
        "S3Uri": container.artifact,
        "S3DataDistributionType": "FullyReplicated",
    }
    if accepted:
        source["ModelAccessConfig"] = {"AcceptEula": True}
    model = {
        "ChannelName": "model",
        "DataSource": {"S3DataSource": source},
        "ContentType": "application/x-sagemaker-model",
        "InputMode": "File",
    }
    return environment, [model]


def _channels(request: TuningRequest, state: TuningState, *, isolated: bool) -> Iterator[dict[str, Any]]:
    assert state.container is not None
    places = {"training": request.training_prefix, "validation": request.validation}
    if isolated:
        places["code"] = state.container.script
    for name, uri in places.items():
        if uri:
            source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
            yield {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _output(request: TuningRequest, state: TuningState) -> dict[str, str]:
    sent = {"S3OutputPath": request.output_prefix}
    if not state.spec.compressed:
        sent["CompressionType"] = "NONE"
    return sent | ({"KmsKeyId": request.kms_output} if request.kms_output else {})


def _machines(request: TuningRequest, state: TuningState) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "InstanceType": request.instance_type,
        "InstanceCount": request.count,
        "VolumeSizeInGB": request.volume_gb or state.spec.volume_gb or _LEAST_VOLUME,
    }
    return sent | ({"VolumeKmsKeyId": request.kms_volume} if request.kms_volume else {})


def _tags(request: TuningRequest, state: TuningState) -> list[dict[str, str]]:
    ours = tags(request.owner, model_id=request.model_id, model_version=state.spec.version, tuning=str(request.format))
    return [*ours, *({"Key": key, "Value": tag_value(value)} for key, value in request.tags)]
