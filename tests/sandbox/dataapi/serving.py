"""Serves an application from a thread on a loopback port, for tests that need real HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from sandbox.dataapi import Database, routes


@contextmanager
def serving(database: Database) -> Iterator[str]:
    """The address of a stand-in that serves `database` until the block ends."""
    with serving_application(Starlette(routes=routes(database))) as url:
        yield url


@contextmanager
def serving_application(application: Starlette) -> Iterator[str]:
    """The address of an application that is served until the block ends."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else replies wait 40 ms
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    config = uvicorn.Config(application, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextmanager
def closing_clients() -> Iterator[None]:
    """Close what astrapy leaves open: it makes an HTTP client per object and never closes one."""
    made: list[httpx.Client] = []
    start = httpx.Client.__init__

    def tracked(client: httpx.Client, *args: Any, **kwargs: Any) -> None:
        start(client, *args, **kwargs)
        made.append(client)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "__init__", tracked)
        yield
    for client in made:
        client.close()
