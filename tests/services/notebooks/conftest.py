"""One sandbox for this folder, ten times as fast as usual."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.connection import sandbox_at
from services.console import Console
from tests.sandbox.server import start_sandbox


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "600") as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))
