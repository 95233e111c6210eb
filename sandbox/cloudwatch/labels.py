"""Labels of results: the metric's name by default, with what tells queries apart; or as asked, with ${…} filled in."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.cloudwatch.statistics import Series

_PART = re.compile(r"\$\{\s*(?:PROP\(\s*'([^']*)'\s*\)|([A-Z_]+))\s*\}")
_TIMES = {"FIRST_TIME": 0, "FIRST_TIME_RELATIVE": 0, "LAST_TIME": -1, "LAST_TIME_RELATIVE": -1}


def defaults(queries: Sequence[Any]) -> dict[str, str]:
    """Return the label of each query for a metric, by id: its name, and where names are alike what differs."""
    plain = {query["Id"]: query["MetricStat"] for query in queries if query.get("MetricStat")}
    stats = {held["Stat"] for held in plain.values()}
    same: dict[str, list[str]] = {}
    for number, held in plain.items():
        same.setdefault(held["Metric"]["MetricName"], []).append(number)
    labels = {}
    for number, held in plain.items():
        name = held["Metric"]["MetricName"]
        parts = [name]
        if len(same[name]) > 1:
            told = [{d["Name"]: d["Value"] for d in plain[n]["Metric"].get("Dimensions") or ()} for n in same[name]]
            own = {d["Name"]: d["Value"] for d in held["Metric"].get("Dimensions") or ()}
            parts = [value for key, value in own.items() if any(other.get(key) != value for other in told)] + parts
        if len(stats) > 1:
            parts.append(held["Stat"])
        labels[number] = " ".join(parts)
    return labels


def filled(label: str, series: Series) -> str:
    """Return a label with its dynamic parts (${LAST}, ${PROP('Dim.EndpointName')}, …) filled in."""
    if "${" not in label:
        return label
    return _PART.sub(lambda found: _part(found[1], found[2], series), label)


def _part(prop: str | None, word: str | None, series: Series) -> str:
    if prop is not None:
        return series.about.get(prop, "")
    values = series.values
    if word == "LABEL":
        return series.label
    if word == "DATAPOINT_COUNT":
        return str(len(values))
    if not len(values):
        return "--"
    if word in _TIMES:
        return datetime.fromtimestamp(series.at[_TIMES[word]], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {
        "AVG": values.mean(), "MAX": values.max(), "MIN": values.min(), "SUM": values.sum(), "LAST": values[-1],
        "FIRST": values[0],
    }.get(word or "")  # fmt: skip
    return "" if told is None else f"{told:.4g}"
