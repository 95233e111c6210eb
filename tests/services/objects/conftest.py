"""One sandbox with a bucket for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.connection import sandbox_at
from services.console import Console
from tests.sandbox.server import start_sandbox

BUCKET = "shelves"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with start_sandbox("--speed", "600") as url:
        yield Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def s3(console: Console) -> Any:
    client = console.connection.clients.get("s3")
    client.create_bucket(Bucket=BUCKET)
    for key, body in (("in/a.csv", b"1,2\n3,4\n"), ("in/deep/b.csv", b"5,6\n"), ("top.txt", b"hello"), ("empty", b"")):
        client.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/csv")
    return client
