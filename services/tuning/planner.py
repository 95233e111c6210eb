"""Plans a training: the bucket, the text and its template, the role, the job. Pure, but for hashing what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import quote

from services.access import RoleRequest, plan_execution_role, tags
from services.errors import InvalidRequest, NameTaken
from services.objects import Uri
from services.plans.models import Estimate, Json, Permission, Plan, Proof, Read, Step, merge
from services.plans.objects import ABSENT, bucket, upload
from services.tuning.ceiling import Ceiling, Learned, ceiling
from services.tuning.job_step import job_step
from services.tuning.models import Format, LocalText, TuningRequest, TuningState
from services.tuning.problems import refuse

TEMPLATE = "template.json"


def plan_tuning(request: TuningRequest, state: TuningState, learned: Learned | None = None) -> Plan:
    """One training as a plan. Raises InvalidRequest or NameTaken; the error says what to change."""
    if state.name_taken:
        raise NameTaken(f"There is a training job {request.job_name}.", "", "Give this one another name.")
    refuse(request, state)
    if state.container is None:
        raise InvalidRequest(
            f"What fine-tunes {state.model.name} is not known here.",
            state.spec.problem or "Its specification could not be read.",
            "Connect an account that may read JumpStart's bucket, and plan again.",
        )
    price = ceiling(request, state, learned)
    made = tuple(_bucket(request, state))
    sent = tuple(_text(request, state, tuple(step.id for step in made[-1:])))
    role = _role_plan(request, state)
    after = tuple(step.id for step in (*made[-1:], *sent, *(step for plan in role for step in plan)))
    job = job_step(request, state, role_needs(request, state), after)
    estimate = Estimate(0.0, price.most, f"{_told(request, state, price)}. {state.price.source}")
    body = Plan(request.job_name, (*made, *sent, job), _warnings(request, state, price), estimate)
    return merge(f"Tune {state.model.name} as {request.job_name}", *role, body)


def _told(request: TuningRequest, state: TuningState, price: Ceiling) -> str:
    """What it comes to, as the plan says it beside the most it may cost."""
    hourly = state.price.total(request.count)
    if hourly is None:
        return "nothing once it has ended"
    likely = "" if price.likely is None else f"; likely about ${price.likely:,.2f} in all (an estimate)"
    return f"${hourly:,.2f} an hour while it trains, nothing once it has ended{likely}"


def role_needs(request: TuningRequest, state: TuningState) -> RoleRequest | None:
    """The role with what this training reads and writes; None where one that exists was chosen."""
    role, partition = request.role, state.role.partition
    if not isinstance(role, RoleRequest):
        return None
    reads = [request.training_prefix, request.validation, request.checkpoints, request.output_prefix]
    writes = [request.output_prefix, request.checkpoints]
    keys = [request.kms_volume, request.kms_output]
    return replace(
        role,
        buckets=tuple(sorted({*role.buckets, *(f"arn:{partition}:s3:::{_bucket_of(each)}" for each in reads if each)})),
        writes=tuple(sorted({*role.writes, *(_below(partition, each) for each in writes if each)})),
        keys=tuple(sorted({*role.keys, *(key for key in keys if key)})),
        vpc=role.vpc or bool(request.subnets),
    )


def _role_plan(request: TuningRequest, state: TuningState) -> tuple[Plan, ...]:
    role = role_needs(request, state)
    return () if role is None else (plan_execution_role(role, state.role),)


def _bucket(request: TuningRequest, state: TuningState) -> Iterator[Step]:
    if not state.bucket_there:
        yield from bucket(
            request.bucket, state.role.region, tags(request.owner), account=state.role.account,
            partition=state.role.partition,
        )  # fmt: skip


def _text(request: TuningRequest, state: TuningState, after: tuple[str, ...]) -> Iterator[Step]:
    """What is sent: the file, or a copy of one object beside its template; a whole prefix is used as it is."""
    target = Uri.parse(request.training_prefix)
    text = request.text
    if isinstance(text, LocalText):
        yield upload(
            text.path, target.bucket, f"{target.key}{file_name(request)}", "The text to learn from goes to S3.",
            step_id="upload-text", account=state.role.account, kms_key=request.kms_output, after=after,
            partition=state.role.partition,
        )  # fmt: skip
    elif not text.endswith("/"):
        yield _copied(Uri.parse(text), target, request, state, after)
    if request.template is not None and request.format is Format.INSTRUCTION:
        yield _template(request, target, state, after)


def file_name(request: TuningRequest) -> str:
    """What the text is called in S3: the scripts tell its kind by the ending."""
    name = request.text.name if isinstance(request.text, LocalText) else Uri.parse(request.text).name
    if request.format is Format.DOMAIN:
        ending = PurePosixPath(name).suffix.lower()
        return f"text{ending if ending in ('.csv', '.json', '.txt') else '.txt'}"
    return "train.jsonl"


def _copied(source: Uri, target: Uri, request: TuningRequest, state: TuningState, after: tuple[str, ...]) -> Step:
    key = f"{target.key}{file_name(request)}"
    which = {"Bucket": target.bucket, "Key": key}
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": request.kms_output} if request.kms_output else {}
    arn = f"arn:{state.role.partition}:s3:::"
    return Step(
        id="copy-text",
        service="s3",
        operation="copy_object",
        reason=f"{source} is copied to where its template lies; the original stays.",
        parameters={**which, "CopySource": quote(f"{source.bucket}/{source.key}"), **encryption},
        after=after,
        permissions=(
            Permission("s3:GetObject", f"{arn}{source.bucket}/{source.key}"),
            Permission("s3:PutObject", f"{arn}{target.bucket}/{key}"),
            Permission("s3:GetObject", f"{arn}{target.bucket}/{key}"),
            Permission("s3:ListBucket", f"{arn}{target.bucket}"),
        ),
        proof=Proof(Read("s3", "head_object", which), absent=ABSENT),
        undo=(_object_gone(which, state, "undo-copy-text"),),
    )


def _template(request: TuningRequest, target: Uri, state: TuningState, after: tuple[str, ...]) -> Step:
    assert request.template is not None
    which = {"Bucket": target.bucket, "Key": f"{target.key}{TEMPLATE}"}
    arn = f"arn:{state.role.partition}:s3:::{target.bucket}"
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": request.kms_output} if request.kms_output else {}
    return Step(
        id="put-template",
        service="s3",
        operation="put_object",
        reason="The template says what is asked and what is answered; the script looks for it beside the text.",
        parameters={
            **which,
            "Body": Json(request.template.as_json()),
            "ContentType": "application/json",
            **encryption,
        },
        after=after,
        permissions=(
            Permission("s3:PutObject", f"{arn}/{which['Key']}"),
            Permission("s3:GetObject", f"{arn}/{which['Key']}"),
            Permission("s3:ListBucket", arn),
        ),
        proof=Proof(Read("s3", "head_object", which), absent=ABSENT),
        undo=(_object_gone(which, state, "undo-put-template"),),
    )


def _object_gone(which: dict[str, str], state: TuningState, step_id: str) -> Step:
    return Step(
        id=step_id,
        service="s3",
        operation="delete_object",
        reason=f"Takes back s3://{which['Bucket']}/{which['Key']}.",
        parameters=which,
        permissions=(
            Permission("s3:DeleteObject", f"arn:{state.role.partition}:s3:::{which['Bucket']}/{which['Key']}"),
        ),
        proof=Proof(Read("s3", "head_object", which), absent=ABSENT, gone=True),
    )


def _warnings(request: TuningRequest, state: TuningState, price: Ceiling) -> tuple[str, ...]:
    found = [*price.words[1:]] if price.seconds is None or price.most is None else []
    if state.spec.source and not state.spec.own:
        found.append(f"Limits are typical ones ({state.spec.source}), not this model's own.")
    if request.spot and not request.checkpoints:
        found.append("Spare capacity may be taken away; without a place for checkpoints it then begins anew.")
    if request.spot and request.checkpoints and request.format:
        found.append("Whether it goes on from a checkpoint is up to the model's script; JumpStart does not promise it.")
    if request.isolated is False and state.spec.isolated:
        found.append("The model's own training has no network; this one has.")
    if state.price.usd_per_hour is None:
        found.append(f"The price of {request.instance_type} for training in {state.role.region} is not known.")
    return tuple(dict.fromkeys(found))


def _bucket_of(url: str) -> str:
    return url.removeprefix("s3://").partition("/")[0]


def _below(partition: str, url: str) -> str:
    name, _, prefix = url.removeprefix("s3://").partition("/")
    return f"arn:{partition}:s3:::{name}/{prefix.rstrip('/')}/*" if prefix else f"arn:{partition}:s3:::{name}/*"
