"""What the worker reads and trains, called directly: it may load pandas and scikit-learn, as this test process may."""

import gzip
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sandbox.tabular import columns, forecasting, metrics, preparing, reading, training
from sandbox.tabular.candidates import trials
from tests.sandbox.tabular import tables


def _file(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def _spec(folder: Path, files: Sequence[str], **more: Any) -> dict[str, Any]:
    shared = {"kind": "tabular", "target": "Churn?", "job": "j", "mode": "ENSEMBLING", "seconds": 30}
    shared |= {"most": 1, "algorithms": ["randomforest"]}
    return {**shared, "files": list(files), "out": str(folder), **more}


def _events(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {event["event"]: event for event in training.run(spec)}


@pytest.mark.parametrize("form", ["plain", "gzip", "parquet", "bom"])
def test_a_table_is_read_in_every_form_autopilot_takes(tmp_path: Path, form: str) -> None:
    header, rows = tables.churn()
    plain = tables.as_csv(header, rows)
    if form == "parquet":
        frame = pd.DataFrame(rows, columns=header).replace("", None)
        frame["age"] = frame["age"].astype(int)
        path = str(tmp_path / "a.parquet")
        frame.to_parquet(path)
    else:
        content = {"plain": plain, "gzip": gzip.compress(plain), "bom": b"\xef\xbb\xbf" + plain}[form]
        path = _file(tmp_path, "a", content)
    read = reading.table([path])
    assert read.rows == 600
    assert list(read.frame.columns) == header
    assert read.frame["age"][0] == rows[0][0]
    assert int(read.frame["minutes"].isna().sum()) == sum(row[4] == "" for row in rows)


def test_files_of_one_prefix_make_one_table_and_must_agree(tmp_path: Path) -> None:
    header, rows = tables.churn()
    halves = [_file(tmp_path, f"{n}.csv", tables.as_csv(header, rows[n * 300 : n * 300 + 300])) for n in (0, 1)]
    assert reading.table(halves).rows == 600
    other = _file(tmp_path, "c.csv", tables.as_csv(["x"], [["1"]]))
    with pytest.raises(reading.Unfit, match="same columns"):
        reading.table([*halves, other])


def test_more_rows_than_fit_are_counted_but_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 550)
    read = reading.table([_file(tmp_path, "a.csv", tables.as_csv(*tables.churn()))])
    assert (read.rows, len(read.frame)) == (600, 550)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_of_a_wide_table_fewer_rows_are_kept_and_of_one_too_wide_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    header, rows = tables.churn()
    path = str(tmp_path / form)
    if form == "csv":
        Path(path).write_bytes(tables.as_csv(header, rows))
    else:
        pd.DataFrame(rows, columns=header).to_parquet(path)
    monkeypatch.setattr(reading, "MOST_CELLS", 6 * 510)
    read = reading.table([path])
    assert (read.rows, len(read.frame)) == (600, 510)
    monkeypatch.setattr(reading, "MOST_COLUMNS", 5)
    with pytest.raises(reading.Unfit, match="has 6 columns, and the Sagedeck sandbox trains on at most 5"):
        reading.table([path])


def test_parquet_keeps_whole_numbers_whole_where_some_are_missing(tmp_path: Path) -> None:
    path = str(tmp_path / "a.parquet")
    pd.DataFrame({"n": pd.array([1, None] * 300, dtype="Int64"), "x": [0.5, float("nan")] * 300}).to_parquet(path)
    frame = reading.table([path]).frame
    assert list(frame["n"].dropna().unique()) == ["1"]
    assert int(frame["n"].isna().sum()) == int(frame["x"].isna().sum()) == 300


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda made: b"\xff\xfe" + tables.as_csv(*made).decode().encode("utf-16-le"), "not UTF-8"),
        (lambda made: tables.as_csv(*made).replace(b"basic", b"h\xf6her"), "not UTF-8"),
        (lambda made: tables.as_csv(["age", "age", *made[0][2:]], made[1]), "duplicate column names: age"),
        (lambda made: tables.as_csv(made[0], [[*row[:-1], "True."] for row in made[1]]), "fewer than two distinct"),
        (lambda made: tables.as_csv(made[0], made[1]).replace(b",", b";"), "was not found in the header"),
        (lambda made: tables.as_csv(*made) + b'1,"2\n', "parse"),
        (lambda made: b"", "empty"),
        (lambda made: b"PAR1" + b"x" * 100, "as Parquet"),
        (lambda made: b"\x1f\x8b" + b"x" * 100, "parse"),
        (lambda made: tables.as_csv(*tables.churn(499)), "A minimum of 500 rows"),
    ],
)
def test_what_is_wrong_with_a_broken_table_is_told(tmp_path: Path, make: Callable[[Any], bytes], words: str) -> None:
    spec = _spec(tmp_path, [_file(tmp_path, "a", make(tables.churn()))])
    with pytest.raises(reading.Unfit, match=words):
        list(training.run(spec))


def test_a_worker_takes_no_more_memory_than_it_may() -> None:
    code = "from sandbox.tabular import __main__ as worker; worker._bounded(); bytearray(worker.MEMORY)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("MemoryError")


def test_columns_are_told_apart_by_what_is_in_them() -> None:
    frame = pd.DataFrame(
        {
            "number": [str(n / 2) for n in range(300)],
            "day": [f"2024-01-{1 + n % 28:02d}" for n in range(300)],
            "colour": ["red", "green", "blue"] * 100,
            "text": [f"the quick brown fox number {n} jumps" for n in range(300)],
            "id": [f"id-{n:05d}-{n * 7919 % 1000}" for n in range(300)],
            "constant": ["x"] * 300,
        },
        dtype="str",
    )
    found = columns.infer(frame, list(frame.columns), {})
    assert dict(found.kinds) == {"number": "numeric", "day": "datetime", "colour": "categorical", "text": "text"}
    assert columns.infer(frame, ["number"], {"number": "categorical"}).kinds == {"number": "categorical"}
    made = columns.typed(frame, found)
    assert made["day weekday"][0] == 0  # a Monday
    assert list(made.columns) == [*found.numbers, "colour", "text"]


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (["yes", "no"] * 300, "BinaryClassification"),
        (["1", "0"] * 300, "BinaryClassification"),
        (["a", "b", "c"] * 200, "MulticlassClassification"),
        (["1", "2", "3", "4"] * 150, "MulticlassClassification"),
        ([str(n * 0.37) for n in range(600)], "Regression"),
        ([str(n) for n in range(600)], "Regression"),
    ],
)
def test_the_problem_is_inferred_from_the_target(tmp_path: Path, target: list[str], problem: str) -> None:
    rows = [[str(n % 17), value] for n, value in enumerate(target)]
    path = _file(tmp_path, "a.csv", tables.as_csv(["x", "y"], rows))
    told = next(iter(training.run(_spec(tmp_path, [path], target="y"))))
    assert told["problem"] == problem


def test_a_validation_set_of_ones_own_is_what_is_measured_on(tmp_path: Path) -> None:
    train = _file(tmp_path, "t.csv", tables.as_csv(*tables.churn()))
    header, rows = tables.churn(200, seed=8)
    told = _events(_spec(tmp_path, [train], validation=[_file(tmp_path, "v.csv", tables.as_csv(header, rows))]))
    matrix = told["candidate"]["insights"]["binary_classification_metrics"]["confusion_matrix"]
    assert sum(sum(row.values()) for row in matrix.values()) == 200
    assert told["candidate"]["metrics"]["Validation"]["AUC"] > 0.9


def test_of_errors_the_smallest_is_the_best(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", tables.as_csv(*tables.prices()))
    spec = _spec(tmp_path, [path], target="price", most=3, algorithms=["randomforest", "linear-learner"])
    events = list(training.run(spec))
    errors = {each["name"]: each["metrics"]["Validation"]["MSE"] for each in events if each["event"] == "candidate"}
    explained = next(each for each in events if each["event"] == "explained")
    assert len(errors) == 3
    assert explained["best"] == min(errors, key=lambda name: errors[name])
    assert explained["importance"]["area"] > explained["importance"]["town"] > 0


def test_classes_that_come_once_or_twice_do_not_stop_the_training(tmp_path: Path) -> None:
    rows = [[str(n), str(n % 7), f"rare{n % 30}" if n < 45 else "usual"] for n in range(600)]
    told = _events(_spec(tmp_path, [_file(tmp_path, "a.csv", tables.as_csv(["a", "b", "y"], rows))], target="y"))
    assert "lost" not in told
    assert len(told["analyzed"]["labels"]) == 31
    assert told["candidate"]["metrics"]["Validation"]["Accuracy"] > 0.8


def test_weights_features_and_kinds_are_heeded(tmp_path: Path) -> None:
    header, rows = tables.churn()
    weighed = [[*row, "1" if number % 2 else "3"] for number, row in enumerate(rows)]
    path = _file(tmp_path, "a.csv", tables.as_csv([*header, "w"], weighed))
    spec = _spec(tmp_path, [path], weight="w", features=["age", "minutes", "plan"], kinds={"age": "categorical"})
    told = _events(spec)
    kinds = {each["name"]: each["kind"] for each in told["analyzed"]["columns"]}
    assert kinds["age"] == "categorical"
    assert {name for name, kind in kinds.items() if kind == "not used"} == {"Int'l Plan", "joined", "Churn?", "w"}
    assert set(told["explained"]["importance"]) == {"age", "plan", "minutes"}
    divided, _ = preparing.split(spec, reading.table([path]).frame, "BinaryClassification")
    assert set(divided.weights) == {1, 3}
    assert list(divided.weights.index) == list(divided.train.index)


def test_a_table_without_header_names_its_columns_by_place(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", tables.as_csv([], tables.churn()[1]))
    assert _events(_spec(tmp_path, [path], header=False, target="_c5"))["done"]["all"]


def test_the_curve_and_the_matrix_are_of_the_same_predictions() -> None:
    truth = np.array([0, 0, 1, 1])
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]])
    report = metrics.insights("BinaryClassification", ("no", "yes"), truth, scores)["binary_classification_metrics"]
    assert report["confusion_matrix"] == {"no": {"no": 1, "yes": 1}, "yes": {"no": 0, "yes": 2}}
    assert report["auc"]["value"] == 1.0
    assert report["recall"]["value"] == 1.0
    assert report["precision"]["value"] == pytest.approx(2 / 3)


def test_algorithms_and_the_number_of_candidates_are_limits() -> None:
    names = [trial.algorithm for trial in trials("j", "ENSEMBLING", "Regression", 600, ["randomforest", "xgboost"], 0)]
    assert names == ["xgboost", "randomforest"]
    tuned = trials("j", "HYPERPARAMETER_TUNING", "Regression", 600, [], 5)
    assert len(tuned) == 5
    assert {trial.algorithm for trial in tuned} == {"xgboost", "linear-learner", "mlp"}
    assert all(len(trial.name) <= 64 for trial in trials("x" * 32, "HYPERPARAMETER_TUNING", "Regression", 600, [], 12))
    assert len(trials("j", "ENSEMBLING", "Regression", 600, [], 1)) == 1


def test_a_name_says_what_is_trained_and_what_it_stands_in_for() -> None:
    tried = trials("j", "ENSEMBLING", "Regression", 600, [], 0)
    assert [trial.name for trial in tried] == [
        "HistGradientBoosting-for-LightGBM-t1",
        "Ridge-for-LinearLearner-t2",
        "HistGradientBoosting-for-XGBoost-t3",
        "RandomForest-t4",
        "ExtraTrees-t5",
        "HistGradientBoosting-for-CatBoost-t6",
        "MLP-for-NeuralNetTorch-t7",
        "MLP-for-NeuralNetFastAI-t8",
        "KNeighbors-t9",
    ]
    assert tried[1].said == "Ridge() of scikit-learn, in place of Autopilot's linear-learner"
    assert "min_samples_leaf=2" in tried[4].said


def test_the_weighted_recall_of_many_classes_is_their_accuracy() -> None:
    truth = np.array([0, 0, 0, 1, 2])
    scores = np.eye(3)[[0, 0, 1, 1, 0]]
    report = metrics.insights("MulticlassClassification", ("a", "b", "c"), truth, scores)
    measured = report["multiclass_classification_metrics"]
    assert measured["weighted_recall"] == measured["accuracy"]
    assert measured["accuracy"]["value"] == pytest.approx(0.6)


def test_a_horizon_longer_than_a_quarter_of_the_series_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "s.csv", tables.as_csv(*tables.demand(40)))
    spec = {"files": [path], "item": "item", "timestamp": "day", "target": "sold", "frequency": "D", "horizon": 20}
    with pytest.raises(reading.Unfit, match="at most 1/4"):
        list(forecasting.run({**spec, "out": str(tmp_path)}))
