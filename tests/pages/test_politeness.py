"""Pages look again by themselves only while something changes, and at AWS's own pace."""

from __future__ import annotations

import pytest

from services.connection import Mode
from tests.pages.fake_console import FakeConsole, connection, endpoint
from ui import endpoint_reads


@pytest.mark.parametrize(
    ("mode", "status", "seconds"),
    [
        (Mode.AWS, "InService", None),
        (Mode.AWS, "Creating", 15.0),
        (Mode.SANDBOX, "Deleting", 3.0),
        (Mode.SANDBOX, "Failed", None),
    ],
)
def test_an_account_is_asked_again_only_while_something_changes(mode: Mode, status: str, seconds: float | None) -> None:
    console = FakeConsole(endpoint("embedder", "text-embedding", status))
    console.connection = connection(mode=mode)
    assert endpoint_reads.seconds_between_looks(console) == seconds  # type: ignore[arg-type]
