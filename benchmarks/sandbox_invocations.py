"""Small invocations a second, client included, on this machine: an echo, and the embedding of one short text.

    python -m benchmarks.sandbox_invocations [--seconds 4] [--connections 8]

The client is a process of its own that speaks HTTP over kept connections with asyncio and nothing else, so most of
what is measured is the sandbox. The floor is /_sandbox/health under the same client in the same run. The sandbox runs
at its usual speed, where an answer takes at least as long as the simulated instance would take.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3
import psutil
from botocore.config import Config

from benchmarks.harness import ROOT, Report

TO_REACH = 500.0
ROLE = "arn:aws:iam::123456789012:role/Bench"
IMAGES = {
    "bench-echo": "123456789012.dkr.ecr.us-east-1.amazonaws.com/echo:1",
    "bench-embed": "683313688378.dkr.ecr.us-east-1.amazonaws.com/tei-cpu:2.0.1-tei1.8.2-cpu-py310-ubuntu22.04",
}
SCOPE = "AWS4-HMAC-SHA256 Credential=testing/20261120/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0"


@contextmanager
def sandbox() -> Iterator[tuple[str, int]]:
    """A sandbox at its usual speed: its address and its process."""
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"], process.pid
        finally:
            process.terminate()


def deploy(url: str) -> None:
    """Deploy both endpoints and wait until they serve."""
    held = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "config": Config(read_timeout=30)}
    iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1", **held)
    principal = {"Service": "sagemaker.amazonaws.com"}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
    iam.create_role(RoleName="Bench", AssumeRolePolicyDocument=json.dumps(trust))
    sagemaker = boto3.client("sagemaker", endpoint_url=url, region_name="us-east-1", **held)
    for name, image in IMAGES.items():
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": image})
        variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.xlarge"}
        variants = [{**variant, "InitialInstanceCount": 1}]
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    for name in IMAGES:
        while sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Creating":
            time.sleep(0.2)


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {SCOPE}\r\nContent-Type: application/json\r\n"
    )
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Client(asyncio.Protocol):
    """One kept connection: sends the next request as soon as the last one's answer is whole."""

    def __init__(self, make: Callable[[int], bytes], until: float) -> None:
        self._make, self._until = make, until
        self._got = bytearray()
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._make(self.count))

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._got[:end]).lower()
        place = head.index(b"content-length:") + 15
        length = int(head[place:].split(b"\r\n", 1)[0])
        if len(self._got) < end + 4 + length:
            return
        assert head.startswith(b"http/1.1 200"), bytes(self._got)
        del self._got[: end + 4 + length]
        self.count += 1
        if time.perf_counter() < self._until:
            self._transport.write(self._make(self.count))
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.done.set_result(self.count)


async def drive(port: int, kind: str, connections: int, seconds: float) -> float:
    """Requests a second over so many connections."""
    made: dict[str, Callable[[int], bytes]] = {
        "health": lambda _: request("GET", "/_sandbox/health"),
        "echo": lambda n: request("POST", "/endpoints/bench-echo/invocations", b'{"rows":[%d]}' % n),
        "embed": lambda n: request(
            "POST", "/endpoints/bench-embed/invocations", b'{"inputs":"how many people live in city %d"}' % (n * 7919)
        ),
    }
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    clients = []
    for place in range(connections):
        each = made[kind]
        _, client = await loop.create_connection(
            lambda each=each, place=place: Client(lambda n: each(n * connections + place), began + seconds),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        clients.append(client)
    done = await asyncio.gather(*(client.done for client in clients))
    return sum(done) / (time.perf_counter() - began)


def measured(url: str, kind: str, connections: int, seconds: float) -> float:
    """The same, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sandbox_invocations", "--drive", kind, "--url", url]
    command += ["--connections", str(connections), "--seconds", str(seconds)]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def main() -> int:
    """Print the figures; returns 1 if one is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--drive", default="")
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.drive:
        port = int(options.url.rpartition(":")[2])
        print(asyncio.run(drive(port, options.drive, options.connections, options.seconds)))
        return 0
    report = Report()
    with sandbox() as (url, pid):
        deploy(url)
        before = psutil.Process(pid).memory_info().rss / 1e6
        for kind, name in (
            ("health", "floor: /_sandbox/health"),
            ("echo", "echo"),
            ("embed", "embedding of a short text"),
        ):
            measured(url, kind, 2, 1.0)
            rate = measured(url, kind, options.connections, options.seconds)
            report.figure(name, rate, "calls/s", None if kind == "health" else TO_REACH, most=False)
        report.figure("memory before, with both deployed", before, "MB")
        report.figure("memory afterwards", psutil.Process(pid).memory_info().rss / 1e6, "MB")
    return report.code


if __name__ == "__main__":
    sys.exit(main())
