"""A table made ready to be trained on: what is the target, what the features, what is held out. Worker only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from sandbox.tabular.columns import is_number
from sandbox.tabular.models import BINARY, MULTICLASS, REGRESSION
from sandbox.tabular.reading import FEWEST_ROWS, Table, Unfit, table

_MOST_CLASSES = 200


@dataclass(frozen=True, slots=True)
class Split:
    """Frames of texts, and the target as class numbers or values."""

    train: Any
    truth: Any
    weights: Any
    held_out: Any
    held_out_truth: Any


def checked(spec: Mapping[str, Any], read: Table) -> str:
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


def features(spec: Mapping[str, Any], frame: Any) -> list[str]:
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


def split(spec: Mapping[str, Any], frame: Any, problem: str) -> tuple[Split, tuple[str, ...]]:
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
    chosen, held_out = _divided(truth, problem, spec.get("fraction") or 0.2)
    kept = weights.iloc[chosen] if weights is not None else None
    return Split(frame.iloc[chosen], truth[chosen], kept, frame.iloc[held_out], truth[held_out]), labels


def joined(split: Split) -> Split:
    """Return all rows as those that are trained on, and as those that are measured on: by cross-validation then."""
    frame = pd.concat([split.train, split.held_out], ignore_index=True)
    truth = np.concatenate([split.truth, split.held_out_truth])
    return Split(frame, truth, None, frame, truth)


def _divided(truth: Any, problem: str, fraction: float) -> tuple[Any, Any]:
    """Return the places of rows to train on and to measure on; a class that comes once is trained on."""
    rare = np.zeros(len(truth), dtype=bool) if problem == REGRESSION else np.bincount(truth)[truth] < 2
    common = np.flatnonzero(~rare)
    even = problem != REGRESSION and len(np.unique(truth[common])) <= fraction * len(common)
    chosen, held_out = train_test_split(
        common, test_size=fraction, random_state=0, stratify=truth[common] if even else None
    )
    return np.concatenate([chosen, np.flatnonzero(rare)]), held_out


def _labels(target: Any) -> tuple[str, ...]:
    """In order, numbers by their value: of two, the second is the positive one."""
    found = [str(value) for value in target.dropna().unique()]
    return tuple(sorted(found, key=float) if is_number(pd.Series(found)) else sorted(found))


def _truth(target: Any, problem: str, labels: Sequence[str]) -> Any:
    if problem == REGRESSION:
        return pd.to_numeric(target).to_numpy(dtype="float64")
    numbers = {label: number for number, label in enumerate(labels)}
    return target.map(numbers).to_numpy(dtype="int64")
