"""What is expected and what it may come to at most, by the way of answering."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.catalog import Rate
from services.deploy import Components, FoundEndpoint, Scaling, Serverless, plan_deploy
from tests.services.deploy.worlds import CPU, CUSTOM, GPU, MISTRAL, SMALL, Nobody, asked, planned, service

HOST = FoundEndpoint("demo", "InService", "demo", "Shared", "ml.g5.12xlarge", 2, 2, takes_components=True)
ONTO = Components(name="second", accelerators=1, memory_mb=8192, onto=True)


def test_the_ceiling_is_the_dearest_type_as_often_as_it_may_run() -> None:
    pools = planned(asked(MISTRAL, GPU, fallbacks=("ml.g5.4xlarge",), count=2)).estimate
    assert pools.usd_per_hour == pytest.approx(3.03)
    assert pools.usd_per_hour_most == pytest.approx(4.06, rel=0.01)
    assert "the dearest of" in pools.source
    grown = planned(asked(SMALL, CPU, scaling=Scaling(maximum=4))).estimate
    assert grown.usd_per_hour_most == pytest.approx(4 * (grown.usd_per_hour or 0))
    unknown = planned(asked(CUSTOM, CPU, fallbacks=("ml.z9.newest",))).estimate
    assert unknown.usd_per_hour is not None
    assert unknown.usd_per_hour_most is None


def test_serverless_costs_nothing_while_idle_and_at_most_every_second_of_all_requests() -> None:
    idle = planned(asked(kind="", mode=Serverless(memory_mb=3072, concurrency=5))).estimate
    assert idle.usd_per_hour == 0.0
    assert idle.usd_per_hour_most == pytest.approx(0.00006 * 3600 * 5)
    assert "billed by the request" in idle.source
    kept = planned(asked(kind="", mode=Serverless(provisioned=1)))
    assert kept.estimate.usd_per_hour is None, "kept-ready concurrency costs, and what is not known"


def test_concurrency_kept_ready_bills_while_idle_where_its_price_is_known() -> None:
    request = asked(kind="", mode=Serverless(memory_mb=3072, concurrency=5, provisioned=2))
    found = service(Nobody()).state(request)
    ready = Rate("ProvisionedConcurrency:Usage-3GB", 0.00003, "seconds", "observed", origin="live")
    told = plan_deploy(request, replace(found, ready=ready)).estimate
    assert told.usd_per_hour == pytest.approx(0.00003 * 3600 * 2)
    assert told.usd_per_hour_most == pytest.approx(0.00003 * 3600 * 2 + 0.00006 * 3600 * 5)
    assert "2 kept ready" in told.source


def test_a_component_may_make_its_endpoint_grow() -> None:
    request, host = asked(MISTRAL, "", mode=ONTO), replace(HOST, most=4)
    hourly = service(Nobody(host)).state(request).price.usd_per_hour
    assert hourly is not None
    grown = plan_deploy(request, service(Nobody(host)).state(request)).estimate
    assert grown.usd_per_hour == 0.0
    assert grown.usd_per_hour_most == pytest.approx(2 * hourly)
