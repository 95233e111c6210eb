"""After the week the traffic goes on by the clock, where the endpoints stand and nobody else calls them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.demo import ongoing
from sandbox.demo.seeds import Seeds
from sandbox.demo.traffic import DAY, HOUR, MINUTE
from sandbox.world import World
from tests.sandbox.sagemaker.calls import IMAGE

REGION = "us-east-1"
NOON = 1_763_985_600.0 + 12 * HOUR  # a Monday


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with two of the demo's endpoints, at noon of a working day."""
    made = World(Clock(speed=0, source=lambda: NOON), tmp_path / "world.db")
    for name, variants in (("fraud-graph", ["AllTraffic"]), ("fraud-score", ["current", "candidate"])):
        _deploy(made, name, variants)
    made.advance(10)
    ongoing.begin(made, REGION, made.clock.now())
    yield made
    made.close()


def _deploy(world: World, name: str, variants: list[str]) -> None:
    def call(operation: str, **asked: Any) -> None:
        world.call("sagemaker", operation, asked, REGION)

    call("CreateModel", ModelName=name, PrimaryContainer={"Image": IMAGE})
    runs = {"ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    call(
        "CreateEndpointConfig",
        EndpointConfigName=name,
        ProductionVariants=[{"VariantName": v, **runs} for v in variants],
    )
    call("CreateEndpoint", EndpointName=name, EndpointConfigName=name)


def _invocations(world: World, endpoint: str, variant: str, since: float) -> list[float]:
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    metric = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Dimensions": dimensions}
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    asked = {"MetricDataQueries": [query], "StartTime": since, "EndTime": world.clock.now()}
    values = world.call("cloudwatch", "GetMetricData", asked, REGION)["MetricDataResults"][0]["Values"]
    return [float(value) for value in values]


def test_each_minute_has_its_traffic_and_variants_their_share(world: World) -> None:
    for _ in range(10):
        world.advance(MINUTE)
    graph = _invocations(world, "fraud-graph", "AllTraffic", NOON)
    assert 8 <= len(graph) <= 10
    assert all(20 <= count <= 60 for count in graph)
    current, candidate = (sum(_invocations(world, "fraud-score", each, NOON)) for each in ("current", "candidate"))
    assert 8 <= current / candidate <= 10


def test_it_ends_with_its_endpoint(world: World) -> None:
    world.call("sagemaker", "DeleteEndpoint", {"EndpointName": "fraud-graph"}, REGION)
    world.advance(10 * MINUTE)
    assert world.agenda.due(ongoing.ACTION, f"{REGION}/fraud-graph") is None
    assert world.agenda.due(ongoing.ACTION, f"{REGION}/fraud-score") is not None


def test_a_minute_in_which_somebody_called_is_left_as_it_was(world: World) -> None:
    hosted = world.hosting.find("fraud-graph", REGION, "123456789012")
    assert hosted is not None
    at = world.clock.now()
    world.meters.invoked(hosted, status=200, model_microseconds=1e3, overhead_microseconds=1e3, log_line="")
    world.advance(3 * MINUTE)
    assert _invocations(world, "fraud-graph", "AllTraffic", at - at % MINUTE)[-1] == 1


def test_what_a_stopped_sandbox_missed_is_made_up_for_an_hour_at_a_time(world: World) -> None:
    world.clock.put_forward(NOON + 5 * HOUR)
    world.agenda.run_due()
    begun = sum(_invocations(world, "fraud-graph", "AllTraffic", NOON))
    for _ in range(6):
        world.advance(2)
    assert 40 * 60 * 0.5 < begun < 40 * 60 * 1.2, "one hour at first"
    assert 4.5 < sum(_invocations(world, "fraud-graph", "AllTraffic", NOON)) / begun < 5.5


def test_it_goes_on_after_a_restart(world: World, tmp_path: Path) -> None:
    world.save()
    world.records.flush()
    again = World(Clock(speed=0, source=lambda: NOON + 5 * MINUTE), tmp_path / "world.db")
    Seeds(again)
    again.advance(MINUTE)
    assert len(_invocations(again, "fraud-graph", "AllTraffic", NOON)) >= 4
    again.close()


def test_a_week_put_forward_is_written_in_quarters_of_an_hour(world: World) -> None:
    world.advance(7 * DAY)
    recent = _invocations(world, "fraud-graph", "AllTraffic", world.clock.now() - DAY)
    assert 80 <= len(recent) <= 100
