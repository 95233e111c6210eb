"""The figures of an endpoint: one small chart for each, over a span of time that stands in the address."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import PermissionDenied, SagedeckError
from services.metrics import Span
from ui import charts, endpoint_reads, error_box, formats, navigation, polling
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.metrics import Chart

_KEPT = "metrics.kept"  # what was shown last, for when reading is refused for a moment
_UNITS = {"ms": " ms", "percent": " %", "seconds": " s", "count": ""}
_SPARE = 5  # seconds that an answer is younger than the next look, so that each look reads


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the tab; while it is open it is read again, and alone."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Time", [each.value for each in Span], default=Span.DAY.value, required=True, key="span",
            bind="query-params",
        )  # fmt: skip
        others = [each.name for each in endpoint_reads.listed(console) if each.name != detail.name]
        other = st.selectbox(
            "Compare with", others, index=None, key="compare", placeholder="another endpoint", bind="query-params",
            width=280,
        )  # fmt: skip
    span = Span(chosen or Span.DAY)
    polling.live(lambda: _figures(console, detail, span, other or ""), span.refresh)


def _figures(console: Console, detail: EndpointDetail, span: Span, other: str) -> None:
    key = ("charts", detail.name, detail.config_name, ",".join(detail.components), span.value, other)
    try:
        compare = console.detail(other) if other else None
        read = lambda: console.metrics.charts(detail, span, compare=compare)  # noqa: E731
        found: Sequence[Chart] = console.cached(key, float(span.refresh - _SPARE), read)
        st.session_state[_KEPT] = (key, found)
    except SagedeckError as problem:
        found = _refused(problem, key)
    if not found:
        return
    if not any(
        value for chart in found if chart.key == "invocations" for each in chart.series for _, value in each.points
    ):
        _nobody(detail, span)
    marks = _deployments(console, detail)
    measured = [chart for chart in found if chart.measured]
    with st.grid(2, min_column_width=330, key="metrics-charts"):
        for chart in measured:
            _card(chart, marks)
    _foot(detail, found, span, bool(marks))


def _refused(problem: SagedeckError, key: tuple[str, ...]) -> Sequence[Chart]:
    """Say why there are no new figures; the last ones where there are such."""
    error_box.show(problem)
    if isinstance(problem, PermissionDenied):
        action = problem.action or "cloudwatch:GetMetricData"
        st.markdown(f"The charts need the permission {code(action)}; everything else of this endpoint works without.")
    kept: tuple[tuple[str, ...], Sequence[Chart]] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        return ()
    st.markdown(":gray[These are the figures read before; it is tried again by itself.]")
    return kept[1]


def _nobody(detail: EndpointDetail, span: Span) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="metrics-nobody"):
        st.markdown(f"Nobody called it in {span.words}. Figures come a minute or two after a request.", width="stretch")
        if detail.ready:
            where = {"endpoint": detail.name, "tab": "Test"}
            st.page_link(navigation.ENDPOINT, label="Send a request", icon=":material/send:", query_params=where)


def _card(chart: Chart, marks: Sequence[float]) -> None:
    newest = _newest(chart)
    with st.container(border=True, gap="xsmall", key=f"chart-{chart.key}"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.markdown(f"**{literal(chart.title)}**", width="stretch")
            st.markdown(f"**{literal(newest)}**", width="content")
        charts.lines(
            [line for line in chart.series if line.measured], unit=chart.unit, key=f"plot-{chart.key}", marks=marks,
            alt=f"{chart.title} over time, newest {newest}" + (f": {chart.about}" if chart.about else ""),
        )  # fmt: skip
        if chart.about:
            st.markdown(f":gray[:small[{literal(chart.about)}]]")


def _newest(chart: Chart) -> str:
    """The newest figure: of several lines the first with one, named."""
    line = next((each for each in chart.series if each.last is not None), None)
    if line is None or line.last is None:
        return "—"
    value = f"{line.last:,.0f}" if chart.unit == "count" or line.last >= 100 else f"{line.last:,.1f}"
    name = f"{line.label} " if len(chart.series) > 1 else ""
    return f"{name}{value}{_UNITS.get(chart.unit, '')}"


def _deployments(console: Console, detail: EndpointDetail) -> tuple[float, ...]:
    """When it was deployed; where that cannot be read, when it was made and last changed."""
    try:
        return console.history.deployments(detail.name)
    except SagedeckError:
        return detail.created.timestamp(), detail.modified.timestamp()


def _foot(detail: EndpointDetail, found: Sequence[Chart], span: Span, marked: bool) -> None:
    missing = [chart.title for chart in found if not chart.measured]
    every = "minute" if span.refresh == 60 else f"{span.refresh // 60} minutes"
    told = [f"Read again every {every} while this tab is open; reading costs about $0.01 for 1,000 metrics"]
    told += [f"a point stands for {formats.duration(span.period)}"]
    told += ["dotted: a deployment"] if marked else []
    told += [f"nothing measured: {', '.join(missing)}"] if missing else []
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[:small[{literal('; '.join(told))}.]]", width="stretch")
        st.download_button(
            "Download as CSV", lambda: as_csv(found), f"{detail.name}-{span.value}.csv", "text/csv", type="tertiary",
            icon=":material/download:", on_click="ignore", key="metrics.csv",
        )  # fmt: skip


def as_csv(found: Sequence[Chart]) -> str:
    """Every figure measured: time (UTC), chart, line, value, unit."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(("time", "chart", "line", "value", "unit"))
    for chart in found:
        for line in chart.series:
            for at, value in line.points:
                if value is not None:
                    write.writerow(
                        (datetime.fromtimestamp(at, UTC).isoformat(), chart.title, line.label, value, chart.unit)
                    )
    return out.getvalue()
