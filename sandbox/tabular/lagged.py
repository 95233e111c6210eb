"""Series forecast by estimators of scikit-learn over their own past: one model for all series of a job. Worker only.

A row tells of one coming step: how far ahead it is, where in the season, and what the series was at that place of its
last seasons, all relative to the series' own level and spread, so that series of any size are learnt from together.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

BOOSTED, LINEAR = "HistGradientBoosting-for-CNN-QR", "Ridge-for-ARIMA"
MODELS = {
    BOOSTED: (
        "HistGradientBoostingRegressor(max_iter=150, max_leaf_nodes=15) of scikit-learn over the last seasons, in "
        "place of Autopilot's cnn-qr"
    ),
    LINEAR: "Ridge(alpha=1.0) of scikit-learn over the last seasons, in place of Autopilot's arima",
}
_MOST_ROWS = 20_000
_SEASONS = 3  # of the past, that are looked at


def fitted(model: str, series: Sequence[Any], season: int, horizon: int) -> Any:
    """Return the estimator of `model` fitted to arrays of values. ValueError where they are too short."""
    places = [(each, _anchors(len(each), season, horizon)) for each in series]
    found = sum(len(anchors) for _, anchors in places) * horizon
    step = max(1, -(-found // _MOST_ROWS))
    rows = [_rows(each, at, season, horizon) for each, anchors in places for at in anchors[::-step]]
    if not rows:
        raise ValueError("the series are too short to learn from their past")
    features = np.concatenate([row for row, _ in rows])
    wanted = np.concatenate([row for _, row in rows])
    made = HistGradientBoostingRegressor(max_iter=150, max_leaf_nodes=15, random_state=0)
    with threadpool_limits(1):  # threads that wait for each other take longer over so little
        return (made if model == BOOSTED else Ridge(alpha=1.0)).fit(features, wanted)


def ahead(estimator: Any, values: Any, season: int, horizon: int) -> Any:
    """Return the mean of the coming steps of one series."""
    season = _season(len(values), season)
    level, spread = _scale(values, season)
    return level + spread * estimator.predict(_features(values, season, horizon, level, spread))


def _season(length: int, season: int) -> int:
    return season if length >= 2 * season else 1


def _anchors(length: int, season: int, horizon: int) -> range:
    return range(max(2 * _season(length, season), 4), length - horizon + 1)


def _rows(values: Any, at: int, season: int, horizon: int) -> tuple[Any, Any]:
    past, season = values[:at], _season(at, season)
    level, spread = _scale(past, season)
    return _features(past, season, horizon, level, spread), (values[at : at + horizon] - level) / spread


def _scale(values: Any, season: int) -> tuple[float, float]:
    recent = values[-max(2 * season, 4) :]
    return float(np.mean(recent)), float(np.std(recent)) or 1.0


def _features(values: Any, season: int, horizon: int, level: float, spread: float) -> Any:
    steps = np.arange(horizon)
    columns = [steps / horizon, (len(values) + steps) % season]
    for back in range(1, _SEASONS + 1):
        whole = values[-back * season :][:season] if len(values) >= back * season else values[-season:]
        columns.append((whole[steps % season] - level) / spread)
    means = [values[-season:].mean(), values[-2 * season :][:season].mean(), values[-1]]
    columns += [np.full(horizon, (each - level) / spread) for each in means]
    return np.stack(columns, axis=1)
