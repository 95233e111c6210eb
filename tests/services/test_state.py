"""The state database and its folder where the disk does not let us."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from services.errors import InvalidRequest, SagedeckError
from services.state import State, home


def test_a_home_that_is_a_file_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("SAGEDECK_HOME", str(tmp_path / "taken"))
    with pytest.raises(InvalidRequest) as refused:
        home()
    assert "taken" in refused.value.what
    assert "SAGEDECK_HOME" in refused.value.next


def test_a_home_that_cannot_be_made_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("SAGEDECK_HOME", str(tmp_path / "taken" / "below"))
    with pytest.raises(InvalidRequest, match="cannot hold"):
        home()


def test_a_home_that_may_not_be_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEDECK_HOME", str(tmp_path))
    monkeypatch.setattr("services.state.os.access", lambda *_: False)
    with pytest.raises(InvalidRequest, match="may not be written"):
        home()


def test_a_damaged_database_is_an_error_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(SagedeckError) as refused:
        State(tmp_path / "state.db").read("select 1")
    assert "state.db" in refused.value.what
    assert "no database" in refused.value.why


def test_a_database_that_turns_read_only_is_an_error_in_plain_words(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    state.ensure("room", "create table if not exists things(name text)")
    state.write("pragma query_only=1")
    with pytest.raises(SagedeckError, match="may not be written"):
        state.write("insert into things values('a')")
    with pytest.raises(SagedeckError, match="may not be written"), state.transaction() as transaction:
        transaction.execute("insert into things values('a')")
    state.write("pragma query_only=0")
    assert state.read("select * from things") == []
    state.close()


def test_a_fault_of_our_own_sql_stays_what_it_is(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        state.read("select * from nowhere")
    state.close()
