"""Reads the JSON and CSV of a candidate's reports. What is not shaped as expected is left out, never guessed. Pure.

Shapes: Model Monitor's model quality statistics (statistics.json), Clarify's analysis.json, and the backtest export of
time series, whose columns are item, timestamp, target_value, backtestwindow_start_time, backtestwindow_end_time and
quantiles (p10 …).
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from services.autopilot.watching.report_models import (
    Confusion,
    Curve,
    Figure,
    Forecasts,
    Impact,
    Quality,
    Residuals,
    Series,
)

MOST_LABELS, MOST_POINTS, MOST_COLUMNS, MOST_SERIES = 40, 5_000, 500, 50
_MEMBERS = {
    "binary_classification_metrics": "BinaryClassification",
    "multiclass_classification_metrics": "MulticlassClassification",
    "regression_metrics": "Regression",
}
_QUANTILE = re.compile(r"p\d{1,2}(\.\d+)?")
_NOT_SERIES = frozenset({"target_value", "backtestwindow_start_time", "backtestwindow_end_time", "backtest_window"})


def as_object(content: bytes) -> Mapping[str, Any]:
    """The JSON object of a report. Raises ValueError where it is none."""
    try:
        read = json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(read, dict):
        raise ValueError("it is no JSON object")
    return read


def quality(content: bytes) -> Quality:
    """A model quality report. Raises ValueError where it has none of the members that make one."""
    read = as_object(content)
    member = next((name for name in _MEMBERS if isinstance(read.get(name), dict)), "")
    if not member:
        raise ValueError("it has none of the members of a model quality report")
    metrics, dataset = read[member], _object(read.get("dataset"))
    rows = dataset.get("item_count")
    return Quality(
        problem=_MEMBERS[member],
        rows=rows if isinstance(rows, int) else None,
        measured_on=_text(dataset.get("evaluation_set")),
        figures=tuple(_figures(metrics)),
        confusion=_confusion(metrics.get("confusion_matrix")),
        roc=_curve(
            metrics.get("receiver_operating_characteristic_curve"), "false_positive_rates", "true_positive_rates"
        ),
        precision_recall=_curve(metrics.get("precision_recall_curve"), "recalls", "precisions"),
        residuals=_residuals(metrics.get("residuals")),
        note=_text(read.get("sandbox")),
    )


def impact(content: bytes) -> Impact:
    """How much each column matters: global SHAP values, or what stands in for them. Raises ValueError without any."""
    read = as_object(content)
    explained = _object(read.get("explanations"))
    found = _object(explained.get("kernel_shap")) or next((_object(each) for each in explained.values()), {})
    labels, columns = [], []
    for label, told in list(found.items())[:MOST_LABELS]:
        values = _object(_object(told).get("global_shap_values"))
        known = [(str(name)[:200], value) for name, value in values.items() if _number(value) is not None]
        if known:
            labels.append(str(label))
            columns.append(tuple(sorted(known, key=lambda pair: -abs(pair[1]))[:MOST_COLUMNS]))
    note = _text(read.get("sandbox"))
    if not labels:
        raise ValueError(note or "it explains no column")
    return Impact(tuple(labels), tuple(columns), note)


def forecasts(content: bytes) -> Forecasts:
    """What was forecast of the time held out. Raises ValueError where no column holds what came (target_value)."""
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""), strict=True)
        header = next(rows, [])
        if "target_value" not in header or "timestamp" not in header:
            raise ValueError("it has no columns timestamp and target_value")
        return _series(header, rows)
    except csv.Error as problem:
        raise ValueError(f"it is no CSV: {problem}") from None


def _series(header: list[str], rows: Iterable[list[str]]) -> Forecasts:
    quantiles = [name for name in header if _QUANTILE.fullmatch(name)]
    items = [n for n in header if n not in (*quantiles, *_NOT_SERIES, "timestamp", "mean")]
    cells: dict[str, list[dict[str, str]]] = {}
    left_out: set[str] = set()
    for row in rows:
        told = dict(zip(header, row, strict=False))
        item = " · ".join(told.get(name, "")[:80] for name in items)
        if item not in cells and len(cells) >= MOST_SERIES:
            left_out.add(item)
            continue
        kept = cells.setdefault(item, [])
        if len(kept) < MOST_POINTS:
            kept.append(told)
    made = []
    for item, points in cells.items():
        points.sort(key=lambda told: told.get("timestamp", ""))
        mean = tuple(_cell(told.get("mean")) for told in points) if "mean" in header else ()
        lines = tuple((name, tuple(_cell(told.get(name)) for told in points)) for name in sorted(quantiles, key=_share))
        moments = tuple(told.get("timestamp", "")[:32] for told in points)
        made.append(Series(item, moments, tuple(_cell(told.get("target_value")) for told in points), lines, mean))
    return Forecasts(tuple(made), len(left_out))


def _share(quantile: str) -> float:
    return float(quantile[1:])


def _figures(metrics: Mapping[str, Any]) -> Iterable[Figure]:
    for name, told in metrics.items():
        value = _number(_object(told).get("value"))
        if value is not None:
            yield Figure(str(name), value, _number(_object(told).get("standard_deviation")))


def _confusion(told: Any) -> Confusion | None:
    """The structure is actual -> predicted -> count."""
    rows = {str(label): row for label, row in _object(told).items() if isinstance(row, dict)}
    if not rows:
        return None
    labels = list(dict.fromkeys([*rows, *(str(name) for row in rows.values() for name in row)]))
    shown = labels[:MOST_LABELS]
    counts = tuple(tuple(int(_number(rows.get(each, {}).get(other)) or 0) for other in shown) for each in shown)
    return Confusion(tuple(label[:60] for label in shown), counts, len(labels) - len(shown))


def _curve(told: Any, across: str, up: str) -> Curve | None:
    x, y = _numbers(_object(told).get(across)), _numbers(_object(told).get(up))
    return Curve(x, y) if x and len(x) == len(y) else None


def _residuals(told: Any) -> Residuals | None:
    actual, said = _numbers(_object(told).get("actual")), _numbers(_object(told).get("predicted"))
    return Residuals(actual, said) if actual and len(actual) == len(said) else None


def _numbers(told: Any) -> tuple[float, ...]:
    """All of them, or every n-th of very many; nothing where one is no number."""
    if not isinstance(told, list):
        return ()
    values = [_number(each) for each in told]
    if any(each is None for each in values):
        return ()
    step = max(1, -(-len(values) // MOST_POINTS))
    kept = values[::step]
    if step > 1 and values:
        kept.append(values[-1])
    return tuple(each for each in kept if each is not None)


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _number(told: Any) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if math.isfinite(told) else None


def _cell(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _text(told: Any) -> str:
    return told[:1000] if isinstance(told, str) else ""
