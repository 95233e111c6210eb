"""Finds the sandbox of this SAGEDECK_HOME, or starts it as a process of its own.

It outlives the console that started it, so that the commands of one shell and the console all see the same endpoints,
and it ends by itself when nobody has called it for a while. What it holds lies in the folder `sandbox` and is there
again when it is started anew.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from services.errors import ServiceFailure
from services.sandbox_control import SandboxControl

START_SECONDS = 30.0
IDLE_EXIT_SECONDS = 30 * 60
PING_SECONDS = 60.0
AHEAD_SECONDS = 5.0
MISSED_PINGS = 3  # then it is gone, and there is nothing to keep awake
_ROOT = Path(__file__).resolve().parent.parent
_children: dict[int, subprocess.Popen[bytes]] = {}  # those this process started, so that they can be waited for
_awake: set[str] = set()  # the addresses this process calls now and then
_awake_lock = threading.Lock()
_ahead: dict[str, tuple[float, float]] = {}  # by address: when it was asked, and what it said


def find(home: Path) -> str | None:
    """The address of the sandbox that runs for this home, or None."""
    for note in _notes(home):
        if _runs_for(home, note[0]):
            return note[0]
    return None


def _notes(home: Path) -> Iterator[tuple[str, int]]:
    """Address and process as noted by who started it, and by itself in its folder; one that makes no sense is none."""
    for path in (home / "sandbox.json", home / "sandbox" / "lock"):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            url, process = str(note["url"]), int(note["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if url.startswith("http://127.0.0.1:") and process > 1:
            yield url, process


def answers(url: str) -> bool:
    """Whether a sandbox of ours answers at this address."""
    return bool(_health(url).get("ok"))


def _runs_for(home: Path, url: str) -> bool:
    """Whether this home's sandbox answers there: a note may be old, and its port another sandbox's by now."""
    said = _health(url)
    kept = str(said.get("home") or home / "sandbox")
    return bool(said.get("ok")) and os.path.realpath(kept) == os.path.realpath(home / "sandbox")


def _health(url: str) -> dict[str, Any]:
    import http.client  # both together are 15 ms that most commands do not need
    import urllib.request

    try:
        with urllib.request.urlopen(f"{url}/_sandbox/health", timeout=5) as answer:
            said = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    return said if isinstance(said, dict) else {}


def ensure(home: Path) -> tuple[str, bool]:
    """The address of this home's sandbox, and whether it had to be started.

    Raises ServiceFailure when it does not come up within 30 seconds.
    """
    with _alone(home):
        url = find(home)
        if url:
            return url, False
        return _start(home), True


def stop(home: Path) -> bool:
    """End this home's sandbox; False when none runs. What it holds is kept for the next one."""
    note = next((each for each in _notes(home) if _runs_for(home, each[0])), None)
    if note is None:
        return False
    (home / "sandbox.json").unlink(missing_ok=True)
    child = _children.pop(note[1], None)
    if child is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(note[1], signal.SIGTERM)
        _until_silent(note[0])
        return True
    child.terminate()
    child.wait(START_SECONDS)
    return True


def reset(home: Path, port: int = 0) -> None:
    """Empty this home's sandbox, or the one of a port, whether it runs or not. Raises as `SandboxControl`."""
    with _alone(home):
        url = at_port(port) if port else find(home)
        if url:
            SandboxControl(url).reset()
        else:
            shutil.rmtree(home / (f"sandbox-{port}" if port else "sandbox"), ignore_errors=True)


def advance(url: str, seconds: float) -> datetime:
    """Put a sandbox's clock forward and return what time it is there. Raises as `SandboxControl`."""
    now = SandboxControl(url).advance(seconds)
    _ahead.pop(url, None)
    return now


def ahead(url: str) -> float:
    """How many seconds a sandbox's clock is ahead of this machine's; the last known when it does not answer.

    Asked at most every five seconds, as pages want to know it for every age they show.
    """
    import urllib.request

    asked, known = _ahead.get(url, (-math.inf, 0.0))
    if time.monotonic() - asked < AHEAD_SECONDS:
        return known
    try:
        with urllib.request.urlopen(f"{url}/_sandbox/health", timeout=2) as answer:
            known = round(float(json.load(answer)["now"]) - time.time(), 1)
    except (OSError, ValueError, KeyError, TypeError):
        known = _ahead.get(url, (0.0, 0.0))[1]
    _ahead[url] = time.monotonic(), known
    return known


def at_port(port: int) -> str | None:
    """The address of the sandbox that listens on this port, or None."""
    url = f"http://127.0.0.1:{port}"
    return url if answers(url) else None


def _until_silent(url: str) -> None:
    """Wait until a sandbox that was told to end has ended, as far as one can see from here."""
    deadline = time.monotonic() + START_SECONDS
    while answers(url) and time.monotonic() < deadline:
        time.sleep(0.05)


def keep_awake(url: str) -> None:
    """Call the sandbox now and then while this process lives, so that it does not end under an open console."""
    with _awake_lock:
        if url in _awake:
            return
        _awake.add(url)

    def ping() -> None:
        missed = 0
        while missed < MISSED_PINGS:
            time.sleep(PING_SECONDS)
            missed = 0 if answers(url) else missed + 1
        with _awake_lock:
            _awake.discard(url)

    threading.Thread(target=ping, name=f"awake-{url}", daemon=True).start()


def _start(home: Path) -> str:
    log = home / "sandbox.log"
    with log.open("ab") as sink:
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sandbox",
                "--port=0",
                f"--home={home / 'sandbox'}",
                f"--idle-exit={IDLE_EXIT_SECONDS}",
            ],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        )
    assert child.stdout is not None
    url = _first_line(child)
    _children[child.pid] = child
    note = home / "sandbox.json"
    note.write_text(json.dumps({"url": url, "pid": child.pid}), encoding="utf-8")
    note.chmod(0o600)
    return url


def _first_line(child: subprocess.Popen[bytes]) -> str:
    found: list[bytes] = []
    assert child.stdout is not None
    reader = threading.Thread(target=lambda out=child.stdout: found.append(out.readline()), daemon=True)
    reader.start()
    reader.join(START_SECONDS)
    try:
        if found:
            child.stdout.close()
        return str(json.loads(found[0])["url"])
    except (IndexError, ValueError, KeyError):
        with contextlib.suppress(OSError):
            child.kill()
        raise ServiceFailure(
            "The sandbox did not start.",
            "Its process ended or did not answer within 30 seconds.",
            "Look into sandbox.log in the folder SAGEDECK_HOME.",
        ) from None


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One starter at a time: the lock is the operating system's, so it cannot outlive its holder."""
    with (home / "sandbox.lock").open("w") as lock:
        deadline = time.monotonic() + START_SECONDS + 5
        try:
            import fcntl
        except ImportError:  # no such lock on Windows; two consoles started in the same second may start two sandboxes
            yield
            return
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise ServiceFailure("Another console is starting the sandbox.", "", "Try again.") from None
                time.sleep(0.05)
        yield
