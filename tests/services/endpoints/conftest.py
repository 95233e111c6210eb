"""One sandbox for all flows of this folder, fast; faults are cleared after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.connection import sandbox_at
from services.console import Console
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def console(url: str, folder: Path) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=folder)


@pytest.fixture
def faults(url: str) -> Iterator[SandboxControl]:
    control = SandboxControl(url)
    yield control
    control.clear_faults()
