"""Trains a tabular job, or one on a column of text, and tells of each step as it is done. Runs in the worker only."""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sandbox.tabular import candidates, metrics
from sandbox.tabular.columns import CATEGORICAL, TEXT, Columns, infer, is_number, typed
from sandbox.tabular.models import BINARY, MULTICLASS, REGRESSION, Blend, Model, Predicts, for_lines, for_trees, packed
from sandbox.tabular.reading import FEWEST_ROWS, Table, Unfit, table

Event = dict[str, Any]
_EXPLAINED_ROWS, _EXPLAINED_COLUMNS = 500, 100
_MOST_CLASSES = 200


@dataclass(frozen=True, slots=True)
class Split:
    """Frames of texts, and the target as class numbers or values."""

    train: Any
    truth: Any
    weights: Any
    held_out: Any
    held_out_truth: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained on what, and by which metric it is judged."""

    read: Table
    columns: Columns
    problem: str
    labels: tuple[str, ...]
    split: Split
    objective: str
    trials: list[candidates.Trial]
    out: str


Trained = tuple[float, str, Predicts]  # the objective, more being better; the name; the model


def run(spec: Mapping[str, Any]) -> Iterator[Event]:
    """Train what `spec` describes: files, validation, header, target, features, kinds, problem, mode, algorithms,
    objective, most, fraction, weight, job, seconds, out. Yields analyzed, candidate (each), explained, done; lost for
    a candidate that could not be trained. Raises Unfit.
    """
    warnings.simplefilter("ignore")
    ends = time.monotonic() + spec["seconds"]
    plan = _planned(spec)
    yield _analyzed(plan)
    trained: list[Trained] = []
    yield from _tried(plan, ends, trained)
    if not trained:
        raise Unfit("AlgorithmError: None of the candidates could be trained on the input dataset.")
    if spec["kind"] == "tabular" and spec.get("mode") == "ENSEMBLING" and len(trained) > 1:
        blend = _blend(trained)
        name = f"WeightedEnsemble-L2-FULL-t{len(plan.trials) + 1}"
        event = _told(blend, name, "weighted mean of the best candidates", plan)
        trained.append((_judged(event, plan), name, blend))
        yield event
    _, best, model = max(trained, key=lambda each: each[0])
    explained = {"importance": _importance(model, plan), "objective": plan.objective}
    yield {"event": "explained", "best": best, **explained}
    yield {"event": "done", "best": best, "all": len(trained) >= len(plan.trials)}


def _planned(spec: Mapping[str, Any]) -> Plan:
    text = spec["kind"] == "text"
    read = table(spec["files"], header=spec.get("header", True))
    problem = _checked(spec, read)
    features = _features(spec, read.frame)
    columns = infer(read.frame, features, {features[0]: TEXT} if text else spec.get("kinds", {}))
    if not columns.kinds:
        raise Unfit("ClientError: None of the feature columns of the input dataset varies.")
    split, labels = _split(spec, read.frame, problem)
    trials = _text_trials() if text else _trials(spec, problem, len(read.frame))
    objective = spec.get("objective") or ("Accuracy" if text else metrics.DEFAULT[problem])
    return Plan(read, columns, problem, labels, split, objective, trials, spec["out"])


def _tried(plan: Plan, ends: float, trained: list[Trained]) -> Iterator[Event]:
    """Train one after the other until the time is over; the first is always trained."""
    for trial in plan.trials:
        if trained and time.monotonic() > ends:
            return
        try:
            model = _fit(trial, plan)
            event = _told(model, trial.name, trial.said, plan)
        except (ValueError, ArithmeticError) as mistake:  # it cannot take this data; the others may
            yield {"event": "lost", "name": trial.name, "reason": f"Candidate {trial.name} failed: {mistake}"[:500]}
            continue
        trained.append((_judged(event, plan), trial.name, model))
        yield event


def _judged(event: Event, plan: Plan) -> float:
    return metrics.objective(event["metrics"]["Validation"], plan.objective)


def _checked(spec: Mapping[str, Any], read: Table) -> str:
    """Return the problem type. Raises Unfit if the target cannot be that."""
    target, frame = spec["target"], read.frame
    if target not in frame.columns:
        raise Unfit(
            f'ClientError: The target attribute "{target}" was not found in the header of the input dataset. '
            f"Columns found: {', '.join(map(str, frame.columns[:20]))}. Please make sure that the file has a header."
        )
    if frame.shape[1] < 2:
        raise Unfit("ClientError: The input dataset has no feature columns besides the target attribute.")
    there = frame[target].dropna()
    distinct = there.nunique()
    if distinct < 2:
        raise Unfit(f'ClientError: The target attribute "{target}" has fewer than two distinct values.')
    if len(there) < FEWEST_ROWS:
        raise Unfit(
            f'ClientError: Only {len(there)} rows have a value for the target attribute "{target}". A minimum of '
            f"{FEWEST_ROWS} rows is required. Please provide a dataset with more rows and retry."
        )
    problem = spec.get("problem") or _inferred(there, distinct)
    if spec["kind"] == "text" and problem == REGRESSION:
        problem = MULTICLASS  # numbers are labels there
    if problem == REGRESSION and not is_number(there):
        raise Unfit(f'ClientError: The target attribute "{target}" must be numeric for problem type Regression.')
    if problem == BINARY and distinct != 2:
        raise Unfit(
            f'ClientError: The target attribute "{target}" must have exactly two distinct values for problem type '
            f"BinaryClassification, but {distinct} were found."
        )
    if problem == MULTICLASS and distinct > _MOST_CLASSES:
        raise Unfit(f'ClientError: The target attribute "{target}" has too many distinct values: {distinct}.')
    return str(problem)


def _inferred(there: Any, distinct: int) -> str:
    if distinct == 2:
        return BINARY
    if not is_number(there):
        return MULTICLASS
    numbers = pd.to_numeric(there)
    return MULTICLASS if distinct <= 20 and bool((numbers == numbers.round()).all()) else REGRESSION


def _features(spec: Mapping[str, Any], frame: Any) -> list[str]:
    if spec["kind"] == "text":
        if spec["content"] not in frame.columns:
            raise Unfit(f'ClientError: The content column "{spec["content"]}" was not found in the input dataset.')
        return [spec["content"]]
    wanted = spec.get("features") or list(frame.columns)
    unknown = [name for name in wanted if name not in frame.columns]
    if unknown:
        raise Unfit(f"ClientError: Features that are not in the input dataset: {', '.join(unknown)}.")
    weight = spec.get("weight")
    if weight and weight not in frame.columns:
        raise Unfit(f'ClientError: The sample weight attribute "{weight}" was not found in the input dataset.')
    return [name for name in frame.columns if name in wanted and name not in (spec["target"], weight)]


def _split(spec: Mapping[str, Any], frame: Any, problem: str) -> tuple[Split, tuple[str, ...]]:
    frame = frame[frame[spec["target"]].notna()].reset_index(drop=True)
    labels = () if problem == REGRESSION else _labels(frame[spec["target"]])
    truth = _truth(frame[spec["target"]], problem, labels)
    weights = pd.to_numeric(frame[spec["weight"]], errors="coerce").fillna(0) if spec.get("weight") else None
    if spec.get("validation"):
        other = table(spec["validation"], header=spec.get("header", True), fewest=1).frame
        if list(other.columns) != list(frame.columns):
            raise Unfit("ClientError: The validation dataset does not have the columns of the training dataset.")
        other = other[other[spec["target"]].notna()]
        known = other if problem == REGRESSION else other[other[spec["target"]].isin(labels)]
        if known.empty:
            raise Unfit("ClientError: The validation dataset has no rows with a known target value.")
        return Split(frame, truth, weights, known, _truth(known[spec["target"]], problem, labels)), labels
    even = problem != REGRESSION and int(np.bincount(truth).min()) >= 2
    chosen, held_out = train_test_split(
        np.arange(len(frame)), test_size=spec.get("fraction") or 0.2, random_state=0, stratify=truth if even else None
    )
    kept = weights.iloc[chosen] if weights is not None else None
    return Split(frame.iloc[chosen], truth[chosen], kept, frame.iloc[held_out], truth[held_out]), labels


def _labels(target: Any) -> tuple[str, ...]:
    """In order, numbers by their value: of two, the second is the positive one."""
    found = [str(value) for value in target.dropna().unique()]
    return tuple(sorted(found, key=float) if is_number(pd.Series(found)) else sorted(found))


def _truth(target: Any, problem: str, labels: Sequence[str]) -> Any:
    if problem == REGRESSION:
        return pd.to_numeric(target).to_numpy(dtype="float64")
    numbers = {label: number for number, label in enumerate(labels)}
    return target.map(numbers).to_numpy(dtype="int64")


def _trials(spec: Mapping[str, Any], problem: str, rows: int) -> list[candidates.Trial]:
    return candidates.trials(
        spec["job"], spec.get("mode", "ENSEMBLING"), problem, rows, spec.get("algorithms") or (), spec.get("most") or 0
    )


def _text_trials() -> list[candidates.Trial]:
    said = "words and pairs of words weighed by tf-idf, and LogisticRegression of scikit-learn"
    return [
        candidates.Trial(
            "TextClassification-t1", "linear-learner", False, lambda _: LogisticRegression(C=10, max_iter=300), said
        )
    ]


def _fit(trial: candidates.Trial, plan: Plan) -> Model:
    columns, split = plan.columns, plan.split
    shaping = for_trees(columns) if trial.trees else for_lines(columns)
    shaped = shaping.fit_transform(typed(split.train, columns))
    estimator = trial.estimator(list(range(len(columns.of(CATEGORICAL)))))
    if split.weights is None:
        estimator.fit(shaped, split.truth)
    else:
        try:
            estimator.fit(shaped, split.truth, sample_weight=split.weights)
        except TypeError:  # neighbours know no weights
            estimator.fit(shaped, split.truth)
    return Model(plan.problem, plan.labels, columns, shaping, estimator)


def _blend(trained: list[Trained]) -> Blend:
    best = sorted(trained, key=lambda each: each[0], reverse=True)[:3]
    first = best[0][2]
    models = tuple(model for _, _, model in best)
    return Blend(first.problem, tuple(first.labels), first.columns, models, (3.0, 2.0, 1.0)[: len(best)])


def _told(model: Predicts, name: str, said: str, plan: Plan) -> Event:
    split = plan.split
    started = time.monotonic()
    scores = model.scores(split.held_out)
    latency = (time.monotonic() - started) / max(len(split.held_out), 1)
    validation = metrics.of(model.problem, model.labels, split.held_out_truth, scores)
    sample = slice(0, 5000)
    train = metrics.of(model.problem, model.labels, split.truth[sample], model.scores(split.train.iloc[sample]))
    told = {"trained_by": "the Sagedeck sandbox", "candidate": name, "model": said, "problem_type": model.problem}
    path = Path(plan.out, f"{name}.tar.gz")
    path.write_bytes(packed(model, told | {"features": list(model.columns.names), "labels": list(model.labels)}))
    return {
        "event": "candidate",
        "name": name,
        "said": said,
        "objective": plan.objective,
        "metrics": {"Validation": {**validation, "InferenceLatency": latency}, "Train": train},
        "artifact": str(path),
        "insights": metrics.insights(model.problem, model.labels, split.held_out_truth, scores),
    }


def _importance(model: Predicts, plan: Plan) -> dict[str, float]:
    """Return by how much the objective gets worse when a column's values are shuffled, of at most 100 columns."""
    frame = plan.split.held_out.head(_EXPLAINED_ROWS).reset_index(drop=True)
    truth = plan.split.held_out_truth[: len(frame)]

    def judged(rows: Any) -> float:
        return metrics.objective(metrics.of(model.problem, model.labels, truth, model.scores(rows)), plan.objective)

    before = judged(frame)
    found, order = {}, np.random.default_rng(0).permutation(len(frame))
    for name in [n for n in model.columns.names if n in model.columns.kinds][:_EXPLAINED_COLUMNS]:
        found[name] = before - judged(frame.assign(**{name: frame[name].to_numpy()[order]}))
    return found


def _analyzed(plan: Plan) -> Event:
    frame = plan.read.frame
    described = [
        {
            "name": str(name),
            "kind": plan.columns.kinds.get(name, "not used"),
            "missing": int(frame[name].isna().sum()),
            "distinct": int(frame[name].nunique()),
        }
        for name in frame.columns[:500]
    ]
    return {
        "event": "analyzed",
        "problem": plan.problem,
        "objective": plan.objective,
        "rows": plan.read.rows,
        "trained_rows": len(frame),
        "columns": described,
        "labels": list(plan.labels),
        "candidates": [trial.name for trial in plan.trials],
    }
