"""Reading an account: lists first, descriptions behind them, and whatever is not seen is said."""

from __future__ import annotations

import threading
from dataclasses import replace

from services.errors import PermissionDenied, SagedeckError, ServiceFailure, Throttled
from services.resources import MADE_BY, Holdings, Key, Kind, Place, Resource, ResourcesService
from services.resources.known import Known
from services.resources.listing import Listing
from services.resources.reading import FEW_TRIES, TRIES, Reading
from tests.services.resources.fakes import LONG_AGO, PLACE, REGION, Account, key, listed

WAIT = 20.0


def service(account: Account, **others: Account) -> ResourcesService:
    """`others` are the accounts' regions, by name with _ for -."""
    regions = {name.replace("_", "-"): each for name, each in others.items()}
    everywhere = Account(place=account.place) if others else account
    reading = Reading(lambda region: regions.get(region, account if region else everywhere))  # type: ignore[arg-type,return-value]
    return ResourcesService(reading, account="123456789012", partition="aws", region=REGION)


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
    known = Known(PLACE)
    for kind in (Kind.MODEL, Kind.ENDPOINT):
        for number in range(3):
            known.put(listed(kind, f"n{number}"))
    taken = [known.take() for _ in range(6)]
    assert [each.kind for each in taken if each] == [Kind.ENDPOINT] * 3 + [Kind.MODEL] * 3


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
    held = settled(Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, unread={model: [failure] * FEW_TRIES}))
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
    account.pages, account.refused = {}, {Kind.MODEL: [ServiceFailure("AWS had a fault.", "", "")] * FEW_TRIES}
    reading.forget()
    held = reading.settled(WAIT)
    assert [each.name for each in held.resources] == ["m"]
    assert [gap.kind for gap in held.gaps] == [Kind.MODEL]


def test_what_was_only_slow_is_asked_again_and_never_shown_as_failed() -> None:
    model = key(Kind.MODEL, "m")
    slow: list[SagedeckError] = [Throttled("slow", "", "")] * 20
    slow += [ServiceFailure("AWS had a fault.", "", "")] * (FEW_TRIES - 1)
    held = settled(Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, unread={model: slow}))
    assert (held.by_key[model].described, held.by_key[model].problem) == (True, "")


def test_a_refused_page_is_asked_again_and_not_the_pages_before_it() -> None:
    pages: list[tuple[Resource, ...]] = [(listed(Kind.MODEL, f"m{number}"),) for number in range(3)]
    account = Account({Kind.MODEL: pages})
    refusals = iter([Throttled("slow", "", "")])
    account.before_listing = lambda listing: refuse_second_page(account, listing, refusals)
    held = settled(account)
    assert [each.name for each in held.of(Kind.MODEL)] == ["m0", "m1", "m2"]
    assert [token for kind, token in account.asked if kind is Kind.MODEL] == ["", "1", "1", "2"]


def refuse_second_page(account: Account, listing: Listing, refusals: object) -> None:
    if listing.kind is Kind.MODEL and account.asked.count((Kind.MODEL, "")) and not account.refused.get(Kind.MODEL):
        account.refused[Kind.MODEL] = list(refusals)  # type: ignore[call-overload]


def test_tags_that_cannot_be_read_stay_unknown_with_the_reason() -> None:
    model = key(Kind.MODEL, "m")
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, all_tags=PermissionDenied("No.", "", ""))
    account.untold[model] = PermissionDenied("The tags may not be read.", "", "")
    found = settled(account).by_key[model]
    assert (found.tags, found.described, found.problem) == (None, True, "The tags may not be read.")


def test_what_is_old_and_not_among_the_tags_of_all_has_none_and_what_is_new_is_asked_for_its_own() -> None:
    old = replace(listed(Kind.MODEL, "old"), created=LONG_AGO)
    account = Account({Kind.MODEL: [(old, listed(Kind.MODEL, "new"))]})
    account.own_tags[key(Kind.MODEL, "new")] = {"sagedeck:protected": "yes"}
    held = settled(account)
    assert held.by_key[key(Kind.MODEL, "old")].tags == {}
    assert held.by_key[key(Kind.MODEL, "new")].tags == {"sagedeck:protected": "yes"}
    assert account.tags_asked == [key(Kind.MODEL, "new")]


def test_a_topic_is_known_by_what_refers_to_it_and_gone_with_it() -> None:
    arn = f"arn:aws:sns:{REGION}:123456789012:told"
    alarm = Resource(key=key(Kind.ALARM, "a"), arn=f"arn:aws:cloudwatch:{REGION}:1:alarm:a", described=True,
                     uses=(Key(Kind.TOPIC, arn, REGION),), tags={})  # fmt: skip
    account = Account({Kind.ALARM: [(alarm,)]})
    reading = service(account)
    assert [each.name for each in reading.settled(WAIT).of(Kind.TOPIC)] == [arn]
    account.pages = {}
    reading.forget()
    assert reading.settled(WAIT).resources == ()


def test_a_topic_that_its_tags_call_ours_is_known_though_nothing_refers_to_it() -> None:
    arn = f"arn:aws:sns:{REGION}:123456789012:told"
    tags = {arn: {MADE_BY: "sagedeck"}, f"{arn}:a-subscription": {MADE_BY: "sagedeck"}}
    held = settled(Account(all_tags=tags))
    assert [(each.name, each.made_here) for each in held.resources] == [(arn, True)]


def test_a_topic_that_something_refers_to_and_that_is_not_there_is_not_held() -> None:
    topic = Key(Kind.TOPIC, f"arn:aws:sns:{REGION}:123456789012:gone", REGION)
    config = key(Kind.ENDPOINT_CONFIG, "c")
    account = Account({Kind.ENDPOINT_CONFIG: [(listed(Kind.ENDPOINT_CONFIG, "c"),)]}, uses={config: (topic,)})
    account.gone.add(topic)
    held = settled(account)
    assert topic not in held.by_key
    assert held.by_key[config].uses == (topic,)


def test_a_prefix_has_the_tags_of_what_writes_it() -> None:
    out = Key(Kind.PREFIX, "bucket/out/", REGION)
    config = listed(Kind.ENDPOINT_CONFIG, "c")
    account = Account({Kind.ENDPOINT_CONFIG: [(config,)]}, uses={config.key: (out,)})
    account.all_tags = {config.arn: {MADE_BY: "sagedeck"}}
    found = settled(account).by_key[out]
    assert (found.made_here, found.uses) == (True, (Key(Kind.BUCKET, "bucket", REGION),))


def test_several_regions_are_read_each_by_itself_and_what_is_of_none_once() -> None:
    here, there = Account(), Account(place=Place("eu-west-1", "123456789012", "aws"))
    here.pages[Kind.MODEL] = [(listed(Kind.MODEL, "m"),)]
    there.pages[Kind.MODEL] = [(listed(Kind.MODEL, "m", "eu-west-1"),)]
    reading = service(here, eu_west_1=there)
    held = reading.settled(WAIT, (REGION, "eu-west-1"))
    assert [each.key for each in held.of(Kind.MODEL)] == [key(Kind.MODEL, "m"), key(Kind.MODEL, "m", "eu-west-1")]
    assert not [kind for kind, _ in (*here.asked, *there.asked) if kind in (Kind.ROLE, Kind.BUCKET)]
    assert [each.key.region for each in reading.settled(WAIT).of(Kind.MODEL)] == [REGION]


def test_buckets_of_regions_that_were_not_asked_for_are_left_out() -> None:
    buckets = tuple(
        Resource(key=key(Kind.BUCKET, f"sagemaker-{region}", region), arn="arn:aws:s3:::b", tags={}, described=True)
        for region in (REGION, "eu-west-1")
    )
    held = settled(Account({Kind.BUCKET: [buckets]}))
    assert [each.name for each in held.resources] == [f"sagemaker-{REGION}"]


def test_regions_are_those_of_the_account_and_else_those_that_there_are() -> None:
    told = Account(offers=(REGION, "eu-west-1"))
    reading = service(told)
    reading.settled(WAIT, until=lambda found: bool(found.alias))
    assert set(reading.regions) >= {REGION}
    silent = ResourcesService(
        Reading(lambda _: Account()),  # type: ignore[arg-type,return-value]
        account="123456789012", partition="aws-cn", region="cn-north-1", offered=lambda: ("cn-northwest-1",),
    )  # fmt: skip
    assert silent.regions == ("cn-north-1", "cn-northwest-1")


def test_what_has_not_changed_is_given_again_as_it_is() -> None:
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]})
    reading = service(account)
    once = reading.settled(WAIT)
    again = reading.held()
    assert again.resources is once.resources
    assert again.by_key is once.by_key
    assert again.at >= once.at


def test_collections_of_the_owner_stand_beside_what_the_account_holds() -> None:
    mine = Resource(key=Key(Kind.LIBRARY, "notes"), described=True, tags={})
    reading = Reading(lambda _: Account())  # type: ignore[arg-type,return-value]
    ada = ResourcesService(reading, account="123456789012", partition="aws", region=REGION, library=lambda: (mine,))
    ben = ResourcesService(reading, account="123456789012", partition="aws", region=REGION)
    assert ada.settled(WAIT).resources == (mine,)
    assert ben.settled(WAIT).resources == ()


def test_a_gone_resource_that_is_being_looked_at_first_is_read_before_others() -> None:
    models = tuple(listed(Kind.MODEL, f"m{number}") for number in range(40))
    go_on = threading.Event()
    account = Account({Kind.MODEL: [models]}, before_describing=lambda: assert_set(go_on))
    reading = service(account)
    reading.settled(WAIT, until=lambda found: not found.listing)
    reading.held(first=[models[-1].key])
    go_on.set()
    reading.settled(WAIT)
    assert account.described_in_order.index(models[-1].key) <= 8


def test_an_answer_of_another_shape_is_a_gap_and_stops_nothing_else() -> None:
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]})
    account.before_listing = lambda listing: misshapen(listing.kind is Kind.ALARM)
    held = settled(account)
    assert [each.name for each in held.resources] == ["m"]
    assert {(gap.kind, gap.later) for gap in held.gaps} == {(Kind.ALARM, True)}


def test_a_description_of_another_shape_stays_with_the_reason() -> None:
    account = Account({Kind.MODEL: [(listed(Kind.MODEL, "m"),)]}, before_describing=lambda: misshapen(True))
    found = settled(account).by_key[key(Kind.MODEL, "m")]
    assert not found.described
    assert "could not be understood" in found.problem


def misshapen(now: bool) -> None:
    if now:
        raise KeyError("EndpointName")
