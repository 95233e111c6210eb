"""Plans predictions of a candidate by a transform job: its model, what is sent, the job. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.access import RoleChoice, RoleRequest
from services.autopilot.models import Candidate, Job
from services.autopilot.using.batch_rows import Sheet
from services.autopilot.using.candidates import request_for
from services.batch import TransformRequest
from services.deploy import DeployRequest
from services.errors import InvalidRequest
from services.objects import Uri
from services.plans.models import Plan, merge
from services.plans.objects import upload

SHEET, ROWS = "sheet.json", "rows.csv"
_PAYLOAD_MB = 6
_FOLDER = "sagedeck-batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAsk:
    """One table for one candidate.

    name      of the transform job, its model and its folder
    rows      the file of lines that is sent; "" `source` holds them as they are wanted
    source    s3://… of an object or prefix that can be sent as it lies; "" a file is sent
    sheet     how the lines are to be read; `sheet_file` is where that is written on this machine
    """

    job: Job
    candidate: Candidate
    name: str
    role: RoleChoice
    owner: str
    sheet: Sheet
    sheet_file: str
    rows: str = ""
    source: str = ""
    instance_type: str = "ml.m5.xlarge"
    count: int = 1

    @property
    def base(self) -> Uri:
        """Where all of it lies: under the AutoML job's own output, which its role may read and write."""
        output = self.job.output.rstrip("/")
        return Uri.parse(f"{output}/{_FOLDER}/{self.name}/")


def model_request(asked: BatchAsk, partition: str = "aws") -> DeployRequest:
    """The candidate's model as a deployment would make it, its role able to read the input and write the answers."""
    role, base = asked.role, asked.base
    if isinstance(role, RoleRequest):
        read = Uri.parse(asked.source).bucket if asked.source else base.bucket
        role = replace(
            role,
            buckets=tuple(f"arn:{partition}:s3:::{name}" for name in dict.fromkeys((base.bucket, read))),
            writes=(f"arn:{partition}:s3:::{base.bucket}/{base.key}*",),
        )
    return request_for(
        asked.job, asked.candidate, name=asked.name, role=role, owner=asked.owner, instance_type=asked.instance_type
    )


def transform_request(asked: BatchAsk) -> TransformRequest:
    """The job: line by line, each answer behind its record."""
    base = asked.base
    return TransformRequest(
        name=asked.name,
        model=asked.name,
        input=asked.source or base.under("input/").under(ROWS),
        output=base.under("output/"),
        instance_type=asked.instance_type,
        count=asked.count,
        content_type="text/csv",
        accept="text/csv",
        split="Line",
        assemble="Line",
        strategy="MultiRecord",
        max_payload_mb=_PAYLOAD_MB,
        join=True,
        input_filter=asked.sheet.filter,
        upload=asked.rows,
        owner=asked.owner,
        tags=(("autopilot-job", asked.job.name),),
    )


def plan_batch(asked: BatchAsk, model: Plan, job: Plan, partition: str = "aws") -> Plan:
    """The whole as one plan: `model` as the deployment room plans it, `job` as the batch room does.

    Raises InvalidRequest where the AutoML job names no output.
    """
    if not asked.job.output:
        raise InvalidRequest(f"{asked.job.name} does not say where it writes.", "", "Use the page Batch.")
    to = asked.base.under(SHEET)
    sheet = upload(
        asked.sheet_file, to.bucket, to.key, "Which column is which is kept beside the answers.",
        step_id=f"upload-{SHEET}", partition=partition,
    )  # fmt: skip
    needed = (model.steps[-1].id, sheet.id)
    steps = tuple(
        replace(step, after=(*step.after, *needed)) if step.operation == "create_transform_job" else step
        for step in job.steps
    )
    title = f"Predict with {asked.candidate.name} by a transform job"
    words = "The model stays, which costs nothing; the job ends by itself."
    return merge(
        title, model, Plan("", (sheet,)), replace(job, steps=steps, warnings=(*job.warnings, words))
    )  # fmt: skip
