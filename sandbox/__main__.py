"""`python -m sandbox --port P [--speed N] [--home DIR] [--idle-exit SECONDS]`: run the sandbox until told to stop."""

import argparse
import asyncio
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox import alone
from sandbox.app import Sandbox
from sandbox.clock import DEFAULT_SPEED, Clock
from sandbox.dwelling import Dwelling, Taken
from sandbox.errors import AwsError
from sandbox.world import World

TICK = 0.25  # seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, Ctrl-C or, with --idle-exit, until nobody has asked for so long. Returns the exit code."""
    options = _options(arguments)
    os.umask(0o077)  # what it keeps is nobody else's
    alone.stay()
    try:
        dwelling = _dwelling(options.home)
        listening = _listen(options.port)
    except Taken as taken:
        print(f"{options.home} is kept by the sandbox {_where(taken.url)}. Use that one, or end it.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}. Choose another, or 0 for any.", file=sys.stderr)
        return 1
    _give_memory_back()
    path = dwelling.folder / "state.sqlite" if dwelling else None
    if dwelling:
        dwelling.say(f"http://127.0.0.1:{listening.getsockname()[1]}")
    app = Sandbox(World(Clock(options.speed), path, role_delay=options.role_delay), runtime_routes, dataapi_routes)
    app.world.enforces_iam = options.enforce_iam
    if options.seed:
        _fill(app.world)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: sys.exit(0))  # uvicorn winds down, then raises the signal once more
    asyncio.run(_serve(app, listening, options.idle_exit))
    return 0


def _dwelling(home: str) -> Dwelling | None:
    """Take the folder for state; without one nothing is kept. Raises Taken; OSError if it cannot be written."""
    if not home:
        return None
    try:
        dwelling = Dwelling(Path(home))
    except OSError as error:
        sys.exit(f"{home} cannot be used: {error.strerror}.")
    tempfile.tempdir = home
    return dwelling


def _where(url: str) -> str:
    return f"that runs at {url}" if url else "that is starting"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("sandbox", description="A stand-in for AWS and the Data API on this machine.")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument(
        "--speed", type=float, default=DEFAULT_SPEED, help="times AWS's pace: 60 is InService after 5 s; 0 stands still"
    )
    parser.add_argument("--home", default="", help="folder that keeps its state; else nothing is kept")
    parser.add_argument("--seed", default="", choices=("demo",), help="begin with a made-up account and its week")
    parser.add_argument("--idle-exit", type=float, default=0.0, help="exit after so many seconds without a request")
    parser.add_argument("--enforce-iam", action="store_true", help="ask the policies of users and roles made here")
    parser.add_argument("--role-delay", type=float, default=0.0, help="seconds before a new role can be assumed")
    return parser.parse_args(arguments)


def _fill(world: World) -> None:
    from sandbox.demo.week import fill

    try:
        fill(world)
    except AwsError as known:  # it is there from the last time
        print(known.message, file=sys.stderr)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what it accepts inherits it; else 40 ms a call
    listening.bind(("127.0.0.1", port))
    return listening


def _give_memory_back() -> None:
    """Ask glibc for few arenas and for large blocks of their own, so that uploads do not stay in the process's size."""
    m_mmap_threshold, m_arena_max = -3, -8
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(m_mmap_threshold, 256 * 1024)
        libc.mallopt(m_arena_max, 2)
    except (OSError, AttributeError):
        return  # another C library: nothing lost but some memory


async def _serve(app: Sandbox, listening: socket.socket, idle_exit: float) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",  # nothing here speaks it, and its library is 3 MB
        server_header=False,
        timeout_keep_alive=60,  # boto3 keeps connections; one that closes as it is used costs a retry
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    watching = asyncio.create_task(_watch(app, server, url, idle_exit))
    ticking = asyncio.create_task(_tick(app.world))
    try:
        await server.serve(sockets=[listening])
    finally:
        watching.cancel()
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)  # what is being written must be written
        app.world.close()


async def _tick(world: World) -> None:
    """Let happen what is due though nobody looks, and bring what has changed to the files."""
    saving = asyncio.create_task(asyncio.to_thread(_save, world))
    try:
        while True:
            await asyncio.sleep(TICK)
            with world.lock:
                world.agenda.run_due()
            if saving.done():  # a snapshot may take longer than a tick
                saving = asyncio.create_task(asyncio.to_thread(_save, world))
    finally:
        await saving


def _save(world: World) -> None:
    try:
        world.save()
    except Exception:  # noqa: BLE001 - a full disk, say; it is tried again, and the sandbox goes on meanwhile
        traceback.print_exc()


async def _watch(app: Sandbox, server: Any, url: str, idle_exit: float) -> None:
    """Say when it is ready, then stop it when it is idle."""
    while not server.started:
        await asyncio.sleep(0.005)
    gc.collect()
    gc.freeze()
    print(json.dumps({"url": url, "pid": os.getpid()}), flush=True)
    sys.stdout = sys.stderr  # whoever started it reads one line; moto prints now and then
    while idle_exit:
        await asyncio.sleep(min(1.0, idle_exit / 4))
        if not app.in_flight and time.monotonic() - app.last_request > idle_exit:
            server.should_exit = True
            return


def runtime_routes(world: World) -> Any:
    """The runtime's routes; imported when the first invocation comes."""
    from sandbox.runtime import routes

    return routes(world.hosting, world.meters, world=world)


def dataapi_routes(world: World) -> Any:
    """The Data API's routes; imported when the first command comes."""
    from sandbox.dataapi import world_routes

    return world_routes(world)


if __name__ == "__main__":
    sys.exit(main())
