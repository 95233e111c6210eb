"""Commands that serve: the console's page, and the sandbox alone."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from cli.opening import JsonFlag, app, say
from services import sandbox_child
from services.state import home

ROOT = Path(__file__).resolve().parent.parent
_STOPPED = {True: "Stopped.", False: "No sandbox was running."}


@app.command()
def console(
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Start the browser console on this machine."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    if browser and sys.stdout.isatty():
        webbrowser.open(url)
    say(f"Sagedeck: {url}   (Ctrl-C ends it)")
    with contextlib.suppress(KeyboardInterrupt):
        raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 0,
    speed: Annotated[str, typer.Option(help="How many times AWS's pace; 1 is AWS's own.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="End the sandbox that runs in the background.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Run the stand-in for AWS and the Data API alone, at one address: set AWS_ENDPOINT_URL to it."""
    if stop:
        stopped = sandbox_child.stop(home())
        typer.echo(
            json.dumps({"stopped": stopped}) if as_json else "Stopped." if stopped else "No sandbox was running."
        )
        return
    command = [sys.executable, "-m", "sandbox", f"--port={port}", *([f"--speed={speed}"] if speed else [])]
    say("The sandbox prints its address when it is ready. Ctrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
