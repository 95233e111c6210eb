"""A sandbox in which AutoML jobs really run, and a console on it. Jobs are asked for with boto3 itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.autopilot import Candidate, Job
from services.autopilot.using.candidates import Used, endpoints_of
from services.connection import sandbox_at
from services.console import Console
from services.plans import Plan, RunStatus, RunView
from tests.sandbox.conftest import TRUST
from tests.sandbox.server import start_sandbox
from tests.sandbox.tabular import tables

WAIT = 240.0  # seconds; some on a quiet machine
BUCKET = "lab"
ROLE = "arn:aws:iam::123456789012:role/Lab"
Table = tuple[list[str], list[list[str]]]


def until(found: Callable[[], Any], what: str) -> Any:
    """What `found` gives once it gives something."""
    deadline = time.monotonic() + WAIT
    while not (value := found()):
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.1)
    return value


class World:
    """One person's console on a sandbox that is ten times as fast as the usual one."""

    def __init__(self, url: str, home: Path) -> None:
        self.console = Console(sandbox_at(url, owner="ada"), folder=home)
        clients = self.console.connection.clients
        self.s3, self.sagemaker = clients.get("s3"), clients.get("sagemaker")
        clients.get("iam").create_role(RoleName="Lab", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.s3.create_bucket(Bucket=BUCKET)

    def put(self, key: str, table: Table) -> str:
        """A table in S3; its folder's address."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=tables.as_csv(*table))
        return f"s3://{BUCKET}/{key.rpartition('/')[0]}/"

    def train(self, name: str, table: Table, config: dict[str, Any], **more: Any) -> None:
        """Ask for a job on a table, and return at once."""
        source = {"S3DataType": "S3Prefix", "S3Uri": self.put(f"{name}/train.csv", table)}
        self.sagemaker.create_auto_ml_job_v2(
            AutoMLJobName=name,
            AutoMLJobInputDataConfig=[{"DataSource": {"S3DataSource": source}}],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/out"},
            AutoMLProblemTypeConfig=config,
            RoleArn=ROLE,
            **more,
        )

    def trained(self, name: str) -> tuple[Job, tuple[Candidate, ...]]:
        """A job with its candidates, once it is completed."""
        service = self.console.autopilot

        def ended() -> Job | None:
            self.console.sandbox.advance(30.0)  # type: ignore[union-attr]
            job = service.describe(name)
            return None if job.status.moving else job

        job: Job = until(ended, name)
        assert job.status == "Completed", job.failure
        return job, service.candidates(name)

    def run(self, plan: Plan) -> RunView:
        """Carry out a plan to its end."""
        view = self.console.runs.wait(self.console.runs.start(plan), WAIT)
        assert view.status is RunStatus.DONE, [(step.id, step.status, step.problem) for step in view.steps]
        self.console.refresh()
        return view

    def used(self, job: Job, candidates: Sequence[Candidate]) -> tuple[Used, ...]:
        """The endpoints of a job."""
        names = [each.name for each in self.console.endpoints.list_endpoints()]
        return endpoints_of(job, candidates, self.console.endpoints.describe_many(names))


@contextmanager
def world(home: Path) -> Iterator[World]:
    """A sandbox of its own."""
    with start_sandbox("--speed", "600") as url:
        yield World(url, home)
