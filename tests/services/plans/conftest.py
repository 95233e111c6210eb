"""A world of things held in memory, and the runs that change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.plans import Runs
from tests.services.plans.world import World, runs_on


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def runs(tmp_path: Path, world: World) -> Iterator[Runs]:
    with runs_on(tmp_path, world) as made:
        yield made
