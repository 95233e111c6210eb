"""Reading an account: lists first, descriptions behind them, and whatever is not seen is said."""

from __future__ import annotations

import threading

from services.errors import PermissionDenied, ServiceFailure, Throttled
from services.pace import Pace
from services.resources import Holdings, Kind, ResourcesService
from services.resources.service import TRIES
from tests.services.resources.fakes import REGION, Account, key, listed

WAIT = 20.0


def service(account: Account) -> ResourcesService:
    pace = Pace(1e6, sleep=lambda _: None)
    return ResourcesService(
        lambda _: account,  # type: ignore[arg-type,return-value]
        pace, account="123456789012", partition="aws", region=REGION,
    )  # fmt: skip


def settled(account: Account) -> Holdings:
    return service(account).settled(WAIT)


def test_lists_are_told_before_anything_is_described() -> None:
    go_on = threading.Event()
    account = Account({Kind.ENDPOINT: [(listed(Kind.ENDPOINT, "a"),)]}, before_describing=lambda: assert_set(go_on))
    reading = service(account)
    held = reading.settled(WAIT, until=lambda found: not found.listing)
    assert [(each.name, each.described) for each in held.resources] == [("a", False)]
    assert held.reading == 1
    go_on.set()
    held = reading.settled(WAIT)
    assert [(each.name, each.described) for each in held.resources] == [("a", True)]
    assert held.reading == 0


def assert_set(event: threading.Event) -> None:
    assert event.wait(WAIT)


def test_what_a_resource_uses_is_known_from_both_sides() -> None:
    endpoint, config = key(Kind.ENDPOINT, "a"), key(Kind.ENDPOINT_CONFIG, "c")
    account = Account(uses={endpoint: (config,)})
    account.pages[Kind.ENDPOINT] = [(listed(Kind.ENDPOINT, "a"),)]
    account.pages[Kind.ENDPOINT_CONFIG] = [(listed(Kind.ENDPOINT_CONFIG, "c"),)]
    held = settled(account)
    assert held.by_key[endpoint].uses == (config,)
    assert held.users == {config: (endpoint,)}


def test_what_bills_is_described_before_what_only_lies_there() -> None:
    pages = {
        Kind.MODEL: [tuple(listed(Kind.MODEL, f"m{number}") for number in range(30))],
        Kind.ENDPOINT: [tuple(listed(Kind.ENDPOINT, f"e{number}") for number in range(3))],
    }
    account = Account(pages)
    reading = service(account)
    reading.settled(WAIT)
    reading.forget()
    kinds = [each.kind for each in account.described_in_order]
    assert len(kinds) == 33
    assert max(at for at, kind in enumerate(kinds) if kind is Kind.ENDPOINT) < 33 - 1


def test_a_list_that_is_refused_as_too_fast_is_asked_again() -> None:
    refused = [Throttled("slow", "", "") for _ in range(TRIES - 1)]
    held = settled(Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, refused={Kind.MODEL: list(refused)}))
    assert [each.name for each in held.resources] == ["m"]
    assert held.gaps == ()


def test_a_list_refused_for_good_is_a_gap_for_later() -> None:
    held = settled(Account(refused={Kind.MODEL: [Throttled("slow", "", "") for _ in range(TRIES)]}))
    (gap,) = held.gaps
    assert (gap.kind, gap.later, gap.action) == (Kind.MODEL, True, "")


def test_a_denied_list_names_the_action() -> None:
    held = settled(Account(refused={Kind.ALARM: [PermissionDenied("No.", "", "")]}))
    (gap,) = held.gaps
    assert (gap.kind, gap.later, gap.action) == (Kind.ALARM, False, "cloudwatch:DescribeAlarms")


def test_what_cannot_be_described_stays_with_the_reason() -> None:
    model = key(Kind.MODEL, "m")
    failure = ServiceFailure("AWS had a fault.", "", "")
    held = settled(Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, unread={model: failure}))
    assert (held.by_key[model].described, held.by_key[model].problem) == (False, "AWS had a fault.")


def test_what_vanishes_while_it_is_read_is_no_longer_held() -> None:
    account = Account(gone={key(Kind.MODEL, "m")})
    account.pages[Kind.MODEL] = [(listed(Kind.MODEL, "m"), listed(Kind.MODEL, "n"))]
    held = settled(account)
    assert [each.name for each in held.resources] == ["n"]


def test_tags_of_all_reach_what_they_belong_to() -> None:
    one = listed(Kind.MODEL, "m")
    held = settled(Account({Kind.MODEL: [(one,)]}, all_tags={one.arn: {"sagedeck:owner": "ana"}}))
    assert held.resources[0].owner == "ana"


def test_without_the_tags_of_all_each_ones_own_are_read() -> None:
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, all_tags=PermissionDenied("No.", "", ""))
    held = settled(account)
    assert held.resources[0].tags == {}


def test_what_is_no_longer_listed_is_no_longer_held() -> None:
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"), listed(Kind.MODEL, "mm"))]})
    reading = service(account)
    assert len(reading.settled(WAIT).resources) == 2
    account.pages = {Kind.MODEL: [(listed(Kind.MODEL, "mm"),)]}
    reading.forget()
    assert [each.name for each in reading.settled(WAIT).resources] == ["mm"]


def test_a_list_cut_short_takes_nothing_away() -> None:
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]})
    reading = service(account)
    reading.settled(WAIT)
    account.pages, account.refused = {}, {Kind.MODEL: [ServiceFailure("AWS had a fault.", "", "")]}
    reading.forget()
    held = reading.settled(WAIT)
    assert [each.name for each in held.resources] == ["m"]
    assert [gap.kind for gap in held.gaps] == [Kind.MODEL]
