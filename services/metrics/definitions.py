"""Which metrics tell what of an endpoint. Names, dimensions and units as SageMaker publishes them.

Source: AWS's developer guide, "Metrics for monitoring Amazon SageMaker AI with CloudWatch" and "Monitoring asynchronous
endpoints" (as of 2026-11-20). Asynchronous endpoints publish no Invocations; their count of answers is documented with
three s, so both spellings are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.catalog import instance
from services.endpoints import EndpointDetail
from services.metrics.models import Query

REQUESTS, HOSTS, PARTS = "AWS/SageMaker", "/aws/sagemaker/Endpoints", "/aws/sagemaker/InferenceComponents"
MILLISECONDS = 1 / 1000  # of a microsecond
PERCENTILES = ("p50", "p90", "p95", "p99")
PROCESSED = ("InvocationsProcesssed", "InvocationsProcessed")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its label, and the names it may be published under; the first with a figure counts.

    zero    nothing published means none
    spare   shown only where no other line of the chart has a figure
    fine    left out where two endpoints stand beside each other
    """

    label: str
    queries: tuple[Query, ...]
    zero: bool = False
    spare: bool = False
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart before it has figures."""

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What publishes figures of its own: a variant or a component. `label` "" where there is only one."""

    label: str
    dimensions: tuple[tuple[str, str], ...]
    component: bool = False
    instance_type: str = ""


def places(detail: EndpointDetail) -> tuple[Place, ...]:
    """The variants of an endpoint, or its components where it holds such."""
    names = [(name, True, "") for name in detail.components] or [
        (variant.name, False, variant.instance_type) for variant in detail.variants
    ]
    alone = len(names) == 1
    return tuple(
        Place("" if alone else name, _dimensions(detail.name, name, component), component, kind)
        for name, component, kind in names
    )


def hosts(detail: EndpointDetail) -> tuple[Place, ...]:
    """The variants of an endpoint that have machines, whatever runs on them: what publishes the machines' figures."""
    return tuple(
        Place(each.name, _dimensions(detail.name, each.name, component=False), False, each.instance_type)
        for each in detail.variants
        if each.instance_type
    )


def _dimensions(endpoint: str, name: str, component: bool) -> tuple[tuple[str, str], ...]:
    if component:
        return (("InferenceComponentName", name),)
    return (("EndpointName", endpoint), ("VariantName", name))


def invocations(detail: EndpointDetail, place: Place) -> tuple[Query, ...]:
    """What counts the requests: one query, or both spellings where the endpoint is asynchronous."""
    names = PROCESSED if detail.asynchronous else ("Invocations",)
    return tuple(Query(REQUESTS, name, "Sum", place.dimensions) for name in names)


def errors(place: Place, kind: str) -> Query:
    """Requests answered with 4xx or 5xx."""
    return Query(REQUESTS, f"Invocation{kind}Errors", "Sum", place.dimensions)


def latency(place: Place, statistic: str = "p50", metric: str = "ModelLatency") -> Query:
    """Milliseconds."""
    return Query(REQUESTS, metric, statistic, place.dimensions, MILLISECONDS)


def of_week(detail: EndpointDetail) -> Iterator[tuple[str, str, tuple[Query, ...]]]:
    """What tells what is usual: (variant or component, what, its queries)."""
    for place in places(detail):
        name = place.dimensions[-1][1]
        yield name, "requests", invocations(detail, place)
        yield name, "failed", (errors(place, "5XX"),)
        yield name, "p95", (latency(place, "p95"),)
        if detail.asynchronous:
            whole = (("EndpointName", detail.name),)
            yield name, "backlog", (Query(REQUESTS, "ApproximateBacklogSize", "Maximum", whole),)


def drawings(detail: EndpointDetail) -> Iterator[Drawing]:
    """The charts of an endpoint, the ones people look for first in front."""
    every = places(detail)
    counted = tuple(Line(place.label or "Requests", invocations(detail, place), zero=True) for place in every)
    yield Drawing("invocations", "Requests", "count", counted, "by period")
    yield Drawing("errors", "Errors", "count", tuple(
        Line(_labelled(place, kind), (errors(place, kind),), zero=True) for place in every for kind in ("4XX", "5XX")),
        "4XX: the request was refused; 5XX: the model failed")  # fmt: skip
    for key, title, metric in (
        ("model", "Model latency", "ModelLatency"),
        ("overhead", "Overhead latency", "OverheadLatency"),
    ):
        if detail.asynchronous and metric == "OverheadLatency":
            continue  # not published
        # the overhead's percentiles are not among the statistics AWS promises, its average is
        statistics = PERCENTILES if metric == "ModelLatency" else (*PERCENTILES, "Average")
        yield Drawing(key, title, "ms", tuple(
            Line(_labelled(place, each.lower()), (latency(place, each, metric),),
                 spare=each not in PERCENTILES, fine=each in ("p90", "p99"))
            for place in every for each in statistics),
            "time in the container" if metric == "ModelLatency" else "time SageMaker adds")  # fmt: skip
    yield from _of_hosts(detail, every)
    if detail.asynchronous:
        yield from _of_backlog(detail)


def _labelled(place: Place, text: str) -> str:
    return f"{place.label} {text}".strip()


def _of_hosts(detail: EndpointDetail, every: tuple[Place, ...]) -> Iterator[Drawing]:
    concurrent = "ConcurrentRequestsPerCopy" if detail.components else "ConcurrentRequestsPerModel"
    yield Drawing("concurrency", "Requests at once", "count", tuple(
        Line(place.label or "Most at once", (Query(REQUESTS, concurrent, "Maximum", place.dimensions),))
        for place in every), "the most of each period")  # fmt: skip
    if detail.serverless:
        setup = tuple(Line(place.label or "Longest", (latency(place, "Maximum", "ModelSetupTime"),)) for place in every)
        yield Drawing("setup", "Cold start", "ms", setup, "time until a sleeping model answers")
        memory = (Line(place.label or "Memory", (used(place, "MemoryUtilization"),)) for place in every)
        yield Drawing("memory", "Memory", "percent", tuple(memory), "of what it was given")
        return
    for key, title, metric in (
        ("cpu", "CPU", "CPUUtilization"),
        ("gpu", "GPU", "GPUUtilization"),
        ("gpu_memory", "GPU memory", "GPUMemoryUtilization"),
        ("memory", "Memory", "MemoryUtilization"),
        ("disk", "Disk", "DiskUtilization"),
    ):
        lines = tuple(Line(place.label or title, (used(place, metric),)) for place in every if has(place, metric))
        if lines:
            yield Drawing(key, title, "percent", lines, "of what the instances have")


def used(place: Place, metric: str, statistic: str = "") -> Query:
    """Utilisation as a share of all: the host metrics count 100 for each processor or GPU, the components' do not."""
    if place.component:
        return Query(PARTS, f"{metric}Normalized", statistic or "Average", place.dimensions)
    spec = instance(place.instance_type)
    parts = (
        {"CPUUtilization": spec.vcpu, "GPUUtilization": spec.gpu_count, "GPUMemoryUtilization": spec.gpu_count}
        if spec
        else {}
    )
    statistic = statistic or ("Maximum" if metric == "DiskUtilization" else "Average")
    return Query(HOSTS, metric, statistic, place.dimensions, 1 / max(1, parts.get(metric, 1)))


def has(place: Place, metric: str) -> bool:
    """Whether what stands there publishes the metric; a type nobody knows may."""
    if place.component:
        return metric != "DiskUtilization"
    spec = instance(place.instance_type)
    return not metric.startswith("GPU") or spec is None or spec.gpu_count > 0


def _of_backlog(detail: EndpointDetail) -> Iterator[Drawing]:
    whole = (("EndpointName", detail.name),)
    size = Query(REQUESTS, "ApproximateBacklogSize", "Maximum", whole)
    each = Query(REQUESTS, "ApproximateBacklogSizePerInstance", "Average", whole)
    yield Drawing("backlog", "Backlog", "count", (Line("Waiting", (size,)), Line("For each instance", (each,))),
                  "requests waiting or being worked on")  # fmt: skip
    oldest = Query(REQUESTS, "ApproximateAgeOfOldestRequest", "Maximum", whole)
    yield Drawing("age", "Oldest request", "seconds", (Line("Oldest", (oldest,)),), "how long it has waited")
