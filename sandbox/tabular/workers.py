"""Starts worker processes: bounded, without the sandbox's environment, and gone when the sandbox is."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
_PASSED_ON = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG", "LC_ALL")


def start(task: str, errors: IO[bytes] | None = None) -> "subprocess.Popen[bytes]":
    """Start `python -m sandbox.tabular TASK`; it ends when its standard input does."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONUTF8": "1"}
    environment["OMP_WAIT_POLICY"] = "PASSIVE"  # threads that wait must not spin on a machine with other work
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.tabular", task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors or subprocess.DEVNULL,
        env=environment,
        cwd=str(ROOT),
    )


def end(worker: "subprocess.Popen[bytes]") -> None:
    """Kill a worker and take away what is left of it."""
    if worker.poll() is None:
        worker.kill()
    worker.wait()
    for stream in (worker.stdin, worker.stdout):
        if stream:
            try:
                stream.close()
            except OSError:  # what was still to be sent to it
                continue
