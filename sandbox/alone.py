"""The sandbox speaks to nobody but this machine: whatever code runs in it, no connection leaves the loopback.

The one exception is the model server that the operator named himself (`sandbox.models.remote`), inside `leaving`.
"""

import ipaddress
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_here = threading.local()
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class Alone(ConnectionRefusedError):
    """Something wanted to reach another machine."""


@cache
def stay() -> None:
    """From now on refuse this process every connection to another machine. It cannot be undone."""
    sys.addaudithook(_heard)


@contextmanager
def leaving() -> Iterator[None]:
    """Let this thread reach what the operator allowed."""
    _here.leaving = True
    try:
        yield
    finally:
        _here.leaving = False


@cache
def silence() -> None:
    """Let what moto would deliver by HTTP (SNS, Firehose, EventBridge) end here, as if it had arrived."""
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter

    def send(_: Any, request: PreparedRequest, *__: Any, **___: Any) -> Response:
        arrived = Response()
        arrived.status_code, arrived.url, arrived.request = 200, str(request.url), request
        arrived._content = b""
        return arrived

    adapter: Any = HTTPAdapter
    adapter.send = send


def is_near(host: object) -> bool:
    """Tell whether a name or an address is this machine's own; None and "" are."""
    if isinstance(host, bytes):
        host = host.decode("latin-1")
    if not host or host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        place = arguments[1]
        host = place[0] if isinstance(place, tuple) else None
        if place is None:
            return
    elif event in _NAMING:
        host = arguments[0]
    else:
        return
    if host is not None and not is_near(host) and not getattr(_here, "leaving", False):
        raise Alone(f"The sandbox reaches no other machine, and so not {host}.")
