"""Findings put aside: for the account, with a reason, until that is taken back or the thing is another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.errors import InvalidRequest
from services.resources import Kind
from services.savings import Finding, What
from services.savings.keeping import Keeping
from services.savings.orphans import orphans
from services.state import State
from tests.services.savings.made import NOW, held, thing

ACCOUNT = "aws/123456789012"


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state.db")


def finding(name: str = "old", days: float = 30.0) -> Finding:
    (one,) = orphans(held(thing(Kind.ENDPOINT_CONFIG, name, days=days)), lambda _: 0.0)
    assert isinstance(one, Finding)
    return one


def test_it_is_kept_for_everybody_of_the_account_and_for_no_other_account(state: State) -> None:
    Keeping(state, ACCOUNT, "ana").keep(finding(), "  the failover\nneeds it ")
    (kept,) = Keeping(state, ACCOUNT, "ben").kept()
    assert (kept.why, kept.by, kept.what) == ("the failover needs it", "ana", What.ORPHAN)
    assert kept.covers(finding())
    assert Keeping(state, "aws/210987654321", "ana").kept() == ()


def test_a_later_thing_of_the_same_name_is_found_again(state: State) -> None:
    keeping = Keeping(state, ACCOUNT, "ana")
    keeping.keep(finding(), "kept")
    (kept,) = keeping.kept()
    assert not kept.covers(finding(days=3.0))
    assert not kept.covers(finding("old-2"))
    assert not kept.covers(replace(finding(), what=What.IDLE))


def test_it_is_taken_back(state: State) -> None:
    keeping = Keeping(state, ACCOUNT, "ana")
    keeping.keep(finding(), "kept")
    keeping.keep(finding("other"), "kept too")
    keeping.show_again(finding().key, What.ORPHAN)
    assert [each.key.name for each in keeping.kept()] == ["other"]


@pytest.mark.parametrize("why", ["", "   ", "x" * 301])
def test_a_reason_is_asked_for(state: State, why: str) -> None:
    with pytest.raises(InvalidRequest):
        Keeping(state, ACCOUNT, "ana").keep(finding(), why)


def test_what_made_it_is_the_moment_of_the_resource() -> None:
    assert finding().made == NOW - timedelta(days=30)
