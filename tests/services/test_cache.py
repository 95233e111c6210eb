"""The read cache: one load for many, nothing across identities, no remembered outage."""

from __future__ import annotations

import threading

import pytest

from services.cache import ReadCache


def test_a_value_is_loaded_once_until_it_is_too_old() -> None:
    now = [0.0]
    cache = ReadCache(clock=lambda: now[0])
    loads: list[int] = []

    def load() -> int:
        loads.append(1)
        return len(loads)

    assert [cache.get(("a",), 10, load) for _ in range(3)] == [1, 1, 1]
    now[0] = 11
    assert cache.get(("a",), 10, load) == 2


def test_two_identities_never_share_an_entry() -> None:
    cache = ReadCache()
    assert cache.get(("alice", "endpoints"), 60, lambda: "hers") == "hers"
    assert cache.get(("bob", "endpoints"), 60, lambda: "his") == "his"


def test_an_error_reaches_the_asker_and_is_not_remembered() -> None:
    cache = ReadCache()

    def fail() -> str:
        raise ConnectionError("down")

    with pytest.raises(ConnectionError):
        cache.get(("a",), 60, fail)
    assert cache.get(("a",), 60, lambda: "up again") == "up again"


def test_askers_at_the_same_time_share_one_load() -> None:
    cache = ReadCache()
    entered, release, loads = threading.Event(), threading.Event(), []

    def slow() -> str:
        loads.append(1)
        entered.set()
        assert release.wait(5)
        return "once"

    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(cache.get(("a",), 60, slow))) for _ in range(4)]
    threads[0].start()
    assert entered.wait(5)
    for thread in threads[1:]:
        thread.start()
    release.set()
    for thread in threads:
        thread.join(5)
    assert answers == ["once"] * 4
    assert len(loads) == 1


def test_forgetting_a_prefix_leaves_the_rest() -> None:
    cache = ReadCache()
    cache.get(("alice", 1), 60, lambda: "old")
    cache.get(("bob", 1), 60, lambda: "old")
    cache.forget(("alice",))
    assert cache.get(("alice", 1), 60, lambda: "new") == "new"
    assert cache.get(("bob", 1), 60, lambda: "new") == "old"


def test_the_oldest_entries_give_way() -> None:
    cache = ReadCache(max_entries=2)
    for name in ("a", "b", "c"):
        cache.get((name,), 60, lambda: 1)
    assert cache.get(("a",), 60, lambda: 2) == 2
    assert cache.get(("c",), 60, lambda: 2) == 1
