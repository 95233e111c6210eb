"""Hundreds of endpoints: states at once, the rest politely, what is on screen first, once for everybody who looks."""

from __future__ import annotations

import threading

from services.errors import NotFound, PermissionDenied, ServiceFailure, Throttled
from tests.services.endpoints.inventories import WAIT, Account, Clock, everything, inventory_of


def test_names_and_states_are_there_at_once_and_the_rest_follows() -> None:
    account = Account(*(f"e{number}" for number in range(40)))
    inventory = inventory_of(account)
    first = inventory.look()
    assert len(first.summaries) == 40
    done = everything(inventory)
    assert len(done.details) == 40
    assert (done.waiting, done.complete, done.problem) == (0, True, None)
    assert done.details["e7"].tags == (("sagedeck:owner", "ada"),)


def test_each_endpoint_is_read_once_and_the_tags_of_all_in_one_go() -> None:
    account = Account(*(f"e{number}" for number in range(40)))
    inventory = inventory_of(account)
    for _ in range(5):
        everything(inventory)
    assert sorted(account.described()) == sorted(account.summaries)
    assert account.calls.count("tags") == 1
    assert account.calls.count("list") == 1


def test_ten_browsers_cause_the_calls_of_one() -> None:
    account = Account(*(f"e{number}" for number in range(30)))
    inventory = inventory_of(account)
    threads = [threading.Thread(target=everything, args=(inventory,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert len(account.calls) == 30 + 2


def test_forgetting_reads_the_tags_again_and_no_configuration() -> None:
    account = Account("a", "b")
    inventory = inventory_of(account)
    everything(inventory)
    account.tags = (("sagedeck:owner", "bob"),)
    inventory.forget()
    done = everything(inventory)
    assert {detail.owner for detail in done.details.values()} == {"bob"}
    assert sorted(account.described()) == ["a", "b"]
    assert account.calls.count("tags") == 2


def test_what_is_on_screen_is_read_first() -> None:
    account = Account(*(f"e{number:03}" for number in range(100)))
    ready = threading.Event()
    account.problems["tags"] = lambda: (ready.wait(WAIT), None)[1]  # readers stand ready until both have looked
    inventory = inventory_of(account)
    inventory.look()
    inventory.look(["e090", "e091", "e092"])
    ready.set()
    everything(inventory)
    assert {"e090", "e091", "e092"} <= set(account.described()[:11])


def test_only_what_changed_is_read_again() -> None:
    account, clock = Account("a", "b", "c"), Clock()
    inventory = inventory_of(account, clock)
    everything(inventory)
    account.change("b", "Updating")
    clock.sleep(3)
    looked = inventory.look()
    assert looked.details["b"].status == "Updating"  # by the list, before it is described anew
    everything(inventory)
    assert sorted(account.described()) == ["a", "b", "b", "c"]


def test_an_endpoint_that_is_gone_is_forgotten_and_a_new_one_is_read_with_its_own_tags() -> None:
    account, clock = Account("a", "b"), Clock()
    inventory = inventory_of(account, clock)
    everything(inventory)
    del account.summaries["a"]
    account.add("late")
    clock.sleep(3)
    done = everything(inventory)
    assert set(done.details) == {"b", "late"}
    assert done.details["late"].tags == (("read", "alone"),)


def test_an_endpoint_deleted_while_it_is_read_is_no_problem() -> None:
    account = Account("a", "b")
    account.problems["a"] = lambda: NotFound("There is no endpoint a.")
    inventory = inventory_of(account)
    done = everything(inventory)
    assert set(done.details) == {"b"}
    assert done.problem is None


def test_throttling_slows_it_down_and_nothing_is_lost() -> None:
    account, clock = Account(*(f"e{number}" for number in range(20))), Clock()
    refusals = iter([Throttled("Rate exceeded")] * 5)
    account.problems["e3"] = lambda: next(refusals, None)
    inventory = inventory_of(account, clock, per_second=20.0)
    inventory.look()
    while len(inventory.look().details) < 20 and clock.now < 1000:
        everything(inventory)
    done = inventory.look()
    assert len(done.details) == 20
    assert done.failed == ()
    assert account.described().count("e3") == 6
    assert inventory.pace.rate < 20.0
    assert done.slowed


def test_what_is_not_allowed_is_asked_for_a_few_times_only_and_named() -> None:
    account, clock = Account(*(f"e{number}" for number in range(100))), Clock()
    denied = PermissionDenied("You may not describe endpoints.", action="sagemaker:DescribeEndpoint")
    account.problems = {name: lambda: denied for name in account.summaries}
    inventory = inventory_of(account, clock)
    done = everything(inventory)
    assert done.problem is denied
    assert done.complete
    assert len(done.summaries) == 100
    assert 1 <= len(account.described()) <= 8
    account.problems.clear()
    clock.sleep(61)
    assert len(everything(inventory).details) == 100


def test_tags_that_may_not_be_read_in_bulk_are_read_with_each() -> None:
    account = Account("a", "b")
    account.problems["tags"] = lambda: PermissionDenied("No.", action="tag:GetResources")
    done = everything(inventory_of(account))
    assert {detail.tags for detail in done.details.values()} == {(("read", "alone"),)}
    assert done.problem is None


def test_one_that_cannot_be_read_is_named_and_tried_again_after_a_minute() -> None:
    account, clock = Account("a", "b"), Clock()
    account.problems["a"] = lambda: ServiceFailure("Internal error.")
    inventory = inventory_of(account, clock)
    done = everything(inventory)
    assert (done.failed, set(done.details), done.waiting) == (("a",), {"b"}, 0)
    everything(inventory)
    assert account.described().count("a") == 1
    account.problems.clear()
    clock.sleep(61)
    assert set(everything(inventory).details) == {"a", "b"}


def test_nothing_is_read_once_nobody_looks_any_more() -> None:
    account, clock = Account(*(f"e{number}" for number in range(400))), Clock()
    inventory = inventory_of(account, clock, per_second=20.0)  # 40 s for all; nobody looks again
    inventory.look()
    with inventory._changed:
        inventory._changed.wait_for(lambda: inventory._readers == 0, WAIT)
    assert 100 <= len(account.described()) <= 200


def test_reading_keeps_to_the_rate() -> None:
    account, clock = Account(*(f"e{number}" for number in range(100))), Clock()
    inventory = inventory_of(account, clock, per_second=20.0)
    while len(inventory.look().details) < 100 and clock.now < 1000:
        everything(inventory)
    assert clock.now >= 9.0  # two calls each, twenty a second


def test_forgetting_reads_everything_anew_and_shows_the_old_meanwhile() -> None:
    account, clock = Account("a", "b"), Clock()
    inventory = inventory_of(account, clock)
    everything(inventory)
    inventory.forget()
    looked = inventory.look()
    assert set(looked.details) == {"a", "b"}
    assert account.calls.count("list") == 2
