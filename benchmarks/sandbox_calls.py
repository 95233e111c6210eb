"""Control-plane calls a second that a sandbox answers, beside a floor: its health, which does next to nothing.

    python -m benchmarks.sandbox_calls [--seconds 10] [--connections 4]

The client is a process of its own that sends requests prepared beforehand over a few kept-alive connections and reads
no more of an answer than its length and status, so that the sandbox has one of two cores to itself. Each kind of call
is measured alone, then all mixed as a console would: mostly looks, some metrics, now and then something new.
"""

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sandbox_scale import Account, resident, sandbox

ENDPOINTS = 40
TARGET = 300  # mixed calls a second
MIX = ("describe",) * 8 + ("list",) * 3 + ("metrics",) * 5 + ("tags",) * 2 + ("config",) * 1 + ("create",) * 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: calls, seconds, and how many were not answered with 200."""

    calls: int
    seconds: float
    refused: int

    @property
    def rate(self) -> float:
        return self.calls / self.seconds


def requests(kind: str, account: Account, run: int) -> Iterator[bytes]:
    """Yield requests of a kind without end; what is created has a name of its own."""
    for number in itertools.count():
        name = account.names[number % len(account.names)]
        match MIX[number * 7 % len(MIX)] if kind == "mixed" else kind:
            case "health":
                yield account.get("/_sandbox/health")
            case "describe":
                yield account.sagemaker("DescribeEndpoint", EndpointName=name)
            case "config":
                yield account.sagemaker("DescribeEndpointConfig", EndpointConfigName=name)
            case "list":
                yield account.sagemaker("ListEndpoints", MaxResults=100)
            case "tags":
                yield account.sagemaker("ListTags", ResourceArn=account.arn(f"endpoint/{name}"))
            case "metrics":
                yield account.metrics(name)
            case _:
                yield account.model(f"new-{run}-{number}")


async def ask(port: int, stream: Iterator[bytes], connections: int, seconds: float) -> Measured:
    """Send requests over several connections for so many seconds."""
    end = time.perf_counter() + seconds
    counts = [0, 0]

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(next(stream))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            counts[0] += 1
            counts[1] += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return Measured(counts[0], time.perf_counter() - began, counts[1])


def client(options: argparse.Namespace) -> None:
    """The client's process: one line of JSON of a kind of call."""
    account = Account(options.url, [f"endpoint-{number}" for number in range(ENDPOINTS)])
    stream = requests(options.kind, account, time.time_ns())
    for seconds in (min(1.0, options.seconds), options.seconds):  # the first warms up
        measured = asyncio.run(ask(account.port, stream, options.connections, seconds))
    print(json.dumps({"rate": measured.rate, "refused": measured.refused, "calls": measured.calls}))


def measure(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """Measure each kind of call against a sandbox that holds the endpoints; return calls a second by kind."""
    rates = {}
    for kind in ("health", "describe", "list", "tags", "metrics", "config", "create", "mixed", "health"):
        asked = [f"--seconds={options.seconds}", f"--connections={options.connections}"]
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.sandbox_calls", "--kind", kind, "--url", url, *asked],
            capture_output=True,
            check=True,
            cwd=Path(__file__).resolve().parent.parent,
        )
        said = json.loads(told.stdout)
        rates[kind] = said["rate"] if not said["refused"] else 0.0
        told_of = f"{said['refused']} of {said['calls']} refused   {resident(pid):.0f} MB"
        print(f"{kind:9} {said['rate']:7.0f} calls/s   {told_of}", flush=True)
    return rates


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--url", default="")
    parser.add_argument("--kind", default="")
    options = parser.parse_args(arguments)
    if options.kind:
        client(options)
        return 0
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as home, sandbox(Path(home)) as (url, pid):
        account = Account(url, [])
        account.begin()
        for number in range(ENDPOINTS):
            account.deploy(f"endpoint-{number}")
        return 0 if measure(url, pid, options)["mixed"] >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
