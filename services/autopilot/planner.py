"""Plans an AutoML job: bucket, role, data, the file of features, the job itself. Pure but for the hash of what is sent.

Nothing that the doctor stops, and nothing with a problem, becomes a plan.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from services.access import RoleRequest, plan_execution_role, role_value, tags
from services.autopilot.launching.launch_warnings import warnings_of
from services.autopilot.launching.places import Places, feature_file, places_of, with_role
from services.autopilot.launching.state import LaunchState
from services.autopilot.models import Job
from services.autopilot.requesting.parameters import parameters
from services.autopilot.requesting.problems import refuse
from services.autopilot.requesting.request import AutopilotRequest
from services.errors import InvalidRequest, NameTaken
from services.plans.hosting import seconds_between_looks
from services.plans.models import Cost, ErrorMatch, Estimate, Once, Permission, Plan, Proof, Read, Step, Until
from services.plans.objects import ABSENT, DIGEST, bucket, upload
from services.plans.stopping import ENDED, NO_JOB, stop_steps

CREATE_JOB, FEATURES, WAIT = "create-auto-ml-job", "put-features", "wait-auto-ml-job"
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
# A new role may be unknown to SageMaker at first, and what it may read in S3 as well.
_ROLE_SEEN = (
    ErrorMatch("ValidationException", "Could not assume role"),
    ErrorMatch("ValidationException", "No S3 objects found"),
    ErrorMatch("ValidationException", "does not have permission"),
)
_ROLE_SECONDS = 120.0
_TYPICAL = 1800.0  # seconds of a job on a table of some thousand rows


def plan_launch(request: AutopilotRequest, state: LaunchState) -> Plan:
    """The job as a plan. Raises InvalidRequest with all that is wrong, NameTaken where the name is in use."""
    _refuse_unseen(request, state)
    refuse(request, state.place, state.seen)
    _refuse_taken(request, state)
    request, places = with_role(request, state.seen, state.place), _places(request, state)
    made = _buckets(request, state)
    role = _role(request, state)
    ready = made[-1].id if made else ""
    sent = _uploads(request, state, places, (ready,) if ready else ())
    waits = tuple(step.id for step in (*made[-1:], *role, *sent))
    job = _create(request, state, places, waits)
    steps = (*made, *role, *sent, job, *(_wait(request, state) if request.wait else ()))
    return Plan(f"Launch the AutoML job {request.name}", steps, warnings_of(request, state), _estimate(state))


def _places(request: AutopilotRequest, state: LaunchState) -> Places:
    return places_of(request, state.seen, state.place)


def _refuse_unseen(request: AutopilotRequest, state: LaunchState) -> None:
    unseen = [name for name, _ in request.sources if name not in state.seen]
    if unseen:
        why = "Nothing is launched that the doctor has not seen."
        raise InvalidRequest(
            f"The {' and '.join(unseen)} data were not looked at.", why, "Look at them and plan again."
        )


def _refuse_taken(request: AutopilotRequest, state: LaunchState) -> None:
    found = state.job
    if found is not None and not _is_this(found, request, state):
        why = f"It is {found.status}. The name of a job is never free again."
        raise NameTaken(f"An AutoML job {found.name} exists.", why, "Choose another name.")
    if state.endpoint and found is None:
        why = "The best candidate cannot have its name."
        raise NameTaken(f"An endpoint {state.endpoint} exists.", why, "Choose another name, or have it generated.")


def _is_this(job: Job, request: AutopilotRequest, state: LaunchState) -> bool:
    """Whether the job that has the name is the one asked for, and still under way: then nothing is left to do."""
    return job.status.moving and job.output.rstrip("/") == _places(request, state).output.rstrip("/")


def _buckets(request: AutopilotRequest, state: LaunchState) -> tuple[Step, ...]:
    """Made and kept: undoing a launch leaves them, as what jobs wrote lies there and other rooms send to them too."""
    found: list[Step] = []
    for name in state.missing:
        own = tags(request.owner, project=request.project)
        found += bucket(name, state.role.region, own, account=state.role.account, partition=state.role.partition)
    return tuple(replace(each, undo=()) for each in found)


def _role(request: AutopilotRequest, state: LaunchState) -> tuple[Step, ...]:
    """The steps of a role that is to be made: it reads the data, writes the output and starts the job's own jobs."""
    return plan_execution_role(request.role, state.role).steps if isinstance(request.role, RoleRequest) else ()


def _uploads(request: AutopilotRequest, state: LaunchState, places: Places, after: tuple[str, ...]) -> tuple[Step, ...]:
    found = []
    for name, source in request.sources:
        if name not in places.sent:
            continue
        seen = state.seen[name]
        place, _, key = places.data[name].removeprefix("s3://").partition("/")
        what = "the repaired copy of the" if seen.changes else "the"
        found.append(
            upload(
                seen.path or getattr(source, "path", ""),
                place,
                key,
                f"Autopilot reads its data from S3: {what} {name} data.",
                step_id=f"upload-{name}",
                account=state.role.account,
                after=after,
                partition=state.role.partition,
            )
        )
    return (*found, *_features(request, state, places, after))


def _features(
    request: AutopilotRequest, state: LaunchState, places: Places, after: tuple[str, ...]
) -> tuple[Step, ...]:
    if not places.features:
        return ()
    where, _, key = places.features.removeprefix("s3://").partition("/")
    which = {"Bucket": where, "Key": key, "ExpectedBucketOwner": state.role.account}
    arn = f"arn:{state.role.partition}:s3:::{where}"
    text = feature_file(request)
    digest = hashlib.sha256(text.encode()).hexdigest()
    back = Step(
        id=f"delete-{FEATURES}",
        service="s3",
        operation="delete_object",
        reason=f"Takes back {places.features}.",
        parameters=which,
        permissions=(Permission("s3:DeleteObject", f"{arn}/{key}"),),
        proof=Proof(Read("s3", "head_object", which), absent=ABSENT, gone=True),
    )
    return (
        Step(
            id=FEATURES,
            service="s3",
            operation="put_object",
            reason="A small file tells which columns are learned from, and what they hold.",
            parameters={**which, "Body": text, "ContentType": "application/json", "Metadata": {DIGEST: digest}},
            after=after,
            permissions=(
                Permission("s3:PutObject", f"{arn}/{key}"),
                Permission("s3:GetObject", f"{arn}/{key}"),
                Permission("s3:ListBucket", arn),
            ),
            proof=Proof(Read("s3", "head_object", which), absent=ABSENT, expect={f"Metadata.{DIGEST}": digest}),
            undo=(back,),
        ),
    )


def _create(request: AutopilotRequest, state: LaunchState, places: Places, after: tuple[str, ...]) -> Step:
    arn = state.arn("automl-job", request.name)
    new = request.role if isinstance(request.role, RoleRequest) else None
    given = "" if new else getattr(request.role, "arn", "")
    role_arn = given or f"arn:{state.role.partition}:iam::{state.role.account}:role/{getattr(new, 'name', '')}"
    sent = parameters(request, state.seen, places, role_value(new, given))
    stop, _ = stop_steps("AutoML job", request.name, arn, pace=state.pace)
    which = {"AutoMLJobName": request.name}
    data = "AutoMLJobInputDataConfig[0].DataSource.S3DataSource.S3Uri"
    serverless = (Permission("iam:PassRole", request.emr_role),) if request.emr_role else ()
    return Step(
        id=CREATE_JOB,
        service="sagemaker",
        operation="create_auto_ml_job_v2",
        reason=f"Autopilot trains and compares candidates: {request.name}.",
        parameters=sent,
        after=after,
        manner=Once(_ROLE_SEEN, _ROLE_SECONDS) if new else Once(),
        permissions=(
            Permission("sagemaker:CreateAutoMLJobV2", arn),
            Permission("sagemaker:DescribeAutoMLJobV2", arn),
            Permission("sagemaker:AddTags", arn),
            Permission("iam:PassRole", role_arn, _PASSED),
            *serverless,
        ),
        cost=_cost(state),
        proof=Proof(
            Read("sagemaker", "describe_auto_ml_job_v2", which),
            absent=NO_JOB,
            expect={"OutputDataConfig.S3OutputPath": places.output, data: places.data["training"]},
        ),
        undo=(replace(stop, id=f"stop-{CREATE_JOB}"),),
    )


def _wait(request: AutopilotRequest, state: LaunchState) -> tuple[Step, ...]:
    arn = state.arn("automl-job", request.name)
    longest = float(request.limits.job_seconds or state.ceiling.seconds_most) + 7200.0
    return (
        Step(
            id=WAIT,
            service="sagemaker",
            operation="describe_auto_ml_job_v2",
            reason=f"{request.name} is done when its best candidate stands.",
            parameters={"AutoMLJobName": request.name},
            after=(CREATE_JOB,),
            manner=Until(
                path="AutoMLJobStatus",
                done=("Completed",),
                failed=tuple(each for each in ENDED if each != "Completed"),
                explanation="FailureReason",
                deadline=longest,
                typical=_TYPICAL / state.pace,
                every=seconds_between_looks(state.pace),
            ),
            permissions=(Permission("sagemaker:DescribeAutoMLJobV2", arn),),
        ),
    )


def _cost(state: LaunchState) -> Cost:
    """What the job starts: an hourly price is known only where its work is, else neither is told."""
    told = state.ceiling
    hourly = None if told.usd_most is None else told.usd_per_hour_after
    return Cost(hourly, told.usd_most, basis="at most; " + told.basis)


def _estimate(state: LaunchState) -> Estimate:
    told = state.ceiling
    likely = "" if told.usd_likely is None else f" Likely about ${told.usd_likely:,.2f}, a rule of thumb."
    return Estimate(told.usd_per_hour_after, told.usd_most, f"At most. {told.basis}{likely}")
