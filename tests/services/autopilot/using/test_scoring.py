"""The figures are those of scikit-learn."""

from __future__ import annotations

import random

import pytest

from services.autopilot.using.answers import Answer
from services.autopilot.using.scoring import Classes, Numbers


def _rows(labels: tuple[str, ...], seed: int, count: int = 500) -> list[tuple[str, Answer]]:
    chance, made = random.Random(seed), []
    for _ in range(count):
        shares = [round(chance.random(), 2) for _ in labels]  # rounded, so that some are equal
        total = sum(shares) or 1.0
        scores = tuple(zip(labels, (each / total for each in shares), strict=True))
        said = max(scores, key=lambda each: each[1])[0]
        truth = said if chance.random() < 0.6 else chance.choice(labels)
        made.append((truth, Answer(said, scores=scores)))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_two_labels_are_measured_as_scikit_learn_does(seed: int) -> None:
    from sklearn import metrics

    rows = _rows(("no", "yes"), seed)
    count = Classes("yes")
    for truth, answer in rows:
        count.add(truth, answer)
    found = count.scores()
    true, said = [each for each, _ in rows], [each.label for _, each in rows]
    shares = [dict(each.scores)["yes"] for _, each in rows]
    assert found.value("Accuracy") == pytest.approx(metrics.accuracy_score(true, said))
    assert found.value("Balanced accuracy") == pytest.approx(metrics.balanced_accuracy_score(true, said))
    assert found.value("F1") == pytest.approx(metrics.f1_score(true, said, pos_label="yes"))
    assert found.value("Precision") == pytest.approx(metrics.precision_score(true, said, pos_label="yes"))
    assert found.value("Recall") == pytest.approx(metrics.recall_score(true, said, pos_label="yes"))
    assert found.value("AUC") == pytest.approx(metrics.roc_auc_score([each == "yes" for each in true], shares))
    assert [list(row) for row in found.matrix] == metrics.confusion_matrix(true, said).tolist()
    assert (found.rows, found.left_out, found.labels) == (500, 0, ("no", "yes"))


def test_several_labels_are_measured_as_scikit_learn_does() -> None:
    from sklearn import metrics

    labels = ("a", "b", "c", "never said")
    rows = [(truth, answer) for truth, answer in _rows(labels, 7) if answer.label != "never said"]
    count = Classes()
    for truth, answer in rows:
        count.add(truth, answer)
    found = count.scores()
    true, said = [each for each, _ in rows], [each.label for _, each in rows]
    how = {"average": "macro", "zero_division": 0}
    assert found.value("F1 macro") == pytest.approx(metrics.f1_score(true, said, **how))
    assert found.value("Precision macro") == pytest.approx(metrics.precision_score(true, said, **how))
    assert found.value("Recall macro") == pytest.approx(metrics.recall_score(true, said, **how))
    assert "AUC" not in dict(found.values)


def test_numbers_are_measured_as_scikit_learn_does_and_large_ones_lose_no_digits() -> None:
    from sklearn import metrics

    chance = random.Random(3)
    truth = [1e9 + chance.gauss(0, 5) for _ in range(400)]
    said = [each + chance.gauss(0, 2) for each in truth]
    count = Numbers()
    for actual, predicted in zip(truth, said, strict=True):
        count.add(repr(actual), Answer(repr(predicted)))
    count.add("", Answer("1"))
    count.add("unknown", Answer("1"))
    found = count.scores()
    assert found.value("MAE") == pytest.approx(metrics.mean_absolute_error(truth, said))
    assert found.value("RMSE") == pytest.approx(metrics.root_mean_squared_error(truth, said))
    assert found.value("R2") == pytest.approx(metrics.r2_score(truth, said), rel=1e-6)
    assert (found.rows, found.left_out) == (400, 2)


def test_a_label_is_the_same_however_its_number_is_written() -> None:
    count = Classes("1")
    count.add("1.0", Answer("1", scores=(("0", 0.2), ("1", 0.8))))
    count.add(" 0", Answer("0.0", scores=(("0", 0.9), ("1", 0.1))))
    count.add("", Answer("0"))
    found = count.scores()
    assert (found.value("Accuracy"), found.value("AUC"), found.left_out) == (1.0, 1.0, 1)


def test_nothing_measured_has_no_figures() -> None:
    assert Classes().scores().values == ()
    assert Numbers().scores().values == ()
