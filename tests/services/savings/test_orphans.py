"""What nothing refers to: by exact names, from whole lists alone, and never what a paused endpoint waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.endpoints.definitions import Component
from services.endpoints.memory import Memory
from services.resources import Gap, Holdings, Key, Kind, Resource
from services.resources.models import PROTECTED
from services.savings import Finding, Unjudged
from services.savings.orphans import orphans
from tests.services.savings.made import NOW, held, key, running, thing

CONFIG, MODEL, ENDPOINT = Kind.ENDPOINT_CONFIG, Kind.MODEL, Kind.ENDPOINT


def found(holdings: Holdings) -> dict[Key, Finding]:
    return {each.key: each for each in orphans(holdings, lambda _: 0.0) if isinstance(each, Finding)}


def unproved(holdings: Holdings) -> dict[Key, str]:
    return {each.key: each.why for each in orphans(holdings, lambda _: 0.0) if isinstance(each, Unjudged)}


def config(name: str, *models: str, **changes: object) -> Resource:
    return replace(thing(CONFIG, name, *(key(MODEL, model) for model in models)), **changes)  # type: ignore[arg-type]


def test_names_are_compared_whole() -> None:
    names = ["chat", "chat-2", "chat2", "Chat", "cha", "chat-canary", "my-chat", "chat."]
    holdings = held(running("chat"), *(config(name, name) for name in names), *(thing(MODEL, name) for name in names))
    orphaned = {each.name for each in found(holdings) if each.kind is CONFIG}
    assert orphaned == set(names) - {"chat"}
    assert {each.name for each in found(holdings) if each.kind is MODEL} == set(names) - {"chat"}


def test_the_proof_names_the_lists_their_size_and_when_they_were_read() -> None:
    proof = " ".join(found(held(running("other"), config("old")))[key(CONFIG, "old")].proof)
    assert "All 1 endpoints of us-east-1 were read by 12:00:00 UTC" in proof
    assert "Pipelines and programs" in proof


def test_a_model_that_only_an_orphan_names_goes_after_it() -> None:
    orphaned = found(held(config("old", "old-model"), thing(MODEL, "old-model")))
    assert orphaned[key(MODEL, "old-model")].needs == (key(CONFIG, "old"),)
    assert "Only old names it" in " ".join(orphaned[key(MODEL, "old-model")].proof)


@pytest.mark.parametrize(
    ("gaps", "listing", "undescribed", "words"),
    [
        ((Gap(ENDPOINT, "us-east-1", "You may not list endpoints.", "sagemaker:ListEndpoints"),), 0, False, "may not"),
        ((), 3, False, "still being read"),
        ((), 0, True, "1 of the endpoints are not looked into yet"),
    ],
)
def test_a_gap_or_an_unread_resource_leaves_it_unproved(
    gaps: tuple[Gap, ...], listing: int, undescribed: bool, words: str
) -> None:
    other = replace(running("other"), described=not undescribed, uses=() if undescribed else running("other").uses)
    holdings = held(other, config("old"), gaps=gaps, listing=listing)
    assert key(CONFIG, "old") not in found(holdings)
    assert words in unproved(holdings)[key(CONFIG, "old")]


def test_a_gap_of_another_region_matters_not() -> None:
    gap = Gap(ENDPOINT, "eu-west-1", "denied")
    assert key(CONFIG, "old") in found(held(config("old"), gaps=[gap]))


def test_what_a_paused_endpoint_waits_for_is_no_orphan() -> None:
    memory = Memory(
        endpoint="sleeper", config="sleeper", at="2026-11-01",
        components=(Component(name="part", sent={"Specification": {"ModelName": "part-model"}}),),
    )  # fmt: skip
    paused = config("sleeper", "sleeper-model", tags=dict(memory.written()))
    waiting = [
        thing(MODEL, "sleeper-model"),
        thing(MODEL, "part-model"),
        thing(Kind.LOG_GROUP, "/aws/sagemaker/Endpoints/sleeper", key(ENDPOINT, "sleeper")),
        thing(Kind.ALARM, "sleeper-errors", key(ENDPOINT, "sleeper")),
    ]
    look_alikes = [thing(MODEL, "part-model-2"), thing(Kind.ALARM, "sleepers-errors", key(ENDPOINT, "sleepers"))]
    orphaned = found(held(paused, *waiting, *look_alikes))
    assert set(orphaned) == {each.key for each in look_alikes}


def test_a_configuration_whose_tags_are_not_read_may_be_a_paused_endpoints() -> None:
    holdings = held(config("old", tags=None), thing(MODEL, "m"), thing(Kind.ALARM, "a", key(ENDPOINT, "gone")))
    assert found(holdings) == {}
    assert "paused" in unproved(holdings)[key(CONFIG, "old")]
    assert "tags" in unproved(holdings)[key(MODEL, "m")]
    assert "tags" in unproved(holdings)[key(Kind.ALARM, "a")]


def test_what_a_schedule_names_is_no_orphan() -> None:
    schedule = thing(Kind.SCHEDULE, "default/resume", key(ENDPOINT, "new"), key(CONFIG, "kept"))
    holdings = held(config("kept"), config("kept-2"), schedule)
    assert set(found(holdings)) == {key(CONFIG, "kept-2")}
    unread = held(config("kept"), thing(Kind.SCHEDULE, "default/resume", described=False))
    assert found(unread) == {}
    assert "schedules" in unproved(unread)[key(CONFIG, "kept")]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.ALARM, "errors"),
        (Kind.LOG_GROUP, "/aws/sagemaker/Endpoints/chat"),
        (Kind.SCALABLE_TARGET, "endpoint/chat/variant/AllTraffic"),
        (Kind.SCHEDULE, "default/lease-chat"),
        (Kind.COMPONENT, "part"),
    ],
)
def test_what_is_about_an_endpoint_that_is_gone_is_an_orphan_and_one_that_stands_keeps_it(
    kind: Kind, name: str
) -> None:
    about = thing(kind, name, key(ENDPOINT, "chat"))
    assert about.key in found(held(about, running("chat-2"), config("chat-2")))
    assert about.key not in found(held(about, running("chat"), config("chat")))


def test_a_target_of_a_variant_that_is_no_more_is_an_orphan() -> None:
    target = thing(Kind.SCALABLE_TARGET, "endpoint/chat/variant/Old", key(ENDPOINT, "chat"))
    kept = thing(Kind.SCALABLE_TARGET, "endpoint/chat/variant/AllTraffic", key(ENDPOINT, "chat"))
    assert set(found(held(running("chat"), config("chat"), target, kept))) == {target.key}


def test_shared_log_groups_and_topics_of_others_are_never_orphans() -> None:
    shared = thing(Kind.LOG_GROUP, "/aws/sagemaker/TrainingJobs")
    foreign = thing(Kind.TOPIC, "arn:aws:sns:us-east-1:123456789012:people")
    own = thing(Kind.TOPIC, "arn:aws:sns:us-east-1:123456789012:sagedeck", tags={"sagedeck:made-by": "sagedeck"})
    told = replace(own, key=key(Kind.TOPIC, own.name + "-2"))
    alarm = thing(Kind.ALARM, "a", key(ENDPOINT, "chat"), told.key)
    holdings = held(running("chat"), config("chat"), shared, foreign, own, told, alarm)
    assert set(found(holdings)) == {own.key}


def test_a_file_system_without_its_domain_is_one() -> None:
    home = thing(Kind.FILE_SYSTEM, "fs-1", stored=10)
    used = thing(Kind.FILE_SYSTEM, "fs-10", stored=10)
    domain = thing(Kind.DOMAIN, "d-1", used.key)
    assert set(found(held(home, used, domain))) == {home.key}
    unread = held(home, used, replace(domain, described=False, uses=()))
    assert found(unread) == {}


def test_what_was_made_today_may_be_about_to_be_used() -> None:
    young = config("new", created=NOW - timedelta(hours=2))
    assert found(held(young)) == {}
    assert "less than a day" in unproved(held(young))[young.key]


def test_protected_things_are_not_found() -> None:
    assert found(held(config("old", tags={PROTECTED: "yes"}), config("older", tags={PROTECTED: "false"}))).keys() == {
        key(CONFIG, "older")
    }


def test_a_configuration_shared_by_two_endpoints_stays_until_both_are_gone() -> None:
    assert found(held(running("a", "shared"), running("b", "shared"), config("shared"))) == {}
    assert found(held(running("b", "shared"), config("shared"))) == {}
    assert set(found(held(config("shared")))) == {key(CONFIG, "shared")}
