"""Labels of results: the metric's name by default, with what tells queries apart; or as asked, with ${…} filled in."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.cloudwatch.statistics import Series

_PART = re.compile(r"\$\{\s*(?:PROP\(\s*'([^']*)'\s*\)|([A-Z_]+))\s*\}")
_TIMES = {"FIRST_TIME": 0, "FIRST_TIME_RELATIVE": 0, "LAST_TIME": -1, "LAST_TIME_RELATIVE": -1}


def defaults(queries: Sequence[Any]) -> dict[str, str]:
    """Return the label of each query for a metric, by id: its name, and what tells it from the others.

    That is the dimensions in which metrics of one name differ, then Stat and Period where the queries' differ
    (localstack/localstack issue 10620, seen at AWS).
    """
    plain = {query["Id"]: query["MetricStat"] for query in queries if query.get("MetricStat")}
    apart = [member for member in ("Stat", "Period") if len({held[member] for held in plain.values()}) > 1]
    dimensions = {number: _dimensions(held["Metric"]) for number, held in plain.items()}
    alike: dict[str, list[dict[str, str]]] = {}
    for number, held in plain.items():
        alike.setdefault(held["Metric"]["MetricName"], []).append(dimensions[number])
    differing = {name: _differing(several) for name, several in alike.items()}
    labels = {}
    for number, held in plain.items():
        name = held["Metric"]["MetricName"]
        told = [value for key, value in dimensions[number].items() if key in differing[name]]
        labels[number] = " ".join([name, *told, *(str(held[member]) for member in apart)])
    return labels


def _dimensions(metric: Any) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}


def _differing(several: list[dict[str, str]]) -> set[str]:
    """The names of the dimensions that not all have, or not with one value."""
    names = {name for dimensions in several for name in dimensions}
    return {name for name in names if len({dimensions.get(name) for dimensions in several}) > 1}


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
