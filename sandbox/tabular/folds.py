"""Cross-validation of a candidate on the rows trained on, and the ensemble that is chosen by it. Worker only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from sandbox.tabular import metrics
from sandbox.tabular.models import REGRESSION, Predicts

MOST_FOLDS, FEWEST_FOLDS = 5, 3
_ROUNDS = 15  # in which a model is added to the ensemble
_SECONDS = 3.0  # of a processor, that the folds of one candidate may take, by what fitting it to all rows took
_ALL_SECONDS = 45.0  # of a processor, that those of all candidates may take, if each takes as long as the first


@dataclass(frozen=True, slots=True)
class Folded:
    """What a candidate said of rows that it was not fitted to: scores of all rows trained on, metrics of each fold; the
    model of the last fold, and the places of the rows that this one has not seen.
    """

    scores: Any
    measured: tuple[Mapping[str, float], ...]
    last: Predicts
    unseen: Any

    def spread(self) -> dict[str, float]:
        """The standard deviation of each metric over the folds."""
        names = set.intersection(*(set(each) for each in self.measured))
        return {name: float(np.std([each[name] for each in self.measured], ddof=1)) for name in sorted(names)}

    def mean(self, metric: str) -> float:
        return float(np.mean([each[metric] for each in self.measured]))


def count(rows: int, seconds: float) -> int:
    """Return how many folds there is time for, 0 for none, where fitting to all rows took a processor so long."""
    affordable = int(_SECONDS / max(seconds, 1e-6))
    return min(MOST_FOLDS, affordable) if affordable >= FEWEST_FOLDS and rows >= 10 * MOST_FOLDS else 0


def for_all(seconds: float, trials: int) -> bool:
    """Tell whether there is time to measure every candidate by cross-validation alone."""
    return seconds * (MOST_FOLDS + 1) * trials <= _ALL_SECONDS


def divided(truth: Any, problem: str, folds: int) -> list[tuple[Any, Any]]:
    """Return the places of rows to fit to and to measure on, fold by fold; the same for every candidate."""
    if problem != REGRESSION and int(np.bincount(truth.astype(int))[np.unique(truth.astype(int))].min()) >= folds:
        return list(StratifiedKFold(folds, shuffle=True, random_state=0).split(truth, truth))
    return list(KFold(folds, shuffle=True, random_state=0).split(truth))


def chosen(found: Sequence[Any], truth: Any, problem: str, labels: Sequence[str], objective: str) -> list[int]:
    """Return how often each of several score sets is taken into the mean that is best on `truth` (Caruana, 2004).

    What is equally good by the objective is told apart by log loss, or by the squared error.
    """
    finer = "MSE" if problem == REGRESSION else "LogLoss"
    taken, total = [0] * len(found), np.zeros_like(found[0])
    best: tuple[tuple[float, float], list[int]] | None = None
    for number in range(1, _ROUNDS + 1):
        judged = []
        for place, scores in enumerate(found):
            of = metrics.of(problem, labels, truth, (total + scores) / number, (objective, finer))
            judged.append(((metrics.objective(of, objective), metrics.objective(of, finer)), place))
        value, place = max(judged)
        taken[place] += 1
        total = total + found[place]
        if best is None or value > best[0]:
            best = (value, list(taken))
    assert best is not None
    return best[1]
