"""Trains a tabular job, or one on a column of text, and tells of each step as it is done. Runs in the worker only."""

import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from joblib import parallel_config  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sandbox.tabular import candidates, folds, metrics, preparing
from sandbox.tabular.columns import CATEGORICAL, TEXT, Columns, infer, typed
from sandbox.tabular.models import Blend, Model, Predicts, for_lines, for_trees, packed
from sandbox.tabular.reading import Table, Unfit, table

Event = dict[str, Any]
_EXPLAINED_ROWS, _EXPLAINED_COLUMNS = 500, 100
_EXPLAINING = 20.0  # seconds
_COMPARED_ROWS = 5000  # of the training set, on which the metrics of training are measured
_BLENDED = (3.0, 2.0, 1.0)  # weights of the best, the second and the third, where nothing was cross-validated
_SMALL = 20_000  # rows up to which one thread fits faster than several that wait for each other


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
    crossed: bool = False  # measured by cross-validation on all rows, as none are held out


@dataclass(frozen=True, slots=True)
class Trained:
    """A candidate: its objective on rows it was not fitted to, more being better; what it said in cross-validation."""

    judged: float
    name: str
    model: Predicts
    folded: folds.Folded | None = None


def run(spec: Mapping[str, Any]) -> Iterator[Event]:
    """Train what `spec` describes: files, validation, header, target, features, kinds, problem, mode, algorithms,
    objective, most, fraction, weight, job, seconds, out. Yields analyzed, candidate (each), explained, done; lost for
    a candidate that could not be trained. Raises Unfit.
    """
    warnings.simplefilter("ignore")
    ends = time.monotonic() + spec["seconds"]
    plan = _planned(spec)
    yield _analyzed(plan)
    small = len(plan.split.truth) <= _SMALL
    with threadpool_limits(1 if small else None), parallel_config("threading", n_jobs=1 if small else 2):
        yield from _trained(spec, _crossed(spec, plan), ends)


def _crossed(spec: Mapping[str, Any], plan: Plan) -> Plan:
    """Return the plan that holds no rows out, where nobody asked for it and there is time for cross-validation."""
    split = plan.split
    asked = spec.get("validation") or spec.get("fraction") or split.weights is not None
    if asked or len(split.truth) > _SMALL:
        return plan
    started = time.process_time()  # not the time of day: what else the machine does must not change what is measured
    try:
        _fit(plan.trials[0], plan, split)
    except (ValueError, ArithmeticError):
        return plan
    affordable = folds.for_all(time.process_time() - started, len(plan.trials))
    return replace(plan, split=preparing.joined(split), crossed=True) if affordable else plan


def _trained(spec: Mapping[str, Any], plan: Plan, ends: float) -> Iterator[Event]:
    trained: list[Trained] = []
    yield from _tried(plan, ends, trained)
    if not trained:
        raise Unfit("AlgorithmError: None of the candidates could be trained on the input dataset.")
    if spec["kind"] == "tabular" and spec.get("mode") == "ENSEMBLING" and len(trained) > 1:
        blend, said, blended = _blend(trained, plan)
        name = f"WeightedEnsemble-t{len(plan.trials) + 1}"
        event = _told(blend, name, said, plan, blended)
        trained.append(Trained(_judged(event, plan), name, blend, blended))
        yield event
    top = max(trained, key=lambda each: each.judged)
    best = top.name
    explained = {"importance": _importance(top, plan), "objective": plan.objective, "used": len(plan.columns.kinds)}
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
            started = time.process_time()
            model = _fit(trial, plan, plan.split)
            folded = _folded(trial, plan, time.process_time() - started, ends)
            event = _told(model, trial.name, trial.said, plan, folded)
        except (ValueError, ArithmeticError) as mistake:  # it cannot take this data; the others may
            yield {"event": "lost", "name": trial.name, "reason": f"Candidate {trial.name} failed: {mistake}"[:500]}
            continue
        trained.append(Trained(_judged(event, plan), trial.name, model, folded))
        yield event


def _folded(trial: candidates.Trial, plan: Plan, seconds: float, ends: float) -> folds.Folded | None:
    """Fit to parts of the rows trained on and measure on the others; None where that would take too long."""
    split, problem = plan.split, plan.problem
    number = folds.MOST_FOLDS if plan.crossed else folds.count(len(split.truth), seconds)
    if not number or (not plan.crossed and time.monotonic() + number * seconds > ends):
        return None
    scores, measured = None, []
    for chosen, others in folds.divided(split.truth, problem, number):
        weights = split.weights.iloc[chosen] if split.weights is not None else None
        part = preparing.Split(split.train.iloc[chosen], split.truth[chosen], weights, split.held_out, split.truth)
        last, unseen = _fit(trial, plan, part), others
        said = last.scores(split.train.iloc[others])
        scores = np.zeros((len(split.truth), *said.shape[1:])) if scores is None else scores
        scores[others] = said
        measured.append(metrics.of(problem, plan.labels, split.truth[others], said))
    return folds.Folded(scores, tuple(measured), last, unseen)


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


def _fit(trial: candidates.Trial, plan: Plan, split: preparing.Split) -> Model:
    columns = plan.columns
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


def _blend(trained: list[Trained], plan: Plan) -> tuple[Blend, str, folds.Folded | None]:
    """Return the mean of several models, weighed by what they said in cross-validation, and what it is in words."""
    crossed = [(each, each.folded) for each in trained if each.folded is not None]
    if len(crossed) < 2:
        best = sorted(trained, key=lambda each: each.judged, reverse=True)[: len(_BLENDED)]
        members = list(zip(best, _BLENDED, strict=False))
        return (
            _mean([each.model for each, _ in members], _BLENDED[: len(best)], plan),
            _named("the best", members),
            None,
        )
    said = [folded.scores for _, folded in crossed]
    taken = folds.chosen(said, plan.split.truth, plan.problem, plan.labels, plan.objective)
    members = [(each, float(count)) for (each, _), count in zip(crossed, taken, strict=True) if count]
    kept = [(folded, float(count)) for (_, folded), count in zip(crossed, taken, strict=True) if count]
    weights = tuple(weight for _, weight in kept)
    last, unseen = _mean([folded.last for folded, _ in kept], weights, plan), kept[0][0].unseen
    scores = np.average([folded.scores for folded, _ in kept], axis=0, weights=weights)
    parts = folds.divided(plan.split.truth, plan.problem, len(kept[0][0].measured))
    measured = tuple(metrics.of(plan.problem, plan.labels, plan.split.truth[at], scores[at]) for _, at in parts)
    blend = _mean([each.model for each, _ in members], weights, plan)
    return (
        blend,
        _named("models, weighed by their cross-validation", members),
        folds.Folded(scores, measured, last, unseen),
    )


def _mean(models: list[Predicts], weights: tuple[float, ...], plan: Plan) -> Blend:
    return Blend(plan.problem, plan.labels, models[0].columns, tuple(models), weights)


def _named(what: str, members: list[tuple[Trained, float]]) -> str:
    total = sum(weight for _, weight in members)
    return f"mean of {what}: " + ", ".join(f"{each.name} ({weight / total:.0%})" for each, weight in members)


def _told(model: Predicts, name: str, said: str, plan: Plan, folded: folds.Folded | None = None) -> Event:
    split, truth = plan.split, plan.split.held_out_truth
    started = time.monotonic()
    scores = model.scores(split.held_out)
    latency = (time.monotonic() - started) / max(len(split.held_out), 1)
    if plan.crossed and folded is not None:
        scores, truth = folded.scores, split.truth
    validation = metrics.of(model.problem, model.labels, truth, scores)
    sample = slice(0, _COMPARED_ROWS)
    train = metrics.of(model.problem, model.labels, split.truth[sample], model.scores(split.train.iloc[sample]))
    if folded is not None:
        spread = folded.spread().get(plan.objective, 0.0)
        where = "all rows" if plan.crossed else "the rows trained on"
        mean = f"{plan.objective} {folded.mean(plan.objective):.4g} ± {spread:.2g}"
        said += f"; cross-validated in {len(folded.measured)} folds of {where}: {mean}"
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
        "insights": metrics.insights(
            model.problem,
            model.labels,
            truth,
            scores,
            folded.spread() if folded else {},
            f"Cross-validation in {len(folded.measured)} folds" if plan.crossed and folded else "Validation",
        ),
    }


def _importance(top: Trained, plan: Plan) -> dict[str, float]:
    """Return by how much the objective gets worse when a column's values are shuffled, of as many columns as are
    allowed and there is time for, one at least. It is measured on rows that the model has not seen.
    """
    ends = time.monotonic() + _EXPLAINING
    model, rows, answers = top.model, plan.split.held_out, plan.split.held_out_truth
    if plan.crossed and top.folded is not None:
        model, rows, answers = top.folded.last, rows.iloc[top.folded.unseen], answers[top.folded.unseen]
    frame = rows.head(_EXPLAINED_ROWS).reset_index(drop=True)
    truth = answers[: len(frame)]

    def judged(rows: Any) -> float:
        said = metrics.of(model.problem, model.labels, truth, model.scores(rows), (plan.objective,))
        return metrics.objective(said, plan.objective)

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
