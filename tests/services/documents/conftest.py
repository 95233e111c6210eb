"""A reader with workers of its own, and files written where a test may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.documents import Reader, Reading

Read = Callable[[bytes, str], Reading]


@pytest.fixture(scope="package")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


@pytest.fixture
def read(reader: Reader, tmp_path: Path) -> Read:
    """Write bytes into a file and read it, as it is read when somebody drops it."""

    def read_bytes(data: bytes, name: str) -> Reading:
        path = tmp_path / "dropped"
        path.write_bytes(data)
        return reader.read(path, name)

    return read_bytes
