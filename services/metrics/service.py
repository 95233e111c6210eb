"""Figures as pages see them: the traffic of many endpoints in a few calls, and the charts of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.endpoints import EndpointDetail
from services.metrics.definitions import Drawing, Line, drawings, errors, invocations, latency, of_week, places
from services.metrics.models import Chart, Query, Series, Span, Traffic, Values, Window

if TYPE_CHECKING:
    from services.metrics.gateway import MetricsGateway

MINUTE = 60
LATE = 120.0  # seconds after which CloudWatch has the figures of a minute


class MetricsService:
    """Figures of one account and region; `now` gives seconds since the epoch by the other side's clock."""

    def __init__(self, gateway: MetricsGateway, now: Callable[[], float]) -> None:
        self._gateway, self._now = gateway, now

    def window(self, span: Span) -> Window:
        """The stretch that ends now, on whole periods, the present one included."""
        end = (int(self._now()) // span.period + 1) * span.period
        return Window(end - span.seconds, end, span.period)

    def traffic(self, details: Iterable[EndpointDetail], span: Span = Span.DAY) -> dict[str, Traffic]:
        """The requests of each endpoint by its name: four figures for each variant or component, 500 a call."""
        every = tuple(details)
        window = self.window(span)
        values = self._gateway.values([query for detail in every for query in _of_traffic(detail)], window)
        return {detail.name: _traffic(detail, values, window) for detail in every}

    def charts(
        self, detail: EndpointDetail, span: Span = Span.DAY, *, compare: EndpointDetail | None = None
    ) -> tuple[Chart, ...]:
        """All charts of an endpoint in one reading; with `compare`, the other's lines stand beside, named."""
        window = self.window(span)
        both = [each for each in (detail, compare) if each is not None]
        pairs = [(each, _coarse(drawing) if compare else drawing) for each in both for drawing in drawings(each)]
        queries = [query for _, drawing in pairs for line in drawing.lines for query in line.queries]
        values = self._gateway.values(queries, window)
        charts: dict[str, Chart] = {}
        for each, drawing in pairs:
            series = _series(drawing, values, window, self._now() - LATE, each.name if compare else "")
            before = charts[drawing.key].series if drawing.key in charts else ()
            charts[drawing.key] = Chart(drawing.key, drawing.title, drawing.unit, (*before, *series), drawing.about)
        return tuple(charts.values())

    def week(self, detail: EndpointDetail) -> dict[str, dict[str, tuple[float | None, ...]]]:
        """What was usual in the last 7 days, hour by hour: by variant or component, then by "requests", "failed",
        "p95" (ms) and where it is asynchronous "backlog". One reading.
        """
        window, wanted = self.window(Span.WEEK), tuple(of_week(detail))
        values = self._gateway.values([query for _, _, queries in wanted for query in queries], window)
        found: dict[str, dict[str, tuple[float | None, ...]]] = {}
        for place, what, queries in wanted:
            found.setdefault(place, {})[what] = tuple(_at(queries, values, time) for time in window.times)
        return found

    def values(self, queries: Sequence[Query], window: Window) -> Values:
        """Any figures over any window, by the beginning of their period; what has none is left out."""
        return self._gateway.values(queries, window)

    def series(self, queries: Sequence[Query], span: Span = Span.DAY) -> tuple[Series, ...]:
        """Any figures, a line for each query, labelled by its metric."""
        window = self.window(span)
        values = self._gateway.values(queries, window)
        return tuple(
            Series(query.metric, tuple((float(time), values.get(query, {}).get(time)) for time in window.times))
            for query in queries
        )


def _of_traffic(detail: EndpointDetail) -> Sequence[Query]:
    return [
        query
        for place in places(detail)
        for query in (*invocations(detail, place), errors(place, "4XX"), errors(place, "5XX"), latency(place))
    ]


def _traffic(detail: EndpointDetail, values: Values, window: Window) -> Traffic:
    every = places(detail)
    counted = [invocations(detail, place) for place in every]
    medians = [values.get(latency(place), {}) for place in every]
    return Traffic(
        window=window,
        invocations=tuple(sum(_at(queries, values, time) or 0.0 for queries in counted) for time in window.times),
        errors4xx=_all([errors(place, "4XX") for place in every], values),
        errors5xx=_all([errors(place, "5XX") for place in every], values),
        latency_ms=tuple(max((each[time] for each in medians if time in each), default=None) for time in window.times),
    )


def _at(queries: Sequence[Query], values: Values, time: int) -> float | None:
    """The figure of the first name that has one."""
    return next((values[query][time] for query in queries if time in values.get(query, {})), None)


def _all(queries: Sequence[Query], values: Values) -> float:
    return sum(sum(values.get(query, {}).values()) for query in queries)


def _coarse(drawing: Drawing) -> Drawing:
    return replace(drawing, lines=tuple(line for line in drawing.lines if not line.fine))


def _series(drawing: Drawing, values: Values, window: Window, settled: float, name: str) -> tuple[Series, ...]:
    found = [(line, Series(line.label, _points(line, values, window, settled))) for line in drawing.lines]
    enough = any(series.measured for line, series in found if not line.spare)
    return tuple(
        Series(f"{name} · {series.label}" if name else series.label, series.points)
        for line, series in found
        if not (line.spare and enough)
    )


def _points(line: Line, values: Values, window: Window, settled: float) -> tuple[tuple[float, float | None], ...]:
    """Figures by time. A count is none where nothing was published, and left out while its period goes on: half a
    period's would look like a fall. A minute's is shown as it comes.
    """
    found = []
    for time in window.times:
        value, over = _at(line.queries, values, time), time + window.period <= settled
        if line.zero and not over and (value is None or window.period > MINUTE):
            value = None
        elif line.zero and value is None:
            value = 0.0
        found.append((float(time), value))
    return tuple(found)
