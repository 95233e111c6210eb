"""SageMaker in a world of its own, whose clock stands still."""

from collections.abc import Iterator

import pytest

from tests.sandbox.sagemaker.calls import SageMaker, opened


@pytest.fixture
def aws() -> Iterator[SageMaker]:
    world = opened()
    yield SageMaker(world)
    world.reset()  # moto's part belongs to the process
    world.close()
