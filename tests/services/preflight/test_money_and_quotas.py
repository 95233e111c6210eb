"""Price and quota: what it costs, what it may come to, and whether the account may have it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.catalog import CatalogService
from services.deploy import Asynchronous, DeployRequest, Scaling, Serverless
from services.errors import Unreachable
from services.preflight import Topic, Verdict
from services.preflight.found import HeldByEndpoint
from services.preflight.service import MOST_DESCRIBED
from tests.services.deploy.samples import MINILM, NEW_ROLE, request_for
from tests.services.preflight.world import World, a_pair, denied, holding

G5 = "ml.g5.2xlarge"
USE = f"{G5} for endpoint usage"


def request(**changes: Any) -> DeployRequest:
    return request_for(role=NEW_ROLE, **changes)


def test_a_price_is_told_by_the_hour_the_day_and_the_month_with_its_source() -> None:
    line = World().one(request(), Topic.PRICE)
    assert line.verdict is Verdict.OK
    assert line.words == "$1.51 an hour, $36.36 a day, $1,106 a month."
    assert "price list of 2026-11-20" in line.detail


def test_an_unknown_price_is_unknown_and_not_free() -> None:
    line = World(region="eu-south-2").one(request(), Topic.PRICE)
    assert CatalogService("eu-south-2", offline=True).price(G5).usd_per_hour is None
    assert line.verdict is Verdict.UNKNOWN
    assert "It is not free." in line.words


def test_what_may_grow_is_told_with_its_ceiling_on_the_dearest_type() -> None:
    line = World().one(request(scaling=Scaling(maximum=3), fallbacks=("ml.g5.4xlarge",)), Topic.PRICE)
    assert "At most $6.09 an hour" in line.detail  # three of ml.g5.4xlarge
    assert "ml.g5.4xlarge" in line.detail


def test_a_pair_is_priced_as_one_sum() -> None:
    (line,) = World().check(a_pair()).about(Topic.PRICE)
    assert line.words.startswith("$1.72 an hour")


def test_serverless_costs_nothing_while_idle_and_its_second_is_told() -> None:
    asked = request_for(MINILM, role=NEW_ROLE, instance_type="", mode=Serverless(memory_mb=3072))
    line = World().one(asked, Topic.PRICE)
    assert line.verdict is Verdict.OK
    assert line.words.startswith("Nothing while idle")
    kept = replace(asked, mode=Serverless(memory_mb=3072, provisioned=1))
    assert World().one(kept, Topic.PRICE).verdict is Verdict.UNKNOWN


def test_quota_is_what_is_allowed_less_what_all_endpoints_hold() -> None:
    world = World({"one": holding(G5, 2), "two": holding(G5, 1), "three": holding("ml.m5.xlarge", 9)}, quotas={USE: 4})
    line = world.one(request(), Topic.QUOTA)
    assert line.verdict is Verdict.OK
    assert line.words == f"{G5}: 1 wanted, 1 left (4 allowed, 3 in use)."


def test_too_little_quota_stops_with_the_page_to_ask_for_more() -> None:
    world = World({"one": holding(G5, 3)}, quotas={USE: 4})
    line = world.one(request(count=2), Topic.QUOTA)
    assert line.verdict is Verdict.STOP
    assert (
        line.fixes[-1].url
        == "https://us-east-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas/L-1"
    )


def test_a_type_that_the_account_may_have_is_proposed_instead() -> None:
    world = World(quotas={USE: 0, "ml.g5.4xlarge for endpoint usage": 1})
    asked = request()
    line = world.one(asked, Topic.QUOTA)
    assert line.verdict is Verdict.STOP
    assert line.fix is not None
    assert line.fix.words == "Use ml.g5.4xlarge, $2.03 an hour"
    assert line.fix.change == replace(asked, instance_type="ml.g5.4xlarge")


def test_a_fallback_without_quota_only_warns_while_another_type_may_be_had() -> None:
    asked = request(fallbacks=("ml.g5.4xlarge",))
    other = "ml.g5.4xlarge for endpoint usage"
    assert World(quotas={USE: 1, other: 0}).one(asked, Topic.QUOTA).verdict is Verdict.WARNING
    assert World(quotas={USE: 0, other: 0}).one(asked, Topic.QUOTA).verdict is Verdict.STOP


def test_a_pair_on_one_type_needs_the_sum() -> None:
    pair = a_pair()
    both = replace(pair, embedding=replace(pair.language, endpoint_name="embed"))
    assert World(quotas={USE: 1}).one(both, Topic.QUOTA).verdict is Verdict.STOP
    assert World(quotas={USE: 2}).one(both, Topic.QUOTA).verdict is Verdict.OK


def test_growing_past_the_quota_is_a_warning() -> None:
    asked = request(mode=Asynchronous(output="s3://mine/out/"), scaling=Scaling(minimum=0, maximum=3))
    line = World(quotas={USE: 2}).one(asked, Topic.QUOTA)
    assert line.verdict is Verdict.WARNING
    assert "It may grow to 3" in line.detail


def test_all_endpoints_together_have_a_quota_too() -> None:
    world = World(
        {"one": holding("ml.m5.xlarge", 4)}, quotas={USE: 4, "Number of instances across active endpoints": 4}
    )
    line = world.one(request(), Topic.QUOTA)
    assert line.verdict is Verdict.STOP
    assert line.words.startswith("instances over all endpoints")


def test_serverless_endpoints_are_counted_by_number_and_by_concurrency() -> None:
    asked = request_for(MINILM, role=NEW_ROLE, instance_type="", mode=Serverless(concurrency=20))
    number = "Maximum number of serverless endpoints"
    concurrency = "Maximum total concurrency that can be allocated across all serverless endpoints"
    world = World({"one": HeldByEndpoint((), 1, 190)}, quotas={number: 5, concurrency: 200})
    found = world.check(asked).about(Topic.QUOTA)
    assert [line.verdict for line in found] == [Verdict.STOP, Verdict.OK]
    assert "10 left" in found[0].words


def test_where_quotas_may_not_be_read_the_default_stands_in_and_never_stops() -> None:
    world = World(quota_error=denied("servicequotas:ListServiceQuotas"))
    line = world.one(request(), Topic.QUOTA)
    assert line.verdict is Verdict.WARNING  # AWS gives a new account none of these
    assert "default of a new account" in line.detail
    assert "servicequotas:ListServiceQuotas" in line.detail


@pytest.mark.parametrize("error", [denied("sagemaker:ListEndpoints"), Unreachable("AWS could not be reached.")])
def test_what_is_in_use_is_unknown_where_endpoints_cannot_be_listed(error: Exception) -> None:
    line = World(quotas={USE: 4}, list_error=error).one(request(), Topic.QUOTA)
    assert line.verdict is Verdict.UNKNOWN
    assert "how much is in use could not be seen" in line.words


def test_a_large_account_is_looked_at_in_part_and_says_at_least() -> None:
    many = {f"endpoint-{number}": holding(G5, 1) for number in range(MOST_DESCRIBED + 20)}
    world = World(many, quotas={USE: 1000})
    service = world.service()
    line = service.check(request(), deadline=20.0).about(Topic.QUOTA)[0]
    assert line.verdict is Verdict.UNKNOWN
    assert f"at least {MOST_DESCRIBED} in use" in line.words
    assert "20 endpoints could not be looked at" in line.detail
    again = service.check(request(), deadline=20.0).about(Topic.QUOTA)[0]
    assert again.verdict is Verdict.OK
    assert len(world.described) == len(many)  # what has not changed is not read twice


def test_what_was_seen_of_a_large_account_is_enough_to_stop() -> None:
    many = {f"endpoint-{number}": holding(G5, 1) for number in range(MOST_DESCRIBED + 20)}
    assert World(many, quotas={USE: MOST_DESCRIBED}).one(request(), Topic.QUOTA).verdict is Verdict.STOP
