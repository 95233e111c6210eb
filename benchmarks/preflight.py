"""Seconds a preflight takes where every AWS call takes at least 50 ms, in accounts of 40 and of 500 endpoints.

    python -m benchmarks.preflight [--call-ms 50] [--checks 15] [--endpoints 500]

The account is the sandbox's demo (40 endpoints), then the same with more. Before each call of the console leaves this
process it waits; nothing is kept from one check to the next but in the last rows, where a service goes on as a page's
does. Clients are made before, which a console does once; that has a row of its own. The other side is the same machine,
so its work is in the figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.sandbox_scale import Account
from services.access import RoleRequest
from services.connection import Connection, sandbox_at
from services.console import Console
from services.deploy import CatalogSource, DeployRequest, RagPairRequest
from services.preflight import Preflight, Topic, Verdict
from services.preflight.service import AT_A_TIME, MOST_DESCRIBED
from tests.sandbox.server import start_sandbox

TARGET = 2.0  # seconds, the slowest
QUIET_SECONDS = 5.0
SERVICES = ("sagemaker", "service-quotas", "iam", "s3", "ecr", "ec2", "kms", "sns", "sts")
LANGUAGE, EMBEDDING = "huggingface-llm-falcon-7b-instruct-bf16", "huggingface-sentencesimilarity-all-MiniLM-L6-v2"


class Calls:
    """Makes every call of a connection take longer, and counts them."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self.made = 0

    def slow(self, connection: Connection) -> None:
        """Wait before each call of these clients; making them is not measured here."""
        for service in SERVICES:
            connection.clients.get(service).meta.events.register("before-send", self._wait)

    def _wait(self, **_: Any) -> None:
        with self._lock:
            self.made += 1
        time.sleep(self._seconds)


@contextmanager
def account(endpoints: int) -> Iterator[str]:
    """A sandbox with the demo's endpoints, and more of one kind up to that many."""
    with (
        tempfile.TemporaryDirectory() as home,
        start_sandbox("--seed", "demo", "--home", home, "--speed", "600") as url,
    ):
        names = [f"bulk-{number}" for number in range(max(0, endpoints - 40))]
        maker = Account(url, names)
        maker.begin()
        for name in names:
            maker.deploy(name)
        _settle(url)
        yield url


def _settle(url: str) -> None:
    """Wait until everything that was just made is in service and the other side has nothing left to do."""
    client = sandbox_at(url, owner="ada").clients.get("sagemaker")
    while client.list_endpoints(StatusEquals="Creating", MaxResults=1)["Endpoints"]:
        time.sleep(0.5)
    time.sleep(QUIET_SECONDS)


def one(name: str = "new-language") -> DeployRequest:
    """A language model on one GPU, under a role the plan makes."""
    role = RoleRequest(name="sagedeck-execution-us-east-1", owner="ada")
    source = CatalogSource(model_id=LANGUAGE)
    return DeployRequest(source=source, endpoint_name=name, instance_type="ml.g5.2xlarge", role=role, owner="ada")


def pair() -> RagPairRequest:
    """The same, and an embedding model beside it."""
    language = one()
    embedding = DeployRequest(
        source=CatalogSource(model_id=EMBEDDING), endpoint_name="new-embedding", instance_type="ml.c6i.xlarge",
        role=language.role, owner="ada",
    )  # fmt: skip
    return RagPairRequest(embedding=embedding, language=language)


def measure(title: str, check: Callable[[int], Preflight], calls: Calls, checks: int) -> float:
    """Check so often; print p50, the slowest, the calls of each, and how much of the quota was seen."""
    took, made, found = [], [], None
    for number in range(checks):
        before, began = calls.made, time.perf_counter()
        found = check(number)
        took.append(time.perf_counter() - began)
        made.append(calls.made - before)
    assert found is not None
    unknown = ", ".join(str(line.topic) for line in found.of(Verdict.UNKNOWN)) or "none"
    seen = "; ".join(line.words for line in found.about(Topic.QUOTA))
    print(
        f"{title:44} p50 {statistics.median(took):.2f} s  most {max(took):.2f} s  calls {statistics.median(made):.0f}"
    )
    print(f"{'':44} unknown: {unknown}; {seen}", flush=True)
    return max(took)


def _console(url: str, calls: Calls) -> Console:
    console = Console(sandbox_at(url, owner="ada"), folder=Path(tempfile.mkdtemp(prefix="sagedeck-preflight-")))
    calls.slow(console.connection)
    return console


def _warm(url: str) -> None:
    """The other side loads its own parts at their first use; that is no figure of the console's."""
    console = Console(sandbox_at(url, owner="warm"), folder=Path(tempfile.mkdtemp(prefix="sagedeck-preflight-")))
    console.preflight.check(pair(), deadline=30)


def measured(url: str, endpoints: int, seconds: float, checks: int) -> float:
    """The rows of one account; the slowest check of them."""
    calls = Calls(seconds)
    _warm(url)
    consoles = [_console(url, calls) for _ in range(checks)]
    one_each = measure(
        f"{endpoints} endpoints, one model, nothing kept", lambda at: consoles[at].preflight.check(one()), calls, checks
    )
    consoles = [_console(url, calls) for _ in range(checks)]
    both = measure(
        f"{endpoints} endpoints, a pair, nothing kept", lambda at: consoles[at].preflight.check(pair()), calls, checks
    )
    going = _console(url, calls)
    again = measure(
        f"{endpoints} endpoints, a pair, again and again", lambda _: going.preflight.check(pair()), calls, checks
    )
    return max(one_each, both, again)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--call-ms", type=float, default=50.0)
    parser.add_argument("--checks", type=int, default=15)
    parser.add_argument("--endpoints", type=int, default=500)
    given = parser.parse_args(arguments)
    print(f"load average {os.getloadavg()[0]:.1f}; every call waits {given.call_ms:g} ms")
    _clients()
    floor = _floor(given.call_ms / 1000)
    print(f"{'waiting alone, as many calls at a time':44} {2 * MOST_DESCRIBED} calls in {floor:.2f} s")
    most = 0.0
    for endpoints in (40, given.endpoints):
        with account(endpoints) as url:
            most = max(most, measured(url, endpoints, given.call_ms / 1000, given.checks))
    return 0 if most <= TARGET else 1


def _clients() -> None:
    """How long the first check of a process takes longer: nine clients, their models read from the disk."""
    began = time.perf_counter()
    Calls(0).slow(sandbox_at("http://127.0.0.1:9", owner="ada"))
    print(f"{'making the clients, once a process':44} {len(SERVICES)} in {time.perf_counter() - began:.2f} s")


def _floor(seconds: float) -> float:
    """What waiting alone comes to: the calls of as many endpoints as one check describes, as many at a time."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(lambda _: time.sleep(seconds), range(2 * MOST_DESCRIBED)))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
