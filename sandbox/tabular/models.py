"""A trained model: columns, the shaping of their values, and an estimator. Pickled into artefacts; worker only."""

import io
import json
import pickle
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from sandbox.tabular.artefacts import TOLD, archive
from sandbox.tabular.columns import CATEGORICAL, TEXT, Columns, typed

BINARY, MULTICLASS, REGRESSION = "BinaryClassification", "MulticlassClassification", "Regression"
_MEMBER = "model.pickle"


class Predicts(Protocol):
    """`problem`: as Autopilot names it. `columns`: of a request. `labels`: of classes, in the order of `scores`."""

    @property
    def problem(self) -> str: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def columns(self) -> Columns: ...

    def scores(self, frame: Any) -> Any:
        """Return a row of probabilities for each row of a frame of texts; for a regression its values."""
        ...


@dataclass(slots=True)
class Model:
    """One estimator over one shaping of the columns."""

    problem: str
    labels: tuple[str, ...]
    columns: Columns
    shaping: Any
    estimator: Any

    def scores(self, frame: Any) -> Any:
        shaped = self.shaping.transform(typed(frame, self.columns))
        if self.problem == REGRESSION:
            return self.estimator.predict(shaped)
        seen = self.estimator.predict_proba(shaped)
        if seen.shape[1] == len(self.labels):
            return seen
        scores = np.zeros((len(seen), len(self.labels)))  # it was trained without rows of some class
        scores[:, self.estimator.classes_] = seen
        return scores


@dataclass(slots=True)
class Blend:
    """The weighted mean of several models."""

    problem: str
    labels: tuple[str, ...]
    columns: Columns
    models: tuple[Predicts, ...]
    weights: tuple[float, ...]

    def scores(self, frame: Any) -> Any:
        return np.average([model.scores(frame) for model in self.models], axis=0, weights=self.weights)


def for_trees(columns: Columns) -> Any:
    """Categories first, as their numbers; missing numbers stay missing."""
    order = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=200, dtype=np.float64)
    return _shaping(columns, order, "passthrough", 200)


def for_lines(columns: Columns) -> Any:
    """Everything on one scale: for linear models, neighbours and networks."""
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=60, sparse_output=False)
    return _shaping(columns, one_hot, numbers, 2000)


def _shaping(columns: Columns, categories: Any, numbers: Any, words: int) -> Any:
    parts: list[tuple[str, Any, Any]] = [
        ("categories", categories, columns.of(CATEGORICAL)),
        ("numbers", numbers, columns.numbers),
    ]
    for place, name in enumerate(columns.of(TEXT)):
        vectors = TfidfVectorizer(
            max_features=words, ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"
        )
        parts.append((f"text{place}", vectors, name))
    only_text = not columns.of(CATEGORICAL) and not columns.numbers
    return ColumnTransformer(parts, sparse_threshold=1.0 if only_text and words > 500 else 0.0)


def packed(model: Any, told: dict[str, Any]) -> bytes:
    """Return the artefact of a model, with `told` beside it for people to read."""
    return archive({_MEMBER: pickle.dumps(model, protocol=5), TOLD: json.dumps(told, indent=1).encode()})


def unpacked(artefact: bytes) -> Any:
    """Return the model of an artefact. It is unpickled: the caller has proved by digest that the sandbox made it."""
    with tarfile.open(fileobj=io.BytesIO(artefact), mode="r:gz") as tar:
        member = tar.extractfile(_MEMBER)
        if member is None:
            raise KeyError(_MEMBER)
        return pickle.loads(member.read())
