"""What ran is noted without anybody saying so, to the second, and costs what the price list says."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import Clock
from sandbox.costexplorer.ledger import HOURS_OF_MONTH, Usage, usage_of
from sandbox.hosting import Hosted
from sandbox.world import World
from tests.sandbox.conftest import Running

HOUR = 3600.0
M5 = 0.23  # USD an hour for ml.m5.xlarge in us-east-1


def test_an_endpoint_costs_from_its_start_to_its_end(sandbox: Running, deploy: Callable[..., None]) -> None:
    world, client = sandbox.app.world, sandbox.client("sagemaker")
    start = world.clock.now()
    deploy("chat")
    world.advance(10 * HOUR)
    assert world.ledger.spend(start, world.clock.now()) == pytest.approx(10 * M5, rel=0.01)
    client.delete_endpoint(EndpointName="chat")
    world.advance(50 * HOUR)
    assert world.ledger.spend(start, world.clock.now()) == pytest.approx(10 * M5, rel=0.01)
    assert world.ledger.spend(start, world.clock.now(), "eu-west-1") == 0


def test_a_change_of_the_count_is_billed_from_that_moment_on(sandbox: Running, deploy: Callable[..., None]) -> None:
    world, client = sandbox.app.world, sandbox.client("sagemaker")
    start = world.clock.now()
    deploy("chat")
    world.advance(2 * HOUR)
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}]
    client.update_endpoint_weights_and_capacities(EndpointName="chat", DesiredWeightsAndCapacities=wanted)
    world.advance(2 * HOUR)
    assert world.ledger.spend(start, world.clock.now()) == pytest.approx(8 * M5, rel=0.01)
    (one, three) = sorted(world.ledger.usages(start, world.clock.now()), key=lambda each: each.start)
    assert one.end == three.start
    assert one.usage == three.usage == "Host:ml.m5.xlarge"
    assert three.amount == pytest.approx(6, rel=0.01)


def test_a_volume_costs_by_the_month_whether_anything_runs_or_not(sandbox: Running, role: str) -> None:
    world = sandbox.app.world
    sandbox.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="papers", InstanceType="ml.t3.medium", RoleArn=role, VolumeSizeInGB=100
    )
    start = world.clock.now()
    world.advance(73 * HOUR)
    world.ledger.settle()
    (volume,) = (each for each in world.ledger.usages(start, world.clock.now()) if "Volume" in each.usage)
    assert volume.usage == "Notebk:VolumeUsage.gp2"
    assert volume.amount == pytest.approx(100 * 73 / HOURS_OF_MONTH)
    assert volume.usd == pytest.approx(1.4)


def test_a_notebook_instance_costs_nothing_while_it_is_stopped(sandbox: Running, role: str) -> None:
    world, client, named = sandbox.app.world, sandbox.client("sagemaker"), {"NotebookInstanceName": "papers"}
    client.create_notebook_instance(**named, InstanceType="ml.t3.medium", RoleArn=role)
    began = world.clock.now()
    world.advance(10 * HOUR)
    client.stop_notebook_instance(**named)
    world.advance(10 * HOUR)
    client.start_notebook_instance(**named)
    world.ledger.settle()  # somebody looks while it is Pending again
    world.advance(10 * HOUR)
    hours = sum(each.amount for each in world.ledger.usages(began, world.clock.now()) if "ml.t3" in each.usage)
    assert hours == pytest.approx(20, rel=0.01)


def test_variants_of_one_type_are_counted_together_and_tags_follow(
    sandbox: Running, deploy: Callable[..., None]
) -> None:
    world, client = sandbox.app.world, sandbox.client("sagemaker")
    deploy("chat")
    variant = {"ModelName": "chat", "InstanceType": "ml.m5.xlarge"}
    variants = [{**variant, "VariantName": name, "InitialInstanceCount": count} for name, count in (("a", 1), ("b", 2))]
    client.create_endpoint_config(EndpointConfigName="both", ProductionVariants=variants)
    arn = client.create_endpoint(EndpointName="both", EndpointConfigName="both")["EndpointArn"]
    start = world.clock.now()
    world.advance(10 * HOUR)
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
    world.ledger.settle()
    (both,) = (each for each in world.ledger.usages(start, world.clock.now()) if each.arn == arn)
    assert both.amount == pytest.approx(30, rel=0.01)
    assert both.tags == {"team": "a"}


def test_the_past_can_be_written_and_part_of_it_asked_for() -> None:
    world = World(Clock(speed=0))
    now = world.clock.now()
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/old"
    world.ledger.wrote("us-east-1", arn, "Hosting", "ml.m5.xlarge", 2, now - 20 * HOUR, now - 10 * HOUR, {"team": "a"})
    assert world.ledger.spend(now - 100 * HOUR, now) == pytest.approx(20 * M5)
    assert world.ledger.spend(now - 15 * HOUR, now) == pytest.approx(10 * M5)
    assert world.ledger.spend(now - 5 * HOUR, now) == 0
    world.close()


def test_what_nobody_can_ask_for_any_more_is_forgotten() -> None:
    world = World(Clock(speed=0))
    began, arn = world.clock.now(), "arn:aws:sagemaker:us-east-1:123456789012:endpoint/old"
    for _ in range(3):
        now = world.clock.now()
        world.ledger.wrote("us-east-1", arn, "Hosting", "ml.m5.xlarge", 1, now - HOUR, now, {})
        world.ledger.metered("us-east-1", arn, "ServerlessInf:Mem-1GB", 1.0, {})
        world.advance(300 * 24 * HOUR)
    found = [usage.end - began for usage in world.ledger.usages(began - HOUR, world.clock.now())]
    assert len(found) == 4
    assert min(found) > 299 * 24 * HOUR
    world.close()


def test_serverless_costs_by_the_second_of_its_memory() -> None:
    world = World(Clock(speed=0))
    now = world.clock.now()
    hosted = Hosted(
        endpoint="small", variant="v", status="InService", image="", environment={}, artifact="", model="m",
        tags={"team": "a"}, account="123456789012", region="us-east-1", instance_type="",
        serverless={"MemorySizeInMB": 3072, "MaxConcurrency": 5},
    )  # fmt: skip
    for _ in range(10):
        world.meters.invoked(hosted, status=200, model_microseconds=1_500_000, overhead_microseconds=10.0, log_line="")
    (usage,) = world.ledger.usages(now - HOUR, now + HOUR)
    assert usage.usage == "ServerlessInf:Mem-3GB"
    assert usage.amount == pytest.approx(15)
    assert usage.usd == pytest.approx(15 * 0.00006)
    assert usage.tags == {"team": "a"}
    world.close()


def test_what_has_no_known_price_is_counted_and_costs_nothing_known() -> None:
    world = World(Clock(speed=0))
    now = world.clock.now()
    world.ledger.wrote("us-east-1", "arn:x", "Hosting", "ml.unheard.of", 1, now - HOUR, now, {})
    (usage,) = world.ledger.usages(now - HOUR, now)
    assert usage.amount == pytest.approx(1)
    assert usage.usd is None
    world.close()


@pytest.mark.parametrize(
    ("kind", "instance_type", "usage"),
    [
        ("Hosting", "ml.g5.xlarge", "Host:ml.g5.xlarge"),
        ("Training", "ml.m5.large", "Train:ml.m5.large"),
        ("Notebook", "ml.t3.medium", "Notebk:ml.t3.medium"),
        ("JupyterLab", "ml.t3.medium", "Studio:JupyterLab-ml.t3.medium"),
        ("Notebk:VolumeUsage.gp2", "", "Notebk:VolumeUsage.gp2"),
    ],
)
def test_each_use_is_billed_under_its_own_usage_type(kind: str, instance_type: str, usage: str) -> None:
    assert usage_of(kind, instance_type) == usage


@given(st.floats(0, 1e6), st.floats(1, 1e6), st.lists(st.floats(-1e5, 3e6), min_size=1, max_size=6))
def test_shares_of_neighbouring_periods_add_up(start: float, long: float, cuts: list[float]) -> None:
    usage = Usage("s", "us-east-1", "Host:ml.m5.large", "a", {}, start, start + long, 1, 1)
    edges = sorted({-1e9, *cuts, 1e9})
    total = sum(usage.share(one, other) for one, other in pairwise(edges))
    assert total == pytest.approx(1)
