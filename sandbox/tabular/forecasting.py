"""Time series: seasonal models and estimators of scikit-learn, with quantiles. Worker only.

Each is measured on up to three windows at the end of every series (rolling origin: what a window holds was not known
to the model that forecast it), and its quantiles are how far off it was in the windows before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sandbox.tabular import lagged
from sandbox.tabular.models import packed
from sandbox.tabular.reading import Unfit, table

Event = dict[str, Any]
REPEATED, SMOOTHED, TREND = "RepeatedSeason-for-NPTS", "SmoothedSeason-for-ETS", "TrendAndSeason-for-Prophet"
MODELS = {  # by candidate: what is fitted
    REPEATED: "the last season repeated, in place of Autopilot's npts",
    SMOOTHED: "the mean of the last eight seasons, the latest counting most, in place of Autopilot's ets",
    TREND: "a straight line through the last eight seasons and their mean shape, in place of Autopilot's prophet",
    **lagged.MODELS,
}
_UNITS = {"Y": "YS", "M": "MS", "W": "W", "D": "D", "H": "h", "min": "min"}
_SEASON = {"Y": 1, "M": 12, "W": 52, "D": 7, "H": 24, "min": 60}
_MOST_ITEMS = 500
_MOST_TOLD = 50  # series of which a backtest is written
_WINDOWS = 3  # that are measured; one more before them says how far off the model is


@dataclass(slots=True)
class Forecaster:
    """What an artefact of a forecasting job holds: settings, and how far off the model was, by step."""

    model: str
    frequency: str
    season: int
    horizon: int
    quantiles: tuple[str, ...]
    names: tuple[str, str, str]  # item, timestamp, target
    filling: str
    residuals: Any  # sorted, scaled by each series' own spread
    estimator: Any = None  # of the models that have one

    def forecast(self, frame: Any) -> Any:
        """Return item, timestamp, mean and quantiles of the horizon after each series in a frame of texts."""
        item, stamp, _ = self.names
        made = []
        for name, series in _series(frame, self.names, self.frequency, self.filling).items():
            mean, spread = _predicted(self.model, series.to_numpy(), self.season, self.horizon, self.estimator)
            ahead = pd.date_range(series.index[-1], periods=self.horizon + 1, freq=self.frequency)[1:]
            rows = {item: name, stamp: ahead.strftime("%Y-%m-%d %H:%M:%S"), "mean": mean}
            for quantile in self.quantiles:
                rows[quantile] = mean + spread * np.quantile(self.residuals, int(quantile[1:]) / 100)
            made.append(pd.DataFrame(rows))
        return pd.concat(made, ignore_index=True)


def run(spec: Mapping[str, Any]) -> Iterator[Event]:
    """Fit what `spec` describes: files, header, item, timestamp, target, frequency, horizon, quantiles, filling,
    objective, job, out. Yields analyzed, candidate (each), explained, done. Raises Unfit.
    """
    names = (spec["item"], spec["timestamp"], spec["target"])
    read = table(spec["files"], header=spec.get("header", True), fewest=1)
    missing = [name for name in names if name not in read.frame.columns]
    if missing:
        raise Unfit(f"ClientError: Columns that are not in the input dataset: {', '.join(missing)}.")
    count, unit = _frequency(spec["frequency"])
    season = max(1, _SEASON[unit] // count)
    frequency, filling = f"{count}{_UNITS[unit]}", spec.get("filling") or "zero"
    series = _series(read.frame, names, frequency, filling)
    horizon = int(spec["horizon"])
    shortest = min(len(each) for each in series.values())
    if horizon > 500 or horizon > shortest / 4:
        raise Unfit(
            f"ClientError: The forecast horizon {horizon} is too long: it can be at most 500 and at most 1/4 of the "
            f"length of the shortest time series ({shortest})."
        )
    objective = spec.get("objective") or "AverageWeightedQuantileLoss"
    quantiles = tuple(spec.get("quantiles") or ("p10", "p50", "p90"))
    yield _analyzed(read, names, objective)
    found: dict[str, float] = {}
    for model in MODELS:
        try:
            residuals, estimator, event = _measured(model, series, season, horizon, quantiles)
        except ValueError as mistake:
            yield {"event": "lost", "name": model, "reason": f"Candidate {model} failed: {mistake}"[:500]}
            continue
        fitted = Forecaster(model, frequency, season, horizon, quantiles, names, filling, residuals, estimator)
        path = Path(spec["out"], f"{model}.tar.gz")
        path.write_bytes(packed(fitted, {"trained_by": "the Sagedeck sandbox", "model": MODELS[model]}))
        found[model] = event["metrics"]["Validation"][objective]
        yield event | {"artifact": str(path), "objective": objective}
    best = min(found, key=lambda name: found[name])
    yield {"event": "explained", "best": best, "importance": {}}
    yield {"event": "done", "best": best, "all": len(found) == len(MODELS)}


def _analyzed(read: Any, names: tuple[str, str, str], objective: str) -> Event:
    described = [
        {"name": str(n), "kind": "not used" if n not in names else "series", "missing": 0, "distinct": 0}
        for n in read.frame.columns
    ]
    shared = {"event": "analyzed", "problem": "", "objective": objective, "rows": read.rows, "labels": []}
    return shared | {"trained_rows": len(read.frame), "columns": described, "candidates": MODELS}


def _frequency(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d*)(Y|M|W|D|H|min)", text)
    if not found:
        raise Unfit(f"ClientError: The forecast frequency {text} is not supported.")
    return int(found[1] or 1), found[2]


def _series(frame: Any, names: tuple[str, str, str], frequency: str, filling: str) -> dict[str, Any]:
    item, stamp, target = names
    stamps = pd.to_datetime(frame[stamp], errors="coerce", format="mixed")
    if stamps.isna().any():
        raise Unfit(f'ClientError: The timestamp attribute "{stamp}" has values that are not timestamps.')
    values = pd.to_numeric(frame[target], errors="coerce")
    if values.isna().all():
        raise Unfit(f'ClientError: The target attribute "{target}" must be numeric.')
    cells = pd.DataFrame({"item": frame[item].fillna(""), "stamp": stamps, "value": values})
    made = {}
    for name, rows in cells.groupby("item"):
        regular = rows.set_index("stamp")["value"].resample(frequency).sum(min_count=1)
        filled = regular.fillna(0.0) if filling == "zero" else regular.interpolate().bfill().ffill()
        made[str(name)] = filled.astype("float64")
        if len(made) >= _MOST_ITEMS:
            break
    return made


def _predicted(model: str, values: Any, season: int, horizon: int, estimator: Any = None) -> tuple[Any, float]:
    """Return the mean of the coming steps, and the series' spread around its own season."""
    whole_season = season
    season = season if len(values) >= 2 * season else 1
    steps = np.arange(horizon)
    last = values[-season:][steps % season]
    spread = float(np.mean(np.abs(values[season:] - values[:-season]))) if len(values) > season else 0.0
    spread = spread or float(np.std(values)) or 1.0
    if estimator is not None:
        return lagged.ahead(estimator, values, whole_season, horizon), spread
    if model == REPEATED:
        return last, spread
    whole = values[len(values) % season :].reshape(-1, season)[-8:]
    weights = 0.7 ** np.arange(len(whole))[::-1]
    seasonal = (whole * weights[:, None]).sum(axis=0) / weights.sum()
    if model == SMOOTHED:
        return seasonal[steps % season], spread
    levels = whole.mean(axis=1)
    slope = np.polyfit(np.arange(len(levels)), levels, 1)[0] if len(levels) > 2 else 0.0
    around = (whole - levels[:, None]).mean(axis=0)
    return levels[-1] + slope * (1 + steps // season) + around[steps % season], spread


def _measured(
    model: str, series: Mapping[str, Any], season: int, horizon: int, quantiles: Sequence[str]
) -> tuple[Any, Any, Event]:
    """Return the residuals of all windows, the estimator fitted to all there is, and what is told of the candidate."""
    values = [each.to_numpy() for each in series.values()]
    windows = max(2, min(_WINDOWS + 1, min(map(len, values)) // horizon - 2))
    made = [_window(model, values, season, horizon, back) for back in range(windows, 0, -1)]  # the oldest first
    apart = [(actual - mean) / wide for actual, mean, wide in made]
    shares = [int(name[1:]) / 100 for name in quantiles]
    lines = [
        {name: mean + wide * np.quantile(np.concatenate([each.ravel() for each in apart[:place]]), share)
         for name, share in zip(quantiles, shares, strict=True)}
        for place, (_, mean, wide) in enumerate(made) if place
    ]  # fmt: skip
    measured = made[1:]
    found = _metrics(measured, lines, dict(zip(quantiles, shares, strict=True)))
    estimator = lagged.fitted(model, values, season, horizon) if model in lagged.MODELS else None
    said = f"{MODELS[model]}; measured on {len(measured)} window{'s' if len(measured) > 1 else ''} of {horizon} steps"
    return np.sort(np.concatenate([each.ravel() for each in apart])), estimator, {
        "event": "candidate", "name": model, "said": said, "metrics": {"Validation": found}, "insights": {},
        "backtest": _backtest(series, horizon, measured, lines),
    }  # fmt: skip


def _window(model: str, values: Sequence[Any], season: int, horizon: int, back: int) -> tuple[Any, Any, Any]:
    """What came in a window, what was forecast of it and the spread, a row for each series; `back` 1 is the last."""
    cuts = [len(each) - back * horizon for each in values]
    known = [each[:cut] for each, cut in zip(values, cuts, strict=True)]
    estimator = lagged.fitted(model, known, season, horizon) if model in lagged.MODELS else None
    said = [_predicted(model, past, season, horizon, estimator) for past in known]
    actual = np.array([each[cut : cut + horizon] for each, cut in zip(values, cuts, strict=True)])
    return actual, np.array([mean for mean, _ in said]), np.array([spread for _, spread in said])[:, None]


def _metrics(measured: Sequence[Any], lines: Sequence[Any], shares: Mapping[str, float]) -> dict[str, float]:
    actual, mean, wide = (np.concatenate([window[place] for window in measured]) for place in range(3))
    total, off = float(np.abs(actual).sum()) or 1.0, np.abs(actual - mean)
    there = np.abs(actual) > 1e-9
    losses = [
        _quantile_loss(actual, np.concatenate([each[name] for each in lines]), share) for name, share in shares.items()
    ]
    return {
        "RMSE": float(np.sqrt(np.mean(off**2))),
        "MAPE": float(np.mean(off[there] / np.abs(actual[there]))) if there.any() else 0.0,
        "WAPE": float(off.sum() / total),
        "MASE": float(np.mean(off / wide)),
        "AverageWeightedQuantileLoss": float(np.mean(losses) * 2 / total),
    }


def _backtest(series: Mapping[str, Any], horizon: int, measured: Sequence[Any], lines: Sequence[Any]) -> list[Any]:
    """The rows of a backtest export, its header first: columns as Amazon Forecast and Autopilot name them."""
    rows: list[list[Any]] = [
        ["item_id", "timestamp", "target_value", "backtestwindow_start_time", "backtestwindow_end_time", "mean",
         *lines[0]]
    ]  # fmt: skip
    for place, (name, each) in enumerate(list(series.items())[:_MOST_TOLD]):
        for number, (actual, mean, _) in enumerate(measured):
            start = len(each) - (len(measured) - number) * horizon
            stamps = [f"{stamp:%Y-%m-%dT%H:%M:%S}" for stamp in each.index[start : start + horizon]]
            for step, stamp in enumerate(stamps):
                quantiles = [round(float(line[place, step]), 6) for line in lines[number].values()]
                values = [round(float(said[place, step]), 6) for said in (actual, mean)]
                rows.append([name, stamp, values[0], stamps[0], stamps[-1], values[1], *quantiles])
    return rows


def _quantile_loss(actual: Any, said: Any, quantile: float) -> float:
    off = actual - said
    return float(np.maximum(quantile * off, (quantile - 1) * off).sum())
