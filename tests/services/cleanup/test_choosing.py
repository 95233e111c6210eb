from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.cleanup.choosing import unreferred
from services.cleanup.request import fits
from services.resources import Gap, Kind
from tests.services.cleanup.account import (
    MINE,
    NOW,
    chain,
    cleanup,
    config,
    endpoint,
    going,
    held,
    key,
    model,
    role,
    thing,
    why,
)

PROTECTED = {**MINE, "sagedeck:protected": "yes"}


def test_what_this_console_made_for_whoever_asks_goes_and_nothing_else() -> None:
    bobs = {**MINE, "sagedeck:owner": "bob"}
    found = cleanup(*chain("mine"), *chain("bobs", tags=bobs), *chain("foreign", tags={}), role())
    assert set(going(found)) == {"mine"}
    assert [each.key.kind for each in found.going] == [Kind.ENDPOINT, Kind.ENDPOINT_CONFIG, Kind.MODEL]
    assert "bob" in why(found, "bobs")
    assert not any(each.ours for each in found.items if each.key.name == "foreign")


def test_a_protected_thing_stays_with_all_that_it_uses_however_far() -> None:
    prod = (endpoint("prod", tags=PROTECTED), config("prod"), model("prod"))
    found = cleanup(*prod, *chain("test"), role(), others=True)
    assert going(found) == ["test", "test", "test"]
    assert "protects it" in why(found, "prod")
    assert "model prod" in why(found, "sagedeck-execution")


@pytest.mark.parametrize("value", ["", "yes", "true", "False!", "0"])
def test_any_value_but_false_protects(value: str) -> None:
    found = cleanup(endpoint("prod", tags={**MINE, "sagedeck:protected": value}))
    assert going(found) == []


@pytest.mark.parametrize("value", ["false", " FALSE "])
def test_the_value_false_protects_nothing(value: str) -> None:
    assert going(cleanup(endpoint("prod", tags={**MINE, "sagedeck:protected": value}))) == ["prod"]


def test_a_further_tag_protects_when_it_is_named() -> None:
    tags = {**MINE, "do-not-delete": "1"}
    assert going(cleanup(endpoint("prod", tags=tags))) == ["prod"]
    assert going(cleanup(endpoint("prod", tags=tags), protection=("sagedeck:protected", "do-not-delete"))) == []


LOOK_ALIKES = [
    "demo", "demo-", "demo-1", "demo-10", "demo_1", "Demo-1", "dem", "xdemo-1", "demo-1x", "demо-1", "demo‐1",
]  # fmt: skip
"""Prefixes, substrings, other cases, a Cyrillic о, a hyphen that is another character."""


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_name_is_compared_whole_and_letter_for_letter(name: str) -> None:
    found = cleanup(*(endpoint(each) for each in LOOK_ALIKES), names=(name,))
    assert going(found) == [name]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_keeping_a_name_keeps_no_other(name: str) -> None:
    found = cleanup(*(endpoint(each) for each in LOOK_ALIKES), keep=(name,))
    assert set(going(found)) == set(LOOK_ALIKES) - {name}


def test_a_pattern_stands_for_whole_names_and_nothing_in_it_but_stars_and_marks_means_anything() -> None:
    assert [each for each in LOOK_ALIKES if fits(each, ["demo-*"])] == ["demo-", "demo-1", "demo-10", "demo-1x"]
    assert [each for each in LOOK_ALIKES if fits(each, ["demo-?"])] == ["demo-1"]
    assert not fits("a1", ["[a]1"])
    assert fits("[a]1", ["[a]1"])
    assert not fits("axb", ["a.b*"])


def test_the_names_of_another_kind_or_region_are_other_things() -> None:
    there = endpoint("same", region="eu-west-1")
    found = cleanup(endpoint("same"), there, model("same"), kinds=frozenset({Kind.ENDPOINT}), without={there.key})
    assert [each.key for each in found.going] == [key(Kind.ENDPOINT, "same")]


def test_a_configuration_used_by_an_endpoint_that_stays_stays_with_its_model() -> None:
    found = cleanup(*chain("mine"), endpoint("foreign", "mine", tags={}))
    assert [each.key.kind for each in found.going] == [Kind.ENDPOINT]
    assert next(each.why for each in found.staying if each.key.name == "mine").startswith(
        "In use by the endpoint foreign"
    )


def test_what_was_not_looked_into_stays_shown_as_unknown_and_keeps_what_it_may_use() -> None:
    dark = endpoint("dark", tags={}, described=False)
    found = cleanup(replace(dark, uses=()), config("mine"))
    assert going(found) == []
    unknown = {each.key.name for each in found.items if each.unknown}
    assert unknown == {"dark", "mine"}
    assert "not looked into yet" in why(found, "mine")


def test_what_has_no_readable_tags_stays_until_somebody_ticks_it() -> None:
    nobody = endpoint("nobody", tags=None)
    assert going(cleanup(nobody, others=True)) == []
    assert cleanup(nobody, others=True).items[0].unknown
    assert going(cleanup(nobody, others=True, also={nobody.key})) == ["nobody"]
    assert going(cleanup(replace(nobody, described=False), others=True, also={nobody.key})) == []


def test_unreadable_tags_never_take_a_thing_out_of_the_picture_whatever_is_asked() -> None:
    nobody = endpoint("nobody", tags=None)
    found = cleanup(nobody, owners=("ada",), tags={"team": "search"}, others=True)
    assert [each.key.name for each in found.items] == ["nobody"]
    assert going(found) == []


def test_a_list_that_could_not_be_read_keeps_what_its_things_may_use() -> None:
    gap = Gap(Kind.ENDPOINT, "us-east-1", "Listing endpoints is not allowed.", "sagemaker:ListEndpoints")
    found = cleanup(config("mine"), model("mine"), state={"gaps": (gap,)})
    assert going(found) == []
    assert "not allowed" in why(found, "mine")
    assert found.gaps == ("Endpoints in us-east-1 could not be seen: Listing endpoints is not allowed.",)


def test_a_gap_in_another_region_keeps_only_roles() -> None:
    gap = Gap(Kind.MODEL, "eu-west-1", "Throttled.", later=True)
    found = cleanup(
        config("mine"), model("mine"), role(), state={"gaps": (gap,), "regions": ("us-east-1", "eu-west-1")}
    )
    assert going(found) == ["mine", "mine"]
    assert "Throttled" in why(found, "sagedeck-execution")


def test_while_lists_are_under_way_only_what_no_list_can_change_goes() -> None:
    found = cleanup(*chain("mine"), thing(Kind.NOTEBOOK, "book"), state={"listing": 3})
    assert going(found) == ["book"]
    assert found.listing == 3


def test_the_cap_takes_what_goes_first_and_never_leaves_a_user_behind() -> None:
    things = [each for number in range(4) for each in chain(f"m{number}")]
    for most in range(13):
        found = cleanup(*things, most=most)
        assert len(found.going) == most
        gone = {each.key for each in found.going}
        users = held(*things).users
        assert all(user in gone for each in gone for user in users.get(each, ()))
    assert "in the next" in cleanup(*things, most=3).staying[0].why


def test_an_old_thing_goes_a_young_one_is_not_asked_for_and_one_of_unknown_age_stays() -> None:
    found = cleanup(
        endpoint("old"), endpoint("young", created=NOW - timedelta(hours=3)), endpoint("ageless", created=None),
        older_than=timedelta(days=7),
    )  # fmt: skip
    assert going(found) == ["old"]
    assert [each.key.name for each in found.staying] == ["ageless"]


def test_buckets_and_file_systems_go_only_when_ticked_or_named_by_kind() -> None:
    bucket = thing(Kind.BUCKET, "sagemaker-files")
    assert going(cleanup(bucket)) == []
    assert "holds files" in why(cleanup(bucket), "sagemaker-files")
    assert going(cleanup(bucket, also={bucket.key})) == ["sagemaker-files"]
    assert going(cleanup(bucket, kinds=frozenset({Kind.BUCKET}))) == ["sagemaker-files"]


def test_companions_without_tags_go_with_what_they_belong_to_and_stay_with_it() -> None:
    logs = "/aws/sagemaker/Endpoints/"
    things = [
        thing(Kind.LOG_GROUP, f"{logs}{name}", key(Kind.ENDPOINT, name), tags=None) for name in ("mine", "foreign")
    ]
    found = cleanup(endpoint("mine"), endpoint("foreign", tags={}), *things)
    assert going(found) == ["mine", f"{logs}mine"]
    protected = cleanup(endpoint("mine", tags=PROTECTED), things[0])
    assert going(protected) == []
    assert "belongs to the endpoint mine" in why(protected, f"{logs}mine")


def test_a_companion_keeps_nothing_from_going() -> None:
    alarm = thing(Kind.ALARM, "watch", key(Kind.ENDPOINT, "mine"), tags={"made": "by hand"})
    assert going(cleanup(endpoint("mine"), alarm, without={alarm.key})) == ["mine"]


def test_orphans_are_what_nothing_refers_to_and_a_paused_endpoint_remembers_its_own() -> None:
    paused = config("asleep", tags={**MINE, "sagedeck:paused-endpoint": "asleep"})
    logs = thing(Kind.LOG_GROUP, "/aws/sagemaker/Endpoints/gone", key(Kind.ENDPOINT, "gone"), tags={})
    kept = thing(Kind.LOG_GROUP, "/aws/sagemaker/Endpoints/asleep", key(Kind.ENDPOINT, "asleep"), tags={})
    there = held(*chain("busy"), config("lone", "m"), model("m"), model("lonely"), paused, model("asleep"), logs, kept)
    names = {each.name for each in unreferred(there)}
    assert names == {"lone", "lonely", "/aws/sagemaker/Endpoints/gone"}
    found = cleanup(*there.resources, orphans=True, others=True, unreferred=unreferred(there))
    assert set(going(found)) == names


def test_unticking_keeps_a_thing_and_what_it_uses() -> None:
    found = cleanup(*chain("mine"), without={key(Kind.ENDPOINT_CONFIG, "mine")})
    assert [each.key.kind for each in found.going] == [Kind.ENDPOINT]


def test_a_paused_endpoint_that_can_then_not_be_resumed_is_named() -> None:
    found = cleanup(config("asleep", tags={**MINE, "sagedeck:paused-endpoint": "asleep"}))
    assert "paused endpoint asleep" in why(found, "asleep")


def test_collections_that_this_console_did_not_make_or_others_fill_stay() -> None:
    found = cleanup(thing(Kind.COLLECTION, "shared"))
    assert going(found) == []
    assert "did not make" in why(found, "shared")
