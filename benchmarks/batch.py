"""Batch transform on a large account: 500 jobs listed, and the first records of a 1 GB object.

`python -m benchmarks.batch [JOBS]`. A sandbox of its own holds the jobs and an object of 1 GiB. The floor is as many
bare calls as the API needs at the polite rate of 20 a second; the object's is one bare ranged GetObject.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from services.batch import TransformRequest
from services.batch.gateway import BatchGateway
from services.batch.preview import HEAD_BYTES
from services.connection import sandbox_at
from services.console import Console
from services.pace import FASTEST, Pace
from tests.sandbox.server import start_sandbox
from tests.services.batch.conftest import BUCKET, furnish

GB = 1 << 30
PAGE = 20  # rows of a page, each of which is described


def main(jobs: int) -> int:
    """Measure and print; 0 where the targets are reached."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with start_sandbox("--speed", "600") as url, tempfile.TemporaryDirectory() as folder:
        console = Console(sandbox_at(url, owner="ada"), folder=Path(folder))
        furnish(console)
        _fill(console, jobs)
        listed = _listing(console, jobs)
        looked = _preview(console)
    return 0 if listed and looked else 1


def _fill(console: Console, jobs: int) -> None:
    sagemaker = console.connection.clients.get("sagemaker")
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/nothing/"}}
    for number in range(jobs):
        sagemaker.create_transform_job(
            TransformJobName=f"job-{number:04}", ModelName="embeds", TransformInput={"DataSource": data},
            TransformOutput={"S3OutputPath": f"s3://{BUCKET}/out/"},
            TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        )  # fmt: skip


def _listing(console: Console, jobs: int) -> bool:
    gateway = BatchGateway(console.connection.clients, Pace(FASTEST))
    started = time.perf_counter()
    found = gateway.jobs(jobs)
    took = time.perf_counter() - started
    started = time.perf_counter()
    for job in found[:PAGE]:
        gateway.job(job.name)
    page = time.perf_counter() - started
    calls = -(-jobs // 100)
    print(f"{len(found)} jobs listed: {took:.2f} s in {calls} calls; a page of {PAGE} described: {page:.2f} s")
    print(
        f"floor: {calls} calls at {FASTEST:g}/s take {(calls - 1) / FASTEST:.2f} s, {PAGE} take {PAGE / FASTEST:.2f} s"
    )
    return len(found) == jobs and took <= calls / FASTEST + 1.0 and page <= PAGE / FASTEST + 1.0


def _preview(console: Console) -> bool:
    s3: Any = console.connection.clients.get("s3")
    with tempfile.TemporaryFile() as file:
        row = b"0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0,1.1,1.2,1.3,1.4,1.5\n"
        piece = row * ((1 << 20) // len(row))
        while file.tell() < GB:
            file.write(piece)
        file.seek(0)
        s3.upload_fileobj(file, BUCKET, "large.csv")
    asked: list[str] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    request = TransformRequest(
        name="large", model="embeds", input=f"s3://{BUCKET}/large.csv", output=f"s3://{BUCKET}/out/",
        instance_type="ml.m5.xlarge", content_type="text/csv", split="Line", strategy="MultiRecord",
    )  # fmt: skip
    started = time.perf_counter()
    seen = console.batch.preview(request)
    took = time.perf_counter() - started
    calls = list(asked)
    started = time.perf_counter()
    s3.get_object(Bucket=BUCKET, Key="large.csv", Range=f"bytes=0-{HEAD_BYTES - 1}")["Body"].read()
    bare = time.perf_counter() - started
    print(f"first {len(seen.records)} records of {seen.size / GB:.2f} GiB: {took * 1000:.0f} ms, calls: {calls}")
    print(f"floor: one bare ranged read of {HEAD_BYTES >> 10} KiB: {bare * 1000:.0f} ms")
    return calls == ["GetObject"] and len(seen.records) > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
