"""What is told of invocations, backlogs and machines comes back as AWS's metrics."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.telemetry import Shape
from sandbox.telemetry.cells import Spread, spread_of
from sandbox.telemetry.serving import machine
from sandbox.world import World
from tests.sandbox.cloudwatch.asking import VARIANT, ask, metric, values
from tests.sandbox.telemetry.conftest import NOW, REGION, a_world, hosted

HOSTS = "/aws/sagemaker/Endpoints"
Invoke = Callable[..., None]


def names(world: World, **asked: object) -> set[str]:
    listed = world.call("cloudwatch", "ListMetrics", asked, REGION)["Metrics"]
    return {row["MetricName"] for row in listed}


def test_invocations_and_their_errors_are_counted_by_minute(world: World, invoke: Invoke) -> None:
    invoke(times=7)
    invoke(times=2, status=400)
    invoke(status=424)
    world.advance(60)
    invoke(times=3)
    wanted = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors")
    queries = [metric(name, id=f"m{number}") for number, name in enumerate(wanted)]
    assert values(world, *queries) == [[10.0, 3.0], [2.0, 0.0], [1.0, 0.0], [1.0, 0.0]]


def test_an_average_of_errors_is_their_share(world: World, invoke: Invoke) -> None:
    invoke(times=3)
    invoke(status=500)
    assert values(world, metric("Invocation5XXErrors", "Average")) == [[0.25]]


@pytest.mark.parametrize(("stat", "value"), [("p50", 500), ("p90", 900), ("p99", 990), ("p99.9", 999), ("p100", 1000)])
def test_percentiles_of_many_values_are_near_the_true_ones(
    world: World, invoke: Invoke, stat: str, value: float
) -> None:
    for number in range(1, 1001):
        invoke(milliseconds=float((number * 617) % 1000 + 1), endpoint="chat")
    ((got,),) = values(world, metric("ModelLatency", stat))
    assert got / 1000 == pytest.approx(value, rel=0.06)


def test_percentiles_of_few_values_are_exact(world: World, invoke: Invoke) -> None:
    for number in (5, 1, 3, 2, 4):
        invoke(milliseconds=float(number))
    stats = ("p50", "p90", "Average", "Minimum", "Maximum", "SampleCount", "tm60")
    queries = [metric("ModelLatency", stat, id=f"m{n}") for n, stat in enumerate(stats)]
    assert [found[0] for found in values(world, *queries)] == [3000, 5000, 3000, 1000, 5000, 5, 2000]


def test_invocations_per_instance_follow_the_count(world: World, invoke: Invoke) -> None:
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 4, NOW - 600, kind="variant")
    invoke(times=8)
    assert values(world, metric("InvocationsPerInstance")) == [[2.0]]
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 0, NOW + 30)
    assert values(world, metric("InvocationsPerInstance")) == [[2.0]]


def test_concurrency_is_the_most_that_were_answered_at_once(world: World) -> None:
    for concurrency in (3, 7, 1):
        world.meters.invoked(
            hosted(),
            status=200,
            model_microseconds=1.0,
            overhead_microseconds=1.0,
            log_line="",
            concurrency=concurrency,
        )
    assert values(world, metric("ConcurrentRequestsPerModel", "Maximum")) == [[7.0]]


def test_of_many_changes_the_latest_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.telemetry.serving.STEPS", 3)
    for minute in range(8):
        world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", minute + 1, NOW + 60 * minute)
    world.advance(480)
    (told,) = values(world, metric("CPUUtilization", "SampleCount", namespace=HOSTS))
    assert told == [6.0, 7.0, 8.0]


def test_an_idle_machine_has_host_metrics_for_every_minute_it_serves(world: World) -> None:
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.g5.xlarge", 2, NOW, kind="variant")
    world.advance(600)
    world.meters.gone(REGION, "chat", world.clock.now())
    world.advance(600)
    names_of = ("CPUUtilization", "MemoryUtilization", "DiskUtilization", "GPUUtilization", "GPUMemoryUtilization")
    for name in names_of:
        (series,) = values(world, metric(name, "Average", namespace=HOSTS))
        assert len(series) == 10, name
        assert all(0 <= value <= 100 * machine("ml.g5.xlarge").vcpus for value in series)
    assert values(world, metric("CPUUtilization", "SampleCount", namespace=HOSTS)) == [[2.0] * 10]
    assert names(world, Namespace=HOSTS) == set(names_of)


def test_a_busy_machine_works_harder_than_an_idle_one(world: World, invoke: Invoke) -> None:
    for name in ("chat", "idle"):
        world.meters.serving(REGION, name, "AllTraffic", "ml.g5.xlarge", 1, NOW, kind="variant")
    invoke(times=600, milliseconds=200.0)
    world.advance(60)
    for name in ("CPUUtilization", "GPUUtilization"):
        idle = {**VARIANT, "EndpointName": "idle"}
        queries = metric(name, "Average", namespace=HOSTS), metric(name, "Average", namespace=HOSTS, of=idle, id="m2")
        (busy, *_), (calm, *_) = values(world, *queries)
        assert busy > calm + 20


def test_a_machine_without_gpu_has_no_gpu_metrics(world: World) -> None:
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 1, NOW - 60, kind="variant")
    assert "GPUUtilization" not in names(world)
    assert values(world, metric("GPUUtilization", "Average", namespace=HOSTS)) == [[]]


def test_asynchronous_endpoints_have_a_backlog_and_no_invocations(world: World) -> None:
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 0, NOW, kind="async")
    world.meters.backlog(REGION, "chat", 6)
    world.advance(120)
    world.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 2, world.clock.now())
    world.advance(60)
    world.meters.processed(hosted(), status=200, model_microseconds=2e6, waited=3.0, took=5.0)
    world.meters.backlog(REGION, "chat", 0)
    of = {"EndpointName": "chat"}
    sizes, waiting, each, times = values(
        world,
        metric("ApproximateBacklogSize", "Maximum", of=of),
        metric("HasBacklogWithoutCapacity", "Average", of=of, id="m2"),
        metric("ApproximateBacklogSizePerInstance", "Average", of=of, id="m3"),
        metric("TimeInBacklog", "Average", id="m4"),
        ahead=120,
    )
    assert sizes[:4] == [6.0, 6.0, 6.0, 6.0]
    assert waiting[:3] == [1.0, 1.0, 0.0]
    assert each[0] == 3.0
    assert times == [3000.0]
    found = names(world, Namespace="AWS/SageMaker")
    assert {"InvocationsProcesssed", "ModelLatency", "ApproximateBacklogSize"} <= found
    assert not found & {"Invocations", "InvocationsPerInstance", "OverheadLatency"}


def test_inference_components_have_metrics_of_their_own(world: World, invoke: Invoke) -> None:
    world.meters.component_serving(REGION, hosted(component="part", copies=2), NOW - 60)
    invoke(times=4, component="part", copies=2)
    of = {"InferenceComponentName": "part"}
    queries = metric("Invocations", of=of), metric("InvocationsPerCopy", of=of, id="m2"), metric("Invocations", id="m3")
    assert values(world, *queries) == [[4.0], [2.0], [4.0]]


def test_recent_load_is_told_in_true_seconds(world: World, invoke: Invoke) -> None:
    invoke(times=5, milliseconds=400.0)
    world.advance(30)
    invoke(times=10, milliseconds=100.0)
    late = world.meters.recent(REGION, "chat", "AllTraffic", 10)
    assert late.invocations == 10
    assert (late.busy_seconds, late.concurrency) == pytest.approx((1.0, 0.1))
    assert world.meters.recent(REGION, "chat", "AllTraffic", 60).invocations == 15
    assert world.meters.recent(REGION, "chat", "AllTraffic", 600).invocations == 15
    assert world.meters.recent(REGION, "none", "AllTraffic", 60).invocations == 0
    world.advance(12)
    assert world.meters.recent(REGION, "chat", "AllTraffic", 10).invocations == 0


def test_a_past_minute_can_be_written(world: World) -> None:
    shape = Shape(model_microseconds=80_000.0, failed=3, refused=1)
    world.meters.traffic(REGION, "chat", "AllTraffic", NOW - 600, 200, shape)
    world.meters.traffic(REGION, "chat", "AllTraffic", NOW - 1200, 5)
    calls, failed, median = values(
        world, metric("Invocations"), metric("Invocation5XXErrors", id="m2"), metric("ModelLatency", "p50", id="m3")
    )
    assert (calls, failed) == ([5.0, 200.0], [0.0, 3.0])
    assert median[1] == pytest.approx(80_000)


def test_minutes_and_lines_outlive_a_restart(tmp_path: Path) -> None:
    first = a_world(path=tmp_path / "state")
    first.meters.serving(REGION, "chat", "AllTraffic", "ml.m5.large", 1, NOW - 60, kind="variant")
    for number in (1, 2, 3):
        first.meters.invoked(
            hosted(), status=200, model_microseconds=number * 10.0, overhead_microseconds=1.0, log_line=f"line {number}"
        )
    first.close()
    again = a_world(path=tmp_path / "state")
    again.meters.invoked(hosted(), status=200, model_microseconds=40.0, overhead_microseconds=1.0, log_line="line 4")
    assert values(again, metric("Invocations"), metric("ModelLatency", "Maximum", id="m2")) == [[4.0], [40.0]]
    group = {"logGroupName": "/aws/sagemaker/Endpoints/chat"}
    events = again.call("logs", "FilterLogEvents", group, REGION)["events"]
    assert [event["message"] for event in events] == ["line 1", "line 2", "line 3", "line 4"]
    assert len({event["logStreamName"] for event in events}) == 1
    again.close()


def test_a_file_of_another_format_is_begun_anew(tmp_path: Path) -> None:
    world = a_world(path=tmp_path / "state")
    world.meters.put(REGION, "own", "m", {}, 1.0, "None", NOW)
    world.close()
    with closing(sqlite3.connect(tmp_path / "telemetry" / "minutes.sqlite")) as file:
        file.execute("pragma user_version = 99")
        file.execute("drop table hour")
    again = a_world(path=tmp_path / "state")
    assert names(again) == set()
    again.meters.put(REGION, "own", "m", {}, 2.0, "None", NOW)
    assert values(again, metric("m", namespace="own", of={})) == [[2.0]]
    again.close()


def test_a_reset_forgets_metrics_and_logs(world: World, invoke: Invoke) -> None:
    invoke()
    world.reset()
    assert names(world) == set()
    assert world.call("logs", "DescribeLogGroups", {}, REGION)["logGroups"] == []
    invoke()
    assert world.meters.recent(REGION, "chat", "AllTraffic", 60).invocations == 1
    assert values(world, metric("Invocations")) == [[1.0]]


def test_invocations_write_to_the_streams_that_the_containers_began(world: World, invoke: Invoke) -> None:
    world.meters.log(REGION, "/aws/sagemaker/Endpoints/chat", "AllTraffic/i-0abc", NOW, "Starting container")
    invoke()
    asked = {"logGroupName": "/aws/sagemaker/Endpoints/chat", "logStreamName": "AllTraffic/i-0abc"}
    events = world.call("logs", "GetLogEvents", asked, REGION)["events"]
    assert [event["message"] for event in events] == ["Starting container", "POST /invocations 200"]


def test_a_spread_read_back_from_its_row_goes_on_where_it_was(world: World, invoke: Invoke) -> None:
    invoke(times=40, milliseconds=10.0)
    rows = world.meters.tracks.rows(("variant", REGION, "chat", "AllTraffic"))
    back = spread_of(rows[0], "model")
    back.add(1.0)
    assert isinstance(back, Spread)
    assert (back.count, back.least, back.total) == (41, 1.0, 400_001.0)


def test_two_thousand_idle_endpoints_are_listed_page_by_page(world: World) -> None:
    for number in range(2000):
        world.meters.serving(REGION, f"e{number}", "AllTraffic", "ml.m5.large", 1, NOW - 60, kind="variant")
    found: set[str] = set()
    token: dict[str, str] = {}
    while True:
        page = world.call("cloudwatch", "ListMetrics", {"MetricName": "CPUUtilization", **token}, REGION)
        found |= {row["Dimensions"][0]["Value"] for row in page["Metrics"]}
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(found) == 2000
    queries = [
        metric("CPUUtilization", "Average", namespace=HOSTS, of={**VARIANT, "EndpointName": f"e{n}"}, id=f"m{n}")
        for n in range(500)
    ]
    results = ask(world, *queries)
    assert len(results) == 500
    assert all(len(result["Values"]) == 1 for result in results)


def test_what_was_read_is_let_go_and_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.telemetry.tracks.READ", 10)
    monkeypatch.setattr("sandbox.telemetry.tracks.UNWRITTEN", 7)
    for endpoint in ("a", "b", "c"):
        for minute in range(8):
            world.meters.traffic(REGION, endpoint, "AllTraffic", NOW - 86_400 * 3 + minute * 60, minute + 1)
            world.meters.traffic(REGION, endpoint, "AllTraffic", NOW - 600 + minute * 60, minute + 1)
    queries = [metric("Invocations", of={**VARIANT, "EndpointName": name}, id=f"m{name}") for name in ("a", "b", "c")]
    hour, week = [float(n) for n in range(1, 9)], [float(n) for n in range(1, 9)] * 2
    assert values(world, *queries) == [hour] * 3
    assert values(world, *queries, back=604_800) == [week] * 3
    world.meters.traffic(REGION, "a", "AllTraffic", NOW - 86_400 * 3, 100)
    assert values(world, *queries, back=604_800)[0] == [100.0, *week[1:]]


def test_a_save_that_comes_too_late_does_no_harm(tmp_path: Path) -> None:
    world = a_world(path=tmp_path / "state")
    world.meters.put(REGION, "own", "m", {}, 1.0, "None", NOW)
    world.close()
    world.meters.flush()
    world.meters.close()
    again = a_world(path=tmp_path / "state")
    assert values(again, metric("m", namespace="own", of={})) == [[1.0]]
    again.close()
