"""The page Endpoints in accounts of 500 and of 2,000, where every AWS call takes at least 50 ms more.

    python -m benchmarks.monitor [--call-ms 50] [--sizes 500 2000] [--reruns 15]

The page is run by Streamlit's own test runner in this process, so its script, reading and table are measured, not a
browser's drawing. First: until the table with names and states has been given to Streamlit, nothing known before. Then
somebody looks every two seconds until everything is read at 20 calls a second; the calls are counted against the fewest
that the API allows: a list call and a call for tags for every 100, two for each endpoint. Warm: the page run again. Ten
browsers: as many consoles of one identity. Limited: more than 20 SageMaker calls in a second are answered with
ThrottlingException. The other side is the same machine, so its work is in the figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSResponse
from streamlit.testing.v1 import AppTest

from benchmarks.sandbox_scale import Account
from services.connection import sandbox_at
from services.console import Console
from services.endpoints import EndpointsService
from services.endpoints.gateway import EndpointsGateway
from services.endpoints.inventory import Inventory
from services.endpoints.looked import Looked
from services.pace import FASTEST, Pace
from tests.pages.fake_console import FakeConsole, endpoint
from tests.sandbox.server import start_sandbox
from ui import endpoint_reads, endpoint_table

MAIN = Path(__file__).resolve().parent.parent / "ui" / "main.py"
SERVICES = ("sagemaker", "resourcegroupstaggingapi", "cloudwatch", "application-autoscaling", "sts")
FIRST, WARM, MORE = 1.0, 0.2, 1.05  # seconds, seconds, times the fewest calls
FEW = 500  # endpoints, of which names and states are to be there so soon
PAGE = 100
BROWSERS = 10
LONGEST = 900.0


class Calls:
    """Makes every call of a console take longer, counts them, and refuses what is more than `limit` a second."""

    def __init__(self, seconds: float, limit: float | None = None) -> None:
        self._seconds, self._limit, self._lock = seconds, limit, threading.Lock()
        self._recent: deque[float] = deque()
        self.made: Counter[str] = Counter()
        self.refused = 0

    def slow(self, console: Console, services: Sequence[str] = SERVICES) -> None:
        """Wait before each call of its clients; making these is not measured here."""
        for service in services:
            console.connection.clients.get(service).meta.events.register("before-send", self._before)

    def reading(self) -> int:
        """The calls that read endpoints, and not what else the page shows."""
        return sum(self.made[name] for name in ("ListEndpoints", "DescribeEndpoint", "DescribeEndpointConfig",
                                                "DescribeModel", "ListTags", "GetResources"))  # fmt: skip

    def _before(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:3]
        time.sleep(self._seconds)
        with self._lock:
            self.made[operation] += 1
            if self._limit is None or service != "sagemaker":
                return None
            now = time.monotonic()
            while self._recent and now - self._recent[0] > 1:
                self._recent.popleft()
            if len(self._recent) < self._limit:
                self._recent.append(now)
                return None
            self.refused += 1
        body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.1"}, _Body(body))


class _Body:
    """As much of a raw HTTP body as botocore reads."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


@contextmanager
def account(size: int) -> Iterator[str]:
    """A sandbox with so many endpoints in service, tagged as this console tags them."""
    with (
        tempfile.TemporaryDirectory() as home,
        start_sandbox("--home", home, "--speed", "3000") as url,
    ):
        maker = Account(url, [])
        maker.begin()
        for number in range(size):
            maker.deploy(f"bulk-{number:04}", sagedeck__task="text-embedding", sagedeck__owner=f"person-{number % 20}")
        maker.close()
        client = sandbox_at(url, owner="ada").clients.get("sagemaker")
        while client.list_endpoints(StatusEquals="Creating", MaxResults=1)["Endpoints"]:
            time.sleep(0.5)
        yield url


def console_of(url: str, calls: Calls, folder: str, rate: float | None = FASTEST) -> Console:
    """A console whose calls are slowed; `rate` of its inventory, None: as the sandbox has it."""
    console = Console(sandbox_at(url, owner="ada"), folder=Path(folder))
    calls.slow(console)
    if rate is not None:
        pace = Pace(rate)
        reader = EndpointsService(EndpointsGateway(console.connection.clients, pace.wait), console.catalog)
        console.__dict__["inventory"] = Inventory(reader, pace)
    return console


def opened(console: Console) -> tuple[AppTest, float]:
    """The page, opened where another account was shown before, and seconds until its table was written."""
    at = AppTest.from_file(str(MAIN), default_timeout=120)
    at.session_state["sagedeck.console"] = FakeConsole(endpoint("another", "text-embedding"))
    at.run()
    at.switch_page("../pages/endpoints.py")
    at.run()
    at.session_state["sagedeck.console"] = console
    written: list[float] = []
    show = endpoint_table.show

    def noted(*given: Any) -> Any:
        result = show(*given)
        written.append(time.perf_counter())
        return result

    endpoint_table.show = noted  # type: ignore[assignment]
    began = time.perf_counter()
    try:
        at.run()
    finally:
        endpoint_table.show = show
    assert not at.exception, at.exception
    return at, written[0] - began


def looked_at(console: Console) -> tuple[Looked, float]:
    """Look as the page does until everything is known, or for a quarter of an hour."""
    began = time.perf_counter()
    while True:
        found = endpoint_reads.looked(console)
        if found.complete or time.perf_counter() - began > LONGEST:
            return found, time.perf_counter() - began
        time.sleep(endpoint_reads.READING_SECONDS)


def fewest(size: int) -> int:
    """The calls that the API allows at least: lists and tags 100 at a time, two for each endpoint."""
    return 2 * -(-size // PAGE) + 2 * size


def row(title: str, value: str, reached: bool = True) -> bool:
    print(f"{title:56} {value}{'' if reached else '   MISSED'}", flush=True)
    return reached


def told(calls: Calls) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(calls.made.items()))


def first_and_all(url: str, size: int, seconds: float, reruns: int) -> bool:
    calls = Calls(seconds)
    with tempfile.TemporaryDirectory() as folder:
        console = console_of(url, calls, folder)
        at, took = opened(console)
        rows = len(at.dataframe[0].value)
        value = f"{took:.2f} s ({rows} rows of the first page)"
        fine = row(f"{size}: names and states on the page", value, took <= FIRST or size > FEW)
        found, took = looked_at(console)
        value = f"{took:.0f} s, failed {len(found.failed)}"
        fine &= row(f"{size}: everything read at 20 calls/s", value, not found.failed)
        made, least = calls.reading(), fewest(size)
        share = made / least
        fine &= row(f"{size}: calls against the fewest", f"{made} / {least} = {share:.3f}", share <= MORE)
        row("", told(calls))
        times, processor = [], time.process_time()
        for _ in range(reruns):
            began = time.perf_counter()
            at.run()
            times.append(time.perf_counter() - began)
        processor = (time.process_time() - processor) / reruns
        warm = statistics.median(times)
        value = f"p50 {warm * 1000:.0f} ms, most {max(times) * 1000:.0f} ms, processor {processor * 1000:.0f} ms"
        return fine & row(f"{size}: the page run again, warm", value, warm <= WARM)


def together(url: str, size: int, seconds: float) -> bool:
    """Ten browsers, each with its own console of one identity."""
    calls = Calls(seconds)
    with tempfile.TemporaryDirectory() as folder:
        consoles = [console_of(url, calls, folder, None) for _ in range(BROWSERS)]
        with ThreadPoolExecutor(BROWSERS) as pool:
            found = list(pool.map(looked_at, consoles))
        share = calls.reading() / fewest(size)
        row("", told(calls))
        value = f"{calls.reading()} = {share:.3f}, {max(took for _, took in found):.0f} s"
        return row(f"{size}: ten browsers, calls against the fewest for one", value, share <= MORE)


def limited(url: str, size: int, seconds: float) -> bool:
    """Where more than 20 calls a second are refused."""
    calls = Calls(seconds, limit=20)
    with tempfile.TemporaryDirectory() as folder:
        found, took = looked_at(console_of(url, calls, folder))
        whole = found.complete and not found.failed and found.problem is None and len(found.details) == size
        row("", told(calls))
        return row(f"{size}: at most 20 calls/s are answered", f"{took:.0f} s, {calls.refused} refused, "
                   f"{len(found.details)} read, {len(found.failed)} shown as failed", whole)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--call-ms", type=float, default=50.0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--reruns", type=int, default=15)
    given = parser.parse_args(arguments)
    print(f"load average {os.getloadavg()[0]:.1f}; every call waits {given.call_ms:g} ms")
    seconds, fine = given.call_ms / 1000, True
    for size in given.sizes:
        with account(size) as url:
            fine &= first_and_all(url, size, seconds, given.reruns)
            if size == min(given.sizes):
                fine &= together(url, size, seconds)
            if size == max(given.sizes):
                fine &= limited(url, size, seconds)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
