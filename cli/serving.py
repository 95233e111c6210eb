"""Commands that serve: the console's page, and the sandbox alone."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli.opening import JsonFlag, answering, app, say
from services import sandbox_child, settings
from services.errors import InvalidRequest
from services.sandbox_control import SandboxControl
from services.state import home

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
_STOPPED = {True: "Stopped. What it holds is kept.", False: "No sandbox was running."}


@app.command()
def console(
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Start the browser console on this machine."""
    with answering(False):
        _check_free(port)
    url = f"http://127.0.0.1:{port}"
    threading.Thread(target=_announce, args=(url, browser and sys.stdout.isatty()), daemon=True).start()
    _few_heaps()
    os.chdir(ROOT)
    from click.exceptions import Abort

    streamlit = _streamlit()
    # Streamlit's greeting comes before the page answers, ours after. In this process: one that waited would cost 37 MB
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.suppress(Abort):
        streamlit(["run", "app.py", f"--server.port={port}"], prog_name="streamlit", standalone_mode=False)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one, and keeps nothing.")] = 0,
    speed: Annotated[
        float | None, typer.Option(min=0, help="Times AWS's pace: 60 if left out, 1 is AWS's own, 0 stands still.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin empty, and keep nothing.")] = False,
    enforce_iam: Annotated[
        bool, typer.Option("--enforce-iam", help="Ask the policies of the users and roles made in it.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the sandbox of the console; its state is kept.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Empty the console's sandbox, or the one of --port.")] = False,
    advance: Annotated[
        str, typer.Option(help="Put its clock forward: 90s, 20m, 3h, 2d. As --reset, with --port.")
    ] = "",
    seed: Annotated[str, typer.Option(help="Fill it with a made-up account and its week: demo.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Run the stand-in for AWS and the Data API alone, at one address: set AWS_ENDPOINT_URL to it.

    What it holds lies in the folder sandbox-PORT of SAGEDECK_HOME and is there again at the next start. The console's
    sandbox is another one, in the folder sandbox; --stop, --reset, --advance and --seed without --port mean that one.
    """
    starts = bool(seed and port and not sandbox_child.at_port(port))  # and is filled as it starts
    if stop or reset or advance or (seed and not starts):
        with answering(as_json):
            _check_one(port, stop=stop, reset=reset, advance=advance, seed=seed)
            span = _seconds(advance) if advance else None
            told = _filled(port, seed) if seed else _told_to(port, stop=stop, reset=reset, seconds=span)
        typer.echo(json.dumps(told[1]) if as_json else told[0])
        return
    folder = home() / f"sandbox-{port}" if port and not fresh else None
    say("The sandbox prints its address when it is ready. Ctrl-C ends it.")
    say(f"What it holds is kept in {folder}" if folder else "It begins empty and keeps nothing.")
    given = [] if speed is None else [f"--speed={speed}"]
    given += [] if folder is None else [f"--home={folder}"]
    given += [f"--seed={seed}"] if seed else []
    given += ["--enforce-iam"] if enforce_iam else []
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", f"--port={port}", *given])


def _check_one(port: int, *, stop: bool, **asked: object) -> None:
    """One thing is done at a time, and a sandbox that was started by hand is ended by hand."""
    if stop + sum(map(bool, asked.values())) > 1:
        raise InvalidRequest("One thing at a time.", "", "Take one of --stop, --reset, --advance and --seed.")
    if stop and port:
        raise InvalidRequest(
            f"The sandbox of port {port} was started by hand.",
            "--stop ends the console's own, which has no --port.",
            "Press Ctrl-C where it was started.",
        )


def _told_to(port: int, *, stop: bool, reset: bool, seconds: float | None) -> tuple[str, dict[str, object]]:
    """What came of telling a sandbox to end, to forget or to put its clock forward: for a person, for a program."""
    if stop:
        stopped = sandbox_child.stop(home())
        return _STOPPED[stopped], {"stopped": stopped}
    if reset:
        sandbox_child.reset(home(), port)
        return "It is empty.", {"reset": True}
    url = sandbox_child.at_port(port) if port else sandbox_child.find(home())
    if url is None or seconds is None:
        raise InvalidRequest(
            "No sandbox is running there.", "", "Start the console, or `sagedeck sandbox --port PORT`."
        )
    now = sandbox_child.advance(url, seconds)
    return f"It is {now:%Y-%m-%d %H:%M} UTC there.", {"now": now.isoformat()}


def _filled(port: int, seed: str) -> tuple[str, dict[str, object]]:
    """Fill the sandbox of that port or, started if need be, the console's; for a person, for a program."""
    url = sandbox_child.at_port(port) if port else sandbox_child.ensure(home())[0]
    there = SandboxControl(url or "").seed(seed, settings.load(os.environ, home()).settings.region)
    made = f"{there['endpoints']} endpoints and {there['invocations']:,} invocations"
    return f"{made} in {there['region']}, all invented.", there


def _seconds(text: str) -> float:
    """Read a span of time: a number and s, m, h or d. Raises InvalidRequest."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", text.strip())
    if not found:
        raise InvalidRequest(f"{text!r} is no span of time.", "", "Write 90s, 20m, 3h or 2d.")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise InvalidRequest(
                f"Port {port} is taken.",
                "Another program, perhaps another console, listens there.",
                f"Use that one at http://127.0.0.1:{port}, or start with --port {port + 1}.",
            ) from None


def _announce(url: str, browser: bool) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_health", timeout=2):
            say(f"Sagedeck: {url}   (Ctrl-C ends it)")
            if browser:
                webbrowser.open(url)
            return
        time.sleep(0.05)


def _streamlit() -> Callable[..., object]:
    """Streamlit's own command, imported without plotly, which it loads where it is installed: 0.3 s and 17 MB."""
    sys.modules["plotly"] = None  # type: ignore[assignment] # an import of it fails, as where it is not installed
    try:
        from streamlit.web.cli import main
    finally:
        del sys.modules["plotly"]
    return main


def _few_heaps() -> None:
    """Ask glibc for two heaps instead of one a thread, and to give large blocks back when they are freed."""
    m_mmap_threshold, m_arena_max = -3, -8
    with contextlib.suppress(OSError, AttributeError):  # another C library: nothing lost but some memory
        libc = ctypes.CDLL(None)
        libc.mallopt(m_arena_max, 2)
        libc.mallopt(m_mmap_threshold, 256 * 1024)
