"""Plans a transform job with what it needs first: a bucket, a file that is sent, a model with another role. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.access import (
    ExistingRole,
    RoleRequest,
    RoleState,
    plan_execution_role,
    role_arn,
    role_value,
    tag_value,
    tags,
)
from services.batch.costs import UNKNOWN, Ceiling
from services.batch.models import HostedModel, TransformJob, TransformRequest
from services.batch.problems import request_problems
from services.errors import InvalidRequest
from services.objects import Uri
from services.plans.hosting import ABSENT, delete_step
from services.plans.models import Cost, ErrorMatch, Estimate, Once, Permission, Plan, Proof, Read, Step
from services.plans.objects import bucket as bucket_steps
from services.plans.objects import delete_object, upload
from services.plans.stopping import NO_JOB, stop_steps

NEW_ROLE_SECONDS = 120.0
_ROLE_NOT_YET = (
    ErrorMatch("ValidationException", "Could not assume role"),
    ErrorMatch("ValidationException", "Could not access model data"),
)
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchState:
    """What the planner has to know.

    here         where roles are looked for; with the role of the wanted name as it stands
    new_buckets  buckets that are to be made
    copied       the model whose containers another model gets
    costs        what the job may cost
    pace         how many times as fast as AWS the other side works
    """

    here: RoleState
    new_buckets: tuple[str, ...] = ()
    copied: HostedModel | None = None
    costs: Ceiling = UNKNOWN
    pace: float = 1.0

    def arn(self, kind: str, name: str) -> str:
        """The ARN of one of SageMaker's things here, as policies name it."""
        return f"arn:{self.here.partition}:sagemaker:{self.here.region}:{self.here.account}:{kind}/{name.lower()}"


def plan_transform(request: TransformRequest, state: BatchState) -> Plan:
    """The job as a plan. Raises InvalidRequest for what can be seen to be wrong, and as `plan_execution_role`."""
    wrong = request_problems(request)
    if wrong:
        why = " ".join(problem.words for problem in wrong)
        raise InvalidRequest("This transform job would be refused.", why, "Correct it and plan again.")
    buckets = _buckets(request, state)
    sent = _sent(request, state, after=tuple(step.id for step in buckets[-2:]))
    role = plan_execution_role(request.role, state.here) if isinstance(request.role, RoleRequest) else None
    model = _model(request, state, after=tuple(step.id for step in role or ()))
    before = tuple(step.id for step in (*buckets, *sent, *model))
    job = _job(request, state, before)
    return Plan(
        f"Run the transform job {request.name}",
        (*buckets, *sent, *(role or ()), *model, job),
        warnings=(*(role.warnings if role else ()), *_warnings(request)),
        estimate=_estimate(state.costs),
    )


def plan_stop(job: TransformJob, arn: str, usd_per_hour: float | None, pace: float = 1.0) -> Plan:
    """Stops a job and waits for that; what it has written stays. Raises InvalidRequest for one that has ended."""
    if not job.status.moving:
        raise InvalidRequest(f"{job.name} has ended already.", "There is nothing to stop.", "Look at its results.")
    steps = stop_steps("transform job", job.name, arn, pace=pace)
    ends = None if usd_per_hour is None else -usd_per_hour
    return Plan(
        f"Stop the transform job {job.name}", steps, estimate=Estimate(ends, source="what it costs while it runs")
    )


def plan_removal(job: TransformJob, keys: tuple[Uri, ...], size: int, partition: str = "aws") -> Plan:
    """Deletes exactly these objects, which are a job's answers. Raises InvalidRequest when there is none."""
    if not keys:
        raise InvalidRequest(f"{job.name} left nothing behind.", "No answers of it were found.", "")
    steps = tuple(_delete(each, number, partition) for number, each in enumerate(keys, 1))
    words = f"{len(keys):,} objects with {size:,} bytes go for good; where the bucket keeps versions, those stay."
    return Plan(f"Delete what {job.name} wrote", steps, warnings=(words,))


def _delete(uri: Uri, number: int, partition: str) -> Step:
    return delete_object(f"delete-{number}", f"Deletes {uri}.", {"Bucket": uri.bucket, "Key": uri.key}, partition)


def _buckets(request: TransformRequest, state: BatchState) -> tuple[Step, ...]:
    here = state.here
    return tuple(
        step
        for name in state.new_buckets
        for step in bucket_steps(name, here.region, tags(request.owner), account=here.account, partition=here.partition)
    )


def _sent(request: TransformRequest, state: BatchState, after: tuple[str, ...]) -> tuple[Step, ...]:
    if not request.upload:
        return ()
    to = Uri.parse(request.source)
    reason = f"The job reads its records at {to}."
    return (upload(request.upload, to.bucket, to.key, reason, after=after, partition=state.here.partition),)


def _model(request: TransformRequest, state: BatchState, after: tuple[str, ...]) -> tuple[Step, ...]:
    if request.role is None or not (request.package or state.copied):
        return ()
    wanted = request.role if isinstance(request.role, RoleRequest) else None
    arn = role_arn(request.role, state.here)
    role = role_value(wanted, arn)
    runs, expect = _containers(request, state.copied)
    own = state.arn("model", request.model)
    back = delete_step("model", request.model, own, f"Takes back the model {request.model}.", step_id="undo-model")
    step = Step(
        id=f"create-model-{request.model}",
        service="sagemaker",
        operation="create_model",
        reason=f"A job takes on its model's role: {request.model} is the same with one that may read and write here.",
        parameters={
            "ModelName": request.model,
            "ExecutionRoleArn": role,
            **runs,
            "Tags": _tags(request),
        },
        after=after,
        manner=Once(_ROLE_NOT_YET, NEW_ROLE_SECONDS) if wanted else Once(),
        permissions=(
            *(Permission(f"sagemaker:{verb}", own) for verb in ("CreateModel", "DescribeModel", "AddTags")),
            Permission("iam:PassRole", arn, _PASSED),
        ),
        proof=Proof(
            Read("sagemaker", "describe_model", {"ModelName": request.model}),
            absent=ABSENT,
            expect={"ExecutionRoleArn": role, **expect},
        ),
        undo=(back,),
    )
    return (step,)


def _containers(request: TransformRequest, copied: HostedModel | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What runs as CreateModel takes it, and what of it has to come back."""
    if request.package:
        return {
            "Containers": [{"ModelPackageName": request.package}],
            "EnableNetworkIsolation": True,
        }, {"Containers[0].ModelPackageName || PrimaryContainer.ModelPackageName": request.package}
    assert copied is not None
    around = {"EnableNetworkIsolation": copied.isolated, **({"VpcConfig": copied.network} if copied.network else {})}
    first = copied.containers[0]
    if len(copied.containers) > 1:
        return {"Containers": copied.containers, **around}, {"Containers[0].Image": first.get("Image", "")}
    return {"PrimaryContainer": first, **around}, {"PrimaryContainer.Image": first.get("Image", "")}


def _job(request: TransformRequest, state: BatchState, after: tuple[str, ...]) -> Step:
    own = state.arn("transform-job", request.name)
    which = {"TransformJobName": request.name}
    stop, wait = stop_steps("transform job", request.name, own, pace=state.pace)
    sent = job_parameters(request)
    hourly = state.costs.usd_per_hour
    return Step(
        id=f"create-transform-job-{request.name}",
        service="sagemaker",
        operation="create_transform_job",
        reason=f"{request.count} × {request.instance_type} answer every record, and end when all are answered.",
        parameters={**sent, "Tags": _tags(request)},
        after=after,
        permissions=tuple(
            Permission(f"sagemaker:{verb}", own) for verb in ("CreateTransformJob", "DescribeTransformJob", "AddTags")
        ),
        cost=Cost(usd_per_hour=hourly, basis="while it runs"),
        proof=Proof(
            Read("sagemaker", "describe_transform_job", which),
            absent=NO_JOB,
            expect={
                "ModelName": request.model,
                "TransformInput.DataSource.S3DataSource.S3Uri": request.source,
                "TransformOutput.S3OutputPath": request.target,
                "TransformResources.InstanceType": request.instance_type,
            },
        ),
        undo=(stop, wait),
    )


def job_parameters(request: TransformRequest) -> dict[str, Any]:
    """What CreateTransformJob is sent, without tags; what was left open is left out."""
    client = _given(InvocationsTimeoutInSeconds=request.timeout_seconds, InvocationsMaxRetries=request.retries)
    processing = _given(
        InputFilter=request.input_filter or None,
        OutputFilter=request.output_filter or None,
        JoinSource="Input" if request.join else None,
    )
    return {
        "TransformJobName": request.name,
        "ModelName": request.model,
        **_given(
            MaxConcurrentTransforms=request.max_concurrent,
            MaxPayloadInMB=request.max_payload_mb,
            BatchStrategy=request.strategy or None,
            ModelClientConfig=client or None,
            Environment=dict(request.environment) or None,
            DataProcessing=processing or None,
        ),
        "TransformInput": _source(request),
        "TransformOutput": _target(request),
        "TransformResources": {
            "InstanceType": request.instance_type,
            "InstanceCount": request.count,
            **_given(VolumeKmsKeyId=request.volume_kms_key or None),
        },
    }


def _source(request: TransformRequest) -> dict[str, Any]:
    return {
        "DataSource": {"S3DataSource": {"S3DataType": request.input_kind, "S3Uri": request.source}},
        **_given(
            ContentType=request.content_type or None,
            CompressionType=request.compression or None,
            SplitType=request.split or None,
        ),
    }


def _target(request: TransformRequest) -> dict[str, Any]:
    return {
        "S3OutputPath": request.target,
        **_given(
            Accept=request.accept or None,
            AssembleWith=request.assemble or None,
            KmsKeyId=request.output_kms_key or None,
        ),
    }


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _tags(request: TransformRequest) -> list[Mapping[str, str]]:
    ours = tags(request.owner, model=request.copy_of or request.model)
    return [*ours, *({"Key": key, "Value": tag_value(value)} for key, value in request.tags)]


def _warnings(request: TransformRequest) -> tuple[str, ...]:
    if isinstance(request.role, ExistingRole):
        return (f"The role {request.role.arn.rpartition('/')[2]} must be able to read the input and write the output.",)
    return ()


def _estimate(costs: Ceiling) -> Estimate:
    if costs.usd_likely is None:
        return Estimate(costs.usd_per_hour, source=f"while the job runs, then nothing. {costs.basis}")
    minutes = (costs.seconds_likely or 0.0) / 60
    likely = f"while the job runs, likely {minutes:,.0f} minutes or ${costs.usd_likely:,.2f} in all. {costs.basis}"
    return Estimate(costs.usd_per_hour, source=likely)
