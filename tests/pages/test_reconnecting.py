"""A Console whose sandbox was ended is not handed out again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services import sandbox_child
from services.cache import ReadCache
from tests.pages.fake_console import connection
from ui import session


@pytest.mark.parametrize(("answers", "consoles"), [(True, 1), (False, 2)])
def test_a_sandbox_that_is_gone_is_started_anew(answers: bool, consoles: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def connect(*_: object, **__: object) -> object:
        made.append("console")
        return replace(connection(), sandbox_url=f"http://127.0.0.1:{len(made)}")

    monkeypatch.setattr(session, "_consoles", ReadCache())
    monkeypatch.setattr(session, "connect_default", connect)
    monkeypatch.setattr(sandbox_child, "answers", lambda url: answers or url.endswith(":2"))
    first, second = session.default_console(), session.default_console()
    assert len(made) == consoles
    assert second.connection.sandbox_url == f"http://127.0.0.1:{consoles}"
    assert (first is second) or not answers
