"""Plans of transform jobs as a planner makes them, without any account."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.access import RoleRequest, RoleState, batch_role_name
from services.batch import HostedModel, JobStatus, TransformJob
from services.batch.planner import BatchState, plan_removal, plan_stop, plan_transform
from services.objects import Uri
from services.plans import Plan
from tests.services.batch.conftest import EMBEDDING, asked

HERE = RoleState(region="us-east-1", account="123456789012")
WHEN = datetime(2026, 11, 20, tzinfo=UTC)


def brought() -> Plan:
    """A job with everything a plan can bring along: bucket, file, role and model."""
    file = Path(tempfile.gettempdir()) / "sagedeck-sample.jsonl"
    file.write_bytes(b"{}\n")
    role = RoleRequest(name=batch_role_name("us-east-1"), owner="ada")
    request = replace(
        asked("a-job"), model="a-copy", copy_of="embeds", role=role, upload=str(file), owner="ada",
        input="s3://sagedeck-us-east-1-123456789012/batch/in.jsonl",
    )  # fmt: skip
    held = HostedModel("embeds", containers=({"Image": EMBEDDING},))
    return plan_transform(request, BatchState(here=HERE, new_buckets=("sagedeck-us-east-1-123456789012",), copied=held))


def stopped() -> Plan:
    """A job that runs, stopped."""
    job = TransformJob("a-job", JobStatus.IN_PROGRESS, WHEN)
    return plan_stop(job, "arn:aws:sagemaker:us-east-1:123456789012:transform-job/a-job", 0.5)


def removed() -> Plan:
    """What a job wrote, deleted."""
    return plan_removal(TransformJob("a-job", JobStatus.COMPLETED, WHEN), (Uri("batches", "out/a.out"),), 10)
