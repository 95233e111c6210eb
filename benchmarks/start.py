"""From starting the process to the first page rendered in a browser, beside a hello-world of Streamlit's.

    python -m benchmarks.start [--runs 5] [--cold]

The console is started as `make run` starts it, with an empty SAGEDECK_HOME, so the sandbox is started and connected to
within the time. The browser is open already. With --cold the kernel is asked to forget the files before each start.
"""

from __future__ import annotations

import argparse
import socket
import sysconfig
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browsing import browser, open_page
from benchmarks.harness import (
    APPS,
    ROOT,
    START_SECONDS,
    Report,
    console_command,
    drop_from_cache,
    end_tree,
    fresh_home,
    page_command,
    percentile,
    start,
)
from tests.browser.server import free_port

MOST_SECONDS = 3.0


def first_page(window: Browser, script: Path | None, heading: str) -> float:
    """Seconds from starting the process to its heading being visible."""
    port = free_port()
    with fresh_home() as home:
        started = time.perf_counter()
        process = start(page_command(script, port) if script else console_command(port), home)
        try:
            _await_port(port)
            page = open_page(window, f"http://127.0.0.1:{port}", wait=False)
            page.get_by_role("heading", name=heading, exact=True).wait_for(timeout=START_SECONDS * 1000)
            seconds = time.perf_counter() - started
            page.context.close()
        finally:
            end_tree(process.pid)
            process.wait()
    return seconds


def _await_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise RuntimeError("nothing listens on the port")


def main() -> int:
    """Print the figures; 0 if the first page is there within 3 s."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold", action="store_true", help="forget files before each start")
    asked = parser.parse_args()
    ours: list[float] = []
    hello: list[float] = []
    report = Report()
    with browser() as window:
        for _ in range(asked.runs):
            for script, heading, into in ((None, "Home", ours), (APPS / "hello.py", "Hello", hello)):
                if asked.cold:
                    drop_from_cache(Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib")), ROOT)
                into.append(first_page(window, script, heading))
    how = "cold" if asked.cold else "warm"
    report.figure(f"{how}: start to first page, p50 of {asked.runs}", percentile(ours, 0.5), "s", MOST_SECONDS)
    report.figure(f"{how}: slowest", max(ours), "s")
    report.figure(f"{how}: Streamlit's hello-world, p50", percentile(hello, 0.5), "s")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
