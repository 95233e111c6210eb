"""A console of its own for a browser test: a fresh SAGEDECK_HOME, a free loopback port, a child process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path) -> dict[str, str]:
    """This environment with no account in it, and `home` for state."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ASTRA_", "SAGEDECK_"))}
    kept = {key: os.environ[key] for key in ("SAGEDECK_MODELS",) if key in os.environ}
    return clean | kept | {
        "SAGEDECK_HOME": str(home),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


class Address(str):
    """A server's address that knows its process, so that a test can end it without warning."""

    pid: int


@contextmanager
def running(
    home: Path, *, script: Path = ROOT / "app.py", keep_sandbox: bool = False, **extra: str
) -> Iterator[Address]:
    """A server of `script` until the block ends; its address. The log is `home`/console.log."""
    port = free_port()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "console.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"],
            cwd=ROOT, env=environment(home) | extra, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            url = Address(f"http://127.0.0.1:{port}")
            url.pid = process.pid
            _await(url, process, home / "console.log")
            yield url
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            if not keep_sandbox:
                _stop_sandbox(home)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        with suppress(OSError), urllib.request.urlopen(f"{url}/_health", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer: {log.read_text()[-2000:]}")


def _stop_sandbox(home: Path) -> None:
    from services import sandbox_child

    with suppress(Exception):
        sandbox_child.stop(home)
