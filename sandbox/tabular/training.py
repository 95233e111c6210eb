"""Trains a tabular job, or one on a column of text, and tells of each step as it is done. Runs in the worker only."""

import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from sandbox.tabular import candidates, metrics, preparing
from sandbox.tabular.columns import CATEGORICAL, TEXT, Columns, infer, typed
from sandbox.tabular.models import Blend, Model, Predicts, for_lines, for_trees, packed
from sandbox.tabular.reading import Table, Unfit, table

Event = dict[str, Any]
_EXPLAINED_ROWS, _EXPLAINED_COLUMNS = 500, 100
_EXPLAINING = 20.0  # seconds
_COMPARED_ROWS = 5000  # of the training set, on which the metrics of training are measured
_BLENDED = (3.0, 2.0, 1.0)  # weights of the best, the second and the third


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained on what, and by which metric it is judged."""

    read: Table
    columns: Columns
    problem: str
    labels: tuple[str, ...]
    split: preparing.Split
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
        blend, members = _blend(trained)
        name = f"WeightedEnsemble-t{len(plan.trials) + 1}"
        event = _told(blend, name, f"mean of the best, weighed {_BLENDED}: {', '.join(members)}", plan)
        trained.append((_judged(event, plan), name, blend))
        yield event
    _, best, model = max(trained, key=lambda each: each[0])
    explained = {"importance": _importance(model, plan), "objective": plan.objective, "used": len(plan.columns.kinds)}
    yield {"event": "explained", "best": best, **explained}
    yield {"event": "done", "best": best, "all": len(trained) >= len(plan.trials)}


def _planned(spec: Mapping[str, Any]) -> Plan:
    text = spec["kind"] == "text"
    read = table(spec["files"], header=spec.get("header", True))
    problem = preparing.checked(spec, read)
    features = preparing.features(spec, read.frame)
    columns = infer(read.frame, features, {features[0]: TEXT} if text else spec.get("kinds", {}))
    if not columns.kinds:
        raise Unfit("ClientError: None of the feature columns of the input dataset varies.")
    split, labels = preparing.split(spec, read.frame, problem)
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


def _trials(spec: Mapping[str, Any], problem: str, rows: int) -> list[candidates.Trial]:
    return candidates.trials(
        spec["job"], spec.get("mode", "ENSEMBLING"), problem, rows, spec.get("algorithms") or (), spec.get("most") or 0
    )


def _text_trials() -> list[candidates.Trial]:
    said = (
        "LogisticRegression(C=10, max_iter=300) of scikit-learn over words and pairs of words weighed by tf-idf, in "
        "place of the language model that Autopilot fine-tunes"
    )
    name = "LogisticRegression-for-TextClassification-t1"
    return [candidates.Trial(name, "text", False, lambda _: LogisticRegression(C=10, max_iter=300), said)]


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


def _blend(trained: list[Trained]) -> tuple[Blend, list[str]]:
    """Return the mean of the best models, and the names of these."""
    best = sorted(trained, key=lambda each: each[0], reverse=True)[: len(_BLENDED)]
    first = best[0][2]
    models = tuple(model for _, _, model in best)
    blend = Blend(first.problem, tuple(first.labels), first.columns, models, _BLENDED[: len(best)])
    return blend, [name for _, name, _ in best]


def _told(model: Predicts, name: str, said: str, plan: Plan) -> Event:
    split = plan.split
    started = time.monotonic()
    scores = model.scores(split.held_out)
    latency = (time.monotonic() - started) / max(len(split.held_out), 1)
    validation = metrics.of(model.problem, model.labels, split.held_out_truth, scores)
    sample = slice(0, _COMPARED_ROWS)
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
    """Return by how much the objective gets worse when a column's values are shuffled, of as many columns as are
    allowed and there is time for, one at least.
    """
    ends = time.monotonic() + _EXPLAINING
    frame = plan.split.held_out.head(_EXPLAINED_ROWS).reset_index(drop=True)
    truth = plan.split.held_out_truth[: len(frame)]

    def judged(rows: Any) -> float:
        return metrics.objective(metrics.of(model.problem, model.labels, truth, model.scores(rows)), plan.objective)

    before = judged(frame)
    found, order = {}, np.random.default_rng(0).permutation(len(frame))
    for name in [n for n in model.columns.names if n in model.columns.kinds][:_EXPLAINED_COLUMNS]:
        found[name] = before - judged(frame.assign(**{name: frame[name].to_numpy()[order]}))
        if time.monotonic() > ends:
            break
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
        "candidates": {trial.name: trial.said for trial in plan.trials},
    }
