"""How good predictions are where the truth is known; counted row by row, so that a file need not fit into memory.

The same figures as scikit-learn's functions of these names, which a test holds them to. A class nobody predicted has a
precision of 0, as there with `zero_division=0`.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.autopilot.using.answers import Answer
from services.tables.numerals import is_number, missing

MOST_LABELS = 100  # beyond, no matrix is made
MOST_RANKED = 2_000_000  # rows whose probabilities are kept for the AUC


@dataclass(frozen=True, slots=True)
class Scores:
    """What came of it.

    values    (name, value) in the order they are read; AUC only of two labels whose probabilities are told
    labels, matrix   the confusion matrix: a row a true label, a column a predicted one
    rows, left_out   rows measured, and rows whose truth is missing or cannot be read
    """

    values: tuple[tuple[str, float], ...]
    labels: tuple[str, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()
    rows: int = 0
    left_out: int = 0

    def value(self, name: str) -> float:
        """The figure of that name; KeyError."""
        return dict(self.values)[name]


def plainly(label: str) -> str:
    """A label as it is compared: 1.0 is 1, and blanks around it count for nothing."""
    text = label.strip()
    if not is_number(text):
        return text
    number = float(text)
    return f"{number:.12g}" if math.isfinite(number) else text


@dataclass(slots=True)
class Classes:
    """Counts of true and predicted labels. `positive`: of two labels the one that F1 and AUC are about."""

    positive: str = ""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: int = 0
    _shares: array[float] = field(default_factory=lambda: array("d"))
    _hits: bytearray = field(default_factory=bytearray)
    _told: bool = True

    def add(self, truth: str, answer: Answer) -> None:
        """Count one row."""
        if missing(truth):
            self.left_out += 1
            return
        actual = plainly(truth)
        self.pairs[actual, plainly(answer.label)] += 1
        if not self._told:
            return
        share = next((score for label, score in answer.scores if plainly(label) == self.positive), None)
        if share is None or len(answer.scores) != 2 or len(self._hits) >= MOST_RANKED:
            self._told = False
            return
        self._shares.append(share)
        self._hits.append(actual == self.positive)

    def scores(self) -> Scores:
        """What came of the rows so far."""
        rows = sum(self.pairs.values())
        if not rows:
            return Scores((), left_out=self.left_out)
        labels = tuple(sorted({label for pair in self.pairs for label in pair}, key=_order))
        recalls, precisions, ones = {}, {}, {}
        for label in labels:
            hit = self.pairs[label, label]
            actual = sum(count for (truth, _), count in self.pairs.items() if truth == label)
            said = sum(count for (_, predicted), count in self.pairs.items() if predicted == label)
            recalls[label] = hit / actual if actual else 0.0
            precisions[label] = hit / said if said else 0.0
            ones[label] = 2 * hit / (actual + said) if actual + said else 0.0
        right = sum(self.pairs[label, label] for label in labels)
        true = {truth for truth, _ in self.pairs}
        values = [("Accuracy", right / rows), ("Balanced accuracy", _mean(recalls[label] for label in true))]
        if self.positive in labels and len(labels) == 2:
            values += [
                ("F1", ones[self.positive]), ("Precision", precisions[self.positive]),
                ("Recall", recalls[self.positive]),
            ]  # fmt: skip
        else:
            values += [
                ("F1 macro", _mean(ones.values())), ("Precision macro", _mean(precisions.values())),
                ("Recall macro", _mean(recalls.values())),
            ]  # fmt: skip
        ranked = area(self._shares, self._hits) if self._told else None
        values += [("AUC", ranked)] if ranked is not None else []
        shown = labels if len(labels) <= MOST_LABELS else ()
        matrix = tuple(tuple(self.pairs[truth, said] for said in shown) for truth in shown)
        return Scores(tuple(values), shown, matrix, rows, self.left_out)


@dataclass(slots=True)
class Numbers:
    """Sums over true and predicted numbers; the mean is moved along, so that large values lose no digits."""

    rows: int = 0
    left_out: int = 0
    absolute: float = 0.0
    squared: float = 0.0
    mean: float = 0.0
    spread: float = 0.0

    def add(self, truth: str, answer: Answer) -> None:
        """Count one row."""
        said = answer.number
        if not is_number(truth) or said is None or not math.isfinite(said) or not math.isfinite(float(truth)):
            self.left_out += 1
            return
        actual = float(truth)
        self.rows += 1
        self.absolute += abs(actual - said)
        self.squared += (actual - said) ** 2
        before = actual - self.mean
        self.mean += before / self.rows
        self.spread += before * (actual - self.mean)

    def scores(self) -> Scores:
        """What came of the rows so far."""
        if not self.rows:
            return Scores((), left_out=self.left_out)
        values = [
            ("MAE", self.absolute / self.rows),
            ("RMSE", math.sqrt(self.squared / self.rows)),
            ("MSE", self.squared / self.rows),
        ]
        if self.spread:
            values.append(("R2", 1 - self.squared / self.spread))
        return Scores(tuple(values), rows=self.rows, left_out=self.left_out)


def area(shares: array[float], hits: bytearray) -> float | None:
    """The area under the ROC curve, ties counting half; None where all rows are of one label."""
    positives = sum(hits)
    negatives = len(hits) - positives
    if not positives or not negatives:
        return None
    order = sorted(range(len(shares)), key=shares.__getitem__)
    ranks, place = 0.0, 0
    while place < len(order):
        end = place
        while end < len(order) and shares[order[end]] == shares[order[place]]:
            end += 1
        ranks += (place + 1 + end) / 2 * sum(hits[order[each]] for each in range(place, end))
        place = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _order(label: str) -> tuple[int, float, str]:
    return (0, float(label), "") if is_number(label) else (1, 0.0, label)


def plainly_scored(scores: Scores | None) -> dict[str, Any]:
    """Figures as the journal keeps them; `scores_of` reads them again."""
    if scores is None:
        return {}
    values = [list(each) for each in scores.values]
    matrix = [list(row) for row in scores.matrix]
    return {
        "scores": {
            "values": values, "labels": list(scores.labels), "matrix": matrix, "rows": scores.rows,
            "left_out": scores.left_out,
        }
    }  # fmt: skip


def scores_of(result: Mapping[str, Any] | None) -> Scores | None:
    """The figures in a job's result; None where the file did not hold the target."""
    found = (result or {}).get("scores")
    if not found:
        return None
    return Scores(
        tuple((str(name), float(value)) for name, value in found["values"]),
        tuple(found["labels"]),
        tuple(tuple(row) for row in found["matrix"]),
        int(found["rows"]),
        int(found["left_out"]),
    )
