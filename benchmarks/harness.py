"""What the measurements share: a console with a home of its own, memory of process trees, percentiles, lines of result.

Sizes are in MB of 10^6 bytes, times in seconds unless a name says otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.browser.server import environment, free_port

ROOT = Path(__file__).resolve().parent.parent
APPS = Path(__file__).resolve().parent / "apps"
START_SECONDS = 60.0
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Served:
    """A server under measurement: its address, its process, and the SAGEDECK_HOME it uses."""

    url: str
    pid: int
    home: Path


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident size of a process tree (`rss`), the same with shared pages divided by their users (`pss`), in MB."""

    rss: float
    pss: float
    processes: int

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.rss + other.rss, self.pss + other.pss, self.processes + other.processes)


@contextmanager
def fresh_home() -> Iterator[Path]:
    """A SAGEDECK_HOME that is empty, and gone afterwards, with its sandbox."""
    with tempfile.TemporaryDirectory(prefix="sagedeck-benchmark-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        try:
            yield home
        finally:
            stop_sandbox(home)


def stop_sandbox(home: Path) -> None:
    """End the sandbox of this home, by its process id; wait until it has gone."""
    pid = sandbox_pid(home)
    if pid is not None:
        end_tree(pid)


def sandbox_pid(home: Path) -> int | None:
    """The process of this home's sandbox, None when none runs."""
    try:
        pid = int(json.loads((home / "sandbox.json").read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return None
    return pid if psutil.pid_exists(pid) else None


def sandbox_url(home: Path) -> str:
    """The address of this home's sandbox, which must be running."""
    return str(json.loads((home / "sandbox.json").read_text(encoding="utf-8"))["url"])


def end_tree(pid: int) -> None:
    """End a process and what it started; politely, then not."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        family = [*process.children(recursive=True), process]
        for each in reversed(family):
            with suppress(psutil.NoSuchProcess):
                each.terminate()
        _, alive = psutil.wait_procs(family, timeout=10)
        for each in alive:
            with suppress(psutil.NoSuchProcess):
                each.kill()


def start(command: Sequence[str], home: Path, **extra: str) -> subprocess.Popen[bytes]:
    """Start a program of this repository with `home` as its SAGEDECK_HOME; its words go to `home`/benchmark.log."""
    with (home / "benchmark.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment(home) | extra, stdout=log, stderr=subprocess.STDOUT)


def console_command(port: int) -> list[str]:
    """What `make run` runs, without opening a browser."""
    return [sys.executable, "-m", "cli", "console", "--port", str(port), "--no-browser"]


def page_command(script: Path, port: int) -> list[str]:
    """A Streamlit program with this repository's configuration."""
    return [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]


@contextmanager
def serving(script: Path | None = None, *, home: Path | None = None, **extra: str) -> Iterator[Served]:
    """The console (or another Streamlit script) on a free port until the block ends; without `home`, a fresh one."""
    with fresh_home() if home is None else nullcontext(home) as home:
        port = free_port()
        process = start(page_command(script, port) if script else console_command(port), home, **extra)
        try:
            url = f"http://127.0.0.1:{port}"
            _await(f"{url}/_stcore/health", process, home)
            yield Served(url, process.pid, home)
        finally:
            end_tree(process.pid)
            process.wait()


def _await(url: str, process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the server did not come up: {(home / 'benchmark.log').read_text()[-2000:]}")


def deploy_pair(home: Path) -> tuple[str, str]:
    """Deploy the usual pair into this home's sandbox through the command line; the two endpoints' names."""
    listed = _cli(home, "endpoints", "--json")
    if not json.loads(listed):
        from services.catalog import Task, recommended

        models = [next(each.id for each in recommended(task) if not each.eula) for task in (Task.EMBEDDING, Task.CHAT)]
        _cli(home, "deploy", *models, "--yes", "--json")
        listed = _cli(home, "endpoints", "--json")
    by_task = {row["task"]: row["name"] for row in json.loads(listed)}
    return by_task["text-embedding"], by_task["text-generation"]


def _cli(home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"cli {words[0]} failed: {done.stderr[-2000:]}{done.stdout[-2000:]}")
    return done.stdout


def memory(pid: int, without: int | None = None) -> Memory:
    """The memory of a process and its children, leaving out the tree of `without` (a sandbox measured by itself)."""
    root = psutil.Process(pid)
    left_out: set[int] = set()
    if without is not None and psutil.pid_exists(without):
        other = psutil.Process(without)
        left_out = {other.pid, *(child.pid for child in other.children(recursive=True))}
    total = Memory(0.0, 0.0, 0)
    for process in [root, *root.children(recursive=True)]:
        if process.pid in left_out:
            continue
        with suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            total += Memory(full.rss / MB, getattr(full, "pss", full.rss) / MB, 1)
    return total


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of the values do not exceed: the nearest rank, no interpolation."""
    if not values:
        raise ValueError("no values were measured")
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))]


@dataclass(slots=True)
class Report:
    """Lines of result: what, how much, the target, and whether it was reached. `code` is a program's exit code."""

    code: int = 0

    def __post_init__(self) -> None:
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before this began", flush=True)

    def figure(self, name: str, value: float, unit: str, target: float | None = None, *, most: bool = True) -> None:
        """Print a figure; with a target, whether it is at most (or at least) that."""
        shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}" if abs(value) < 1 else f"{value:,.1f}"
        verdict = ""
        if target is not None:
            reached = value <= target if most else value >= target
            self.code = self.code if reached else 1
            verdict = f"   to reach: {'<=' if most else '>='} {target:g} {unit}   {'reached' if reached else 'MISSED'}"
        print(f"{name:<58} {shown:>8} {unit:<6}{verdict}", flush=True)


def drop_from_cache(*folders: Path) -> int:
    """Ask the kernel to forget the files under `folders`, so that reading them is cold; how many files were named."""
    named = 0
    for folder in folders:
        for path in folder.rglob("*"):
            with suppress(OSError):
                if not path.is_file():
                    continue
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)
                named += 1
    return named
