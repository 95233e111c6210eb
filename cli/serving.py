"""Commands that serve: the console's page, and the sandbox alone."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
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
from services import sandbox_child
from services.errors import InvalidRequest
from services.state import home

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
_STOPPED = {True: "Stopped.", False: "No sandbox was running."}


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
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 0,
    speed: Annotated[float | None, typer.Option(help="Times AWS's pace: 60 if left out, 1 is AWS's own.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the sandbox that runs in the background.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Run the stand-in for AWS and the Data API alone, at one address: set AWS_ENDPOINT_URL to it."""
    if stop:
        stopped = sandbox_child.stop(home())
        typer.echo(json.dumps({"stopped": stopped}) if as_json else _STOPPED[stopped])
        return
    say("The sandbox prints its address when it is ready. Ctrl-C ends it.")
    pace = [] if speed is None else [f"--speed={speed}"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", f"--port={port}", *pace])


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
