"""The list of an inventory: read once for everybody, beside what is shown where it takes long, kept if it fails."""

from __future__ import annotations

import threading

import pytest

from services.errors import PermissionDenied, Throttled
from tests.services.endpoints.inventories import WAIT, Account, Clock, everything, inventory_of


def test_those_who_wait_for_the_same_list_do_not_list_again() -> None:
    account, slow, begun = Account("a"), threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        slow.wait(WAIT)

    account.problems["list"] = wait
    inventory = inventory_of(account)
    threads = [threading.Thread(target=inventory.states) for _ in range(10)]
    for thread in threads:
        thread.start()
    begun.wait(WAIT)
    slow.set()
    for thread in threads:
        thread.join(WAIT)
    assert account.calls == ["list"]


def test_a_list_that_takes_long_is_read_beside_what_is_shown() -> None:
    account, clock, gate = Account("a"), Clock(), threading.Event()

    def slowly() -> None:
        clock.sleep(1.0)
        gate.wait(WAIT)

    account.problems["list"] = slowly
    gate.set()
    inventory = inventory_of(account, clock)
    inventory.states()
    account.add("b")
    clock.sleep(10)
    assert len(inventory.states()) == 1, "a second in fifty goes into listing"
    assert account.calls.count("list") == 1
    clock.sleep(20)
    gate.clear()
    assert len(inventory.states()) == 1, "nobody waits"
    gate.set()
    with inventory._listing:
        assert len(inventory.states()) == 2
    clock.sleep(61)
    account.add("c")
    assert len(inventory.states()) == 3, "what is older than a minute is waited for"


def test_the_first_endpoint_of_an_account_is_seen_at_once_however_long_its_empty_list_took() -> None:
    account, clock = Account(), Clock()
    account.problems["list"] = lambda: clock.sleep(5.0)  # as of a sandbox that is starting
    inventory = inventory_of(account, clock)
    assert inventory.states() == ()
    account.add("a")
    assert inventory.states() == (), "of a moment ago"
    clock.sleep(3)
    assert [each.name for each in inventory.states()] == ["a"]


def test_a_list_that_fails_later_leaves_what_is_known_with_the_reason() -> None:
    account, clock = Account("a"), Clock()
    inventory = inventory_of(account, clock)
    everything(inventory)
    account.problems["list"] = lambda: Throttled("Rate exceeded")
    clock.sleep(3)
    looked = inventory.look()
    assert isinstance(looked.outdated, Throttled)
    assert set(looked.details) == {"a"}


def test_a_first_list_that_fails_is_the_callers_to_show() -> None:
    account = Account()
    account.problems["list"] = lambda: PermissionDenied("No.", action="sagemaker:ListEndpoints")
    with pytest.raises(PermissionDenied):
        inventory_of(account).look()
