"""The Console of this browser session.

A session holds a reference; the Console itself (clients, caches, thread-safe) is shared in the process by everybody who
came with the same identity *and the same credentials*, so a further browser costs next to nothing and nobody is
answered with another's rights.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from services import sandbox_child
from services import settings as settings_file
from services.cache import ReadCache
from services.connection import Astra, Connection, connect_aws, connect_default, connect_sandbox
from services.errors import InvalidRequest, SagedeckError
from services.state import home

if TYPE_CHECKING:
    from services.clients import Source
    from services.console import Console

_KEY = "sagedeck.console"
_SALT = secrets.token_bytes(16)  # so that a cache key says nothing about the secret in it
_PERSON = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")  # as IAM names its users
_MOST_CONSOLES = 64  # identities at a time in one process; the oldest is forgotten first

_consoles = ReadCache(max_entries=_MOST_CONSOLES)  # made once for many askers; a failure is not remembered


def connect() -> tuple[Console | None, SagedeckError | None]:
    """This session's Console, made at its first request; or None and the reason."""
    found = st.session_state.get(_KEY)
    if found is None:
        try:
            with st.spinner("Connecting…"):
                found = default_console()
        except SagedeckError as error:
            return None, error
        st.session_state[_KEY] = found
    return found, None


def made() -> Console | None:
    """This session's Console if it has one already."""
    return st.session_state.get(_KEY)


def console() -> Console:
    """The Console for a page. The main script has made it; a page that runs without one is a mistake."""
    found = st.session_state.get(_KEY)
    if found is None:
        raise SagedeckError("Not connected.", "", "Open Settings.")
    return found  # type: ignore[no-any-return]


def default_console() -> Console:
    """The Console of what is configured (or the sandbox), made once a process. Raises ConnectionProblem."""
    folder = home()
    configured = settings_file.load(os.environ, folder)
    return _shared(("default", str(folder)), lambda: connect_default(configured.settings, folder))


def use_default() -> None:
    """Go back to what is configured, and look at it afresh."""
    _consoles.forget(("default",))
    _switch(default_console)


def use_sandbox(person: str = "", *, read_only: bool = False) -> None:
    """Connect this session to the sandbox as `person` (who is logged in here, when empty). Raises InvalidRequest."""
    if person and not _PERSON.fullmatch(person):
        raise InvalidRequest(
            "This cannot be a user's name.",
            "",
            "Take up to 64 letters, digits and any of _ + = , . @ - without spaces.",
        )
    folder = home()
    key = ("sandbox", str(folder), person, str(read_only))
    _switch(lambda: _shared(key, lambda: connect_sandbox(folder, owner=person, read_only=read_only)))


def use_aws(source: Source, *, astra: Astra | None, read_only: bool) -> None:
    """Connect this session to AWS. Raises what connect_aws raises, and then leaves the session as it was."""
    key = ("aws", _digest(repr(source), *_revealed(source)), *_astra_key(astra), str(read_only))
    _switch(lambda: _shared(key, lambda: connect_aws(source, astra=astra, read_only=read_only)))


def use_astra(astra: Astra | None) -> None:
    """Give this session another Astra database, all else as it is."""
    _vary(replace(console().connection, astra=astra))


def use_read_only(read_only: bool) -> None:
    """Turn the read-only switch of this session."""
    if console().connection.read_only != read_only:
        _vary(replace(console().connection, read_only=read_only))


def _vary(connection: Connection) -> None:
    same_clients = str(id(connection.clients))  # they hold the credentials, and live as long as a Console with them
    key = ("varied", same_clients, *connection.key, *_astra_key(connection.astra), str(connection.read_only))
    _switch(lambda: _shared(key, lambda: connection))


def _switch(make: Callable[[], Console]) -> None:
    made = make()
    for name in [str(name) for name in st.session_state]:
        del st.session_state[name]  # what was on the screen belongs to the connection before
    st.session_state[_KEY] = made


def _shared(key: tuple[str, ...], connection: Callable[[], Connection]) -> Console:
    def compose() -> Console:
        from services.console import Console

        return Console(connection())

    found: Console = _consoles.get(key, math.inf, compose)
    url = found.connection.sandbox_url
    if url and not sandbox_child.answers(url):  # somebody ended it: begin another rather than speak to nobody
        _consoles.forget(key)
        found = _consoles.get(key, math.inf, compose)
    return found


def _digest(*parts: str) -> str:
    return hmac.new(_SALT, "\x00".join(parts).encode(), hashlib.sha256).hexdigest()


def _revealed(source: Source) -> tuple[str, ...]:
    keys = source.keys
    if keys is None:
        return ()
    return (keys.access_key_id, keys.secret_access_key.reveal(), keys.session_token.reveal())


def _astra_key(astra: Astra | None) -> tuple[str, ...]:
    if astra is None:
        return ("no astra",)
    return (astra.endpoint, astra.keyspace, astra.environment, _digest(astra.token.reveal()))
