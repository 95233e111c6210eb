"""Who shares a Console with whom, and what stays in a session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import streamlit as st

from services.cache import ReadCache
from services.clients import Hidden, Keys, Source
from services.connection import Astra, Connection
from services.errors import ExpiredCredentials
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, connection, pair
from ui import session


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A browser session's state, and Consoles that only remember their connection."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    monkeypatch.setattr("services.console.Console", lambda made: type("Made", (), {"connection": made})())
    monkeypatch.setattr(session, "_consoles", ReadCache())
    monkeypatch.setattr(session, "connect_aws", lambda source, **named: connection_of(source, **named))
    return kept


def connection_of(source: Source, *, astra: Astra | None = None, read_only: bool = False) -> Connection:
    key = source.keys.access_key_id if source.keys else source.profile
    made = connection(read_only=read_only)
    identity = replace(made.identity, arn=f"arn:aws:iam::123456789012:user/{key}", region=source.region)
    return replace(made, identity=identity, owner=identity.arn, astra=astra)


def typed(name: str, secret: str = "testing") -> Source:
    return Source(region="us-east-1", keys=Keys(name, Hidden(secret)))


def use(state: dict[str, Any], source: Source, *, astra: Astra | None = None, read_only: bool = False) -> Any:
    state.clear()
    session.use_aws(source, astra=astra, read_only=read_only)
    return session.console()


def test_two_browsers_with_the_same_keys_share_one_console(state: dict[str, Any]) -> None:
    assert use(state, typed("ana")) is use(state, typed("ana"))


def test_two_browsers_with_two_identities_share_nothing(state: dict[str, Any]) -> None:
    ana, ben = use(state, typed("ana")), use(state, typed("ben"))
    assert ana is not ben
    assert ana.connection.key != ben.connection.key
    assert ana.connection.owner != ben.connection.owner


@pytest.mark.parametrize(
    "other",
    [
        {"source": typed("ana", "another")},
        {"source": replace(typed("ana"), region="eu-west-1")},
        {"source": replace(typed("ana"), role_arn="arn:aws:iam::123456789012:role/Other")},
        {"source": typed("ana"), "read_only": True},
        {"source": typed("ana"), "astra": Astra("http://127.0.0.1:1", Hidden("AstraCS:test"))},
    ],
)
def test_whoever_comes_another_way_gets_a_console_of_their_own(state: dict[str, Any], other: dict[str, Any]) -> None:
    assert use(state, typed("ana")) is not use(state, **other)


def test_no_secret_stands_in_a_key_of_the_shared_consoles(state: dict[str, Any]) -> None:
    use(state, typed("ana", "very-secret"), astra=Astra("http://127.0.0.1:1", Hidden("AstraCS:test")))
    keys = repr(list(session._consoles._entries))
    assert "very-secret" not in keys
    assert "AstraCS" not in keys


def test_what_was_on_the_screen_goes_when_the_identity_changes(state: dict[str, Any]) -> None:
    use(state, typed("ana"))
    state["ask.turns"] = ["a private answer"]
    session.use_aws(typed("ben"), astra=None, read_only=False)
    assert "ask.turns" not in state


def test_a_connection_that_fails_leaves_the_session_as_it_was(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = use(state, typed("ana"))
    state["ask.turns"] = ["kept"]

    def refuse(*_: Any, **__: Any) -> Connection:
        raise ExpiredCredentials("The credentials have expired.", "", "Enter new ones.")

    monkeypatch.setattr(session, "connect_aws", refuse)
    with pytest.raises(ExpiredCredentials):
        session.use_aws(typed("ben"), astra=None, read_only=False)
    assert session.console() is ana
    assert state["ask.turns"] == ["kept"]


def test_the_settings_page_opens_without_any_connection(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.testing.v1 import AppTest

    from tests.pages.conftest import MAIN

    def refuse() -> Any:
        raise ExpiredCredentials("The credentials have expired.", "The token ended.", "Enter new ones.")

    monkeypatch.setattr(session, "default_console", refuse)
    at = AppTest.from_file(str(MAIN), default_timeout=20).run()
    assert not at.exception
    assert "expired" in at.error[0].value
    assert not at.title
    at.switch_page("../pages/settings.py").run()
    assert not at.exception
    assert [each.value for each in at.title] == ["Settings"]
    assert [button.label for button in at.button if button.label == "Connect"]


def test_a_secret_typed_into_settings_is_masked(open_page: Open) -> None:
    at = open_page("settings", FakeConsole(*pair()), "Settings")
    how = next(each for each in at.segmented_control if each.label == "Connect with")
    how.set_value("Keys").run()
    masked = {box.label for box in at.text_input if box.proto.type == box.proto.PASSWORD}
    assert masked == {"Secret access key", "Session token", "Application token"}


def test_each_thing_can_be_tested_and_says_what_came_back(open_page: Open) -> None:
    at = open_page("settings", FakeConsole(*pair()), "Settings")
    for key in ("settings.test.aws", "settings.test.embedding"):
        at.button(key=key).click().run()
        assert not at.exception
    said = " ".join(each.value for each in at.success).replace("\\", "")
    assert "2 endpoints in us-east-1" in said
    assert "vectors of 384 numbers" in said
