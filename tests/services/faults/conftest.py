"""One sandbox for these tests, ten times as fast as the usual one; faults are cleared after each."""

from collections.abc import Iterator

import pytest

from services.connection import sandbox_at
from services.console import Console
from services.inference import Message
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox
from tests.services.faults.told import (
    GPU,
    LANGUAGE,
    deployed,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox ten times as fast as the usual one."""
    with start_sandbox("--speed", "600", "--home", str(tmp_path_factory.mktemp("sandbox"))) as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def talker(console: Console) -> str:
    """A language endpoint in service."""
    view = deployed(console, LANGUAGE, GPU, "talker")
    assert view.status is RunStatus.DONE, view.steps
    list(console.stream("talker", [Message("user", "hello")]))  # its contract is known from here on
    return "talker"


@pytest.fixture
def faults(url: str) -> Iterator[SandboxControl]:
    control = SandboxControl(url)
    yield control
    control.clear_faults()
