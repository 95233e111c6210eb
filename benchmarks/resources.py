"""What an account of 2,000 endpoints, 5,000 configurations and 5,000 models holds, and the first plan to clean it up.

    python -m benchmarks.resources [--endpoints 2000] [--others 3000] [--call-ms 50] [--rate 20] [--whole]

Every AWS call takes at least 50 ms more; calls to SageMaker's control plane follow each other at 20 a second. A console
in a process of its own, nothing known before, looks as a page does, four times a second; what it shows meanwhile is
noted. First: until every name is there (lists and tags alone), and until there is a plan for what somebody may clean up
of it. With `--whole` it goes on until everything is described, which at that pace takes ten minutes. Memory is that of
the console's process. The sandbox is on the same machine, so its work is in the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.harness import percentile
from benchmarks.monitor import SERVICES, Calls
from benchmarks.sandbox_scale import ROOT, Account
from services.connection import sandbox_at
from services.console import Console
from services.pace import Pace
from services.resources import Holdings, Kind, Place, ResourcesService
from services.resources.gateway import ResourcesGateway
from services.resources.reading import Reading
from tests.sandbox.server import start_sandbox

FIRST, MEMORY, HELD = 15.0, 300.0, 0.1  # seconds, MB of 10^6 bytes, seconds
MANY = (Kind.ENDPOINT, Kind.ENDPOINT_CONFIG, Kind.MODEL)
LOOK = 0.25  # seconds between looks
OWNER = "ada"
LONGEST = 1500.0


@contextmanager
def account(endpoints: int, others: int) -> Iterator[str]:
    """A sandbox with so many endpoints, each with a configuration and a model, and so many of these without one."""
    with tempfile.TemporaryDirectory() as home, start_sandbox("--home", home, "--speed", "3000") as url:
        maker = Account(url, [])
        maker.begin()
        for number in range(endpoints):
            maker.deploy(f"bulk-{number:05}", sagedeck__made_by="sagedeck", sagedeck__owner=OWNER)
        tags = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}, {"Key": "sagedeck:owner", "Value": OWNER}]
        for number in range(others):
            name = f"left-{number:05}"
            maker.send(maker.model(name))
            variant = {"VariantName": "A", "ModelName": name, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
            asked = {"EndpointConfigName": name, "ProductionVariants": [variant], "Tags": tags}
            maker.send(maker.sagemaker("CreateEndpointConfig", **asked))
            maker.send(maker.sagemaker("AddTags", ResourceArn=maker.arn(f"model/{name}"), Tags=tags))
        maker.close()
        client = sandbox_at(url).clients.get("sagemaker")
        while client.list_endpoints(StatusEquals="Creating", MaxResults=1)["Endpoints"]:
            time.sleep(0.5)
        yield url


def reader(console: Console, rate: float) -> ResourcesService:
    """What `console.resources` is, at the pace that a real account is read with."""
    identity, pace = console.connection.identity, Pace(rate)

    def gateway(region: str) -> ResourcesGateway:
        place = Place(region or identity.region, identity.account, identity.partition)
        return ResourcesGateway(console.connection.clients, place, pace)

    return ResourcesService(
        Reading(gateway, now=console.connection.now), account=identity.account, partition=identity.partition,
        region=identity.region,
    )  # fmt: skip


def watch(service: ResourcesService, held_seconds: list[float], *, whole: bool) -> Iterator[tuple[float, Holdings]]:
    """Look as a page does; seconds since the first look, and what it would show."""
    began = time.perf_counter()
    while True:
        asked = time.perf_counter()
        found = service.held()
        held_seconds.append(time.perf_counter() - asked)
        yield time.perf_counter() - began, found
        enough = not found.listing and not (whole and found.reading)
        if enough or time.perf_counter() - began > LONGEST:
            return
        time.sleep(LOOK)


def console(url: str, seconds: float, rate: float, limit: float | None, whole: bool) -> dict[str, object]:
    """What one console saw, in the process that this runs in."""
    calls = Calls(seconds, limit=limit)
    with tempfile.TemporaryDirectory() as folder:
        one = Console(sandbox_at(url, owner=OWNER), folder=Path(folder))
        calls.slow(one, (*SERVICES, "logs", "scheduler", "efs", "s3", "iam", "sns", "account"))
        one.__dict__["resources"] = service = reader(one, rate)
        took: list[float] = []
        worked = time.process_time()
        seen = [(at, len(found.resources)) for at, found in watch(service, took, whole=False)]
        listed, made = seen[-1][0], sum(calls.made.values())
        began = time.perf_counter()
        cleanup = one.cleaning.look(one.cleaning.request())
        planned = time.perf_counter() - began
        told: dict[str, object] = {
            "names": next((at for at, count in seen if count), 0.0),
            "progress": [seen[len(seen) * part // 5] for part in range(1, 5)],
            "listed": listed,
            "calls": made,
            "planned": planned,
            "items": len(cleanup.items),
            "memory": _memory(),
            "processor": time.process_time() - worked,
        }
        found = service.held()
        if whole:
            found = _last(watch(service, took, whole=True))
            told["memory"] = max(float(str(told["memory"])), _memory())
        told |= {
            "kinds": Counter(str(each.kind) for each in found.resources),
            "described": sum(each.described for each in found.resources),
            "unknown tags": sum(
                each.tags is None for each in found.of(Kind.ENDPOINT, Kind.MODEL, Kind.ENDPOINT_CONFIG)
            ),
            "failed": sum(bool(each.problem) for each in found.resources) + len(found.gaps),
            "refused": calls.refused,
            "all": time.perf_counter() - began + listed,
            "held": percentile(took, 0.95),
        }
    return told


def _last(looks: Iterator[tuple[float, Holdings]]) -> Holdings:
    for _, found in looks:  # one after the other: no page keeps what it was shown before
        last = found
    return last


def _memory() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def _in_its_own_process(url: str, given: argparse.Namespace, limit: float | None) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.resources", "--console", url, "--call-ms", str(given.call_ms),
               "--rate", str(given.rate), *(["--limit", str(limit)] if limit else []),
               *(["--whole"] if given.whole and not limit else [])]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def row(title: str, value: str, reached: bool = True) -> bool:
    print(f"{title:48} {value}{'' if reached else '   MISSED'}", flush=True)
    return reached


def report(title: str, told: dict[str, object]) -> bool:
    number = {name: float(value) for name, value in told.items() if isinstance(value, int | float)}
    first = number["listed"] + number["planned"]
    kinds, progress = told["kinds"], told["progress"]
    assert isinstance(kinds, dict)
    assert isinstance(progress, list)
    row(f"{title}: kinds", ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    row(f"{title}: progress", ", ".join(f"{count} after {at:.1f} s" for at, count in progress))
    plan = f"the plan itself {number['planned']:.2f} s, {number['items']:.0f} things"
    made = f"{number['calls']:.0f} calls, {plan}; {number['processor']:.1f} s of processor"
    reached = first <= FIRST or bool(number["refused"])  # what is refused half the time takes twice as long
    fine = row(f"{title}: first plan from lists and tags", f"{first:.1f} s ({made})", reached)
    fine &= row(f"{title}: memory of the console", f"{number['memory']:.0f} MB", number["memory"] <= MEMORY)
    fine &= row(f"{title}: a look, p95", f"{number['held'] * 1000:.0f} ms", number["held"] <= HELD)
    value = f"{number['failed']:.0f}, {number['refused']:.0f} calls refused, {number['unknown tags']:.0f} without tags"
    fine &= row(f"{title}: shown as failed", value, not number["failed"])
    return fine & row(f"{title}: described", f"{number['described']:.0f} after {number['all']:.0f} s")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=2000)
    parser.add_argument("--others", type=int, default=3000)
    parser.add_argument("--call-ms", type=float, default=50.0)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--limit", type=float, default=None)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--console", default="", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.console:
        print(json.dumps(console(given.console, given.call_ms / 1000, given.rate, given.limit, given.whole)))
        return 0
    print(f"load average {os.getloadavg()[0]:.1f}; every call waits {given.call_ms:g} ms, {given.rate:g} calls/s")
    with account(given.endpoints, given.others) as url:
        print(f"filled; load average {os.getloadavg()[0]:.1f}", flush=True)
        fine = report("quiet", _in_its_own_process(url, given, None))
        fine &= report("refused beyond 10/s", _in_its_own_process(url, given, 10.0))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
