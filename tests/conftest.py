"""What every test stands on: a machine without accounts, a home of its own, and no way out of this machine."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

_real_connect = socket.socket.connect
_real_connect_ex = socket.socket.connect_ex


class LeftTheMachine(RuntimeError):
    """A test tried to reach an address that is not loopback."""


def _check(address: Any) -> None:
    if isinstance(address, tuple):
        host = str(address[0])
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            raise LeftTheMachine(f"a test tried to connect to {host}")


def _connect(self: socket.socket, address: Any) -> None:
    _check(address)
    _real_connect(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    _check(address)
    return _real_connect_ex(self, address)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--live", action="store_true", help="also run what needs a real account (it costs money)")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--live"):
        socket.socket.connect = _connect  # type: ignore[method-assign,assignment]
        socket.socket.connect_ex = _connect_ex  # type: ignore[method-assign,assignment]


def _few_and_long_first(items: list[pytest.Item]) -> None:
    """Files whose tests each start processes go first, so that no single one of them is left running at the end; those
    with a browser and those with a command line by turns, so that side by side not all are browsers."""
    inside = Path(__file__).parent
    long: dict[bool, list[Path]] = {True: [], False: []}
    for path in dict.fromkeys(item.path for item in items):
        if path.parent in (inside, inside / "browser"):
            long[path.parent == inside].append(path)
    turn = {path: number for paths in long.values() for number, path in enumerate(paths)}
    items.sort(key=lambda item: turn.get(item.path, len(turn)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _few_and_long_first(items)
    if not config.getoption("--live"):
        for item in items:
            if "live" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs --live and a real account"))


def pytest_sessionfinish() -> None:
    """A sandbox that a test caused to be started ends with the tests, not half an hour later."""
    module = sys.modules.get("services.sandbox_child")
    for child in module._children.values() if module else ():
        child.terminate()
        child.wait(20)


@pytest.fixture(autouse=True)
def _sealed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No AWS variable, no AWS file and no state of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "ASTRA_", "SAGEDECK_")) and name not in ("AWS_CA_BUNDLE", "SAGEDECK_MODELS"):
            monkeypatch.delenv(name)
    nowhere = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "no-credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere / "no-config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("SAGEDECK_HOME", str(nowhere / "sagedeck"))
    return


@pytest.fixture
def home() -> Path:
    """An empty SAGEDECK_HOME of this test's own."""
    from services.state import home

    return home()
