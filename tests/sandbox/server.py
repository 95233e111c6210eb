"""Sandboxes for tests: one in a thread of the test process, or the real child process."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import boto3
import uvicorn
from botocore.config import Config

from sandbox.app import Sandbox

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 30.0  # seconds; it takes less than one on a quiet machine


@contextmanager
def start_sandbox(*arguments: str) -> Iterator[str]:
    """Run `python -m sandbox --port 0 …` as a child and yield its URL; it is told to stop at the end."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=dict(os.environ)) as child:
        try:
            assert child.stdout is not None
            yield str(json.loads(child.stdout.readline())["url"])
        finally:
            child.terminate()
            child.wait(READY_WITHIN)


@contextmanager
def served(app: Sandbox) -> Iterator[str]:
    """Serve an application from a thread of this process and yield its URL."""
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + READY_WITHIN
    while not server.started:
        assert time.monotonic() < deadline, "the sandbox did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(READY_WITHIN)
        app.world.close()


def client(url: str, service: str, region: str = "us-east-1") -> Any:
    """A boto3 client of the sandbox that does not retry."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, inject_host_prefix=False),
    )


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
    """One plain HTTP request: status, headers, body. Underscores in header names stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read()
