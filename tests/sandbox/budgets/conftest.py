"""A sandbox of its own for each test: it is the first of a month, so that no test runs over the end of one."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.scope import ACCOUNT
from sandbox.world import World
from tests.sandbox import server
from tests.sandbox.conftest import Running

FIRST = datetime(2026, 12, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def _serving() -> Iterator[Running]:
    world = World(Clock(speed=0, source=lambda: FIRST))
    for service, place in (("iam", "aws"), ("sns", "us-east-1")):
        world.moto.backend(service, ACCOUNT, place)  # so that a reset empties what all sandboxes of a process share
    app = Sandbox(world, lambda _: [], lambda _: [])
    with server.served(app) as url:
        yield Running(app, url)
        app.reset()
