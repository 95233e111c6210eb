"""Which figures are asked for, in how few calls, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.endpoints import EndpointDetail, Variant
from services.metrics import Chart, MetricsService, Query, Span, Window

NOW = 1_795_190_430.0  # half a minute into a minute
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


def detail(name: str = "demo", *variants: str, kind: str = "ml.g5.2xlarge", **changes: Any) -> EndpointDetail:
    every = variants or ("AllTraffic",)
    start = EndpointDetail(
        name=name,
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}",
        url="",
        status="InService",
        created=MOMENT,
        modified=MOMENT,
        config_name=name,
        variants=tuple(Variant(name=each, model_name="m", instance_type=kind, count=1, desired=1) for each in every),
    )
    return replace(start, **changes)


class Figures:
    """A gateway with figures by metric, statistic and last dimension."""

    def __init__(self, **figures: dict[int, float]) -> None:
        self.figures, self.asked = figures, 0
        self.queries: tuple[Query, ...] = ()

    def values(self, queries: Sequence[Query], window: Window) -> dict[Query, dict[int, float]]:
        self.asked += 1
        self.queries = tuple(queries)
        found = {}
        for query in queries:
            key = f"{query.metric}_{query.statistic}_{query.dimensions[-1][1]}"
            if key in self.figures:
                found[query] = {window.end + at * window.period: value for at, value in self.figures[key].items()}
        return found


def service(figures: Figures) -> MetricsService:
    gateway: Any = figures
    return MetricsService(gateway, lambda: NOW)


def chart(charts: Sequence[Chart], key: str) -> Chart:
    return next(each for each in charts if each.key == key)


@pytest.mark.parametrize("span", list(Span))
def test_a_span_is_whole_periods_that_cloudwatch_keeps_and_a_chart_can_draw(span: Span) -> None:
    window = service(Figures()).window(span)
    assert window.start % span.period == 0
    assert window.end - window.start == span.seconds
    assert len(window.times) <= 360
    assert window.end - span.period <= NOW < window.end
    assert span.period >= (60 if span.seconds <= 15 * 86_400 else 300)


def test_the_traffic_of_many_endpoints_is_one_reading_of_four_figures_each() -> None:
    figures = Figures()
    found = service(figures).traffic([detail(f"e{number}") for number in range(50)])
    assert (figures.asked, len(figures.queries)) == (1, 200)
    assert all(each.total == 0 and each.last_seen is None and each.median_ms is None for each in found.values())


def test_variants_are_added_up_and_the_slowest_is_the_latency() -> None:
    figures = Figures(
        Invocations_Sum_a={-1: 5.0, -2: 1.0},
        Invocations_Sum_b={-1: 3.0},
        Invocation5XXErrors_Sum_b={-1: 2.0},
        ModelLatency_p50_a={-1: 40.0},
        ModelLatency_p50_b={-1: 90.0},
    )
    told = service(figures).traffic([detail("demo", "a", "b")], Span.HOUR)["demo"]
    assert told.invocations[-2:] == (1.0, 8.0)
    assert (told.total, told.errors) == (9.0, 2.0)
    assert told.error_share == pytest.approx(2 / 9)
    assert told.median_ms == 90.0
    assert told.last_seen == told.window.end - told.window.period


def test_more_errors_than_counted_requests_are_all_of_them_and_not_more() -> None:
    figures = Figures(Invocations_Sum_AllTraffic={-1: 1.0}, Invocation4XXErrors_Sum_AllTraffic={-1: 3.0})
    assert service(figures).traffic([detail()])["demo"].error_share == 1.0


def test_an_asynchronous_endpoint_is_counted_by_what_it_answered_however_that_is_spelled() -> None:
    for spelling in ("InvocationsProcesssed", "InvocationsProcessed"):
        figures = Figures(**{f"{spelling}_Sum_AllTraffic": {-1: 4.0}})
        assert service(figures).traffic([detail(asynchronous=True)])["demo"].total == 4.0
    assert not any(query.metric == "Invocations" for query in figures.queries)


def test_an_asynchronous_endpoint_shows_its_backlog_and_no_overhead() -> None:
    keys = [each.key for each in service(Figures()).charts(detail(asynchronous=True))]
    assert {"backlog", "age"} <= set(keys)
    assert "overhead" not in keys


def test_a_serverless_endpoint_shows_cold_starts_and_memory_and_no_machines() -> None:
    keys = [each.key for each in service(Figures()).charts(detail(kind=""))]
    assert {"setup", "memory"} <= set(keys)
    assert not {"cpu", "gpu", "disk"} & set(keys)


def test_the_week_tells_what_is_usual_of_each_variant_in_one_reading() -> None:
    figures = Figures(Invocations_Sum_a={-1: 5.0}, ModelLatency_p95_b={-2: 40.0})
    found = service(figures).week(detail("demo", "a", "b"))
    assert figures.asked == 1
    assert set(found) == {"a", "b"}
    assert found["a"]["requests"][-2:] == (None, 5.0)
    assert found["b"]["p95"][-2:] == (40.0, None)
    assert "backlog" not in found["a"]


def test_any_figures_can_be_drawn_as_lines_with_gaps() -> None:
    figures = Figures(ModelLatency_p95_b={-2: 40.0})
    query = Query("AWS/SageMaker", "ModelLatency", "p95", (("EndpointName", "demo"), ("VariantName", "b")))
    (line,) = service(figures).series([query], Span.HOUR)
    assert [value for _, value in line.points[-3:]] == [None, 40.0, None]


def test_short_spans_are_read_again_sooner_than_long_ones() -> None:
    assert {span: span.refresh for span in Span} == {
        Span.HOUR: 60, Span.SIX_HOURS: 60, Span.DAY: 300, Span.WEEK: 300, Span.MONTH: 300,
    }  # fmt: skip


def test_a_count_waits_for_its_period_to_be_over_unless_that_is_a_minute() -> None:
    figures = Figures(Invocations_Sum_AllTraffic={-1: 7.0, -4: 5.0})
    days = chart(service(figures).charts(detail(), Span.DAY), "invocations").series[0]
    assert [value for _, value in days.points[-4:-2]] == [5.0, 0.0]
    assert days.points[-1][1] is None
    hour = chart(service(figures).charts(detail(), Span.HOUR), "invocations").series[0]
    assert hour.last == 7.0


def test_the_overhead_has_its_average_beside_percentiles_that_may_be_missing() -> None:
    figures = Figures(OverheadLatency_Average_AllTraffic={-1: 9.0})
    average = chart(service(figures).charts(detail()), "overhead").series[-1]
    assert (average.label, average.last) == ("average", 9.0)
    figures.figures["OverheadLatency_p50_AllTraffic"] = {-1: 8.0}
    labels = [each.label for each in chart(service(figures).charts(detail()), "overhead").series]
    assert labels == ["p50", "p90", "p95", "p99"]


def test_a_machine_without_gpu_shows_none() -> None:
    keys = [each.key for each in service(Figures()).charts(detail(kind="ml.m5.xlarge"))]
    assert "cpu" in keys
    assert not {"gpu", "gpu_memory"} & set(keys)


def test_components_are_measured_by_themselves() -> None:
    figures = Figures()
    charts = service(figures).charts(detail(components=("one", "two")))
    assert [series.label for series in chart(charts, "invocations").series] == ["one", "two"]
    assert {query.dimensions[0][0] for query in figures.queries} == {"InferenceComponentName"}


def test_utilisation_is_a_share_of_all_processors() -> None:
    figures = Figures()
    service(figures).charts(detail(kind="ml.g5.2xlarge"))
    cpu = next(query for query in figures.queries if query.metric == "CPUUtilization")
    assert cpu.scale == pytest.approx(1 / 8)  # ml.g5.2xlarge has 8 vCPU, which the metric counts as 800 %


def test_requests_that_nobody_made_are_none_but_a_latency_nobody_measured_is_unknown() -> None:
    charts = service(Figures()).charts(detail(), Span.HOUR)
    requests = [value for _, value in chart(charts, "invocations").series[0].points]
    assert set(requests[:-3]) == {0.0}
    assert requests[-3:] == [None] * 3  # CloudWatch may not have them yet
    assert {value for _, value in chart(charts, "model").series[0].points} == {None}
    assert not chart(charts, "model").measured


def test_two_endpoints_stand_beside_each_other_in_one_reading() -> None:
    figures = Figures()
    charts = service(figures).charts(detail("a"), compare=detail("b", kind="ml.m5.xlarge"))
    assert figures.asked == 1
    assert [series.label for series in chart(charts, "invocations").series] == ["a · Requests", "b · Requests"]
    assert [series.label for series in chart(charts, "gpu").series] == ["a · GPU"]


def test_an_endpoint_without_variants_has_no_lines_and_no_error() -> None:
    bare = replace(detail(), variants=())
    assert service(Figures()).traffic([bare])["demo"].total == 0
    assert all(each.series == () for each in service(Figures()).charts(bare))
