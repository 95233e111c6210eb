"""What an alarm measured in the last day, against its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.metrics import Query, Series, Span
from ui import charts

if TYPE_CHECKING:
    from services.alarms import Alarm, Measure
    from services.console import Console

_KEEP = 295.0
_MICROSECONDS = 1 / 1000


def show(console: Console, alarm: Alarm) -> None:
    """Draw it; nothing where its figures cannot be drawn."""
    queries = [_query(each, alarm) for each in alarm.measures]
    drawable = len(queries) == 1 or {each.id for each in alarm.measures} == {"failed", "requests"}
    if not queries or not drawable:
        return
    key = ("alarm-chart", alarm.name, alarm.expression, repr(queries))
    try:
        found = console.cached(key, _KEEP, lambda: console.metrics.series(queries))
    except SagedeckError:
        return  # the tab Metrics says why
    line = _share(alarm, found) if len(queries) > 1 else found[0]
    if not line.measured:
        st.markdown(f":gray[:small[Nothing was measured in {Span.DAY.words}.]]")
        return
    idle = alarm.unit == "hours"  # its threshold is a time, not a height
    charts.lines(
        [Series("Requests" if idle else line.label, line.points)], unit="count" if idle else alarm.unit,
        key=f"plot-{alarm.name}", limit=None if idle else alarm.threshold,
        alt=f"{alarm.says} What was measured in {Span.DAY.words}, newest {line.last:g}.",
    )  # fmt: skip


def _query(measure: Measure, alarm: Alarm) -> Query:
    scale = _MICROSECONDS if alarm.unit == "ms" else 1.0
    return Query(measure.namespace, measure.metric, measure.statistic, measure.dimensions, scale)


def _share(alarm: Alarm, found: tuple[Series, ...]) -> Series:
    """Failed requests in percent of all, where there were any."""
    named = {measure.id: series.points for measure, series in zip(alarm.measures, found, strict=True)}
    pairs = zip(named["failed"], named["requests"], strict=True)
    return Series(
        "Failed", tuple((at, 100 * (failed or 0.0) / all_ if all_ else None) for (at, failed), (_, all_) in pairs)
    )
