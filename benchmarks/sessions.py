"""150 connected sessions, 15 reruns a second in all: how long a rerun takes, beside a page of one line.

    python -m benchmarks.sessions [--sessions 150] [--rate 15] [--seconds 40] [--page deploy]

A child process speaks Streamlit's protocol for all sessions at once. Each rerun changes one number on the page (where
it has one), and is measured from sending it to the message that the script has finished. Reruns come at random moments
(a Poisson process of a fixed seed), as those of people who do not know of each other; the same rate evenly spaced is
printed beside it. Console, sandbox and this client share the machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys

import psutil

from benchmarks.harness import APPS, ROOT, Report, deploy_pair, percentile, serving
from benchmarks.wire import Session, SessionFailed, open_session

MOST_MILLISECONDS = 80.0
OPENING = 8  # sessions that connect at a time
SEED = 20


async def _connect(url: str, page: str, count: int) -> list[Session]:
    gate = asyncio.Semaphore(OPENING)

    async def one() -> Session:
        async with gate:
            return await open_session(url, page)

    return list(await asyncio.gather(*(one() for _ in range(count))))


def moments(count: int, rate: float, *, even: bool) -> list[float]:
    """When reruns begin, in seconds from the start."""
    chance, at, found = random.Random(SEED), 0.0, []
    for _ in range(count):
        at += 1 / rate if even else chance.expovariate(rate)
        found.append(at)
    return found


async def load(sessions: list[Session], rate: float, seconds: float, *, even: bool) -> list[float]:
    """Rerun the sessions in turn at `rate` a second in all; the milliseconds of each."""
    clock = asyncio.get_running_loop().time
    began = clock() + 0.1

    async def one(place: int, at: float) -> float:
        await asyncio.sleep(began + at - clock())
        session = sessions[place % len(sessions)]
        value = 1.0 + place // len(sessions) % 2
        number_input = session.widget("number_input")
        took = await session.rerun({number_input: value} if number_input else None)
        if session.errors:
            raise SessionFailed(session.errors[0])
        return took * 1000

    return await asyncio.gather(*(one(n, at) for n, at in enumerate(moments(int(rate * seconds), rate, even=even))))


async def client(url: str, page: str, count: int, rate: float, seconds: float) -> None:
    """What the child process does; one line of JSON at its end."""
    sessions = await _connect(url, page, count)
    await load(sessions, rate, 3, even=True)
    before = psutil.Process().cpu_times()
    times = {how: await load(sessions, rate, seconds, even=how == "even") for how in ("random", "even")}
    after = psutil.Process().cpu_times()
    busy = (after.user + after.system - before.user - before.system) / (2 * seconds)
    one = sessions[0]
    print(json.dumps({"times": times, "messages": one.messages, "size": one.size, "client": busy}))
    await asyncio.gather(*(each.close() for each in sessions))


def run(url: str, page: str, count: int, rate: float, seconds: float, pid: int) -> dict[str, object]:
    """Measure in a child process; also the share of one core that the console was busy."""
    words = [url, page or "-", str(count), str(rate), str(seconds)]
    before = _busy(pid)
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sessions", "--client", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            said, _ = child.communicate(timeout=120 + 4 * seconds)
        finally:
            child.terminate()
    if child.returncode:
        raise RuntimeError("the client failed; its words are above")
    found: dict[str, object] = json.loads(said.splitlines()[-1])
    found["console"] = _busy(pid) - before
    return found


def _busy(pid: int) -> float:
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return float(sum(times.user + times.system for times in (each.cpu_times() for each in family)))


def _say(report: Report, name: str, found: dict[str, object], rate: float, target: float | None) -> None:
    times = found["times"]
    assert isinstance(times, dict)
    for how in ("random", "even"):
        values = times[how]
        report.figure(f"{name}, {how} moments: p50", percentile(values, 0.5), "ms")
        report.figure("    p95", percentile(values, 0.95), "ms", target if how == "random" else None)
        report.figure("    p99", percentile(values, 0.99), "ms")
    print(f"    {found['messages']} messages, {found['size']:,} bytes a rerun; client {found['client']:.0%} of a core")


def main() -> int:
    """Print the figures; 0 if p95 on the console is at most 80 ms."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=150)
    parser.add_argument("--rate", type=float, default=15.0)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--page", default="deploy")
    parser.add_argument("--client", nargs=5, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.client:
        url, page, count, rate, seconds = asked.client
        asyncio.run(client(url, page.strip("-"), int(count), float(rate), float(seconds)))
        return 0
    report = Report()
    print(f"{asked.sessions} sessions, {asked.rate:g} reruns/s in all")
    with serving() as served:
        deploy_pair(served.home)
        found = run(served.url, asked.page, asked.sessions, asked.rate, asked.seconds, served.pid)
        _say(report, f"/{asked.page}", found, asked.rate, MOST_MILLISECONDS)
    with serving(APPS / "hello.py") as served:
        found = run(served.url, "", asked.sessions, asked.rate, asked.seconds, served.pid)
        _say(report, "a page of one line", found, asked.rate, None)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
