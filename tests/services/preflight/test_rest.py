"""Licence, name, limits, capacity, and what a deployment names and does not make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.deploy import (
    Advanced,
    Asynchronous,
    CatalogSource,
    Components,
    DataCapture,
    DeployRequest,
    ExistingTopic,
    FoundEndpoint,
    HubSource,
    NewTopic,
    Server,
    Serverless,
)
from services.preflight import Topic, Verdict
from services.preflight.found import Bucket, Key, Network
from tests.services.deploy.samples import LLAMA, MINILM, NEW_ROLE, request_for
from tests.services.preflight.world import World, denied

SUBNET, GROUP = "subnet-0123456789abcdef0", "sg-0123456789abcdef0"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0123"


def request(model: str = "", **changes: Any) -> DeployRequest:
    return request_for(*([model] if model else []), role=NEW_ROLE, **changes)


def test_a_licence_that_is_not_accepted_stops_with_the_place_to_read_it() -> None:
    line = World().one(request(LLAMA), Topic.LICENCE)
    assert line.verdict is Verdict.STOP
    assert line.fix is not None
    assert line.fix.url.endswith("Eula.txt")
    assert line.fix.change is None  # nobody accepts for anybody
    assert World().one(request(LLAMA, accept_eula=True), Topic.LICENCE).verdict is Verdict.OK


def test_a_gated_model_without_token_stops_and_can_ask_for_it() -> None:
    asked = request(source=HubSource(hub_id="meta-llama/Llama-3.1-8B", server=Server.VLLM, gated=True))
    line = World().one(asked, Topic.LICENCE)
    assert line.verdict is Verdict.STOP
    assert line.fix is not None
    assert line.fix.change == replace(asked, secrets=("HF_TOKEN",))
    assert World().one(replace(asked, secrets=("HF_TOKEN",)), Topic.LICENCE).verdict is Verdict.OK


def test_a_request_that_would_be_refused_is_told_field_by_field() -> None:
    found = World().check(request(endpoint_name="no good!", count=0)).about(Topic.REQUEST)
    assert {line.verdict for line in found} == {Verdict.STOP}
    assert any("cannot be a name" in line.words for line in found)
    assert any("0 instances" in line.words for line in found)


def test_a_model_that_is_not_there_stops() -> None:
    gone = request(source=CatalogSource(model_id="gone"))
    assert World().one(gone, Topic.REQUEST).verdict is Verdict.STOP


@pytest.mark.parametrize(
    ("taken", "verdict"),
    [
        (None, Verdict.OK),
        (FoundEndpoint("demo", "InService", "another"), Verdict.STOP),
        (FoundEndpoint("demo", "InService", "demo"), Verdict.WARNING),
        (FoundEndpoint("demo", "Failed", "demo"), Verdict.WARNING),
        (FoundEndpoint("demo", "Deleting", "demo"), Verdict.WARNING),
    ],
)
def test_a_taken_name_is_told_with_the_next_one(taken: FoundEndpoint | None, verdict: Verdict) -> None:
    line = World(taken=taken).one(request(), Topic.NAME)
    assert line.verdict is verdict
    if taken and taken.status != "Failed":
        assert line.fix is not None
        assert line.fix.change == request(endpoint_name="demo-2")


def test_a_component_needs_its_endpoint() -> None:
    asked = request(mode=Components(name="more", onto=True), instance_type="", count=1)
    assert World().one(asked, Topic.NAME).verdict is Verdict.STOP
    there = FoundEndpoint("demo", "InService", "demo")
    assert World(taken=there).one(asked, Topic.NAME).verdict is Verdict.OK
    assert World(taken=replace(there, status="Creating")).one(asked, Topic.NAME).verdict is Verdict.STOP


def test_each_mode_is_told_with_its_limits() -> None:
    assert "6 MB" in World().one(request(), Topic.LIMITS).words
    asynchronous = request(mode=Asynchronous(output="s3://mine/out/"))
    assert "1 GB" in World().one(asynchronous, Topic.LIMITS).words
    serverless = request_for(MINILM, role=NEW_ROLE, instance_type="", mode=Serverless())
    assert "4 MB" in World().one(serverless, Topic.LIMITS).words


def test_serverless_memory_smaller_than_the_weights_is_a_warning() -> None:
    source = HubSource(hub_id="owner/embed-7B", server=Server.TEI)
    asked = request(source=source, instance_type="", mode=Serverless(memory_mb=6144))
    line = World().one(asked, Topic.LIMITS)
    assert line.verdict is Verdict.WARNING
    assert "13 GiB" in line.words


def test_a_scarce_type_without_fallback_is_a_warning_and_a_fallback_is_proposed() -> None:
    line = World().one(request(), Topic.CAPACITY)
    assert line.verdict is Verdict.OK
    assert line.fix is not None
    assert line.fix.change == request(fallbacks=("ml.g5.4xlarge",))
    assert World().one(request(fallbacks=("ml.g5.4xlarge",)), Topic.CAPACITY).words.endswith("ml.g5.4xlarge.")
    assert World().one(request(instance_type="ml.p4d.24xlarge"), Topic.CAPACITY).verdict is Verdict.WARNING


def vpc(**changes: Any) -> DeployRequest:
    return request(advanced=Advanced(subnets=(SUBNET,), security_groups=(GROUP,), **changes))


@pytest.mark.parametrize(
    ("subnets", "groups", "verdict"),
    [
        ({SUBNET: Network("vpc-1", 9)}, {GROUP: "vpc-1"}, Verdict.OK),
        ({}, {GROUP: "vpc-1"}, Verdict.STOP),
        ({SUBNET: Network("vpc-1", 9)}, {}, Verdict.STOP),
        ({SUBNET: Network("vpc-1", 9)}, {GROUP: "vpc-2"}, Verdict.STOP),
        ({SUBNET: Network("vpc-1", 0)}, {GROUP: "vpc-1"}, Verdict.STOP),
    ],
)
def test_subnets_and_groups_have_to_be_there_and_of_one_vpc(
    subnets: dict[str, Network], groups: dict[str, str], verdict: Verdict
) -> None:
    assert World(subnets=subnets, groups=groups).one(vpc(), Topic.NETWORK).verdict is verdict


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        (Key(KEY, "Enabled"), Verdict.OK),
        (Key(KEY, "Disabled"), Verdict.STOP),
        (None, Verdict.STOP),
        (denied("kms:DescribeKey"), Verdict.UNKNOWN),
    ],
)
def test_a_key_has_to_be_there_and_enabled(key: Key | Exception | None, verdict: Verdict) -> None:
    line = World(key=key).one(request(advanced=Advanced(kms_key=KEY)), Topic.ENCRYPTION)
    assert line.verdict is verdict


def test_a_key_of_another_region_stops() -> None:
    elsewhere = KEY.replace("us-east-1", "eu-west-1")
    line = World(key=Key(elsewhere, "Enabled")).one(request(advanced=Advanced(kms_key=elsewhere)), Topic.ENCRYPTION)
    assert line.verdict is Verdict.STOP


def test_topics_are_there_or_made_by_the_plan() -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:done"
    asked = request(mode=Asynchronous(output="s3://mine/out/", success=ExistingTopic(arn), error=NewTopic(name="bad")))
    assert [line.verdict for line in World().check(asked).about(Topic.NOTICES)] == [Verdict.OK, Verdict.OK]
    assert World(topic=False).one(asked, Topic.NOTICES).verdict is Verdict.STOP
    assert World(topic=denied("sns:GetTopicAttributes")).one(asked, Topic.NOTICES).verdict is Verdict.UNKNOWN
    elsewhere = request(
        mode=Asynchronous(output="s3://mine/out/", success=ExistingTopic(arn.replace("us-east-1", "eu-west-1")))
    )
    assert World().one(elsewhere, Topic.NOTICES).verdict is Verdict.STOP


@pytest.mark.parametrize(
    ("bucket", "verdict"),
    [
        (Bucket("us-east-1"), Verdict.OK),
        (Bucket("us-east-1", readable=False), Verdict.UNKNOWN),
        (Bucket("eu-west-1"), Verdict.STOP),
        (None, Verdict.STOP),
    ],
)
def test_what_is_written_to_has_to_be_in_this_region(bucket: Bucket | None, verdict: Verdict) -> None:
    world = World(buckets={"out": bucket})
    answers = request(mode=Asynchronous(output="s3://out/answers/"))
    captured = request(advanced=Advanced(capture=DataCapture(destination="s3://out/seen/")))
    assert world.one(answers, Topic.OUTPUT).verdict is verdict
    assert world.one(captured, Topic.OUTPUT).verdict is verdict
